"""A desk on disk with a rich past, and hands that reach into its database."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from syndicate.formats.all import FORMATS
from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Ack, event_digest
from syndicate.pipeline.audit import Part, verify
from syndicate.pipeline.audit_findings import AuditFinding
from syndicate.stores.sql import SqlStore
from tests.builders import a_desk, a_licence, a_partner, agreement_data, an_article, at
from tests.pipeline.running import Running

FIRST = at("2026-03-10T12:00Z")
KILLED = at("2026-03-10T13:00Z")
CORRECTED = at("2026-03-11T12:00Z")
LEFT = at("2026-03-12T12:00Z")
FEEDS = [{"id": "gazette-all", "title": "All"}, {"id": "gazette-old", "title": "Old"}]


def article(n: int, created: str = "2026-03-09T12:00:00Z", **changes: Any) -> Article:
    return an_article(
        **{
            "guid": f"tag:harbour.example,2024:n{n}",
            "headline": f"Article {n}",
            "canonical_url": f"https://harbour.example/n{n}",
            "first_created": "2026-03-09T12:00:00Z",
            "version_created": created,
            **changes,
        }
    )


class OnDisk(Running):
    """A desk whose store is a file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.database = folder / "desk.db"
        self.head = folder / "desk.db.head"
        self.serve(1, FEEDS)
        with self.opened():
            pass

    def serve(self, version: int, feeds: list[dict[str, Any]]) -> None:
        quota = {"limit": 2, "period": "month"}
        licences = (a_licence(quota=quota), a_licence(version=2, quota=quota))
        agreement = agreement_data(licence_version=version, version=version)
        partner = a_partner(agreements=[agreement], feeds=feeds)
        self.files = DeskFiles(a_desk(), licences, (partner,))

    @contextmanager
    def opened(self) -> Iterator[SqlStore]:
        with closing(SqlStore.open(f"sqlite:///{self.database}")) as store:
            self.store = store
            yield store

    def step(self, now: datetime, *articles: Article) -> None:
        with self.opened():
            self.take(*articles, now=now)
            assert not [one for one in self.run(now) if one.failure or one.quarantined]

    def parts(self, only: str | None = None) -> list[Part]:
        with self.opened() as store:
            return list(verify(store, self.target, self.files, FORMATS, only))

    def found(self) -> list[AuditFinding]:
        return [finding for part in self.parts() for finding in part.findings]

    def codes(self) -> set[str]:
        return {one.code for one in self.found()}

    @contextmanager
    def opened_up(self) -> Iterator[sqlite3.Connection]:
        """The database without what guards it."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in named.fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            yield connection

    def tamper(self, *statements: str) -> None:
        with self.opened_up() as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount, statement

    def rewrite(self, change: Callable[[list[dict[str, Any]]], None] = lambda _: None) -> None:
        """Write the whole log anew, so that it is a chain again."""
        with self.opened_up() as connection:
            connection.row_factory = sqlite3.Row
            rows = [
                dict(one) for one in connection.execute("SELECT * FROM events ORDER BY serial")
            ]
            change(rows)
            connection.execute("DELETE FROM events")
            previous = ""
            for serial, row in enumerate(rows, 1):
                said = row["kind"], row["subject"], row["content"]
                moment = datetime.fromisoformat(row["at"])
                digest = event_digest(serial, moment, *said, previous)
                values = (serial, row["at"], *said, previous, digest)
                connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", values)
                previous = digest

    def note_end(self) -> None:
        """Write the note beside the database anew, too."""
        with sqlite3.connect(self.database) as connection:
            newest = "SELECT serial, digest FROM events ORDER BY serial DESC LIMIT 1"
            serial, digest = connection.execute(newest).fetchone()
        self.head.write_text(f"{serial}:{digest}\n")


def lived(folder: Path) -> OnDisk:
    """A desk that saw a kill with its place given back, an ack, a correction, new terms under
    which older articles keep theirs, and a feed that left."""
    desk = OnDisk(folder)
    desk.step(FIRST, article(1), article(2))
    kill = article(1, "2026-03-10T13:00:00Z", version=2, pub_status="canceled", body=[])
    desk.step(KILLED, kill)
    with desk.opened() as store:
        [told] = store.notices()
        store.acknowledge(Ack(notice=told.notice.id, at=KILLED, by="night desk"))
        store.note("agreement", "l-1", "new terms", CORRECTED)
    note = {"correction_note": "Not two."}
    desk.step(CORRECTED, article(2, "2026-03-11T12:00:00Z", version=2, **note))
    desk.serve(2, FEEDS[:1])
    desk.step(LEFT, article(3, "2026-03-12T11:00:00Z", first_created="2026-03-12T11:00:00Z"))
    return desk


def a_copy_of(desk: OnDisk, folder: Path) -> OnDisk:
    """The same desk once more, to be tampered with."""
    shutil.copytree(desk.database.parent, folder, dirs_exist_ok=True)
    copy = OnDisk(folder)
    copy.files = desk.files
    return copy
