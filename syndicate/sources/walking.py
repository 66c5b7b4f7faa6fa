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
    waiting = [str(folder)]
    while waiting:
        place = waiting.pop()
        try:
            found = _listed(place)
            waiting += (one.path for one in found if one.is_dir(follow_symlinks=False))
            files += (Path(one.path) for one in found if not _is_folder(one))
        except OSError as err:
            refused.append(_refusal(place, err))
    return Below(tuple(sorted(files)), tuple(sorted(refused)))


def _listed(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return [one for one in entries if not one.name.startswith(".")]


def _is_folder(one: os.DirEntry[str]) -> bool:
    """Say whether it is a folder, or leads to one; a circle of links leads nowhere."""
    try:
        return one.is_dir()
    except OSError:
        return False


def _refusal(folder: str, err: OSError) -> Refusal:
    where = name_of(Path(folder))
    says = f"cannot be listed: {err.strerror}"
    mend = "make it a readable folder, then run again"
    return Refusal(where, "unreadable-folder", "folder", says, mend)
