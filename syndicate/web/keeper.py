"""Keeps the catalog true while the server runs, and keeps the last good one for a bad day.

Whether anything changed is asked of the file system alone. A catalog that cannot be made anew (no
database, a full disk, a broken file) leaves the one before in its place, which is also written
beside the database: so the server starts with neither.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from syndicate.model.errors import SyndicateError
from syndicate.pipeline.catalog import Catalog, catalog_in


class Keeper:
    """The catalog of a desk."""

    def __init__(
        self,
        made: Callable[[], Catalog],
        looks: Callable[[], str],
        kept: Path,
        tell: Callable[[str], None],
    ) -> None:
        """Begin with `made`, else with what is kept.

        `made` gives it anew; `looks` gives something that changes when it would. Raises
        SyndicateError where neither is there.
        """
        self._made = made
        self._looks = looks
        self._kept = kept
        self._tell = tell
        self._lock = threading.Lock()
        self._seen = ""
        self.failure = ""
        """Why the catalog could not be made anew the last time; empty where it could."""
        self.catalog = self._begun()

    def _begun(self) -> Catalog:
        looks = self._looks()
        try:
            found = self._made()
        except SyndicateError as err:
            self._failed(err)
            with suppress(OSError, ValueError):
                return catalog_in(self._kept.read_text("utf-8"))
            raise
        self._seen = looks
        self._keep(found)
        return found

    def look(self) -> bool:
        """Make the catalog anew where something changed; give whether it is another one now.

        Called by one thread at a time; whoever comes second goes away.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            looks = self._looks()
            if looks == self._seen:
                return False
            try:
                found = self._made()
            except SyndicateError as err:
                self._failed(err)
                return False
            self._seen = looks
            self._told_well()
            self.catalog = found
            self._keep(found)
            return True
        finally:
            self._lock.release()

    def _failed(self, err: SyndicateError) -> None:
        before, self.failure = self.failure, str(err)
        if self.failure != before:
            self._tell(f"the last good state is served: {self.failure}")

    def _told_well(self) -> None:
        if self.failure:
            self._tell("what is served is up to date again")
        self.failure = ""

    def _keep(self, catalog: Catalog) -> None:
        """Keep it for the next start; where that cannot be, the next start needs the database."""
        fresh = self._kept.with_name(f"{self._kept.name}.tmp")
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(catalog.written())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._kept)
