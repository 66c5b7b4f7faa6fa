"""Where feeds stand, and what they hold: each stream once for all feeds that share it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model.receipt import Holding, Way
from syndicate.stores._database import Database
from syndicate.stores._rows import holding_of, instant, way_of, way_row
from syndicate.stores._statements import insert_new, pages, upsert
from syndicate.stores._tables import SELECTIONS, SETTINGS, STREAMS, WAYS

_HELD = sa.select(STREAMS).where(STREAMS.c.stream == sa.bindparam("stream"))
_HELD_OF = _HELD.where(STREAMS.c.guid.in_(sa.bindparam("keys", expanding=True)))
_COME = _HELD.where(
    (STREAMS.c.due <= sa.bindparam("now")) | (STREAMS.c.shown_until > sa.bindparam("now"))
)


class StreamPart(Database):
    """Ways, streams and settings of the Store of `syndicate.pipeline.ports`."""

    def ways(self) -> tuple[Way, ...]:
        """Give where every feed stands that ever had an edition, by feed and format."""
        query = sa.select(WAYS).order_by(WAYS.c.feed, WAYS.c.format)
        return tuple(way_of(row) for row in self._all(query))

    def way(self, feed: str, format_name: str) -> Way | None:
        """Give where a feed stands; None where it never had an edition."""
        mine = (WAYS.c.feed == feed) & (WAYS.c.format == format_name)
        return next((way_of(row) for row in self._all(sa.select(WAYS).where(mine))), None)

    def note_ways(self, ways: Iterable[Way]) -> None:
        """Keep where feeds stand, without a new edition."""
        rows = [way_row(one, one.stream) for one in ways]
        if rows:
            with self._changing() as connection:
                upsert(connection, WAYS, rows)

    def note_put(self, ways: Iterable[Way]) -> None:
        """Keep that the bytes of the newest editions are out."""
        keys = [
            {"f": one.feed, "n": one.format, "s": one.sequence, "l": one.stamp} for one in ways
        ]
        if not keys:
            return
        mine = (WAYS.c.feed == sa.bindparam("f")) & (WAYS.c.format == sa.bindparam("n"))
        looks: dict[str, Any] = {"put": sa.bindparam("s"), "stamp": sa.bindparam("l")}
        with self._changing() as connection:
            connection.execute(WAYS.update().where(mine).values(looks), keys)

    def selecting(self, facets: Iterable[str] | None = None) -> frozenset[str]:
        """Give the classes noted whose candidates are found by any of some facets, or all."""
        named = sa.select(SELECTIONS.c.asked).distinct()
        if facets is None:
            return frozenset(row.asked for row in self._all(named))
        found: set[str] = set()
        for page in pages(facets):
            found.update(row.asked for row in self._all(named.where(SELECTIONS.c.facet.in_(page))))
        return frozenset(found)

    def note_selections(self, selections: Mapping[str, Iterable[str]]) -> None:
        """Note by what the candidates of every class are found; those of others are forgotten."""
        rows = [
            {"facet": facet, "asked": asked}
            for asked, facets in selections.items()
            for facet in dict.fromkeys(facets)
        ]
        with self._changing() as connection:
            connection.execute(SELECTIONS.delete())
            insert_new(connection, SELECTIONS, rows)

    def planned(self) -> Mapping[tuple[str, str], datetime | None]:
        """Give when time alone can change each feed, by feed and format."""
        rows = self._all(sa.select(WAYS.c.feed, WAYS.c.format, WAYS.c.due))
        return {
            (row.feed, row.format): datetime.fromisoformat(row.due) if row.due else None
            for row in rows
        }

    def holdings(
        self, feed: str, format_name: str, guids: Iterable[str] | None = None
    ) -> tuple[Holding, ...]:
        """Give what a feed ever gave out in a format, or of some articles, ordered by guid."""
        mine = (WAYS.c.feed == feed) & (WAYS.c.format == format_name)
        if guids is None:
            return tuple(self._held(mine, (STREAMS.c.guid,)))
        some = (mine & STREAMS.c.guid.in_(page) for page in pages(guids))
        return tuple(one for which in some for one in self._held(which, (STREAMS.c.guid,)))

    def held(self, guid: str) -> tuple[Holding, ...]:
        """Give every holding of an article, ordered by feed and format."""
        return tuple(self._held(STREAMS.c.guid == guid, (WAYS.c.feed, WAYS.c.format)))

    def _held(
        self, which: sa.ColumnElement[bool], order: tuple[sa.Column[Any], ...]
    ) -> Iterator[Holding]:
        joined = sa.select(STREAMS, WAYS.c.feed, WAYS.c.format, WAYS.c.partner, WAYS.c.names)
        query = joined.join(WAYS, WAYS.c.stream == STREAMS.c.stream).where(which).order_by(*order)
        for row in self._all(query):
            way = Way(row.feed, row.format, row.partner, names=tuple(json.loads(row.names)))
            yield holding_of(row, way)

    def streams_of(self, guids: Iterable[str]) -> frozenset[int]:
        """Give the streams that hold any of some articles."""
        found: set[int] = set()
        for page in pages(guids):
            query = sa.select(STREAMS.c.stream).where(STREAMS.c.guid.in_(page)).distinct()
            found.update(row.stream for row in self._all(query))
        return frozenset(found)

    def given(self, stream: int) -> tuple[str, ...]:
        """Give every article that the feeds of a stream ever gave out."""
        rows = self._all(sa.select(STREAMS.c.guid).where(STREAMS.c.stream == stream))
        return tuple(row.guid for row in rows)

    def was_under(self, partner: str, licence: str) -> bool:
        """Say whether anything went out to a partner under a licence version, by the record."""
        joined = sa.select(STREAMS.c.guid).join(WAYS, WAYS.c.stream == STREAMS.c.stream)
        ends = STREAMS.c.terms.endswith(f" {licence}", autoescape=True)
        return bool(self._all(joined.where((WAYS.c.partner == partner) & ends).limit(1)))

    def stream(
        self, stream: int, now: datetime, guids: Iterable[str] | None = None
    ) -> tuple[Holding, ...]:
        """Give the holdings of a stream as its class calls things: all of them, or of some
        articles and of all that must be looked at now."""
        if guids is None:
            rows = {row.guid: row for row in self._all(_HELD, {"stream": stream})}
        else:
            asked: dict[str, Any] = {"stream": stream, "now": instant(now)}
            rows = {row.guid: row for row in self._all(_COME, asked)}
            for page in pages(guids):
                named = {"stream": stream, "keys": page}
                rows.update({row.guid: row for row in self._all(_HELD_OF, named)})
        return tuple(holding_of(rows[guid]) for guid in sorted(rows))

    def last_place(self, stream: int, without: Collection[str] = ()) -> int:
        """Give the place of the newest article that a stream gave out, some left aside."""
        held = sa.select(STREAMS.c.guid, STREAMS.c.place).where(STREAMS.c.stream == stream)
        newest = held.order_by(STREAMS.c.place.desc()).limit(len(without) + 1)
        return next((row.place for row in self._all(newest) if row.guid not in without), 0)

    def placed(self, way: Way, after: int, upto: int) -> tuple[Holding, ...]:
        """Give what a feed gave out at some places, oldest first."""
        mine = (STREAMS.c.stream == way.stream) & (STREAMS.c.place > after)
        query = sa.select(STREAMS).where(mine & (STREAMS.c.place <= upto))
        rows = self._all(query.order_by(STREAMS.c.place))
        return tuple(holding_of(row, way) for row in rows)

    def other_terms(self, stream: int, terms: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """Give (guid, agreement, licence) of what a stream gave out under other terms."""
        other = (STREAMS.c.stream == stream) & STREAMS.c.terms.not_in(sorted(set(terms)))
        rows = self._all(sa.select(STREAMS.c.guid, STREAMS.c.terms).where(other))
        return tuple((row.guid, *row.terms.split(" ", 1)) for row in rows)

    def next_due(self, stream: int, now: datetime) -> datetime | None:
        """Give when time alone can next make a difference to what a stream gave out."""
        later = (STREAMS.c.stream == stream) & (STREAMS.c.due > instant(now))
        [row] = self._all(sa.select(sa.func.min(STREAMS.c.due)).where(later))
        return datetime.fromisoformat(row[0]) if row[0] else None

    def due_between(self, since: datetime, until: datetime, most: int) -> tuple[str, ...]:
        """Give articles that are out and that time alone can change between two moments, those
        that it can change first; so many at most."""
        come = (STREAMS.c.due > instant(since)) & (STREAMS.c.due <= instant(until))
        shared = STREAMS.c.stream.in_(sa.select(WAYS.c.stream))
        query = sa.select(STREAMS.c.guid).where(come & shared).group_by(STREAMS.c.guid)
        first = query.order_by(sa.func.min(STREAMS.c.due), STREAMS.c.guid).limit(most)
        return tuple(row.guid for row in self._all(first))

    def prune_streams(self) -> None:
        """Throw away the streams that no feed goes on with, those of former feeds left alone.

        The newest number stays taken: whoever remembers a stream never finds another one there.
        """
        newest = sa.select(sa.func.max(WAYS.c.stream)).scalar_subquery()
        left = STREAMS.c.stream.not_in(sa.select(WAYS.c.stream)) & (STREAMS.c.stream < newest)
        with self._changing() as connection:
            connection.execute(STREAMS.delete().where(left))

    def setting(self, name: str) -> str:
        """Give what is remembered under a name; empty where nothing is."""
        rows = self._all(sa.select(SETTINGS.c.value).where(SETTINGS.c.name == name))
        return str(rows[0].value) if rows else ""

    def set(self, name: str, value: str) -> None:
        """Remember something under a name."""
        if self.setting(name) != value:
            with self._changing() as connection:
                upsert(connection, SETTINGS, [{"name": name, "value": value}])
