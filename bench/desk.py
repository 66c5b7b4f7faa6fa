"""The corpus as a desk on disk, as a publisher would have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit

from bench.corpus import NOW, Size, articles, desk_files
from syndicate.model.desk import DeskFiles
from syndicate.stores.sql import SqlStore


def written(folder: Path, size: Size) -> DeskFiles:
    """Write a desk's files; its articles are in the store already, the inbox is empty."""
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
    return SqlStore.open(f"sqlite:///{folder / '.syndicate' / 'desk.db'}")


def filled(store: SqlStore, size: Size) -> None:
    """Put the articles into the store."""
    for article in articles(size):
        store.put(article, None, NOW)


def _write(path: Path, model: Any) -> None:
    data = model.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    path.write_text(tomlkit.dumps(data), encoding="utf-8")
