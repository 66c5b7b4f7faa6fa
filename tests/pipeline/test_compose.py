"""A feed stops asking once it is full: that must never change what it holds, or when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from syndicate.formats.all import FORMATS
from syndicate.licensing.govern import carries_matter
from syndicate.model.decision import Decision
from syndicate.model.feed import Feed
from syndicate.pipeline.compose import Composition, compose, request_of
from syndicate.pipeline.pool import Everything
from tests.builders import NOW, a_licence, a_partner, an_article, desk_files
from tests.strategies import embargoes, licence_dicts, moments, mostly, partner_dicts

MARKED = frozenset({"embargo"})


@st.composite
def article_lists(draw: st.DrawFn) -> list[Any]:
    made = []
    for number in range(draw(st.integers(1, 8))):
        created = NOW - timedelta(days=draw(st.integers(0, 9)))
        changes: dict[str, Any] = {
            "guid": f"tag:harbour.example,2024:n{number}",
            "first_created": created.isoformat(),
            "version_created": (created + timedelta(days=draw(st.integers(0, 3)))).isoformat(),
            "urgency": draw(st.sampled_from([None, 1, 9])),
            "body": [{"type": "paragraph", "text": "Text."}],
            "embargoed": draw(mostly(None, embargoes())),
        }
        made.append(an_article(**changes))
    return made


@st.composite
def questions(draw: st.DrawFn) -> tuple[Any, Any, Any, Any]:
    feed = {
        "id": "gazette-all",
        "title": "All",
        "order": draw(st.sampled_from(["newest", "updated", "urgency"])),
        "limit": draw(st.integers(1, 4)),
    }
    partner = a_partner(**draw(partner_dicts()), feeds=[feed])
    return draw(article_lists()), a_licence(**draw(licence_dicts())), partner, draw(moments)


def composed(articles: Any, licence: Any, partner: Any, now: Any, feed: Feed) -> Composition:
    request = request_of(desk_files(licence, partner), partner, feed, MARKED)
    return compose(request, feed, Everything([(article,) for article in articles], now), now)


exhaustive = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@exhaustive
@given(questions())
def test_a_short_feed_is_the_beginning_of_the_long_one(asked: Any) -> None:
    articles, licence, partner, now = asked
    assume(licence.quota is None)  # a longer feed has other articles to give its places to
    short = partner.feeds[0]
    long = short.model_copy(update={"limit": 1000})
    whole = composed(articles, licence, partner, now, long)
    assert composed(articles, licence, partner, now, short).entries == whole.entries[: short.limit]


@exhaustive
@given(questions(), st.integers(0, 10**6))
def test_a_feed_is_constant_until_its_next_change(asked: Any, share: int) -> None:
    articles, licence, partner, now = asked
    feed = partner.feeds[0]
    first = composed(articles, licence, partner, now, feed)
    end = first.next_change or now + timedelta(days=365)
    inside = min(now + (end - now) * share / 10**6, end - timedelta(microseconds=1))
    later = composed(articles, licence, partner, inside, feed)
    assert [entry.guid for entry in later.entries] == [entry.guid for entry in first.entries]
    assert later.entries == first.entries


@exhaustive
@given(questions(), st.randoms())
def test_the_order_of_articles_does_not_matter(asked: Any, order: Any) -> None:
    articles, licence, partner, now = asked
    feed = partner.feeds[0]
    first = composed(articles, licence, partner, now, feed)
    order.shuffle(articles)
    again = composed(articles, licence, partner, now, feed)
    assert decisions(again) == decisions(first)
    assert again.entries == first.entries
    assert [one.facts for one in again.lines] == [one.facts for one in first.lines]
    assert again._replace(lines=(), rooms=()) == first._replace(lines=(), rooms=())


def decisions(one: Composition) -> dict[str, Decision]:
    return {guid: ruling.decision for guid, ruling in one.rulings.items()}


def test_formats_ask_apart_only_where_it_makes_a_difference() -> None:
    plain, marked = desk_files(), desk_files(a_licence(embargo_mode="deliver_marked"))
    for files, asks in ((plain, 1), (marked, 2)):
        partner, feed = files.feed_list()[0]
        requests = [request_of(files, partner, feed, fmt.carries) for fmt in FORMATS.values()]
        assert len({request.carries for request in requests}) == asks
        assert carries_matter(requests[0]) == (asks == 2)
