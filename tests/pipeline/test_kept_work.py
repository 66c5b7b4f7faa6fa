"""What is kept to be done once: asked once, written once, and never missed when it is gone."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import EncodingFailed
from syndicate.model.receipt import Receipt
from syndicate.pipeline import lines, press, pruning, sheets
from syndicate.stores._tables import ENVELOPES, FRAGMENTS, PIECES, SHELVES, STREAMS
from tests.builders import (
    NOW,
    a_desk,
    a_licence,
    a_partner,
    agreement_data,
    an_article,
    desk_files,
)
from tests.pipeline.running import Running

LATER = NOW + timedelta(minutes=1)
ARTICLES = 6


def article(number: int, **changes: Any) -> Article:
    return an_article(
        guid=f"tag:harbour.example,2024:n{number}",
        canonical_url=f"https://harbour.example/n{number}",
        **changes,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Running:
    made = Running(tmp_path)
    made.take(*(article(number) for number in range(ARTICLES)))
    made.run()
    return made


class Counted:
    """Counts the calls of a function by the modules that use it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.calls = 0
        real = getattr(module, name)

        def counting(*args: Any, **named: Any) -> Any:
            self.calls += 1
            return real(*args, **named)

        monkeypatch.setattr(module, name, counting)


def correction(number: int) -> Article:
    return article(
        number, version=2, version_created=LATER.isoformat(), correction_note="Not so high."
    )


