"""What a disk holds after a power cut: only what was synced is sure to be there.

The system calls of a run are recorded and carried out again on a model of the disk. What a file
held at its last fsync is kept, and so are the names that a folder held at its last fsync. Each
write, creation, renaming and removal since may have reached the disk or not, in any combination,
and a write may have reached it in part
(https://pubs.opengroup.org/onlinepubs/9799919799/functions/fsync.html).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.commands import Ended
from tests.faults.tracing import Call, traced

_TRACED = (
    *("openat", "open", "creat", "close", "write", "writev", "pwrite64", "pwritev", "lseek"),
    *("ftruncate", "truncate", "fsync", "fdatasync", "rename", "renameat", "renameat2"),
    *("unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "link", "linkat"),
)
_LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+= (-?\d+)")
_TEXT = re.compile(r'^"((?:\\x[0-9a-f]{2})*)"$')
_SECTOR = 512


class Step(NamedTuple):
    """A system call that succeeded."""

    name: str
    arguments: tuple[str, ...]
    gave: int


BEGIN = Step("begin", (), 0)
"""Another process begins; nothing is open."""


def record(*arguments: object, killed_at: Call | None = None) -> tuple[Ended, list[Step]]:
    """Run a command, killed at a call where stated; give how it ended and its calls."""
    options = ["-xx", "-s", "99999999", "-e", f"trace={','.join(_TRACED)}"]
    if killed_at:
        options += ["-e", f"inject={killed_at.name}:signal=KILL:when={killed_at.number}"]
    ended, log = traced(*arguments, options=tuple(options))
    return ended, [BEGIN, *_steps(log)]


def _steps(log: str) -> Iterator[Step]:
    for line in log.splitlines():
        assert "<unfinished" not in line, "several threads cannot be replayed"
        found = _LINE.match(line)
        if found and int(found[3]) >= 0:
            yield Step(found[1], tuple(found[2].split(", ")), int(found[3]))


class _File:
    def __init__(self, data: bytes = b"", *, synced: bool = False) -> None:
        self.data = data
        self.synced = data if synced else b""
        self.writes: list[tuple[int, bytes | None]] = []
        """Since the last sync: (offset, bytes), or (length, None) where it was cut."""

    def write(self, offset: int, data: bytes | None) -> None:
        self.data = _written(self.data, offset, data)
        self.writes.append((offset, data))

    def sync(self) -> None:
        self.synced = self.data
        self.writes.clear()

    def after_cut(self, luck: Luck) -> bytes:
        data = self.synced
        for offset, written in self.writes:
            if luck.survives():
                data = _written(data, offset, luck.torn(written))
        return data


def _written(data: bytes, offset: int, written: bytes | None) -> bytes:
    if written is None:
        return data[:offset].ljust(offset, b"\0")
    return data[:offset].ljust(offset, b"\0") + written + data[offset + len(written) :]


class _Folder:
    def __init__(self) -> None:
        self.names: dict[str, _Node] = {}
        self.synced: dict[str, _Node] = {}
        self.changes: list[dict[str, _Node | None]] = []
        """Since the last sync: names that came (with what they name) and went, step by step."""

    def change(self, **names: _Node | None) -> None:
        self.names = _named(self.names, names)
        self.changes.append(names)

    def sync(self) -> None:
        self.synced = self.names
        self.changes = []

    def after_cut(self, luck: Luck) -> dict[str, _Node]:
        names = self.synced
        for change in self.changes:
            if luck.survives():
                names = _named(names, change)
        return names


_Node = _File | _Folder


def _named(names: dict[str, _Node], change: dict[str, _Node | None]) -> dict[str, _Node]:
    return {name: node for name, node in {**names, **change}.items() if node is not None}


class Luck:
    """Which of the changes that were not synced reached the disk."""

    def __init__(self, kind: str, seed: int = 0) -> None:
        self.kind = kind
        self._random = random.Random(seed)  # noqa: S311

    def survives(self) -> bool:
        """Say whether the next change reached the disk."""
        return self.kind == "all" or (self.kind == "some" and self._random.random() < 0.5)

    def torn(self, data: bytes | None) -> bytes | None:
        """Give what reached the disk of a write: sometimes only its first sectors."""
        if data is None or self.kind == "all" or self._random.random() < 0.7:
            return data
        return data[: self._random.randrange(0, len(data) + 1, _SECTOR)]


class Disk:
    """A folder on a model of a disk; everything in it at first is synced."""

    def __init__(self, content: Path, place: Path | None = None) -> None:
        """Begin with the content of a folder, as if it stood at `place`."""
        self._place = place or content
        self._root = _load(content)
        self._open: dict[int, tuple[_Node, int]] = {}

    def apply(self, steps: Iterable[Step]) -> Disk:
        """Carry out system calls."""
        for step in steps:
            if step is BEGIN:
                self._open = {}
                continue
            getattr(self, f"_{step.name}")(step, *step.arguments)
        return self

    def after_cut(self, place: Path, luck: Luck) -> Path:
        """Write what the disk holds after a power cut now into a folder."""
        _store(self._root, place, luck)
        return place

    def _openat(self, step: Step, at: str, path: str, flags: str, *_: str) -> None:
        self._open.pop(step.gave, None)
        parent, name, node = self._find(path, at)
        if node is None and parent and "O_CREAT" in flags:
            node = _File()
            parent.change(**{name: node})
        if isinstance(node, _File) and "O_TRUNC" in flags:
            node.write(0, None)
        if node is not None:
            assert "O_APPEND" not in flags
            self._open[step.gave] = (node, 0)

    def _close(self, _: Step, fd: str) -> None:
        self._open.pop(int(fd), None)

    def _write(self, step: Step, fd: str, text: str, _length: str) -> None:
        node, offset = self._open.get(int(fd), (None, 0))
        if isinstance(node, _File):
            node.write(offset, _bytes(text)[: step.gave])
            self._open[int(fd)] = (node, offset + step.gave)

    def _pwrite64(self, step: Step, fd: str, text: str, _length: str, offset: str) -> None:
        node, _ = self._open.get(int(fd), (None, 0))
        if isinstance(node, _File):
            node.write(int(offset), _bytes(text)[: step.gave])

    def _lseek(self, step: Step, fd: str, *_: str) -> None:
        if int(fd) in self._open:
            self._open[int(fd)] = (self._open[int(fd)][0], step.gave)

    def _ftruncate(self, _: Step, fd: str, length: str) -> None:
        node, _offset = self._open.get(int(fd), (None, 0))
        if isinstance(node, _File):
            node.write(int(length), None)

    def _fsync(self, _: Step, fd: str) -> None:
        node, _offset = self._open.get(int(fd), (None, 0))
        if node is not None:
            node.sync()

    _fdatasync = _fsync

    def _renameat(self, _: Step, at: str, old: str, to: str, new: str, *_flags: str) -> None:
        parent, name, node = self._find(old, at)
        target, new_name, _there = self._find(new, to)
        if parent is not None and node is not None:
            assert target is parent, "only renaming inside a folder is modelled"
            parent.change(**{name: None, new_name: node})

    _renameat2 = _renameat

    def _rename(self, step: Step, old: str, new: str) -> None:
        self._renameat(step, "AT_FDCWD", old, "AT_FDCWD", new)

    def _unlinkat(self, _: Step, at: str, path: str, *_flags: str) -> None:
        parent, name, node = self._find(path, at)
        if parent is not None and node is not None:
            parent.change(**{name: None})

    def _unlink(self, step: Step, path: str) -> None:
        self._unlinkat(step, "AT_FDCWD", path)

    _rmdir = _unlink

    def _mkdirat(self, _: Step, at: str, path: str, _mode: str) -> None:
        parent, name, node = self._find(path, at)
        if parent is not None and node is None:
            parent.change(**{name: _Folder()})

    def _mkdir(self, step: Step, path: str, mode: str) -> None:
        self._mkdirat(step, "AT_FDCWD", path, mode)

    def _find(self, text: str, at: str) -> tuple[_Folder | None, str, _Node | None]:
        """Give the folder, the name in it, and what stands there; nothing outside of ours."""
        path = Path(_bytes(text).decode(errors="surrogateescape"))
        node: _Node | None = self._root
        if path.is_absolute() or at == "AT_FDCWD":
            if not path.is_relative_to(self._place):
                return None, "", None
            parts = path.relative_to(self._place).parts
        else:
            node, _ = self._open.get(int(at), (None, 0))
            parts = path.parts
        parent: _Folder | None = None
        for name in parts:
            parent = node if isinstance(node, _Folder) else None
            node = parent.names.get(name) if parent else None
        return parent, parts[-1] if parts else "", node


def _bytes(text: str) -> bytes:
    found = _TEXT.match(text)
    assert found, text[:200]
    return bytes.fromhex(found[1].replace("\\x", ""))


def _load(place: Path) -> _Folder:
    folder = _Folder()
    for one in place.iterdir():
        node = _load(one) if one.is_dir() else _File(one.read_bytes(), synced=True)
        folder.names[one.name] = node
    folder.sync()
    return folder


def _store(folder: _Folder, place: Path, luck: Luck) -> None:
    place.mkdir()
    for name, node in folder.after_cut(luck).items():
        if isinstance(node, _Folder):
            _store(node, place / name, luck)
        else:
            (place / name).write_bytes(node.after_cut(luck))
