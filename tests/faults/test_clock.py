"""The clock steps back and forth: the time of a feed never goes back, ids never change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from tests.builders import NOW, a_partner, agreement_data, an_article, desk_files
from tests.faults.commands import run
from tests.faults.holding import Undisturbed, assert_nothing_to_do, documents
from tests.faults.story import AFTER, BEFORE
from tests.pipeline.running import Running, version

SUFFIXES = ("rss", "atom", "newsml.xml")
GUID = "tag:harbour.example,2024:"
ARTICLES = ("wall", "later", "gone")


class Seen(NamedTuple):
    """What a document says of itself."""

    time: datetime
    ids: frozenset[str]


def seen(data: bytes) -> Seen:
    root = etree.fromstring(data)
    ids = root.xpath(
        "//item/guid | //*[local-name()='entry']/*[local-name()='id']"
        " | //*[local-name()='newsItem']/@guid"
    )
    (time,) = root.xpath(
        "/rss/channel/lastBuildDate"
        " | /*[local-name()='feed']/*[local-name()='updated'] | //*[local-name()='sent']"
    )
    text = time.text
    moment = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    return Seen(moment, frozenset(getattr(one, "text", None) or str(one) for one in ids))


@pytest.fixture
def desk(tmp_path: Path) -> Running:
    """A desk on which something changes by time alone every few hours."""
    term = {"start": "2026-01-01T00:00:00Z", "end": "2026-05-03T00:00:00Z"}
    partner = a_partner(agreements=[agreement_data(term=term)])
    made = Running(tmp_path, desk_files(partner=partner))
    far = NOW + timedelta(days=9)
    page = "https://harbour.example/"
    made.take(
        an_article(),
        version(2, "2026-05-01T14:00:00Z", headline="Corrected", correction_note="Less."),
        an_article(
            guid=f"{GUID}later", canonical_url=f"{page}later", embargoed="2026-05-01T16:00:00Z"
        ),
        an_article(guid=f"{GUID}gone", canonical_url=f"{page}gone"),
        now=far,
    )
    killed = version(2, "2026-05-01T18:00:00Z", pub_status="canceled", body=[])
    made.take(killed.changed(guid=f"{GUID}gone", canonical_url=None), now=far)
    return made


def walk(choose: random.Random) -> Iterator[datetime]:
    """Give moments through two days, with steps back and forth between them."""
    for hour in range(1, 42, 4):
        for step in (0, choose.randint(-48, -1), choose.choice((0, -1, 4))):
            yield NOW + timedelta(hours=hour + step)


@pytest.mark.parametrize("seed", range(2))
def test_the_time_of_a_feed_never_goes_back(desk: Running, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311
    last: dict[str, datetime] = {}
    ids: set[str] = set()
    times: set[datetime] = set()
    for moment in walk(choose):
        desk.run(now=moment)
        assert not any(one.written for one in desk.run(now=moment))
        for suffix in SUFFIXES:
            found = seen(desk.read(suffix))
            assert found.time >= last.get(suffix, datetime.min.replace(tzinfo=UTC))
            last[suffix] = found.time
            ids |= found.ids
            times.add(found.time)
    assert ids - {f"{GUID}feed/gazette-all"} == {f"{GUID}{one}" for one in ARTICLES}
    assert len(times) >= 3, "time stood still"


def test_the_past_is_published_again_only_on_purpose(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    desk = undisturbed.copy(tmp_path / "desk")
    run("regenerate", "--desk", desk, "--at", AFTER)
    refused = run("regenerate", "--desk", desk, "--at", BEFORE, code=1)
    assert "--rewind" in refused.err
    assert documents(desk) == undisturbed.published
    public = desk / "public"
    before = {path: seen((public / path).read_bytes()).time for path in _feeds(desk)}
    run("regenerate", "--desk", desk, "--at", BEFORE, "--rewind")
    run("regenerate", "--desk", desk, "--at", AFTER)
    for path in _feeds(desk):
        assert seen((public / path).read_bytes()).time >= before[path]
    assert_nothing_to_do(desk)


def _feeds(desk: Path) -> list[str]:
    found = (path for path in documents(desk) if not path.endswith(".gz"))
    return [path for path in found if not path.startswith("licences/")]
