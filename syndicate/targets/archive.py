"""A whole desk in one file: its files, its inbox, its database; and a desk made of such a file.

A tar in gzip, whose last member says the SHA-256 of every other one. Published documents are not
in it: they follow from the rest, byte for byte, with the next run.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from syndicate.model.errors import BadDesk, TargetFailed
from syndicate.targets._files import failed

LIST = "backup.json"
"""The last member: what stands in the archive."""
KIND = "syndicate desk"
_NAME = re.compile(r"(?:desk\.toml|(?:licences|partners)/[^/\0]+\.toml|(?:inbox|store)/[^\0]+)")
"""Names of members: the desk's files, what lies in its inbox, its database and what is beside."""
_CHUNK = 1 << 20
_MODES = {"store": 0o600}


class Member(NamedTuple):
    """A file and its name in the archive."""

    name: str
    path: Path


class Packed(NamedTuple):
    """What was packed or unpacked."""

    files: int
    size: int
    """Bytes of all of them."""


def packed(archive: Path, members: Iterable[Member]) -> Packed:
    """Write an archive, whole or not at all, for its owner's eyes only.

    Raises:
        TargetFailed: it cannot be written, or is there, or a file cannot be read.
    """
    fresh = archive.with_name(f".{archive.name}.tmp")
    digests: dict[str, str] = {}
    size = 0
    if archive.exists():
        raise TargetFailed("is there already", where=str(archive), mend="choose another name")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(fresh, flags, 0o600), "wb") as file:
            with _writing(file) as tar:
                for name, path in members:
                    digests[name], added = _add(tar, name, path)
                    size += added
                _add_list(tar, digests)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, archive)  # never over another one
    except OSError as err:
        raise failed(err, archive) from err
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return Packed(len(digests), size)


@contextmanager
def _writing(file: IO[bytes]) -> Iterator[tarfile.TarFile]:
    with (
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield tar


def _add(tar: tarfile.TarFile, name: str, path: Path) -> tuple[str, int]:
    """Add a file as it is now: a file that grows meanwhile ends where it ended."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(file.fileno()).st_size
        reader = _Reader(file)
        tar.addfile(info, reader)
    return reader.digest.hexdigest(), info.size


class _Reader:
    """Reads, and digests what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _add_list(tar: tarfile.TarFile, digests: dict[str, str]) -> None:
    data = json.dumps({"kind": KIND, "files": digests}, ensure_ascii=True).encode()
    info = tarfile.TarInfo(LIST)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def unpacked(archive: Path, folder: Path) -> Packed:
    """Write what stands in an archive below a new folder; all of it is as it was packed.

    `inbox/` and `store/` are left under these names: whoever reads desk.toml knows where they
    belong.

    Raises:
        BadDesk: it is no such archive, or not whole; then the folder is not to be used.
        TargetFailed: the folder cannot be written.
    """
    digests: dict[str, str] = {}
    size, listed = 0, None
    try:
        for name, length, file in _members(archive):
            if name == LIST:
                listed = _listed(archive, file.read(length))
            else:
                digests[name] = _write(file, folder / name)
                size += length
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as err:
        raise _broken(archive, str(err)) from err
    except OSError as err:
        raise failed(err, Path(err.filename or archive)) from err
    if listed != digests:
        raise _broken(archive, "something in it was changed, or is missing")
    return Packed(len(digests), size)


def _members(archive: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Give name, length and content of every member, the list last.

    Raises BadDesk for what leads elsewhere, is no file, or comes after the list.
    """
    last = ""
    with tarfile.open(archive, "r|gz") as tar:
        for info in tar:
            file = tar.extractfile(info) if info.isreg() else None
            sound = info.name == LIST or _NAME.fullmatch(info.name)
            if file is None or not sound or last == LIST or ".." in info.name.split("/"):
                raise _broken(archive, info.name)
            last = info.name
            yield info.name, info.size, file


def _listed(archive: Path, data: bytes) -> dict[str, str]:
    try:
        told = json.loads(data)
        if told["kind"] != KIND:
            raise ValueError(told["kind"])
        return {str(name): str(digest) for name, digest in told["files"].items()}
    except (ValueError, TypeError, LookupError, AttributeError) as err:
        raise _broken(archive, "its list cannot be read") from err


def _write(file: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = _MODES.get(path.parent.name, 0o644)
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with open(descriptor, "wb") as out:
        while data := file.read(_CHUNK):
            digest.update(data)
            out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _broken(archive: Path, what: str) -> BadDesk:
    says = f"is no whole backup of a desk ({what[:200]!r})"
    return BadDesk(says, where=str(archive), mend="take another backup")
