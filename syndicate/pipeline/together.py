"""Feeds of a group, published together: recorded in one step, then put.

What was published is recorded before the bytes are put.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from syndicate.model.errors import QuotaTaken
from syndicate.model.receipt import Isolated, Receipt, Way
from syndicate.pipeline.compose import Quarantined
from syndicate.pipeline.followed import Followed
from syndicate.pipeline.made import Made, Making, Published, Run
from syndicate.pipeline.past import real_rooms, real_slots
from syndicate.pipeline.plan import Arrived, Group, Turn
from syndicate.pipeline.pruning import pruned
from syndicate.pipeline.putting import Putting

TRIES = 3


class Together:
    """Publishes the groups of a run."""

    def __init__(self, run: Run, arrived: Arrived) -> None:
        self._run = run
        self._store = run.store
        self._making = Making(run, arrived, gives_back=not run.dry_run)
        self._putting = Putting(run)
        self._kept: set[str] = set()
        """The inputs that this run has kept already."""
        self._isolated: dict[str, list[Isolated]] = {}
        for one in run.store.isolated():
            self._isolated.setdefault(one.place, []).append(one)
        self._done: set[tuple[str, str]] = set()

    def finish(self) -> Iterator[Published]:
        """Give what became of the last documents. Keep what can be made again, and throw away what
        nobody needs any more."""
        yield from self._putting.settled()
        self._making.flush()
        if not self._run.dry_run:
            pruned(self._store, self._making.grown)

    def close(self) -> None:
        """Leave the target alone from now on."""
        self._putting.close()

    def publish(self, group: Group) -> Iterator[Published]:
        """Publish a group; once more where another run took the last of a quota.

        Gives what became of documents that are out now: those of an earlier group, perhaps.
        """
        for tries_left in reversed(range(TRIES)):
            try:
                told = self._publish(group)
            except QuotaTaken:
                if not tries_left:
                    raise
                self._making.forget()
            else:
                yield from told
                return

    def rest(
        self, turns: Iterable[Turn], ways: Mapping[tuple[str, str], Way]
    ) -> Iterator[Published]:
        """Give the feeds that nothing touched, and those that are stopped altogether."""
        for turn in turns:
            key = turn.name, turn.format
            if key in self._done:
                continue
            told = self._making.told(turn)
            way = ways.get(key)
            if way is None or turn.stopped:
                yield told._replace(failure=turn.stopped)
                continue
            yield told._replace(
                entries=way.entries,
                tombstones=way.stones,
                next_change=way.due,
                quarantined=tuple(
                    Quarantined(one.subject, one.reason)
                    for one in self._isolated.get(told.path, ())
                ),
            )

    def _publish(self, group: Group) -> list[Published]:
        followed = self._making.followed(group)
        made = self._making.made(group, followed)
        self._done.update((one.told.feed, one.told.format) for one in made)
        if self._run.dry_run:
            return [self._dry(one) for one in made]
        for one in made:
            self._isolate(one.told)
        alike: dict[tuple[bool, frozenset[str]], list[Made]] = {}
        for one in made:
            alike.setdefault(one.fate, []).append(one)
        source = group.stream or group.fork_of
        apart = len(alike) > 1
        done: list[Published] = []
        for (failed, _), some in alike.items():
            if failed:
                self._store.note_ways(one.way for one in some if one.way.sequence)
                done += [one.told for one in some]
                continue
            part = group._replace(stream=0, fork_of=source) if apart else group
            done += self._putting.put(self._recorded(part, followed, some))
        return done

    def _dry(self, one: Made) -> Published:
        """Say what would be written."""
        if one.sheet is None:
            return one.told
        there = self._run.target.get(one.told.path)
        return one.told._replace(written=there != one.sheet.document().data)

    def _recorded(self, group: Group, followed: Followed, some: Sequence[Made]) -> Sequence[Made]:
        """Remember who could have what before the bytes go out; an equal edition is not new."""
        there = some[0].there
        shown = followed.shown
        texts: dict[str, None] = {}
        for one in some:
            if one.edition and one.sheet:
                texts.update(dict.fromkeys((one.rulings, one.sheet.makeup)))
            if one.edition and one.edition.inputs not in self._kept:
                turn = one.member.turn
                texts.update(
                    dict.fromkeys(self._making.snapshots.of(turn.files, turn.partner).texts)
                )
                self._kept.add(one.edition.inputs)
        names = some[0].way.names
        whole = followed.composed
        editions = tuple(one.edition for one in some if one.edition)
        words = [w for w in followed.notices if w.guid in there or w.guid not in shown]
        receipt = Receipt(
            editions,
            items=tuple(item for guid, item in followed.items.items() if guid in there),
            holdings=tuple(
                one for one in followed.holdings if one.guid in there or one.guid not in shown
            ),
            notices=tuple(
                word.to(one.way.partner, one.way.feed)
                for one in some
                if one.edition
                for word in words
            ),
            slots=real_slots(tuple(s for s in whole.taken if s.guid in there), names)
            if editions
            else (),
            room=real_rooms(whole.rooms, names) if editions else (),
            texts=tuple(texts),
            ways=tuple(one.way for one in some),
            stream=group.stream,
            fork_of=group.fork_of,
            at=self._run.now,
        )
        before = {(one.feed, one.format): one for one in group.before}
        same = all(before.get((w.feed, w.format)) == w for w in receipt.ways)
        if editions or receipt.holdings or not same or not group.stream:
            self._store.record(receipt)
        return some

    def _isolate(self, told: Published) -> None:
        found = [
            Isolated(
                subject=one.guid,
                place=told.path,
                code="article-isolated",
                reason=one.reason,
                since=self._run.now,
            )
            for one in told.quarantined
        ]
        if found or told.path in self._isolated:
            self._store.isolate(told.path, found, self._run.now)
