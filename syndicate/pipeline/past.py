"""What a group of feeds gave out before, as its class calls things, and what goes out next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from syndicate.licensing.govern import Request, keeps_terms
from syndicate.licensing.quota import Room, returned
from syndicate.licensing.withdraw import current
from syndicate.model.article import PubStatus
from syndicate.model.receipt import Holding, Item, OutUnder, Slot, agreement_called
from syndicate.pipeline.classes import called
from syndicate.pipeline.compose import Composition, compose
from syndicate.pipeline.follow import follow
from syndicate.pipeline.followed import Followed, Past
from syndicate.pipeline.keeping import Keeping
from syndicate.pipeline.plan import Arrived, Group
from syndicate.pipeline.pool import Everything, History, Indexed, Kept, Pool
from syndicate.pipeline.ports import Store

HISTORIES_AT_HAND = 2_000
COMPOSITIONS_AT_HAND = 2


class _Histories(Mapping[str, History]):
    """Every article with its versions, read when it is asked for."""

    def __init__(self, store: Store) -> None:
        self._read = lru_cache(HISTORIES_AT_HAND)(store.history)
        self._guids = store.guids

    def __getitem__(self, guid: str) -> History:
        found = self._read(guid)
        if not found:
            raise KeyError(guid)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._guids())

    def __len__(self) -> int:
        return len(self._guids())


class Alone(NamedTuple):
    """One article of a group, by itself."""

    request: Request
    history: History
    held: Holding
    """What was last given out of it."""
    item: Item | None
    """What stands behind that."""
    followed: Followed
    """What goes out of it now."""


class Pasts:
    """Lays the past of groups beside what they may have now."""

    def __init__(
        self,
        store: Store,
        now: datetime,
        arrived: Arrived,
        keeping: Keeping,
        *,
        gives_back: bool,
    ) -> None:
        self._store = store
        self._keeping = keeping
        self._now = now
        self._arrived = arrived
        self._gives_back = gives_back
        self._histories = _Histories(store)
        self._composed: list[tuple[object, Composition]] = []

    @cached_property
    def _pool(self) -> Indexed:
        return Indexed(self._store, self._now)

    def forget(self) -> None:
        """Compose anew: another run has taken what was counted on."""
        self._composed = []

    def followed(self, group: Group) -> Followed:
        """Give what goes out to the feeds of a group."""
        source = group.stream or group.fork_of
        request = group.asked.request()
        names = {name.rpartition("-")[2]: name for name in _called(group)}
        delivered = keeps_terms(
            group.asked.files, group.asked.partner, self._other_terms(group, source, names)
        )
        request = request._replace(delivered=delivered, slots=self._slots(group))
        composed = self._composition(group, request)
        all_ = group.anew or self._arrived is None
        guids = None if all_ else {*composed.guids(), *(self._arrived or ())}
        held = self._store.stream(source, self._now, guids) if source else ()
        past = Past(
            {one.guid: _renamed(one, names) for one in held},
            self._item,
            group.asked.key,
            self._store.next_due(source, self._now) if source and guids is not None else None,
        )
        followed = follow(request, composed, past, self._histories, self._now)
        return followed._replace(composed=self._archived(source, followed.composed))

    def _archived(self, source: int, composed: Composition) -> Composition:
        """Note what is the newest that went out and does not stand there.

        Where no article stands, none of those that left may go out either: no archives.
        """
        if not source or all(one.is_alone for one in composed.lines):
            return composed
        there = frozenset(composed.guids())
        return composed._replace(archived=self._store.last_place(source, there))

    def alone(self, group: Group, guid: str) -> Alone | None:
        """Give what goes out of one article to a group, as if there were no other one.

        None where the group never gave it out. What it gave out decides as it does in a feed; no
        newer article fills its place.
        """
        held = [one for one in self._store.stream(group.stream, self._now, [guid])
                if one.guid == guid]  # fmt: skip
        history = self._histories.get(guid)
        if not held or not history:
            return None
        before = _renamed(held[0], {name.rpartition("-")[2]: name for name in _called(group)})
        asked = group.asked
        delivered = keeps_terms(asked.files, asked.partner, [before])
        request = asked.request()._replace(delivered=delivered, slots=self._slots(group))
        former, pool = group.members[0].turn.former, Everything([history], self._now)
        stays = former is None or guid in former.stays
        kept = Kept(pool, pool if stays else Everything([], self._now))
        composed = compose(request, asked.feed, kept, self._now)
        past = Past({guid: before}, self._item, asked.key)
        followed = follow(request, composed, past, {guid: history}, self._now)
        return Alone(request, history, before, self._item(before.item), followed)

    def _item(self, digest: str) -> Item | None:
        return self._store.item(digest) or self._keeping.item(digest)

    def _other_terms(
        self, group: Group, source: int, names: Mapping[str, str]
    ) -> Iterator[OutUnder]:
        if not source:
            return
        agreed = (
            f"{one.id} {one.licence}/v{one.licence_version}"
            for one in group.asked.partner.agreements
        )
        for guid, agreement, licence in self._store.other_terms(source, agreed):
            yield OutUnder(guid, names.get(agreement.rpartition("-")[2], agreement), licence)

    def _composition(self, group: Group, request: Request) -> Composition:
        """Compose, or give what was composed for feeds that ask the same."""
        key = group.asked.key, tuple(sorted(request.delivered.items())), request.slots
        for known, composed in self._composed:
            if known == key:
                return composed
        asked, pool = group.asked, self._pool_of(group)
        shelf = self._keeping.shelf(asked.key, self._now)
        composed = compose(request, asked.feed, pool, self._now, shelf)
        self._keeping.keep_shelf(asked.key, shelf)
        self._composed = [(key, composed), *self._composed[: COMPOSITIONS_AT_HAND - 1]]
        return composed

    def _pool_of(self, group: Group) -> Pool:
        former = group.members[0].turn.former
        if former is None:
            return self._pool
        stays = [one for guid in sorted(former.stays) if (one := self._histories.get(guid))]
        return Kept(self._pool, Everything(stays, self._now))

    def _slots(self, group: Group) -> tuple[Slot, ...]:
        """Give what was counted against the partner's quotas, after giving back what was killed.

        Whoever has a quota is a class of its own.
        """
        turn, way = group.members[0].turn, group.members[0].way
        licences = {
            one.id: turn.files.licence(one.licence, one.licence_version)
            for one in turn.partner.agreements
        }
        if not any(one and one.quota for one in licences.values()):
            return ()
        slots, given = [], []
        for slot in self._store.slots(licences):
            article = current(self._histories.get(slot.guid, ()), self._now)
            licence = licences[slot.agreement]
            if licence and article and article.pub_status is PubStatus.CANCELED:
                after = returned(slot, article.version_created, licence)
                given.extend([after] if after != slot else [])
                slots.append(after)
            else:
                slots.append(slot)
        if self._gives_back:
            self._store.give_back(given)
        ids = called(turn.partner, way.names)
        return tuple(one.model_copy(update={"agreement": ids[one.agreement]}) for one in slots)


def _called(group: Group) -> Iterator[str]:
    """Give what the group's class calls the agreements that its partners have now."""
    yield from (one.id for one in group.asked.partner.agreements)


def _renamed(held: Holding, names: Mapping[str, str]) -> Holding:
    """Give a holding with the present name of its agreement: ranks change, places stay."""
    name = names.get(held.agreement.rpartition("-")[2], held.agreement)
    return held if name == held.agreement else held.model_copy(update={"agreement": name})


def real_slots(slots: tuple[Slot, ...], names: tuple[str, ...]) -> tuple[Slot, ...]:
    """Give slots with the real names of their agreements."""
    return tuple(
        one.model_copy(update={"agreement": agreement_called(names, one.agreement)})
        for one in slots
    )


def real_rooms(rooms: tuple[Room, ...], names: tuple[str, ...]) -> tuple[Room, ...]:
    """Give rooms with the real names of their agreements."""
    return tuple(one._replace(agreement=agreement_called(names, one.agreement)) for one in rooms)
