"""The end of the log, noted in a small file beside the database, so that a cut tail shows."""

from __future__ import annotations

from pathlib import Path

from syndicate.model.errors import StoreFailed
from syndicate.stores._files import sync, write_synced


def temporary(path: Path) -> Path:
    """Give the file that a new note is written to first; left behind only by a killed run."""
    return path.with_name(f"{path.name}.tmp")


def read(path: Path) -> tuple[int, str] | None:
    """Give serial and digest as noted; None where nothing is, serial 0 where it cannot be read."""
    try:
        text = path.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    serial, _, digest = text.partition(":")
    return (int(serial), digest) if serial.isdecimal() else (0, digest)


def write(path: Path, serial: int, digest: str) -> None:
    """Note serial and digest, whole or not at all, durable on return."""
    write_synced(temporary(path), f"{serial}:{digest}\n")
    temporary(path).replace(path)
    sync(path.parent)


def refuse_gone(database: Path, path: Path | None) -> None:
    """Raise StoreFailed where the end of a log is noted and the database is not there.

    An empty one must not take its place: it knows of no kill.
    """
    if path is not None and path.exists() and not database.exists():
        raise StoreFailed("is gone", where=str(database), mend=mend(path))


def mend(path: Path) -> str:
    """Give what to do about a database that does not go as far as it was noted."""
    return f"put it back or restore a backup; remove {path.name} to begin anew on purpose"
