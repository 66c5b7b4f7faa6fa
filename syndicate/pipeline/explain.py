"""Why a partner gets, or does not get, each part of an article at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing.covers import misses
from syndicate.licensing.govern import Request, keeps_terms, rule
from syndicate.licensing.withdraw import current, tombstone
from syndicate.model.article import Article
from syndicate.model.decision import Decision
from syndicate.model.desk import DeskFiles
from syndicate.model.entry import Tombstone
from syndicate.model.errors import NotFound
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner, Property
from syndicate.model.receipt import Holding
from syndicate.pipeline.ingest import names_of
from syndicate.pipeline.ports import Store


class Explanation(NamedTuple):
    """The decision for one property, and which of its feeds pick the article."""

    article: Article
    property: Property
    decision: Decision
    feeds: tuple[str, ...]
    tombstone: Tombstone | None


def find_partner(files: DeskFiles, name: str) -> Partner:
    """Give a partner by id.

    Raises:
        NotFound: there is none of that id.
    """
    for partner in files.partners:
        if partner.id == name:
            return partner
    known = ", ".join(partner.id for partner in files.partners) or "none"
    raise NotFound(f"no partner {name!r}", mend=f"use one of: {known}")


def find_article(store: Store, name: str) -> tuple[Article, ...]:
    """Give the history of an article by guid, by its origin, or by the end of its guid or URL.

    Raises:
        NotFound: no article, or more than one, goes by that name.
    """
    for guid in (name, *(store.guid_of(f"{kind}:{name}") for kind in ("url", "file", "id"))):
        history = store.history(guid) if guid else ()
        if history:
            return history
    ends = (f":{name}", f"/{name}")
    found = [guid for guid in store.guids() if guid.endswith(ends)]
    found = found or [a.guid for a in store.current() if _is_at(a, name, ends)]
    found = found or _of_file(store, name)
    if len(found) == 1:
        return store.history(found[0])
    says = f"no article {name!r}"
    if found:
        says = f"{name!r} names {len(found)} articles: {', '.join(found)}"
    raise NotFound(says, mend="see: syndicate articles list")


def _is_at(article: Article, name: str, ends: tuple[str, ...]) -> bool:
    url = article.canonical_url or ""
    return url == name or url.endswith(ends)


def _of_file(store: Store, name: str) -> list[str]:
    """Give the articles that came from files of a name, whatever the folder and the ending."""
    stem = name.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    bound = (store.guid_of(origin) for origin in names_of(stem)) if stem else ()
    return [guid for guid in bound if guid]


def explain(
    files: DeskFiles,
    store: Store,
    history: tuple[Article, ...],
    partner: Partner,
    now: datetime,
    carries: frozenset[str] = frozenset(),
    held: tuple[Holding, ...] | None = None,
) -> Iterator[Explanation]:
    """Give an explanation for each property of a partner, and for feeds that ask for less.

    What was delivered before counts: quotas, and terms that older deliveries keep. `held` is who
    holds the article, where that is known already.

    Raises:
        NotFound: the article did not exist at that moment, or the partner has no property.
    """
    article = current(history, now)
    if article is None:
        first = history[0].version_created.isoformat()
        raise NotFound("the article did not exist then", mend=f"ask for {first} or later")
    if not partner.properties:
        raise NotFound(f"partner {partner.id} has no property", mend="add [[properties]]")
    slots = store.slots(one.id for one in partner.agreements)
    held = store.held(article.guid) if held is None else held
    delivered = keeps_terms(files, partner, held)
    for place in partner.properties:
        for request, feeds in _asked(files, partner, place, carries):
            asked = request._replace(slots=slots, delivered=delivered)
            picked = [one.id for one in feeds if not any(misses(one.selection, article, now))]
            decision = rule(asked, article, now).decision
            stone = tombstone(asked, history, now)
            yield Explanation(article, place, decision, tuple(picked), stone)


def _asked(
    files: DeskFiles, partner: Partner, place: Property, carries: frozenset[str]
) -> Iterator[tuple[Request, list[Feed]]]:
    """Give what a property's feeds ask for; feeds that ask the same together."""
    feeds = [one for one in partner.feeds if partner.property_of(one) == place]
    if not feeds:
        yield Request(files, partner, place, carries), []
    groups: dict[object, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault((feed.media, feed.purpose, feed.extent), []).append(feed)
    for alike in groups.values():
        one = alike[0]
        request = Request(files, partner, place, carries, one.extent, one.media, one.purpose)
        yield request, alike
