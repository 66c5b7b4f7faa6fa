"""The audit beside the target: published documents are those of the newest editions."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.builders import at
from tests.pipeline.auditing import LEFT, OnDisk, a_copy_of, article, lived

RSS = Path("gazette/gazette-all.rss")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    return lived(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def desk(original: OnDisk, tmp_path: Path) -> OnDisk:
    return a_copy_of(original, tmp_path)


def edition(number: int, folder: Path) -> bytes:
    """The bytes of an edition of the RSS feed, from a desk that lived the same life."""
    other = OnDisk(folder)
    other.step(at("2026-03-10T12:00Z"), article(1), article(2))
    if number > 1:
        kill = article(1, "2026-03-10T13:00:00Z", version=2, pub_status="canceled", body=[])
        other.step(at("2026-03-10T13:00Z"), kill)
    if number > 2:
        note = {"correction_note": "Not two."}
        moment = at("2026-03-11T12:00Z")
        other.step(moment, article(2, "2026-03-11T12:00:00Z", version=2, **note))
    return other.read("rss")


def test_published_documents_are_those_of_the_newest_editions(
    desk: OnDisk, tmp_path: Path
) -> None:
    path = desk.folder / RSS
    path.write_bytes(path.read_bytes() + b"\n")
    assert desk.codes() == {"document-edited"}
    path.unlink()
    assert desk.codes() == {"document-missing"}
    path.write_bytes(edition(2, tmp_path / "two"))
    assert desk.codes() == {"document-old"}
    path.write_bytes(edition(3, tmp_path / "three"))
    [waiting] = desk.found()
    assert (waiting.code, waiting.is_fault) == ("document-waiting", False)
    assert waiting.mend == "run syndicate regenerate"
    desk.step(LEFT)
    assert desk.found() == []


def test_a_run_that_died_before_its_first_document_left_none(desk: OnDisk) -> None:
    more = [*desk.files.partners[0].feeds, desk.files.partners[0].feeds[0]]
    more[1] = more[1].model_copy(update={"id": "gazette-new"})
    partner = desk.files.partners[0].model_copy(update={"feeds": tuple(more)})
    desk.files = desk.files.__class__(desk.files.desk, desk.files.licences, (partner,))
    desk.step(LEFT)
    (desk.folder / "gazette/gazette-new.atom.gz").unlink()
    assert desk.codes() == {"document-missing"}
    (desk.folder / "gazette/gazette-new.atom").unlink()
    assert desk.codes() == {"document-waiting"}


def test_a_gzip_is_looked_at_too(desk: OnDisk) -> None:
    path = desk.folder / f"{RSS}.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"\n"))
    [edited] = desk.found()
    assert (edited.code, edited.where) == ("document-edited", f"{RSS}.gz")
    path.write_bytes(b"no gzip")
    assert desk.codes() == {"document-unreadable", "document-missing"}
    desk.step(LEFT)
    assert desk.found() == []


def test_a_feed_that_nobody_recorded_is_said(desk: OnDisk) -> None:
    (desk.folder / "gazette/gazette-more.rss").write_text("<rss/>")
    (desk.folder / "gazette/readme.txt").write_text("Hello.")
    [unknown] = desk.found()
    assert (unknown.code, unknown.where) == ("document-unknown", "gazette/gazette-more.rss")
