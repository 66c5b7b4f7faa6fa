"""Bytes and text of a file, never more than a limit, never a crash."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from pathlib import Path
from typing import IO

from syndicate.model.base import legal_text, visible
from syndicate.pipeline.incoming import Refusal

MEGABYTE = 1_048_576
MOST_BLOCKS = 20_000
_SUFFIXES = {".gz", ".html", ".htm", ".xhtml", ".txt", ".md", ".markdown", ".json"}


def name_of(path: Path) -> str:
    """Give a path as one line that can always be printed and stored; its strange marks escaped."""
    return visible(_text_of(path))


def _text_of(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def stem_of(path: Path) -> str:
    """Give the file's name without its suffixes: wall.html.gz is wall."""
    while path.suffix.lower() in _SUFFIXES and path.stem:
        path = path.with_name(path.stem)
    return legal_text(_text_of(Path(path.name)))


class NoFile(OSError):
    """Something else than a file of data: a folder, a pipe, a device."""


def opened(path: Path) -> IO[bytes]:
    """Open a regular file; never waits, as opening a pipe would until somebody writes to it.

    Raises:
        OSError: where it cannot be opened; NoFile where it is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NoFile("is no regular file")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read(path: Path, limit: int) -> bytes | Refusal:
    """Give a file's bytes, a .gz file inflated; refused beyond the limit."""
    try:
        with opened(path) as file:
            if path.suffix.lower() == ".gz":
                with gzip.open(file) as inflated:
                    return _limited(inflated, limit, path)
            return _limited(file, limit, path)
    except NoFile as err:
        mend = "put a file in its place, or name a folder of files"
        return Refusal(name_of(path), "no-file", "file", str(err), mend)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return Refusal(
            name_of(path), "unreadable", "file", "is no whole gzip file", "pack it again"
        )
    except (OSError, ValueError) as err:
        told = err.strerror if isinstance(err, OSError) and err.strerror else type(err).__name__
        mend = "mend or remove the link" if path.is_symlink() else "save the file again"
        return Refusal(name_of(path), "unreadable", "file", f"cannot be read: {told}", mend)


def _limited(file: IO[bytes] | gzip.GzipFile, limit: int, path: Path) -> bytes | Refusal:
    data = file.read(limit + 1)
    if len(data) > limit:
        return too_large(name_of(path), limit)
    return data


def too_large(where: str, limit: int) -> Refusal:
    """Refuse something larger than a limit in bytes."""
    says = f"larger than {limit // MEGABYTE} MB"
    return Refusal(where, "too-large", "file", says, "split it, or remove what is no text")


def too_many(where: str, most: int, of_what: str = "paragraphs or other blocks") -> Refusal:
    """Refuse a body of more blocks, or of more of something else, than any article has."""
    code = "too-many-" + of_what.rpartition(" ")[2]
    says = f"has more than {most:,} {of_what}"
    return Refusal(where, code, "body", says, "split it into articles")


def utf8(data: bytes, where: str) -> str | Refusal:
    """Give UTF-8 text; UTF-16 is read where a byte order mark says so."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as err:
        says = f"is not UTF-8: byte {err.start} cannot be read"
        return Refusal(where, "not-utf8", "file", says, "save the file as UTF-8")
