"""Real readers subscribe, by key and by token: what they see, and what a correction and a kill
change of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import feedparser
import pytest

from tests.cli.running import a_copy, run
from tests.web.feed_readers import NEEDS, READERS, Shown, is_here
from tests.web.serving import secret, served

RSS = "/fenwold/fenwold-text.rss"
ATOM = "/fenwold/fenwold-text.atom"
FERRY = "tag:longshore.example,2025:f7l2e8"
MEALS = "tag:longshore.example,2025:t5h7q1"
WRONG, RIGHT = "carried nine passengers", "carried ninety passengers"
NOTE = "It was ninety passengers, not nine."
EATEN = "Bernadette Coyle"
WAYS = ("key", "token")
DEAF = "rss2email as it comes"
"""Takes no notice of what changes under an identity that it knows."""


class Story(NamedTuple):
    """What a reader showed before and after an article was corrected and another one killed."""

    before: Shown
    after: Shown


class Told(NamedTuple):
    stories: Mapping[tuple[str, str], Story]
    guids: frozenset[str]
    """What stands in the feed."""
    log: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    desk = a_copy(tmp_path_factory.mktemp("desk"))
    run("regenerate", "--desk", desk)
    key = secret(desk, "fenwold")
    token = secret(desk, "fenwold", "--token", "--feed", "fenwold-text")
    feed = feedparser.parse((desk / "public" / RSS[1:]).read_bytes())
    with served(desk) as server:
        server.until(200, f"/t/{token}{RSS}")
        urls = {
            "key": f"http://fenwold:{key}@127.0.0.1:{server.port}{RSS}",
            "token": f"http://127.0.0.1:{server.port}/t/{token}{ATOM}",
        }
        readers = {
            (name, way): READERS[name](tmp_path_factory.mktemp("reader"), urls[way])
            for name in READERS
            if is_here(name)
            for way in WAYS
        }
        before = {which: reader.read() for which, reader in readers.items()}
        run("correct", FERRY, "--replace", WRONG, RIGHT, "--note", NOTE, "--desk", desk)
        run("kill", MEALS, "--reason", "error", "--desk", desk)
        after = {which: reader.read() for which, reader in readers.items()}
        log = "\n".join(server.lines)
    stories = {which: Story(before[which], after[which]) for which in readers}
    return Told(stories, frozenset(one["id"] for one in feed["entries"]), log)


@pytest.fixture(params=[(name, way) for name in READERS for way in WAYS], ids=" by ".join)
def which(request: pytest.FixtureRequest) -> tuple[str, str]:
    name, way = request.param
    if not is_here(name):
        pytest.skip(f"{NEEDS[name]} is not installed")
    return name, way


@pytest.fixture
def story(told: Told, which: tuple[str, str]) -> Story:
    return told.stories[which]


def test_a_reader_gets_every_item_of_its_feed_once(told: Told, story: Story) -> None:
    assert set(story.before) == told.guids
    assert all(len(shown) == 1 for shown in story.before.values())
    [ferry], [meals] = story.before[FERRY], story.before[MEALS]
    assert WRONG in ferry.text
    assert EATEN in meals.text


def test_no_reader_holds_an_article_twice_under_two_names(story: Story) -> None:
    assert set(story.after) == set(story.before)


def test_a_correction_reaches_whoever_looks_again(which: tuple[str, str], story: Story) -> None:
    last = story.after[FERRY][-1]
    if which[0] == DEAF:
        assert story.after[FERRY] == story.before[FERRY]
        return
    assert RIGHT in last.text
    assert WRONG not in last.text
    assert NOTE in last.text


def test_of_what_was_killed_nothing_is_left_where_a_reader_follows(
    which: tuple[str, str], story: Story
) -> None:
    last = story.after[MEALS][-1]
    if which[0] == DEAF:
        assert story.after[MEALS] == story.before[MEALS]
        return
    assert last.title.startswith("WITHDRAWN:")
    assert EATEN not in last.text
    assert "withdrawn" in last.text


def test_what_did_not_change_is_not_shown_anew(story: Story) -> None:
    for guid in set(story.before) - {FERRY, MEALS}:
        assert story.after[guid] == story.before[guid]


def test_changes_alone_go_to_no_reader_that_takes_them_for_a_failure(told: Told) -> None:
    asked = re.findall(r"GET '/(?:t/[^/]*/)?fenwold/[^']*' (\d+)", told.log)
    ends = [one for one in READERS if is_here(one) for _ in WAYS]
    last = dict(zip(ends, asked[-len(ends) :], strict=True))
    assert last.pop("reader") == "226"
    assert set(last.values()) == {"200"}
