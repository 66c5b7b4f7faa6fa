"""What needs somebody: who is late, what ends soon, who went quiet, each at its moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate import wiring
from syndicate.model.credential import Kind
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Ack
from syndicate.model.usage import Fetches
from syndicate.pipeline import keys
from syndicate.pipeline.attention import SOON, Attention, attention
from syndicate.pipeline.ports import Store
from syndicate.pipeline.usage import QUIET
from tests.builders import a_partner, agreement_data, desk_files
from tests.cli.running import a_published_copy

DAY = timedelta(days=1)
SWIMMERS = "tag:longshore.example,2025:w1g5y7"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_published_copy(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def files(desk: Path) -> DeskFiles:
    return wiring.load(desk)


@pytest.fixture
def store(desk: Path, files: DeskFiles) -> Iterator[Store]:
    with wiring.scratch_store(desk, files.desk) as made:
        yield made


def newest(store: Store) -> datetime:
    found = store.newest_at()
    assert found
    return found


def seen(files: DeskFiles, store: Store, now: datetime, *fetches: Fetches) -> Attention:
    return attention(files, store, fetches, now)


def test_who_is_late_stands_there_with_whom_to_ask(files: DeskFiles, store: Store) -> None:
    told = newest(store)
    assert seen(files, store, told).waiting == ()
    late = seen(files, store, told + 2 * DAY).waiting
    asked = {one.partner: one.address for one in late}
    assert asked["fenwold"] == "duty-editor@fenwold.example"
    assert [one.notices[0].due for one in late] == sorted(
        one.notices[0].due for one in late if one.notices[0].due
    )
    for one in store.unacknowledged():
        if one.partner == "fenwold":
            store.acknowledge(Ack(notice=one.id, at=told, by="Ana"))
    after = seen(files, store, told + 2 * DAY).waiting
    assert {one.partner for one in after} == set(asked) - {"fenwold"}


def test_agreements_show_up_thirty_days_before_their_end(files: DeskFiles, store: Store) -> None:
    ends = [
        (one.term.closes, one.id)
        for partner in files.partners
        for one in partner.agreements
        if one.term.closes and one.in_force(one.term.closes - DAY)
    ]
    assert len(ends) > 3
    for end, name in ends:
        before = seen(files, store, end - SOON - DAY).agreements
        assert name not in {one.what for one in before}
        assert name in {one.what for one in seen(files, store, end - DAY).agreements}
        assert name not in {one.what for one in seen(files, store, end).agreements}


@pytest.mark.parametrize(
    ("state", "start", "is_shown"),
    [
        ("active", "2026-12-05T00:00:00Z", False),  # with the end of the one before
        ("active", "2026-12-01T00:00:00Z", False),
        ("active", "2026-12-05T00:00:01Z", True),  # a gap
        ("draft", "2026-12-05T00:00:00Z", True),
        ("signed", "2026-12-05T00:00:00Z", True),
        ("suspended", "2026-12-05T00:00:00Z", True),
    ],
)
def test_only_an_agreement_that_carries_on_hides_the_end_of_the_one_before(
    store: Store, state: str, start: str, *, is_shown: bool
) -> None:
    ends = {"start": "2026-01-01T00:00:00Z", "end": "2026-12-05T00:00:00Z"}
    follows = {"id": "l-2", "supersedes": "l-1", "state": state, "term": {"start": start}}
    agreements = [agreement_data(term=ends), agreement_data(**follows)]
    files = desk_files(partner=a_partner(agreements=agreements))
    found = seen(files, store, datetime(2026, 11, 20, tzinfo=UTC)).agreements
    assert [one.what for one in found] == ["l-1"] * is_shown


def test_a_picture_shows_up_before_its_rights_end(files: DeskFiles, store: Store) -> None:
    end = datetime(2026, 12, 15, tzinfo=UTC)
    [kiln] = [o for o in seen(files, store, end - 20 * DAY).clearances if o.what == "kiln"]
    assert (kiln.at, kiln.guid in store.guids()) == (end, True)
    assert seen(files, store, end).clearances == ()


def test_a_key_shows_up_while_it_lives_on_beside_the_next(files: DeskFiles, store: Store) -> None:
    now = newest(store)
    partner = files.partner("fenwold")
    assert partner
    numbers = iter(range(9))
    chance = lambda: bytes([next(numbers)] * 25)  # noqa: E731
    first = keys.issue(store, partner, keys.Wanted(Kind.KEY), now, chance).credential
    assert seen(files, store, now).keys == ()
    keys.rotate(store, partner, first, now, chance)
    assert [one.what for one in seen(files, store, now).keys] == [first.id]
    assert seen(files, store, now + 8 * DAY).keys == ()


def test_feeds_go_quiet_and_are_told_of_kills_by_fetching(files: DeskFiles, store: Store) -> None:
    now = newest(store)
    before = seen(files, store, now)
    assert (before.quiet, before.never) == ((), len({f for _, f, _ in store.published_feeds()}))
    told = {one.partner: one.feed for one in before.untold}
    assert told.keys() >= {"fenwold", "worldfold"}
    feed = told["fenwold"]
    assert set(before.headlines) == {SWIMMERS}
    asked = Fetches(now.date(), "abcdefgh", "fenwold", feed, "rss", 1, 0, 1, 0, now, now)
    after = seen(files, store, now + QUIET, asked)
    assert (after.quiet, after.never) == ((), before.never - 1)
    assert feed not in {one.feed for one in after.untold}
    later = seen(files, store, now + QUIET + timedelta(seconds=1), asked)
    assert [one.feed for one in later.quiet] == [feed]
