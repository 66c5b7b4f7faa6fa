"""The head of a page: meta and link elements (https://ogp.me/ and plain HTML), JSON-LD scripts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from syndicate.sources.addresses import absolute
from syndicate.sources.linked_data import LinkedData, Node, plain, text


class PageHead:
    """What a page says about itself, and the addresses it goes by."""

    def __init__(self, page: HtmlElement, hinted_url: str | None) -> None:
        self.page = page
        self._meta = _meta(page)
        self.data = LinkedData(
            str(one.text_content())
            for one in page.iter("script")
            if "ld+json" in one.get("type", "").lower()
        )
        stated = (*_hrefs(page, "canonical"), self.first("og:url", "twitter:url"))
        urls = (absolute(one, hinted_url) for one in stated)
        url = next(filter(None, urls), None)
        self.article: Node = self.data.article(url)
        self.url = url or absolute(text(self.article, "url", "mainEntityOfPage"), None)
        """The address the page states for itself."""
        base = next((one.get("href") for one in page.iter("base") if one.get("href")), None)
        here = self.url or hinted_url
        self.base = absolute(base, here) or here
        """What relative addresses are relative to."""

    def first(self, *names: str) -> str | None:
        """Give the first of some meta elements that says anything, as one line."""
        return next((found for name in names for found in self.all(name)), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Give every content of a meta element."""
        return tuple(filter(None, (plain(one) for one in self._meta.get(name, []))))


def _meta(page: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in page.iter("meta"):
        for key in ("property", "name", "itemprop", "http-equiv"):
            if name := element.get(key):
                found.setdefault(name.strip().lower(), []).append(element.get("content", ""))
    return found


def _hrefs(page: HtmlElement, rel: str) -> Iterator[str]:
    for element in page.iter("link"):
        if rel in element.get("rel", "").lower().split():
            yield element.get("href", "")
