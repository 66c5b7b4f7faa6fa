"""Compressed files beside a document, or in its place: one path, one content."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed
from syndicate.targets import _files
from syndicate.targets.folder import FolderTarget
from tests.targets.putting import a_document, everything, in_a_child, kill, trap

PATH = "gazette/all.rss"


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    return FolderTarget(tmp_path / "public")


def encoded(data: bytes, *codings: str, plain: bool = True) -> Document:
    made = {"gzip": gzip.compress(data, mtime=0), "br": b"br " + data, "zstd": b"zst " + data}
    encodings = tuple((one, made[one]) for one in codings)
    return a_document(data)._replace(encodings=encodings, plain=plain)


MODES = {
    "plain": encoded(b"the document"),
    "all": encoded(b"the document", "gzip", "br", "zstd"),
    "beside": encoded(b"the document", "gzip"),
    "alone": encoded(b"the document", "gzip", plain=False),
    "all-but-plain": encoded(b"the document", "gzip", "br", "zstd", plain=False),
}
FILES = {
    "plain": {PATH},
    "all": {PATH, f"{PATH}.gz", f"{PATH}.br", f"{PATH}.zst"},
    "beside": {PATH, f"{PATH}.gz"},
    "alone": {f"{PATH}.gz"},
    "all-but-plain": {f"{PATH}.gz", f"{PATH}.br", f"{PATH}.zst"},
}


@pytest.mark.parametrize("after", MODES)
@pytest.mark.parametrize("before", MODES)
def test_exactly_the_files_of_a_document_are_there(
    target: FolderTarget, tmp_path: Path, before: str, after: str
) -> None:
    assert target.put(MODES[before]) is True
    assert target.put(MODES[after]) is (before != after)
    assert everything(tmp_path / "public") == FILES[after]
    assert target.put(MODES[after]) is False
    assert target.get(PATH) == b"the document"
    assert target.paths() == (PATH,)
    for end, data in MODES[after].files():
        assert (tmp_path / "public" / f"{PATH}{end}").read_bytes() == data
    assert target.remove(PATH) is True
    assert target.remove(PATH) is False
    assert list((tmp_path / "public").iterdir()) == []


def test_the_digest_is_of_the_plain_bytes() -> None:
    assert len({one.digest for one in MODES.values()}) == 1


@pytest.mark.parametrize(
    "document",
    [
        a_document()._replace(plain=False),
        encoded(b"x", "br", "zstd", plain=False),
        a_document()._replace(encodings=(("compress", b""),)),
    ],
)
def test_what_nothing_stands_for_is_no_document(document: Document) -> None:
    with pytest.raises(ValueError, match="cannot be published as"):
        document.files()


@pytest.mark.parametrize("end", [".gz", ".br", ".zst"])
def test_a_path_that_looks_compressed_is_refused(target: FolderTarget, end: str) -> None:
    with pytest.raises(TargetFailed, match="is no path that can be published"):
        target.put(a_document(path=f"gazette/all{end}"))


def test_the_longest_name_can_be_published_compressed(target: FolderTarget) -> None:
    name = "a" * 121
    assert target.put(encoded(b"x", "gzip", "zstd")._replace(path=name)) is True
    assert target.paths() == (name,)


def test_temporary_files_of_the_longest_name_are_cleared_away(
    target: FolderTarget, tmp_path: Path
) -> None:
    target.put(a_document(path="all.rss"))
    (tmp_path / "public" / f".{'a' * 121}.zst.0123456789abcdef.tmp").touch()
    with target.lock():
        assert everything(tmp_path / "public") == {"all.rss"}


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip", gzip.compress(b"cut off")[:-1], gzip.compress(b"one") + gzip.compress(b"2")],
)
def test_a_broken_gzip_is_told(target: FolderTarget, tmp_path: Path, data: bytes) -> None:
    target.put(MODES["alone"])
    (tmp_path / "public" / f"{PATH}.gz").write_bytes(data)
    with pytest.raises(TargetFailed, match=r"all\.rss\.gz: is no whole gzip"):
        target.get(PATH)
    assert target.put(MODES["alone"]) is True, "it heals"


def test_a_gzip_may_not_swell_beyond_measure(
    target: FolderTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.put(encoded(bytes(1_000), "gzip", plain=False))
    monkeypatch.setattr(_files, "LARGEST", 1_000)
    assert target.get(PATH) == bytes(1_000)
    monkeypatch.setattr(_files, "LARGEST", 999)
    with pytest.raises(TargetFailed, match="is no whole gzip"):
        target.get(PATH)


def test_a_link_in_place_of_a_gzip_is_refused(target: FolderTarget, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(gzip.compress(b"secret"))
    target.put(a_document(path="gazette/other.rss"))
    (tmp_path / "public" / f"{PATH}.gz").symlink_to(tmp_path / "secret")
    with pytest.raises(TargetFailed, match="symbolic link"):
        target.get(PATH)
    with pytest.raises(TargetFailed, match="symbolic link"):
        target.put(MODES["beside"])
    assert target.remove(PATH) is False


@pytest.mark.parametrize(("before", "after"), [("all", "alone"), ("alone", "plain")])
def test_killed_at_any_call_while_files_change_there_is_always_one(
    target: FolderTarget, tmp_path: Path, before: str, after: str
) -> None:
    new = encoded(b"new", *(one for one, _ in MODES[after].encodings), plain=MODES[after].plain)
    for at_call in range(1, 100):
        target.put(MODES[before])

        def put_trapped(at_call: int = at_call) -> None:
            with pytest.MonkeyPatch.context() as monkeypatch, target.lock():
                trap(monkeypatch, at_call, kill)
                target.put(new)

        end = in_a_child(put_trapped)
        assert target.get(PATH) in {MODES[before].data, b"new"}
        if end == 0:
            break
        with target.lock():
            target.put(new)
        assert everything(tmp_path / "public") == FILES[after]
    assert at_call > 8
