"""The corpus as a desk on disk, as a publisher would have it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import tomlkit

from bench.bulk import keep_all
from bench.corpus import HOT, NOW, Size, article, articles, desk_files
from syndicate.formats.all import FORMATS
from syndicate.model.desk import DeskFiles
from syndicate.model.document import Document
from syndicate.pipeline.publish import Regeneration
from syndicate.stores.sql import SqlStore
from syndicate.targets.folder import FolderTarget

ROOT = Path(__file__).resolve().parent.parent
"""The tree whose commands are measured."""

Kind = Callable[[Path], FolderTarget]
"""Gives a target for a folder."""
Watch = Callable[[str, Iterable[Any], int], Iterable[Any]]
"""What is done, each thing it is done with, and how many there are; gives the things."""


class Nowhere(FolderTarget):
    """A target that takes every document, notes that it is another one, and writes nothing."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._taken: dict[str, str] = {}

    def put_all(self, documents: Iterable[Document]) -> Iterator[bool]:
        """Say of each that it was put."""
        for document in documents:
            self._taken[document.path] = str(int(self._taken.get(document.path, "0")) + 1)
            yield True

    def stamps(self, paths: Collection[str] | None = None) -> dict[str, str]:
        """Say how often each was put."""
        wanted = self._taken.keys() if paths is None else self._taken.keys() & paths
        return {path: self._taken[path] for path in wanted}


class BenchDesk:
    """One desk in a folder, with its store and its target."""

    def __init__(
        self, folder: Path, size: Size, watch: Watch, *, target: Kind = FolderTarget
    ) -> None:
        """Write the desk's files, and put its articles into the store; the inbox is empty."""
        self.folder = folder
        self.size = size
        self.files = written(folder, size)
        self.store = opened(folder)
        keep_all(self.store, watch("articles", articles(size), size.articles), NOW)
        self.target = target(folder / "public")
        self._version = 1

    def run(self, now: datetime) -> int:
        """Publish in this process; give how many documents were written."""
        again = partial(SqlStore.open, _url(self.folder))
        run = Regeneration(
            self.files, self.store, self.target, FORMATS, now, again=again, digest="the same"
        )
        done = list(run.run())
        for one in done:
            if one.failure or one.quarantined:
                raise RuntimeError(f"{one.path}: {one.failure or one.quarantined}")
        return sum(one.written for one in done)

    def change(self, number: int) -> None:
        """Keep a new version of an article."""
        self._version += 1
        self.store.put(article(number, self.size, self._version), None, NOW)

    def change_hot(self) -> None:
        """Change the newest hot article."""
        self.change(self.size.articles - 1)

    def change_few(self) -> None:
        """Change the newest article of the second product, or of the only one; it stands in all of
        its feeds, beside the hot ones too."""
        self.change(min(2 * self.size.entries, self.size.articles - HOT) - 1)

    def command(self) -> int:
        """Publish from a fresh process, with the command of this very tree; give how many
        documents were written."""
        self.store.close()
        said = answered(regenerate(self.folder)).splitlines()[-1]
        return int(said.split(" written")[0].split()[-1])

    def reopen(self) -> None:
        """Take the store again after a command."""
        self.store = opened(self.folder)

    def documents(self, most: int = sys.maxsize) -> list[tuple[str, bytes]]:
        """Give path and bytes of the documents of feeds, as many as have room in `most` bytes."""
        found: list[tuple[str, bytes]] = []
        for path in self.target.paths():
            if path.startswith("partner-"):
                data = (self.folder / "public" / path).read_bytes()
                most -= len(data)
                if most < 0:
                    return found
                found.append((path, data))
        return found

    def looks(self) -> dict[str, tuple[int, int, int]]:
        """Give inode, size and time of change of every file and folder that is published."""
        seen = {}
        for path in sorted((self.folder / "public").rglob("*")):
            with suppress(FileNotFoundError):
                state = path.stat()
                seen[str(path)] = state.st_ino, state.st_size, state.st_mtime_ns
        return seen

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


def answered(command: list[str]) -> str:
    """Run a command of this tree; give what it says. Raises RuntimeError where it fails.

    Byte code is kept from one command to the next, as an installation has it.
    """
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    return done.stdout


def regenerate(folder: Path) -> list[str]:
    """Give the command that publishes a desk."""
    return [sys.executable, "-m", "syndicate", "regenerate", "--desk", str(folder)]


def written(folder: Path, size: Size) -> DeskFiles:
    """Write a desk's files."""
    files = desk_files(size)
    for name in ("licences", "partners", "articles", ".syndicate"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write(folder / "desk.toml", files.desk)
    for licence in files.licences:
        _write(folder / "licences" / f"{licence.id}-v{licence.version}.toml", licence)
    for partner in files.partners:
        _write(folder / "partners" / f"{partner.id}.toml", partner)
    return files


def opened(folder: Path) -> SqlStore:
    """Open the desk's store."""
    return SqlStore.open(_url(folder))


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / '.syndicate' / 'desk.db'}"


def _write(path: Path, model: Any) -> None:
    data = model.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    path.write_text(tomlkit.dumps(data), encoding="utf-8")
