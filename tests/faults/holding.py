"""What must hold after every fault; the one checker of all tests here.

At once: every published document is a whole one that is known, its receipt is in the store, no
accepted article is lost. After the next plain run: the same bytes as if nothing had happened, no
file left over, and another run writes nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from syndicate.formats.all import FORMATS
from syndicate.model.document import is_made_up
from tests.faults import story
from tests.faults.commands import Ended, run

STORE = ".syndicate/desk.db"
_SUFFIXES = {fmt.suffix: fmt.name for fmt in FORMATS.values()}
_EDITIONS = "SELECT feed, format, digest FROM editions"
_MADE = """
SELECT e.feed, e.format, e.digest, t.text, json_extract(e.json, '$.opening')
FROM editions e JOIN texts t ON t.digest = json_extract(e.json, '$.makeup')
"""
_ARTICLES = "SELECT guid, version, digest FROM articles"


class Kept(NamedTuple):
    """What a store holds."""

    articles: frozenset[tuple[str, int, str]] = frozenset()
    editions: frozenset[tuple[str, str, str]] = frozenset()
    made: frozenset[tuple[str, str, str, str, int]] = frozenset()
    """Of each edition, what its document is made of."""


class Undisturbed:
    """A desk to which nothing happened: its states and bytes are what others are held against."""

    def __init__(self, folder: Path, *, first_run: bool = False) -> None:
        self.desk = folder / "desk"
        self._begun = folder / "begun"
        story.before(self.desk)
        if not first_run:
            publish(self.desk, story.BEFORE)
        shutil.copytree(self.desk, self._begun)
        story.after(self.desk)
        publish(self.desk)
        run("check", "--desk", self.desk)

    def copy(self, place: Path) -> Path:
        """Make a desk in its first state, whose inputs have all changed since."""
        shutil.copytree(self._begun, place)
        story.after(place)
        return place

    @cached_property
    def published(self) -> dict[str, str]:
        """The digests of the documents in the end."""
        return documents(self.desk)

    @cached_property
    def known(self) -> dict[str, set[str]]:
        """All whole states of each document, old and new."""
        both: dict[str, set[str]] = {}
        for desk in (self._begun, self.desk):
            for path, digest in documents(desk).items():
                both.setdefault(path, set()).add(digest)
        return both

    @cached_property
    def accepted(self) -> Kept:
        """What the store held before the inputs changed."""
        return kept(self._begun)


def publish(desk: Path, at: str = story.AFTER, code: int | None = 0) -> Ended:
    """Run regenerate."""
    return run("regenerate", "--desk", desk, "--at", at, code=code)


def documents(desk: Path) -> dict[str, str]:
    """Give the digest of every published file; temporary ones are hidden."""
    public = desk / "public"
    return {
        str(path.relative_to(public)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(public.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def files(desk: Path) -> set[str]:
    """Give the name of every file of a desk."""
    return {str(path.relative_to(desk)) for path in desk.rglob("*") if path.is_file()}


def kept(desk: Path) -> Kept:
    """Read the store as the next run would find it, and leave it as it is."""
    store = desk / STORE
    if not store.exists():
        return Kept()
    with tempfile.TemporaryDirectory() as place:
        for end in ("", "-wal", "-journal"):
            if Path(f"{store}{end}").exists():
                shutil.copy(f"{store}{end}", Path(place) / f"desk.db{end}")
        with closing(sqlite3.connect(Path(place) / "desk.db")) as connection:
            assert _rows(connection, "PRAGMA integrity_check") == {("ok",)}
            if not _rows(connection, "SELECT 1 FROM sqlite_master WHERE name = 'editions'"):
                return Kept()
            rows = (_rows(connection, one) for one in (_ARTICLES, _EDITIONS, _MADE))
            return Kept(*rows)


def _rows(connection: sqlite3.Connection, query: str) -> frozenset[Any]:
    return frozenset(connection.execute(query).fetchall())


def assert_sound(desk: Path, one: Undisturbed, accepted: Kept | None = None) -> None:
    """Check what must hold right after a fault, before anything is run."""
    store = kept(desk)
    if accepted is None:
        accepted = one.accepted
    assert store.articles >= accepted.articles, "an accepted article is lost"
    assert store.editions >= accepted.editions, "a receipt is lost"
    for path, digest in documents(desk).items():
        assert digest in one.known.get(path, set()), f"{path} is neither old nor new"
        _assert_received(desk, path, store)


def assert_whole(desk: Path) -> None:
    """Check documents of any state: each has its receipt and passes `syndicate check`."""
    store = kept(desk)
    for path in documents(desk):
        _assert_received(desk, path, store)
    checked = run("check", "--desk", desk, code=None).out
    assert checked.endswith(" 0 faults\n"), checked


def _assert_received(desk: Path, path: str, store: Kept) -> None:
    """Check that a document on disk has its receipt in the store."""
    folder, _, name = path.removesuffix(".gz").partition("/")
    feed, _, suffix = name.partition(".")
    if folder == "licences":
        return
    data = (desk / "public" / path).read_bytes()
    plain = gzip.decompress(data) if path.endswith(".gz") else data
    mine = [one[2:] for one in store.made if one[:2] == (feed, _SUFFIXES[suffix])]
    assert any(is_made_up(plain, *one) for one in mine), f"{path} has no receipt"


def assert_heals(desk: Path, one: Undisturbed) -> None:
    """Check that the next run leaves what an undisturbed one leaves, and the one after nothing."""
    publish(desk)
    assert documents(desk) == one.published
    assert files(desk) == files(one.desk)
    assert kept(desk).articles == kept(one.desk).articles
    assert_nothing_to_do(desk)


def assert_nothing_to_do(desk: Path) -> None:
    """Check that a run writes nothing."""
    stamps = _stamps(desk)
    assert " 0 written" in publish(desk).out
    assert _stamps(desk) == stamps


def assert_told(ended: Ended) -> None:
    """Check that a command that failed says so in one clear line."""
    assert "Traceback" not in ended.err, ended.err
    if ended.code == 0:
        return
    assert ended.code == 1, ended
    told = ended.err.strip().splitlines()
    assert told, "it failed without a word"
    assert told[-1].startswith("Error: "), ended.err
    assert len(told) == 1 or "the lines above say what" in told[-1], ended.err


def _stamps(desk: Path) -> dict[str, int]:
    public = desk / "public"
    return {str(one): one.stat().st_mtime_ns for one in public.rglob("*") if one.is_file()}
