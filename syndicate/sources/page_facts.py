"""What a page says about its article: JSON-LD first, then OpenGraph and other meta elements.

https://schema.org/NewsArticle, https://ogp.me/
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from syndicate.model.base import LangTag, one_line
from syndicate.model.desk import Desk
from syndicate.model.rights import Onward, PartRights
from syndicate.sources.addresses import absolute, host_of
from syndicate.sources.linked_data import Node, name_in, plain, text, words
from syndicate.sources.page_head import PageHead

_MOST_KEYWORDS = 50
_LONGEST_NAME = 200
_FIRST_NEWSPAPER = 1600
_DATES = ("article:published_time", "datepublished", "dc.date.issued", "parsely-pub-date", "date")
_CHANGES = ("article:modified_time", "og:updated_time", "datemodified")
_LANGUAGE: TypeAdapter[str] = TypeAdapter(LangTag)


class PageFacts:
    """The article's fields as a page states them, with what was strange about them."""

    def __init__(self, head: PageHead, desk: Desk) -> None:
        self._head = head
        self._article = head.article
        self.remarks: list[str] = []
        self.unread: dict[str, str] = {}
        """Fields that the page states and that cannot be used, each with what is wrong."""
        self._unread: list[str] = []
        self.fields: dict[str, Any] = {
            "headline": self._headline(),
            "summary": text(self._article, "description")
            or head.first("og:description", "description", "twitter:description"),
            "bylines": self._bylines() or None,
            "language": self._language(),
            "canonical_url": head.url,
            "section": text(self._article, "articleSection") or head.first("article:section"),
            "keywords": self._keywords(),
            "rights": self._rights(desk),
            **self._instants(),
        }

    def _headline(self) -> str | None:
        stated = text(self._article, "headline") or self._head.first("og:title", "twitter:title")
        heads = (plain(str(one.text_content())) for one in self._head.page.iter("h1", "title"))
        title = stated or next(filter(None, heads), "")
        site = self._head.first("og:site_name")
        for dash in "|-–—" if site else "":
            title = title.removesuffix(f" {dash} {site}")
        return title or None

    def _bylines(self) -> list[dict[str, Any]]:
        authors = self._head.data.nodes(self._article, "author")
        named = [one for author in authors if (one := self._byline(author))]
        if named:
            return named
        stated = (*self._head.all("author"), *self._head.all("article:author"))
        names = [one for one in stated if "://" not in one and len(one) < _LONGEST_NAME]
        return [{"name": name} for name in names[:1]]

    def _byline(self, author: Node) -> dict[str, Any] | None:
        name = text(author, "name")
        if not name or "://" in name or len(name) > _LONGEST_NAME:
            return None
        data = self._head.data
        fields = {
            "name": name.removeprefix("By "),
            "affiliation": name_in(data, author, "affiliation")
            or name_in(data, author, "worksFor"),
            "role": text(author, "jobTitle"),
            "uri": absolute(text(author, "url", "sameAs"), None),
        }
        return {key: value for key, value in fields.items() if value}

    def _language(self) -> str | None:
        root = self._head.page
        declared = (
            text(self._article, "inLanguage"),
            root.get("lang"),
            root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
            self._head.first("og:locale"),
            self._head.first("content-language"),
        )
        tags = (one.strip().replace("_", "-") for one in declared if one)
        return next((tag for tag in tags if _is_language(tag)), None)

    def _keywords(self) -> tuple[str, ...]:
        listed: Node = {"all": self._head.first("news_keywords", "keywords")}
        found = words(self._article, "keywords") or self._head.all("article:tag")
        return (found or words(listed, "all"))[:_MOST_KEYWORDS]

    def _instants(self) -> dict[str, datetime | None]:
        """Give when it was made, published and, where that is later, changed."""
        created = self._instant("creation", text(self._article, "dateCreated"))
        published = self._instant("publication", self._published())
        changed = self._instant(
            "change", text(self._article, "dateModified") or self._head.first(*_CHANGES)
        )
        known = [one for one in (created, published) if one]
        if self._unread and not known:
            self.unread["first_created"] = self._unread[0]
        first = min(known, default=None)
        if first and changed and changed < first:
            self.remarks.append("the page says it was changed before it was published")
            changed = None
        return {
            "first_created": first,
            "first_published": published if published != first else None,
            "version_created": changed if first else None,
        }

    def _published(self) -> str | None:
        stated = text(self._article, "datePublished") or self._head.first(*_DATES)
        if stated:
            return stated
        for time in self._head.page.iter("time"):
            if time.get("itemprop") == "datePublished" or time.get("pubdate") is not None:
                return time.get("datetime")
        return None

    def _instant(self, what: str, stated: str | None) -> datetime | None:
        """Read an instant; a time without a zone is none, and none is made up."""
        if not stated:
            return None
        try:
            found = datetime.fromisoformat(stated)
        except ValueError:
            self._keep_unread(what, stated, "cannot be read")
            return None
        if found.year >= _FIRST_NEWSPAPER and found.tzinfo:
            return found
        early = found.year < _FIRST_NEWSPAPER
        self._keep_unread(what, stated, "is before all newspapers" if early else "has no zone")
        return None

    def _keep_unread(self, what: str, stated: str, why: str) -> None:
        says = f"the page's time of {what} {why}: {one_line(stated)[:40]}"
        self.remarks.append(says)
        self._unread.append(says)

    def _rights(self, desk: Desk) -> PartRights | None:
        """Give unknown rights where the page says that the text is somebody else's."""
        ours = {desk.name.casefold(), desk.holder.casefold()}
        holder = name_in(self._head.data, self._article, "copyrightHolder")
        publisher = name_in(self._head.data, self._article, "publisher")
        publisher = publisher or self._head.first("og:site_name")
        host = host_of(self._head.url)
        homes = (desk.domain, host_of(desk.url))
        at_home = any(host == home or host.endswith(f".{home}") for home in homes)
        owner = holder or publisher or host
        if not owner or owner.casefold() in ours or (at_home and not holder):
            return None
        self.remarks.append(f"the page says it is by {owner}: its rights are unknown")
        return PartRights(owner=owner, own=False, onward=Onward.UNKNOWN)


def _is_language(tag: str) -> bool:
    try:
        return bool(_LANGUAGE.validate_python(tag))
    except ValidationError:
        return False
