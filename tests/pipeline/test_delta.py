"""What changed since an edition: nothing left out, nothing old, each a valid document."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicate.checks.findings import check_document
from syndicate.formats.all import FORMATS
from syndicate.model.article import Article
from syndicate.pipeline.delta import Changes, changes_since
from tests.builders import NOW, an_article
from tests.pipeline.running import Running, version

FEED = "gazette-all"
SUFFIXES = {name: fmt.suffix for name, fmt in FORMATS.items()}


def other(number: int, **changes: object) -> Article:
    return an_article(
        guid=f"tag:harbour.example,2024:other-{number}",
        canonical_url=f"https://harbour.example/other-{number}",
        headline=f"Story {number}",
        **changes,
    )


class Told(Running):
    """A desk whose editions are numbered."""

    def upto(self, name: str) -> int:
        return next(w.sequence for w in self.store.ways() if (w.feed, w.format) == (FEED, name))

    def since(self, name: str, edition: int, upto: int | None = None) -> Changes | None:
        data = self.read(SUFFIXES[name])
        upto = self.upto(name) if upto is None else upto
        return changes_since(self.store, FEED, name, edition, upto, data)


@pytest.fixture
def desk(tmp_path: Path) -> Told:
    """Four editions: two articles, a third one, a correction, a kill."""
    made = Told(tmp_path)
    made.take(other(1), other(2))
    made.run()
    made.take(other(3), now=NOW + timedelta(minutes=1))
    made.run(NOW + timedelta(minutes=1))
    for number, minutes, facts in ((1, 2, {"headline": "Story 1, corrected"}), (2, 3, KILLED)):
        at = NOW + timedelta(minutes=minutes)
        made.take(changed(number, at, **facts), now=at)
        made.run(at)
    return made


KILLED = {"pub_status": "canceled", "ed_note": "Wrong."}


def changed(number: int, at: datetime, **facts: object) -> Article:
    first = other(number)
    named = {"guid": first.guid, "canonical_url": first.canonical_url, "headline": first.headline}
    return version(2, at.isoformat(), **{**named, **facts})


def stories(data: bytes) -> set[str]:
    return {found.decode() for found in re.findall(rb"other-\d", data)}


EXPECTED = {1: {"other-1", "other-2", "other-3"}, 2: {"other-1", "other-2"}, 3: {"other-2"}}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("since", EXPECTED)
def test_it_has_what_came_was_corrected_or_was_withdrawn(
    desk: Told, name: str, since: int
) -> None:
    found = desk.since(name, since)
    assert found is not None
    assert found.upto == desk.upto(name) == 4
    assert stories(found.data) == EXPECTED[since]
    assert check_document(found.data, name) == ()
    if since == 1:
        assert b"Story 1, corrected" in found.data


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_changed_is_nothing(desk: Told, name: str) -> None:
    assert desk.since(name, 4) == Changes(4, b"")


@pytest.mark.parametrize("since", [0, 5, 99])
def test_an_edition_nobody_knows_has_no_changes(desk: Told, since: int) -> None:
    assert desk.since("rss", since) is None


def test_a_document_of_another_hand_has_none(desk: Told) -> None:
    data = desk.read() + b" "
    assert changes_since(desk.store, FEED, "rss", 1, 4, data) is None
    assert changes_since(desk.store, "nobody", "rss", 1, 4, data) is None


@pytest.mark.parametrize("upto", [1, 2, 3])
def test_a_document_that_was_put_after_the_number_was_read_is_told_as_what_it_is(
    desk: Told, upto: int
) -> None:
    found = desk.since("rss", 2, upto=upto)
    assert found is not None
    assert (found.upto, stories(found.data)) == (4, EXPECTED[2])


def test_who_follows_the_numbers_has_what_the_feed_has(tmp_path: Path) -> None:
    desk, have, at = Told(tmp_path), {}, 0
    for minute in range(1, 13):
        now = NOW + timedelta(minutes=minute)
        desk.take(other(minute), now=now)
        if minute % 3 == 0:
            desk.take(changed(minute - 1, now, headline=f"Corrected at {minute}"), now=now)
        desk.run(now)
        if minute % 2:  # every other edition is missed
            continue
        found = desk.since("atom", at) if at else None
        data = found.data if found else desk.read("atom")
        at = found.upto if found else desk.upto("atom")
        have.update(entries(data))
    assert have == entries(desk.read("atom"))


def entries(data: bytes) -> dict[bytes, bytes]:
    found = re.findall(rb"<entry.*?</entry>", data, re.DOTALL)
    return {re.findall(rb"<id>(.*?)</id>", one)[0]: one for one in found}
