"""What a sender knows: subscriptions, requests, how far editions have come; kept in the record.

It is read when something changed, and goes on as it is while the record cannot be asked. What was
sent is noted at once in here, and a moment later in the record: a crash between the two sends it
once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from syndicate.model.subscription import Intent, Missed, Progress, Subscription
from syndicate.pipeline.ports import Store
from syndicate.web.record import Record

_Loaded = tuple[tuple[Subscription, ...], tuple[Intent, ...], tuple[Progress, ...]]


class Book:
    """Subscriptions and how far they have come."""

    def __init__(self, reads: Record, writes: Record, now: Callable[[], datetime]) -> None:
        self._reads = reads
        self._writes = writes
        self._now = now
        self.subscriptions: dict[str, Subscription] = {}
        self.intents: dict[str, Intent] = {}
        self._progress: dict[str, Progress] = {}
        self._unsaved: dict[str, Progress] = {}
        self._given_up: dict[str, str] = {}
        self._ended: set[str] = set()
        """What is about to end, and may stand in the record still."""

    async def load(self) -> None:
        """Read what is kept. Raises SyndicateError."""
        subscriptions, intents, progress = await self._reads.ask(_loaded)
        self.subscriptions = {one.id: one for one in subscriptions if one.id not in self._ended}
        self.intents = {one.id: one for one in intents}
        # Nobody else notes progress while this one sends: what is known here is never behind.
        self._progress = {one.id: one for one in progress} | self._progress

    async def urgent(self, missed: Iterable[Missed]) -> tuple[Missed, ...]:
        """Give those in which something is taken back. Raises SyndicateError."""
        wanted = tuple(missed)
        return await self._reads.ask(lambda store: store.urgent(wanted))

    def progress(self, name: str) -> Progress:
        """Give how far editions have come at an address."""
        return self._progress.get(name) or Progress(id=name)

    def note(self, progress: Progress, given_up: str = "") -> None:
        """Note how far it has come; `given_up` says what is not tried any more."""
        self._progress[progress.id] = self._unsaved[progress.id] = progress
        if given_up:
            self._given_up[progress.id] = given_up

    @property
    def is_saved(self) -> bool:
        """Whether all that was noted is kept."""
        return not self._unsaved

    async def save(self) -> None:
        """Keep what was noted. Raises SyndicateError; then it is kept with what comes next."""
        progress, given_up, now = dict(self._unsaved), dict(self._given_up), self._now()
        await self._writes.ask(lambda store: store.note_progress(progress.values(), given_up, now))
        for name, one in progress.items():
            if self._unsaved.get(name) is one:
                del self._unsaved[name]
        self._given_up = {n: s for n, s in self._given_up.items() if given_up.get(n) != s}

    async def settle(self, intent: Intent, made: Subscription | None) -> None:
        """Let go of a request, and keep what it made. Raises SyndicateError."""
        now = self._now()
        await self._writes.ask(lambda store: store.settle(intent, made, now))
        known = self.intents.get(intent.id)
        if known and known.number == intent.number:
            del self.intents[intent.id]
        if made is not None:
            if made.id not in self.subscriptions:
                self._forget(made.id)
            self.subscriptions[made.id] = made

    async def end(self, one: Subscription, why: str) -> bool:
        """Let go of a subscription; False where it is gone already, or was renewed since.

        Raises SyndicateError: then it is back with the next look.
        """
        now = self._now()
        self.drop(one.id)
        try:
            return await self._writes.ask(lambda store: store.end_subscription(one, why, now))
        finally:
            self._ended.discard(one.id)

    def drop(self, name: str) -> None:
        """Know nothing of a subscription any more that is about to end."""
        self.subscriptions.pop(name, None)
        self._ended.add(name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        for known in (self._progress, self._unsaved):
            known.pop(name, None)
        self._given_up.pop(name, None)


def _loaded(store: Store) -> _Loaded:
    return store.subscriptions(), store.intents(), store.progress()
