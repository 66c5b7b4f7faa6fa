"""Ask for single articles and pictures of a desk in the hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syndicate.formats.all import FORMATS
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.doors import Doors, Ground, Seen, Wants, name_of
from syndicate.pipeline.standings import Standing
from tests.builders import (
    NOW,
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    desk_files,
)
from tests.pipeline.running import Running

WALL = "tag:harbour.example,2024:wall"
ALL = ("gazette-all", "rss")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def seen(
    desk: Running,
    now: datetime = NOW,
    *,
    guid: str = WALL,
    place: tuple[str, str] = ALL,
    wants: Wants = "nothing",
    files: DeskFiles | None = None,
) -> Seen | None:
    ground = Ground(files or desk.files, {}, sound=True)
    return Doors(FORMATS).seen(desk.store, ground, place, name_of(guid), now, wants)


def standing(desk: Running, now: datetime = NOW, **about: Any) -> Standing:
    found = seen(desk, now, **about)
    assert found
    assert (found.entry is not None) == (found.standing is Standing.SHOWN)
    return found.standing


def published(folder: Path, files: DeskFiles | None = None, **changes: Any) -> Running:
    desk = Running(folder, files)
    desk.take(an_article(**changes))
    desk.run()
    return desk


def on_terms(licence: dict[str, Any] | None = None, **agreement: Any) -> DeskFiles:
    agreements = [agreement_data(**agreement)]
    return desk_files(a_licence(**(licence or {})), a_partner(agreements=agreements))


def with_picture(**rights: Any) -> dict[str, Any]:
    return {"body": [*an_article().model_dump()["body"], a_picture(rights=agency(**rights))]}
