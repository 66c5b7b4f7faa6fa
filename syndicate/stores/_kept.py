"""Work that is kept to be done once. All of it can be made again; losing it costs time alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

import sqlalchemy as sa

from syndicate.pipeline.keeping import Keeps
from syndicate.stores._database import Database
from syndicate.stores._statements import insert_new, pages, upsert
from syndicate.stores._tables import ENVELOPES, FRAGMENTS, PIECES, SHELVES


class KeptPart(Database):
    """The Kept of `syndicate.pipeline.ports`."""

    def shelf(self, asked: str) -> bytes | None:
        """Give what a class was told."""
        rows = self._some((SHELVES.c.asked, SHELVES.c.data), (asked,))
        return bytes(rows[0].data) if rows else None

    def shelves(self, asked: Iterable[str]) -> frozenset[str]:
        """Give the classes among some that were told anything."""
        return frozenset(row[0] for row in self._some((SHELVES.c.asked,), asked))

    def fragments(self, keys: Iterable[str]) -> Mapping[str, tuple[str, int]]:
        """Give (digest, size) of the fragments that are kept, by key."""
        columns = (FRAGMENTS.c.key, FRAGMENTS.c.digest, FRAGMENTS.c.size)
        rows = self._some(columns, keys)
        return {key: (digest, size) for key, digest, size in rows}

    def fragment_data(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Give the deflated bytes of kept fragments, by key."""
        return {key: data for key, data in self._some((FRAGMENTS.c.key, FRAGMENTS.c.data), keys)}

    def pieces(self, keys: Iterable[str]) -> Mapping[str, tuple[bytes, int, int]]:
        """Give (raw deflate, size, CRC-32) of the pieces that are kept, by key."""
        columns = (PIECES.c.key, PIECES.c.data, PIECES.c.size, PIECES.c.crc)
        return {key: (data, size, crc) for key, data, size, crc in self._some(columns, keys)}

    def envelopes(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Give the envelopes that are kept, by key."""
        return {key: data for key, data in self._some((ENVELOPES.c.key, ENVELOPES.c.data), keys)}

    def keep(self, made: Keeps) -> None:
        """Keep what was made, in one transaction."""
        with self._changing() as connection:
            insert_new(connection, FRAGMENTS, [one._asdict() for one in made.fragments])
            insert_new(connection, PIECES, [one._asdict() for one in made.pieces])
            shelves = [{"asked": asked, "data": data} for asked, data in made.shelves.items()]
            upsert(connection, SHELVES, shelves)
            insert_new(connection, ENVELOPES, [one._asdict() for one in made.envelopes])

    def prune(
        self,
        fragments: AbstractSet[str],
        pieces: AbstractSet[str],
        asked: AbstractSet[str],
    ) -> int:
        """Keep only what belongs to these digests, keys and classes; give how many
        fragments are left."""
        needed = (
            (FRAGMENTS.c.key, FRAGMENTS.c.digest, fragments),
            (PIECES.c.key, PIECES.c.key, pieces),
            (SHELVES.c.asked, SHELVES.c.asked, asked),
            (ENVELOPES.c.key, ENVELOPES.c.asked, asked),
        )
        left = []
        for key, named, wanted in needed:
            rows = self._all(sa.select(key, named))
            gone = [row[0] for row in rows if row[1] not in wanted]
            left.append(len(rows) - len(gone))
            for page in pages(gone):
                with self._changing() as connection:
                    connection.execute(key.table.delete().where(key.in_(page)))
        return left[0]
