"""The end of the log, noted in a small file beside the database, so that a cut tail shows."""

from __future__ import annotations

from pathlib import Path

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
