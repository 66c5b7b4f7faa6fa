"""Doors that close: what was taken back, what ended, what a court forbade, and what is told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate.formats.all import FORMATS
from syndicate.pipeline.doors import Doors, Ground, name_of
from syndicate.pipeline.standings import Standing
from tests.builders import NOW, a_licence, a_partner, agreement_data, desk_files
from tests.pipeline.doors import (
    ALL,
    DAY,
    HOUR,
    WALL,
    on_terms,
    published,
    seen,
    standing,
    with_picture,
)
from tests.pipeline.running import version


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pub_status": "canceled", "withdrawal_reason": "error"}, Standing.GONE),
        ({"pub_status": "canceled", "withdrawal_reason": "legal"}, Standing.ORDERED),
        ({"pub_status": "withheld", "withdrawal_reason": "rights"}, Standing.GONE),
    ],
)
def test_what_was_taken_back_says_so_at_once_and_afterwards(
    tmp_path: Path, changes: dict[str, Any], expected: Standing
) -> None:
    desk = published(tmp_path)
    desk.take(version(2, "2026-05-01T12:00:00Z", body=[], **changes))
    assert standing(desk) is expected
    desk.run()
    assert standing(desk) is expected
    assert standing(desk, NOW + 400 * DAY) is expected
    found = seen(desk, wants="document")
    assert found
    assert found.data == b""


def test_a_picture_goes_with_its_clearance_before_any_run(tmp_path: Path) -> None:
    ends = NOW + HOUR
    desk = published(tmp_path, **with_picture(window={"end": ends.isoformat()}))
    found = seen(desk)
    assert found
    assert found.entry
    assert [one.id for one in found.entry.media()] == ["photo"]
    assert found.part_ends("photo") == ends
    assert found.due == ends
    after = seen(desk, ends, wants="document")
    assert after
    assert after.entry
    assert after.entry.media() == ()
    assert b"wall-1600" not in after.data
    assert after.lost == {"photo": Standing.GONE}
    assert seen(desk, ends + HOUR, wants="document") == after
    desk.run(ends)
    again = seen(desk, ends)
    assert again
    assert again.lost == {"photo": Standing.GONE}


def test_the_end_of_an_agreement_closes_without_a_word_on_it(tmp_path: Path) -> None:
    desk = published(tmp_path, **with_picture())
    found = seen(desk)
    assert found
    assert found.ends == datetime.fromisoformat("2027-01-01T00:00:00+00:00")
    for now in (NOW + 365 * DAY, NOW + 800 * DAY):
        over = seen(desk, now)
        assert over
        assert (over.standing, over.lost) == (
            Standing.NOT_COVERED,
            {"photo": Standing.NOT_COVERED},
        )
        desk.run(now)
        assert standing(desk, now) is Standing.NOT_COVERED


@pytest.mark.parametrize("on_suspend", ["take_down", "freeze"])
def test_a_suspended_agreement_shows_nothing(tmp_path: Path, on_suspend: str) -> None:
    terms = {"on_suspend": on_suspend}
    desk = published(tmp_path, on_terms(terms))
    desk.files = on_terms(terms, state="suspended", state_since=NOW.isoformat())
    assert standing(desk) is Standing.NOT_COVERED
    desk.run()
    assert standing(desk) is Standing.NOT_COVERED
    desk.files = on_terms(terms)
    desk.run(NOW + HOUR)
    assert standing(desk, NOW + HOUR) is Standing.SHOWN


def test_an_overdue_payment_says_so(tmp_path: Path) -> None:
    terms = {"stop_when_overdue": True}
    desk = published(tmp_path, on_terms(terms))
    desk.files = on_terms(terms, payment_overdue_since=NOW.isoformat())
    assert standing(desk) is Standing.DUE
    desk.run()
    assert standing(desk) is Standing.DUE


def test_what_may_be_shown_no_longer_is_gone(tmp_path: Path) -> None:
    display = {"display": {"days": 2, "counted_from": "first_published"}}
    desk = published(tmp_path, on_terms(display))
    assert standing(desk) is Standing.SHOWN
    assert standing(desk, NOW + 2 * DAY) is Standing.GONE


def test_what_the_feed_does_not_pick_any_more_is_not_shown(tmp_path: Path) -> None:
    feeds = [{"id": "gazette-all", "title": "All", "selection": {"max_age": "P3D"}}]
    desk = published(tmp_path, desk_files(partner=a_partner(feeds=feeds)))
    assert standing(desk) is Standing.SHOWN
    assert standing(desk, NOW + 3 * DAY) is Standing.NOT_COVERED


def test_a_narrower_licence_takes_the_picture(tmp_path: Path) -> None:
    grants = [{"kind": kind} for kind in ("headline", "summary", "body")]
    narrow = a_licence(version=2, grants=grants)
    desk = published(tmp_path, **with_picture())
    agreements = [agreement_data(licence_version=2, retroactive=True)]
    desk.files = desk_files(partner=a_partner(agreements=agreements), others=(narrow,))
    found = seen(desk)
    assert found
    assert (found.standing, found.lost) == (Standing.SHOWN, {"photo": Standing.NOT_COVERED})


@pytest.mark.parametrize(
    ("reason", "expected"), [("An order.", Standing.ORDERED), ("", Standing.GONE)]
)
def test_an_order_of_a_court_is_told_as_one_where_it_may_be(
    tmp_path: Path, reason: str, expected: Standing
) -> None:
    order = {"id": "o-1", "authority": "a court", "territory": {"include": ["WORLD"]}}
    desk = published(tmp_path)
    orders = [{**order, "visible_reason": reason}]
    desk.take(version(2, "2026-05-01T12:00:00Z", orders=orders))
    assert standing(desk) is expected
    desk.run()
    assert standing(desk) is expected


def test_an_order_on_a_picture_is_one_on_that_alone(tmp_path: Path) -> None:
    order = {"id": "o-1", "authority": "a court", "territory": {"include": ["WORLD"]}}
    window = {"start": (NOW + HOUR).isoformat()}
    named = {"parts": ["photo"], "visible_reason": "An order.", "window": window}
    desk = published(tmp_path, **with_picture(), orders=[{**order, **named}])
    found = seen(desk, NOW + HOUR)
    assert found
    assert (found.standing, found.lost) == (Standing.SHOWN, {"photo": Standing.ORDERED})


def test_a_feed_that_left_the_desk_still_knows_what_it_gave_out(tmp_path: Path) -> None:
    desk = published(tmp_path)
    other = a_partner(id="tribune", agreements=[], feeds=[])
    desk.files = desk_files(partner=other)
    assert standing(desk) is Standing.NOT_COVERED
    desk.run()
    assert standing(desk) is Standing.NOT_COVERED
    ground = Ground(desk.files, {}, sound=False)
    kept = Doors(FORMATS).seen(desk.store, ground, ALL, name_of(WALL), NOW)
    assert kept
    assert kept.standing is Standing.NOT_COVERED
