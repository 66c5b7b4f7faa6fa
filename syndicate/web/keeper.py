"""Keeps the catalog true while the server runs, and keeps the last good one for a bad day.

Whether anything changed is asked of the file system alone. A catalog that cannot be made anew (no
database, a full disk, a broken file, whatever else) leaves the one before in its place, which is
also written beside the database: so the server starts with neither. Keys are followed all the
same, wherever the database can be read: one that ended opens nothing, whatever else is broken.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from syndicate.model.credential import Credential
from syndicate.model.errors import SyndicateError
from syndicate.pipeline.catalog import Catalog, catalog_in


class Keeper:
    """The catalog of a desk."""

    def __init__(
        self,
        made: Callable[[], Catalog],
        looks: Callable[[], str],
        keys: Callable[[], Iterable[Credential]],
        kept: Path,
        tell: Callable[[str], None],
    ) -> None:
        """Begin with `made`, else with what is kept.

        `made` gives it anew; `looks` gives something that changes when it would; `keys` gives the
        credentials alone. Raises what `made` does where nothing is kept either.
        """
        self._made = made
        self._looks = looks
        self._keys = keys
        self._kept = kept
        self._tell = tell
        self._lock = threading.Lock()
        self._seen = ""
        self.failure = ""
        """Why the catalog could not be made anew the last time; empty where it could."""
        self.catalog = self._begun()

    def _begun(self) -> Catalog:
        try:
            looks, found = self._looks(), self._made()
        except Exception as err:
            self._failed(err)
            with suppress(OSError, ValueError):
                return self._with_keys(catalog_in(self._kept.read_text("utf-8")))
            raise
        self._seen = looks
        self._keep(found)
        return found

    def look(self) -> bool:
        """Make the catalog anew where something changed; give whether it is another one now.

        Called by one thread at a time; whoever comes second goes away. Raises nothing: what is
        wrong is told, and looked at again the next time.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            before, found = self.catalog, self._found()
            if found is before:
                return False
            self.catalog = found
            self._keep(found)
            return True
        finally:
            self._lock.release()

    def _found(self) -> Catalog:
        """Give the catalog as it is now: the same one where nothing changed."""
        try:
            looks = self._looks()
            found = self.catalog if looks == self._seen else self._made()
        except Exception as err:
            self._failed(err)
            return self._with_keys(self.catalog)
        self._seen = looks
        self._told_well()
        return found

    def _with_keys(self, before: Catalog) -> Catalog:
        """Give the last good catalog with the keys of now, where they can be read."""
        try:
            keys = {one.id: one for one in self._keys()}
        except Exception:  # it was told already what is wrong
            return before
        return before if keys == before.credentials else before._replace(credentials=keys)

    def _failed(self, err: Exception) -> None:
        says = str(err) if isinstance(err, SyndicateError) else f"{type(err).__name__}: {err}"
        before, self.failure = self.failure, says
        if self.failure != before:
            self._told(f"the last good state is served: {self.failure}")

    def _told_well(self) -> None:
        if self.failure:
            self._told("what is served is up to date again")
        self.failure = ""

    def _told(self, says: str) -> None:
        """Tell; that nobody takes it is no reason to follow nothing."""
        with suppress(OSError, ValueError):
            self._tell(says)

    def _keep(self, catalog: Catalog) -> None:
        """Keep it for the next start; where that cannot be, the next start needs the database."""
        fresh = self._kept.with_name(f"{self._kept.name}.tmp")
        with suppress(OSError, ValueError):
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(catalog.written())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._kept)
