"""The log as a timeline: what was kept, published, told and acknowledged, and about which article.

The log names notices and items by their ids alone; what of it is about an article is worked out
from what is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from syndicate.model.article import Article
from syndicate.model.receipt import Edition, Event, Told
from syndicate.pipeline.ports import Store

ORDER = "order"
"""The kind of a line that says who ordered what about an article or a request."""
_Key = tuple[str, str]


class Moment(NamedTuple):
    """One line of the log, and what it says in words."""

    event: Event
    says: str


_SAYS: Mapping[str, str] = {
    "article": "kept",
    "edition": "recorded, then published",
    "item": "kept what went out",
    "notice": "told",
    "ack": "acknowledged",
    "slot": "counted against a quota, or given back",
    "request": "asked for a licence, or answered",
    "credential": "a key or token given out, or ended",
    "text": "kept",
}
"""By kind; other kinds have words of their own in the line."""

KINDS = (*_SAYS, "agreement", "head", "isolated", "let go", ORDER, "push", "subscription")
"""Every kind of line that there can be."""


def timeline(store: Store, history: tuple[Article, ...] = ()) -> Iterator[Moment]:
    """Give the log, oldest line first: all of it, or what is about one article."""
    about = dict(_about(store, history)) if history else {}
    for event in store.events():
        words = about.get((event.kind, event.subject))
        if words is None and history and not _names(event, history[0].guid):
            continue
        yield Moment(event, words or _SAYS.get(event.kind, event.content))


def _names(event: Event, guid: str) -> bool:
    """Say whether a line names an article itself."""
    if event.kind == "slot":
        return event.subject.endswith(f"/{guid}")
    return event.kind in {"isolated", "let go", ORDER} and event.subject == guid


def _about(store: Store, history: tuple[Article, ...]) -> Iterator[tuple[_Key, str]]:
    """Give the lines about an article, by kind and subject, with what they say."""
    guid = history[0].guid
    for article in history:
        says = f"kept, {article.pub_status}: {article.headline}"
        yield ("article", f"{guid} v{article.version}"), says
    items: dict[str, str] = {}
    for edition in store.holders(guid):
        for line in (one for one in edition.manifest if one.guid == guid):
            yield _edition(edition, line.version, withdrawn=line.withdrawn)
            if line.item:
                items.setdefault(line.item, f"kept what went out of version {line.version}")
    for digest, says in items.items():
        yield ("item", digest), says
    for told in store.notices(guid=guid):
        yield from _told(told)


def _edition(edition: Edition, version: int, *, withdrawn: bool) -> tuple[_Key, str]:
    what = "a notice of withdrawal" if withdrawn else f"version {version}"
    subject = f"{edition.feed}/{edition.format}/{edition.sequence}"
    return ("edition", subject), f"recorded for {edition.partner}, with {what}"


def _told(told: Told) -> Iterator[tuple[_Key, str]]:
    notice, ack = told
    words = f"told {notice.partner}: {notice.grade}, {notice.code}"
    yield ("notice", notice.id), f"{words}, version {notice.version}"
    if ack:
        who = f" by {ack.by}" if ack.by else ""
        note = f": {ack.note}" if ack.note else ""
        yield ("ack", notice.id), f"acknowledged for {notice.partner}{who}{note}"
