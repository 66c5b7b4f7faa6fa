"""A desk in the hand: a real store, a real folder, and one run after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from weakref import finalize

from syndicate.formats.all import FORMATS
from syndicate.formats.base import Format
from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.incoming import Draft
from syndicate.pipeline.ingest import Outcome, ingest
from syndicate.pipeline.inputs import snapshot
from syndicate.pipeline.made import Published
from syndicate.pipeline.publish import Regeneration
from syndicate.stores.sql import SqlStore
from syndicate.targets.folder import FolderTarget
from tests.builders import NOW, an_article, desk_files

OTHER = {
    "guid": "tag:harbour.example,2024:other",
    "headline": "Another article",
    "canonical_url": "https://harbour.example/cities/other",
}
"""Facts of an article beside the first one."""


class Running:
    def __init__(self, folder: Path, files: DeskFiles | None = None) -> None:
        self.files = files or desk_files()
        self.store = SqlStore.open("sqlite://")
        finalize(self, self.store.close)
        self.folder = folder / "public"
        self.target = FolderTarget(self.folder)

    def take(self, *articles: Article, now: datetime = NOW) -> list[Outcome]:
        drafts = [Draft(one, f"id:{one.guid}") for one in articles]
        return list(ingest(drafts, self.files, self.store, now))

    def run(
        self,
        now: datetime = NOW,
        *,
        formats: Mapping[str, Format] = FORMATS,
        **options: Any,
    ) -> list[Published]:
        only = options.pop("only", None)
        if "digest" not in options:
            options["digest"] = snapshot(self.files).digest
        run = Regeneration(self.files, self.store, self.target, formats, now, **options)
        return list(run.run(only))

    def read(self, suffix: str = "rss", name: str = "gazette/gazette-all") -> bytes:
        return (self.folder / f"{name}.{suffix}").read_bytes()

    def state(self) -> dict[str, tuple[str, int]]:
        """Digest and time of change of every published file."""
        return {
            path: (
                hashlib.sha256((self.folder / path).read_bytes()).hexdigest(),
                (self.folder / path).stat().st_mtime_ns,
            )
            for path in self.target.paths()
        }


def version(number: int, created: str, **changes: Any) -> Article:
    return an_article(version=number, version_created=created, **changes)


def with_format(**changes: Any) -> Mapping[str, Format]:
    """The formats, RSS changed."""
    return MappingProxyType({**FORMATS, "rss": FORMATS["rss"]._replace(**changes)})
