"""Canaries: articles of our own making that show whether a kill reaches every feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.covers import misses
from syndicate.licensing.govern import in_order, rule
from syndicate.model.article import Article
from syndicate.model.base import covers_language
from syndicate.model.decision import Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.selection import Selection
from syndicate.pipeline.compose import request_of
from syndicate.pipeline.heads import path_of

NEWS = timedelta(minutes=1)
"""How old a canary is, at least."""
_OURS = {"own": True, "onward": "granted", "credit_line": "Drill"}


class Canary(NamedTuple):
    """An article for a drill, and a word that stands in all its parts but the headline."""

    article: Article
    mark: str


class Perch(NamedTuple):
    """A document that should hold a canary."""

    partner: Partner
    feed: Feed
    format: str
    path: str
    canary: Canary


def perches(files: DeskFiles, formats: Iterable[Format], now: datetime) -> tuple[Perch, ...]:
    """Give every document with the canary made for it; feeds that ask the same share one."""
    by_name = {fmt.name: fmt for fmt in formats}
    made: dict[str, Canary] = {}
    found = []
    for partner, feed in files.feed_list():
        canary = _canary(files, partner, feed, now)
        canary = made.setdefault(canary.article.guid, canary)
        for name in feed.formats:
            path = path_of(partner.id, feed.id, by_name[name])
            found.append(Perch(partner, feed, name, path, canary))
    return tuple(found)


def why_not(files: DeskFiles, perch: Perch, formats: Iterable[Format], now: datetime) -> str:
    """Say why a document does not hold its canary."""
    article = perch.canary.article
    axes = list(misses(perch.feed.selection, article, now))
    if axes:
        return f"no article fits what it selects: {', '.join(dict.fromkeys(axes))}"
    carries = next(fmt.carries for fmt in formats if fmt.name == perch.format)
    request = request_of(files, perch.partner, perch.feed, carries)
    decision = rule(request, article, now).decision
    against = [one for one in decision.findings if one.effect is not Verdict.ALLOW]
    if decision.verdict is Verdict.ALLOW or not against:
        return "it was allowed, and is not there"
    return f"{against[0].code}: {against[0].says} ({against[0].source})"


def _canary(files: DeskFiles, partner: Partner, feed: Feed, now: datetime) -> Canary:
    licence = _licence(files, partner, feed)
    selections = (feed.selection, *((licence.covers,) if licence else ()))
    delay = (licence.delay if licence else None) or timedelta(0)
    facts = _facts(files, selections)
    facts["licence"] = licence.id if licence and licence.public else None
    first = max([now - delay - NEWS, *(one.since for one in selections if one.since)])
    text = repr((sorted(facts.items(), key=str), first.isoformat()))
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Canary(_article(files, facts, first, key), f"canary-{key}")


def _licence(files: DeskFiles, partner: Partner, feed: Feed) -> Licence | None:
    """Give the licence that a feed most likely runs under."""
    place = partner.property_of(feed).id
    for agreement in in_order(partner):
        if agreement.state is AgreementState.ACTIVE and place in agreement.properties:
            return files.licence(agreement.licence, agreement.licence_version)
    return None


def _facts(files: DeskFiles, selections: tuple[Selection, ...]) -> dict[str, Any]:
    """Give what an article must be to fit every selection, as far as that is possible."""
    keywords = {word for one in selections for word in one.exclude_keywords}
    sections = {name for one in selections for name in one.exclude_sections}
    return {
        "language": _language([one.languages for one in selections]) or files.desk.language,
        "section": _common([one.sections for one in selections], sections),
        "genre": _common([one.genres for one in selections], set()),
        "products": _each([one.products for one in selections]),
        "subjects": _each([one.subjects for one in selections]),
        "authors": _each([one.authors for one in selections]),
        "keywords": _each([one.keywords for one in selections], keywords),
    }


def _common(lists: list[tuple[str, ...]], without: set[str]) -> str | None:
    stated = [set(one) for one in lists if one]
    left = set.intersection(*stated) - without if stated else set()
    return min(left, default=None)


def _each(lists: list[tuple[str, ...]], without: Iterable[str] = ()) -> tuple[str, ...]:
    """Give one of each list."""
    out = set(without)
    firsts = [next((word for word in one if word not in out), None) for one in lists]
    return tuple(dict.fromkeys(word for word in firsts if word))


def _language(lists: list[tuple[str, ...]]) -> str | None:
    stated = [one for one in lists if one]
    for tag in (tag for one in stated for tag in one):
        if all(any(covers_language(wide, tag) for wide in one) for one in stated):
            return tag
    return next((tag for one in stated for tag in one), None)


def _article(files: DeskFiles, facts: dict[str, Any], first: datetime, key: str) -> Article:
    desk, mark = files.desk, f"canary-{key}"
    plain = {name: facts[name] for name in ("language", "section", "genre", "products", "licence")}
    return Article.model_validate(
        {
            **plain,
            "guid": f"tag:{desk.domain},{desk.since}:drill/{key}",
            "headline": "Drill: this is no news",
            "summary": f"This is a test of withdrawals, {mark}.",
            "keywords": facts["keywords"],
            "subjects": [{"code": code} for code in facts["subjects"]],
            "bylines": [{"name": name} for name in facts["authors"] or ("Drill",)],
            "first_created": first,
            "version_created": first,
            "canonical_url": f"{desk.url.rstrip('/')}/drill/{key}",
            "rights": _OURS,
            "body": [
                {"type": "paragraph", "text": f"This text must be gone after the drill, {mark}."},
                _picture(files, mark),
            ],
        }
    )


def _picture(files: DeskFiles, mark: str) -> dict[str, Any]:
    url = f"{files.desk.url.rstrip('/')}/drill/{mark}.jpg"
    return {
        "type": "picture",
        "id": "canary",
        "caption": f"A bird, {mark}.",
        "alt": f"A bird, {mark}.",
        "credit": "Drill",
        "rights": _OURS,
        "renditions": [{"url": url, "type": "image/jpeg", "width": 640, "height": 480}],
    }


def holds(data: bytes | None, canary: Canary) -> bool:
    """Say whether a document shows a canary's identity or a word of it."""
    guid, mark = canary.article.guid.encode(), canary.mark.encode()
    return data is not None and (guid in data or mark in data)


def remains(data: bytes | None, canary: Canary) -> Iterator[str]:
    """Give what a document still shows of a canary that was killed."""
    if data is None:
        yield "the document is gone"
    elif canary.mark.encode() in data:
        yield "still shows its text or picture"
