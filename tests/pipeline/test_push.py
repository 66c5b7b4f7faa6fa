"""When editions are pushed, tried again and given up, and who may still have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.credential import Credential, Kind
from syndicate.model.subscription import Intent, Mode, Progress, Subscription
from syndicate.pipeline.catalog import Catalog, Listed, catalog_in
from syndicate.pipeline.push import (
    LONG_ENOUGH,
    LONGEST_LEASE,
    LONGEST_PAUSE,
    SHORTEST_LEASE,
    USUAL_LEASE,
    arrived,
    confirmed,
    due_at,
    failed,
    lease_of,
    may_have,
    pings,
    topic_of,
    wanted_at,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEY = Credential(id="k3v5n2aq", kind=Kind.KEY, partner="gazette", digest="0" * 64, issued_at=NOW)
WEB = Listed("gazette", "site", "web", "application/rss+xml", format="rss", put=3)
FREE = Listed("gazette", "site", "free", "a/b", public=True, format="atom", put=3)
CATALOG = Catalog(
    "https://feeds.example",
    "Harbour Post",
    {"gazette/web.rss": WEB, "gazette/free.atom": FREE},
    frozenset({"licences/full/v1.html"}),
    {KEY.id: KEY},
    NOW,
    hub="https://hub.example/",
    inside=("reader.intranet:8443",),
)


def subscription(**facts: object) -> Subscription:
    stated = {"feed": "web", "format": "rss", "credential": KEY.id, **facts}
    return Subscription.model_validate(
        {
            "topic": "https://feeds.example/gazette/web.rss",
            "callback": "https://partner.example/a",
            "partner": "gazette",
            "since": NOW,
            "until": NOW + timedelta(days=1),
            **stated,
        }
    )


def test_an_edition_that_never_arrives_is_tried_over_75_hours_and_then_given_up() -> None:
    progress, now, tries = Progress(id="a"), NOW, 0
    while (at := due_at(progress, 3, now, urgent=False)) is not None:
        now = max(now, at)
        progress = failed(progress, 3, now, chance=0.5)
        tries += 1
    assert LONG_ENOUGH <= now - NOW < LONG_ENOUGH + LONGEST_PAUSE
    assert tries > 20
    assert (progress.given_up, progress.failing_since) == (3, NOW)


def test_a_later_edition_is_tried_after_one_was_given_up_and_as_long() -> None:
    given_up = Progress(
        id="a", tried=3, tried_since=NOW, failures=30, failing_since=NOW, given_up=3
    )
    later = NOW + timedelta(days=9)
    assert due_at(given_up, 3, later, urgent=False) is None
    assert due_at(given_up, 4, later, urgent=False) == later
    again = failed(given_up, 4, later, chance=0)
    assert (again.given_up, again.tried_since, again.failing_since) == (3, later, NOW)
    assert due_at(again, 4, later, urgent=False) == later + LONGEST_PAUSE / 2


def test_what_is_urgent_waits_for_no_pause_but_its_own() -> None:
    paused = failed(Progress(id="a", sent=1), 2, NOW, chance=1)
    assert due_at(paused, 3, NOW, urgent=False) == paused.next_at
    assert due_at(paused, 3, NOW, urgent=True) == NOW
    again = failed(paused, 3, NOW, chance=1)
    assert again.next_at is not None
    assert due_at(again, 3, NOW, urgent=True) == again.next_at > NOW


@given(st.integers(0, 40), st.floats(0, 1))
def test_pauses_grow_and_are_spread_and_never_longer_than_the_longest(
    failures: int, chance: float
) -> None:
    before = Progress(id="a", failures=failures)
    pauses = [failed(before, 1, NOW, one).next_at for one in (0, chance, 1)]
    first, mine, last = (one - NOW for one in pauses if one)
    assert first <= mine <= last <= LONGEST_PAUSE
    assert last == min(timedelta(seconds=15) * 2**failures, LONGEST_PAUSE)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("90", 90),
        ("0", 0),
        ("Fri, 01 May 2026 12:01:30 GMT", 90),
        ("Fri, 01 May 2026 11:00:00 -0000", -3_600),
        ("99999999999999999999", LONGEST_PAUSE.total_seconds()),
        ("Fri, 01 May 2099 12:01:30 GMT", LONGEST_PAUSE.total_seconds()),
    ],
)
def test_a_subscriber_says_from_when_on_it_wants_to_be_asked(stated: str, seconds: float) -> None:
    assert wanted_at(stated, NOW) == NOW + timedelta(seconds=seconds)


@given(st.text() | st.from_regex(r"\A[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [+-]?\d*\Z"))
def test_what_says_nothing_about_when_moves_nothing(stated: str) -> None:
    wanted = wanted_at(stated, NOW)
    assert wanted is None or wanted <= NOW + LONGEST_PAUSE
    assert wanted_at("soon", NOW) is None


def test_it_is_tried_again_no_sooner_than_it_wants_and_no_sooner_than_usual() -> None:
    tried = failed(Progress(id="a"), 3, NOW, 1, wanted=NOW + timedelta(seconds=90))
    assert due_at(tried, 3, NOW, urgent=False) == NOW + timedelta(seconds=90)
    tried = failed(Progress(id="a"), 3, NOW, 1, wanted=NOW + timedelta(seconds=1))
    assert due_at(tried, 3, NOW, urgent=False) == NOW + timedelta(seconds=15)


def test_a_topic_spelled_otherwise_is_the_same_subscription() -> None:
    spelled = subscription(topic="https://feeds.example/gazette/%77eb%2Erss")
    assert spelled.id == subscription().id
    assert spelled.id != subscription(topic="https://feeds.example/gazette%2Fweb.rss").id


def test_what_arrived_is_not_sent_again_and_clears_what_failed() -> None:
    progress = arrived(failed(Progress(id="a"), 3, NOW, chance=0), 3, NOW)
    assert due_at(progress, 3, NOW, urgent=True) is None
    assert progress == Progress(id="a", sent=3, sent_at=NOW)
    assert arrived(progress, 2, NOW).sent == 3


def test_leases_have_bounds() -> None:
    found = [lease_of(one) for one in (None, 1, 3_600, 10**9)]
    assert found == [USUAL_LEASE, SHORTEST_LEASE, 3_600, LONGEST_LEASE]


def test_a_lease_runs_from_when_it_was_to_be_confirmed_and_a_renewal_keeps_its_age() -> None:
    facts = {"topic": "a", "callback": "b", "partner": "gazette", "feed": "web", "format": "rss"}
    intent = Intent(
        mode=Mode.SUBSCRIBE, **facts, lease=600, at=NOW - timedelta(days=1), number="1"
    )
    made = confirmed(intent, None, NOW)
    assert (made.since, made.until) == (NOW, NOW + timedelta(minutes=10))
    later = confirmed(intent, made, NOW + timedelta(minutes=5))
    assert (later.since, later.until) == (NOW, NOW + timedelta(minutes=15))


OVER = KEY.model_copy(update={"ends_at": NOW})
FOREIGN = KEY.model_copy(update={"partner": "tribune"})


@pytest.mark.parametrize(
    ("who", "listed", "credentials", "may"),
    [
        (subscription(), WEB, {KEY.id: KEY}, True),
        (subscription(), WEB, {KEY.id: OVER}, False),
        (subscription(), WEB, {}, False),
        (subscription(), WEB, {KEY.id: FOREIGN}, False),
        (subscription(), None, {KEY.id: KEY}, False),
        (subscription(), WEB._replace(partner="tribune"), {KEY.id: KEY}, False),
        (subscription(credential=""), WEB, {KEY.id: KEY}, False),
        (subscription(credential="", feed="free", format="atom"), FREE, {}, True),
    ],
)
def test_a_subscriber_may_have_what_it_may_read_at_that_moment(
    who: Subscription, listed: Listed | None, credentials: dict[str, Credential], may: bool
) -> None:
    assert may_have(who, listed, CATALOG._replace(credentials=credentials), NOW) is may


@pytest.mark.parametrize(
    ("topic", "path"),
    [
        ("https://feeds.example/gazette/web.rss", "gazette/web.rss"),
        ("https://feeds.example/gazette/%77eb%2Erss", "gazette/web.rss"),
        ("https://feeds.example/gazette%2Fweb.rss", None),
        ("https://feeds.example/gazette/web.rss?since=1", None),
        ("https://feeds.example/gazette/web.rss%", None),
        ("https://feeds.example/gazette/web.rss%zz", None),
        ("https://feeds.example/licences/full/v1.html", None),
        ("https://feeds.example.org/gazette/web.rss", None),
        ("http://feeds.example/gazette/web.rss", None),
        ("", None),
    ],
)
def test_a_topic_is_the_address_of_a_feed_of_ours(topic: str, path: str | None) -> None:
    found = topic_of(CATALOG, topic)
    assert (found.path if found else None) == path


def test_an_outside_hub_is_told_of_public_feeds_alone() -> None:
    assert [one.topic for one in pings(CATALOG)] == ["https://feeds.example/gazette/free.atom"]
    assert list(pings(CATALOG._replace(hub=""))) == []


def test_a_kept_catalog_knows_whom_the_server_may_call() -> None:
    again = catalog_in(CATALOG.written())
    assert (again.hub, again.inside) == (CATALOG.hub, CATALOG.inside)
