"""The files below a folder; a folder that cannot be listed costs itself only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from syndicate.pipeline.incoming import Refusal
from syndicate.sources.reading import name_of


class Below(NamedTuple):
    """What lies below a folder."""

    files: tuple[Path, ...]
    """Everything that is no folder, in the order of names: links and pipes too, whoever reads
    them says what they are."""
    refused: tuple[Refusal, ...]
    """The folders that cannot be listed."""


def below(folder: Path) -> Below:
    """Give what lies below a folder, hidden files and folders left out."""
    files: list[Path] = []
    refused: list[Refusal] = []

    def refuse(err: OSError) -> None:
        where = name_of(Path(err.filename or folder))
        says = f"cannot be listed: {err.strerror}"
        mend = "make it a readable folder, then run again"
        refused.append(Refusal(where, "unreadable-folder", "folder", says, mend))

    for place, inner, names in os.walk(folder, onerror=refuse):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        files += [Path(place, name) for name in names if not name.startswith(".")]
    return Below(tuple(sorted(files)), tuple(refused))
