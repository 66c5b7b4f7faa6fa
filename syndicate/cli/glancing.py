"""Looks at a desk before a run reads it, and keeps how all looked after it (see `glance`)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from syndicate import glance, looking, wiring
from syndicate.cli.common import now
from syndicate.model.desk import Desk
from syndicate.model.errors import SyndicateError
from syndicate.pipeline.publish import Regeneration


class Glancing:
    """What is looked at in the course of a run over all feeds.

    Files are looked at before they are read, so that what changes meanwhile looks otherwise next
    time. Documents and database are looked at in the end, and then the record is asked whether
    they are as this run left them: another one may have come between.
    """

    def __init__(self, folder: Path) -> None:
        """Look at the desk's files, which nobody has read yet."""
        self._folder = folder
        self._begun = now()
        self.files = looking.files(folder)

    def begin(self, desk: Desk) -> None:
        """Look at the inbox, and forget what an earlier run left behind."""
        self._place = wiring.place_of(self._folder, desk)
        self._inbox = looking.inbox(self._place.inbox)
        self._desk = desk
        glance.forget(self._place.store)
        self._database = looking.database(self._place.store)

    def keep(self, run: Regeneration, told: tuple[str, ...], said: str) -> None:
        """Keep how all looks, unless something may change that would not show.

        Only for a run that left nothing to mend. What cannot be kept costs the next run its time.
        """
        if not (self.files.is_settled(self._begun) and self._inbox.is_settled(self._begun)):
            return
        with suppress(OSError, SyndicateError):
            database = looking.database(self._place.store)
            documents = looking.documents(self._place.target)
            with wiring.opened_store(self._folder, self._desk) as store:
                is_same = database == self._database
                until = run.rests_until(store, wiring.stamps(documents), is_same=is_same)
            if until and database and database == looking.database(self._place.store):
                looked = glance.Looked(self.files.lines, self._inbox.lines, database, documents)
                glance.keep(self._place, looked, glance.Seen(run.now, until, told, said))