def test_only_a_new_version_is_decided_and_checked(
    desk: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = Counted(monkeypatch, lines, "rule")
    checked = Counted(monkeypatch, press, "_rendered")
    around = Counted(monkeypatch, sheets, "check_envelope")
    desk.take(correction(2), now=LATER)
    done = desk.run(LATER)
    assert sum(one.written for one in done) == 3
    assert (decided.calls, checked.calls, around.calls) == (1, 3, 0)


def test_an_answer_ends_with_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = NOW + timedelta(hours=1)
    desk = Running(tmp_path)
    desk.take(article(1), article(2, embargoed={"until": release.isoformat()}))
    [first, *_] = desk.run()
    assert (first.entries, first.next_change) == (1, release)
    decided = Counted(monkeypatch, lines, "rule")
    desk.take(article(3, version_created=LATER.isoformat()), now=LATER)
    assert desk.run(LATER)[0].entries == 2
    assert decided.calls == 1
    assert desk.run(release)[0].entries == 3
    assert decided.calls == 2


def test_an_answer_says_nothing_of_an_earlier_moment(
    desk: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = Counted(monkeypatch, lines, "rule")
    desk.run(NOW - timedelta(seconds=1), dry_run=True)
    assert decided.calls == ARTICLES


@pytest.mark.parametrize("table", [SHELVES, FRAGMENTS, PIECES, ENVELOPES], ids=str)
def test_what_was_kept_and_is_gone_is_made_again(desk: Running, table: sa.Table) -> None:
    with desk.store._engine.begin() as connection:
        assert connection.execute(table.delete()).rowcount
    other = Running(desk.folder.parent / "other")
    other.take(*(article(number) for number in range(ARTICLES)))
    other.run()
    for one in (desk, other):
        one.take(correction(2), now=LATER)
        one.run(LATER)
    assert {path: digest for path, (digest, _) in desk.state().items()} == {
        path: digest for path, (digest, _) in other.state().items()
    }


@pytest.mark.parametrize("data", [b"", b"no shelf", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_shelf_that_cannot_be_read_was_never_there(desk: Running, data: bytes) -> None:
    with desk.store._engine.begin() as connection:
        connection.execute(SHELVES.update().values(data=data))
    desk.take(correction(2), now=LATER)
    assert [one.failure for one in desk.run(LATER)] == [""] * 3


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S +0000"])
def test_a_title_that_reads_like_a_slot_is_left_alone(tmp_path: Path, form: str) -> None:
    title = LATER.strftime(form)
    feeds = [{"id": "gazette-all", "title": title, "formats": ["rss", "atom", "newsml-g2"]}]
    desk = Running(tmp_path, desk_files(partner=a_partner(feeds=feeds)))
    for number in range(3):
        now = NOW + timedelta(minutes=number)
        desk.take(article(1, version=1 + number, version_created=now.isoformat()), now=now)
        assert [one.failure for one in desk.run(now)] == [""] * 3
        assert desk.read("rss").count(f"<title>{title}</title>".encode()) == 1
        assert desk.read("atom").count(f"<title>{title}</title>".encode()) == 1


def test_an_encoding_that_is_not_installed_is_told_before_anything_is_done(
    desk: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: bytes) -> bytes:
        raise EncodingFailed("zstd is not installed", mend="pip install syndicate[zstd]")

    monkeypatch.setitem(sheets._ENCODERS, "zstd", missing)
    before = desk.state()
    desk.files = with_encodings("plain", "zstd")
    desk.take(correction(2), now=LATER)
    with pytest.raises(EncodingFailed, match="not installed"):
        desk.run(LATER)
    assert desk.state() == before
    assert [one.sequence for one in desk.store.ways()] == [1, 1, 1]


def with_encodings(*names: str) -> DeskFiles:
    return DeskFiles(a_desk(encodings=names), (a_licence(),), (a_partner(),))


def files(desk: Running) -> set[str]:
    return {one.name for one in (desk.folder / "gazette").iterdir()}


def test_a_document_is_put_plain_and_packed(desk: Running) -> None:
    assert files(desk) == {
        *("gazette-all.rss", "gazette-all.atom", "gazette-all.newsml.xml"),
        *("gazette-all.rss.gz", "gazette-all.atom.gz", "gazette-all.newsml.xml.gz"),
    }
    for suffix in ("rss", "atom", "newsml.xml"):
        assert gzip.decompress(desk.read(f"{suffix}.gz")) == desk.read(suffix)


def test_a_desk_may_put_gzip_alone_and_change_its_mind(desk: Running) -> None:
    before = desk.read("rss")
    desk.files = with_encodings("gzip")
    assert all(one.written for one in desk.run(LATER))
    assert files(desk) == {
        *("gazette-all.rss.gz", "gazette-all.atom.gz", "gazette-all.newsml.xml.gz")
    }
    assert gzip.decompress(desk.read("rss.gz")) == before
    assert not any(one.written for one in desk.run(LATER))
    desk.take(correction(2), now=LATER)
    desk.run(LATER)
    assert b"Not so high." in gzip.decompress(desk.read("rss.gz"))
    desk.files = with_encodings("plain", "gzip", "zstd", "br")
    desk.run(LATER)
    assert {"gazette-all.rss", "gazette-all.rss.br", "gazette-all.rss.zst"} < files(desk)
    desk.files = with_encodings("plain")
    desk.run(LATER)
    assert files(desk) == {"gazette-all.rss", "gazette-all.atom", "gazette-all.newsml.xml"}


def rows(desk: Running, table: sa.Table) -> int:
    with desk.store._engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def under(*versions: int) -> DeskFiles:
    """Two partners, each under a licence version."""
    licences = tuple(a_licence(version=one, display={"days": 10 * one}) for one in (1, 2, 3))
    partners = (
        a_partner(
            id=name,
            agreements=[agreement_data(licence_version=version)],
            feeds=[{"id": f"{name}-all", "title": name}],
        )
        for name, version in zip(("gazette", "herald"), versions, strict=True)
    )
    return DeskFiles(a_desk(), licences, tuple(partners))


def test_a_stream_that_all_feeds_left_counts_for_nothing_and_goes_in_time(tmp_path: Path) -> None:
    desk = Running(tmp_path, under(1, 1))
    desk.take(article(1))
    desk.run()
    desk.files = under(2, 3)
    killed = article(
        1, version=2, version_created=LATER.isoformat(), pub_status="canceled", body=[]
    )
    desk.take(killed, now=LATER)
    desk.run(LATER)

    def streams() -> set[int]:
        return {row.stream for row in desk.store._all(sa.select(STREAMS))}

    in_use = {one.stream for one in desk.store.ways()}
    assert len(in_use) == 2
    assert streams() > in_use
    assert desk.store.due_between(LATER, LATER + timedelta(days=60), 9) == ()
    held = desk.store.held(killed.guid)
    assert len(held) == 6
    pruning._prune(desk.store)
    assert streams() == in_use
    assert desk.store.held(killed.guid) == held
    state = desk.state()
    desk.run(LATER + timedelta(minutes=1))
    assert desk.state() == state


def test_what_a_feed_gave_out_that_left_the_desk_stays(tmp_path: Path) -> None:
    desk = Running(tmp_path, under(1, 2))
    desk.take(article(1))
    desk.run()
    desk.files = DeskFiles(desk.files.desk, desk.files.licences, desk.files.partners[1:])
    desk.run(LATER)
    held = desk.store.holdings("gazette-all", "rss")
    assert held
    pruning._prune(desk.store)
    assert desk.store.holdings("gazette-all", "rss") == held


def test_the_number_of_a_stream_never_names_another_one(desk: Running) -> None:
    [used] = {one.stream for one in desk.store.ways()}
    left = desk.store.record(Receipt(fork_of=used))
    pruning._prune(desk.store)
    assert desk.store.record(Receipt(fork_of=used)) > left > used


def test_what_no_newest_edition_needs_goes_in_time(
    desk: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "FEW", 0)
    before = rows(desk, FRAGMENTS)
    assert before == ARTICLES * 3
    most = 0
    for number in range(2, 40):
        now = NOW + timedelta(minutes=number)
        desk.take(article(2, version=number, version_created=now.isoformat()), now=now)
        assert [one.failure for one in desk.run(now)] == [""] * 3
        most = max(most, rows(desk, FRAGMENTS))
    assert before < most <= 2 * before + 3
    assert rows(desk, SHELVES) == 1
    desk.files = DeskFiles(a_desk(name="Another Post"), (a_licence(),), (a_partner(),))
    desk.run(NOW + timedelta(hours=1))
    pruning._prune(desk.store)
    assert rows(desk, FRAGMENTS) == before >= rows(desk, PIECES) > 0
    assert (rows(desk, SHELVES), rows(desk, ENVELOPES)) == (1, 3)
    state = desk.state()
    desk.run(NOW + timedelta(hours=2))
    assert desk.state() == state
