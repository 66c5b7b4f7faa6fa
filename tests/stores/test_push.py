"""Subscriptions in the store: kept with their secrets, replaced whole, ended with all they had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.model.errors import AccessRefused
from syndicate.model.subscription import Intent, Missed, Mode, Progress, Subscription
from syndicate.pipeline.ports import Most
from syndicate.pipeline.push import confirmed
from syndicate.stores._rows import instant
from syndicate.stores._tables import EDITIONS, LINES
from syndicate.stores.sql import SqlStore

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MOST = Most(pending=2, held=2, of_host=2)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    made = SqlStore.open("sqlite://")
    yield made
    made.close()


def intent(
    callback: str,
    mode: Mode = Mode.SUBSCRIBE,
    number: str = "1",
    credential: str = "",
    secret: str = "",
) -> Intent:
    return Intent(
        mode=mode,
        topic="https://feeds.example/a.rss",
        callback=callback,
        partner="gazette",
        feed="web",
        format="rss",
        lease=600,
        at=NOW,
        number=number,
        credential=credential,
        secret=secret,
    )


def subscribed(
    store: SqlStore, callback: str, credential: str = "", secret: str = ""
) -> Subscription:
    wanted = intent(callback, credential=credential, secret=secret)
    store.intend(wanted, MOST)
    made = confirmed(wanted, None, NOW)
    store.settle(wanted, made, NOW)
    return made


def test_a_request_is_kept_until_it_is_settled(store: SqlStore) -> None:
    made = subscribed(store, "https://a.example/", secret="whisper")
    assert store.intents() == ()
    assert store.subscriptions() == (made,)


def test_a_later_request_stands_instead_and_outlives_the_end_of_the_first(store: SqlStore) -> None:
    first, second = intent("https://a.example/"), intent("https://a.example/", number="2")
    store.intend(first, MOST)
    store.intend(second, MOST)
    assert store.intents() == (second,)
    store.settle(first, None, NOW)
    assert store.intents() == (second,)


def test_nothing_is_kept_of_a_request_to_end_what_is_not_there(store: SqlStore) -> None:
    assert not store.intend(intent("https://a.example/", Mode.UNSUBSCRIBE), MOST)
    assert store.intents() == ()
    subscribed(store, "https://a.example/")
    assert store.intend(intent("https://a.example/", Mode.UNSUBSCRIBE), MOST)


def test_one_credential_has_only_so_many_and_may_renew_each(store: SqlStore) -> None:
    for host in ("a", "b"):
        subscribed(store, f"https://{host}.example/", credential="k3v5n2aq")
    with pytest.raises(AccessRefused):
        store.intend(intent("https://c.example/", credential="k3v5n2aq"), MOST)
    assert store.intend(intent("https://a.example/", credential="k3v5n2aq"), MOST)
    for host in ("c", "d"):
        assert store.intend(intent(f"https://{host}.example/"), MOST)
    with pytest.raises(AccessRefused):
        store.intend(intent("https://e.example/"), MOST)


def test_who_needs_no_credential_has_only_so_many_requests_to_one_host(store: SqlStore) -> None:
    most = Most(pending=9, held=9, of_host=2)
    for path in ("a", "b"):
        assert store.intend(intent(f"https://a.example/{path}"), most)
    with pytest.raises(AccessRefused):
        store.intend(intent("https://a.example/c"), most)
    assert store.intend(intent("https://a.example/a", number="2"), most)
    assert store.intend(intent("https://b.example/c"), most)
    for path in ("c", "d", "e"):
        assert store.intend(intent(f"https://a.example/{path}", credential="k3v5n2aq"), most)


def test_a_renewal_keeps_how_far_editions_have_come_and_an_end_forgets_it(store: SqlStore) -> None:
    made = subscribed(store, "https://a.example/")
    store.note_progress([Progress(id=made.id, sent=4)], {}, NOW)
    subscribed(store, "https://a.example/")
    assert store.progress() == (Progress(id=made.id, sent=4),)
    assert store.end_subscription(made, "a test ends it", NOW)
    assert (store.subscriptions(), store.progress()) == ((), ())
    assert not store.end_subscription(made, "a test ends it", NOW)
    store.note_progress([Progress(id=made.id, sent=4)], {}, NOW)
    subscribed(store, "https://a.example/")
    assert store.progress() == ()


def test_what_was_renewed_since_it_was_seen_is_not_ended(store: SqlStore) -> None:
    made = subscribed(store, "https://a.example/")
    renewed = made.twin(credential="k3v5n2aq", until=made.until + timedelta(microseconds=1))
    store.settle(intent("https://a.example/"), renewed, NOW)
    assert not store.end_subscription(made, "its lease is over", NOW)
    assert store.subscriptions() == (renewed,)
    assert store.end_subscription(renewed, "its lease is over", NOW)


def test_the_log_says_who_is_told_and_what_was_given_up_and_no_secret(store: SqlStore) -> None:
    made = subscribed(store, "https://a.example/capability", secret="whisper")
    later = NOW + timedelta(days=4)
    store.note_progress([Progress(id=made.id)], {made.id: "edition 4 of web, rss"}, later)
    store.end_subscription(made, "its lease is over", later)
    lines = [(one.kind, one.subject, one.content) for one in store.events()]
    assert lines == [
        ("subscription", made.id, "begins: feed web of gazette, rss"),
        ("push", made.id, "given up: edition 4 of web, rss"),
        ("subscription", made.id, "ends: its lease is over"),
    ]


Line = tuple[str, int, bool, int]
"""Article, version, whether withdrawn, revision."""
OLD: Line = ("a", 1, False, 0)
NEWS: Line = ("b", 1, False, 0)
UPDATE: Line = ("a", 2, False, 0)
CUT: Line = ("a", 1, False, 1)
KILLED: Line = ("a", 1, True, 0)
LONG_KILLED: Line = ("z", 1, True, 0)


@pytest.mark.parametrize(
    ("editions", "urgent"),
    [
        (([OLD], [NEWS, OLD]), False),
        (([OLD], [UPDATE]), False),
        (([OLD], []), False),
        (([OLD], [KILLED]), True),
        (([OLD], [CUT]), True),
        (([OLD, LONG_KILLED], [NEWS, OLD, LONG_KILLED]), False),
        (([OLD], [KILLED], [NEWS, KILLED]), True),
        (([KILLED], [OLD]), False),
    ],
)
def test_an_edition_is_urgent_where_something_is_taken_back_that_stood_before(
    store: SqlStore, editions: tuple[list[Line], ...], urgent: bool
) -> None:
    with store._engine.begin() as connection:
        for sequence, lines in enumerate(editions, start=1):
            facts = {"feed": "web", "format": "rss", "partner": "gazette", "json": "{}"}
            facts |= {"at": instant(NOW), "updated": instant(NOW), "digest": ""}
            connection.execute(
                EDITIONS.insert(), {**facts, "sequence": sequence, "manifest": str(sequence)}
            )
            for position, (guid, version, withdrawn, revision) in enumerate(lines):
                row = {"manifest": str(sequence), "position": position, "guid": guid}
                row |= {"version": version, "withdrawn": withdrawn, "revision": revision}
                connection.execute(LINES.insert(), row)
    missed = Missed(feed="web", format="rss", after=1, upto=len(editions))
    other = missed.model_copy(update={"format": "atom"})
    assert store.urgent([missed, other]) == ((missed,) if urgent else ())
