"""Notices and acknowledgements, slots of quotas, planned moments, quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from syndicate.model.errors import NotFound
from syndicate.model.receipt import Ack, Isolated, Notice, Slot, Told
from syndicate.stores._chain import Noted
from syndicate.stores._database import Database
from syndicate.stores._rows import (
    ack_of,
    digest_of,
    isolated_of,
    isolated_row,
    notice_of,
    slot_of,
    slot_row,
)
from syndicate.stores._statements import insert_new, upsert
from syndicate.stores._tables import ACKS, ISOLATED, NOTICES, SLOTS


class FollowingPart(Database):
    """Notices, slots and quarantine of the Receipts of `syndicate.pipeline.ports`."""

    def notices(self, partner: str | None = None, guid: str | None = None) -> tuple[Told, ...]:
        """Give notices with their acknowledgement, oldest first."""
        query = sa.select(NOTICES, ACKS.c.json.label("ack")).outerjoin(
            ACKS, ACKS.c.notice == NOTICES.c.id
        )
        if partner is not None:
            query = query.where(NOTICES.c.partner == partner)
        if guid is not None:
            query = query.where(NOTICES.c.guid == guid)
        rows = self._all(query.order_by(NOTICES.c.at, NOTICES.c.id))
        return tuple(Told(notice_of(row), ack_of(row.ack) if row.ack else None) for row in rows)

    def unacknowledged(self) -> tuple[Notice, ...]:
        """Give the notices that nobody acknowledged yet, oldest first."""
        answered = sa.select(ACKS.c.notice)
        query = sa.select(NOTICES).where(NOTICES.c.id.not_in(answered))
        rows = self._all(query.order_by(NOTICES.c.at, NOTICES.c.id))
        return tuple(notice_of(row) for row in rows)

    def acknowledge(self, ack: Ack) -> bool:
        """Keep an acknowledgement; False where there is one already. Raises NotFound."""
        text = ack.model_dump_json(exclude_none=True)
        with self._changing() as connection:
            known = sa.select(NOTICES.c.id).where(NOTICES.c.id == ack.notice)
            if connection.execute(known).first() is None:
                raise NotFound(f"no notice {ack.notice!r}", mend="see: syndicate notices list")
            there = sa.select(ACKS.c.notice).where(ACKS.c.notice == ack.notice)
            if connection.execute(there).first() is not None:
                return False
            insert_new(connection, ACKS, [{"notice": ack.notice, "json": text}])
            self._note(connection, [Noted("ack", ack.notice, digest_of(text), ack.at)])
        return True

    def slots(self, agreements: Iterable[str]) -> tuple[Slot, ...]:
        """Give the slots that were taken under some agreements, in the order of taking."""
        mine = SLOTS.c.agreement.in_(sorted(set(agreements)))
        rows = self._all(sa.select(SLOTS).where(mine).order_by(SLOTS.c.at, SLOTS.c.guid))
        return tuple(slot_of(row) for row in rows)

    def give_back(self, slots: Iterable[Slot]) -> None:
        """Keep that slots were returned (`returned_at`)."""
        rows, lines = [], []
        for one in slots:
            if one.returned_at:
                row = slot_row(one)
                subject = f"{one.agreement}/{one.property}/{one.guid}"
                rows.append(row)
                lines.append(Noted("slot", subject, digest_of(row["json"]), one.returned_at))
        if not rows:
            return
        with self._changing() as connection:
            upsert(connection, SLOTS, rows)
            self._note(connection, lines)

    def isolate(self, place: str, found: Iterable[Isolated], at: datetime) -> None:
        """Let the quarantine of a place be exactly this; what stays keeps its `since`."""
        here = [one for one in self.isolated() if one.place == place]
        before = {(one.subject, one.code, one.reason): one for one in here}
        now = {(one.subject, one.code, one.reason): one for one in found}
        if before.keys() == now.keys():
            return
        with self._changing() as connection:
            connection.execute(ISOLATED.delete().where(ISOLATED.c.place == place))
            kept = [before.get(key, one) for key, one in now.items()]
            insert_new(connection, ISOLATED, [isolated_row(one) for one in kept])
            changed = [(key, "isolated") for key in now if key not in before]
            changed += [(key, "let go") for key in before if key not in now]
            lines = [Noted(word, key[0], f"{place}: {key[1]}", at) for key, word in changed]
            self._note(connection, lines)

    def isolated(self) -> tuple[Isolated, ...]:
        """Give everything in quarantine, by place and subject."""
        rows = self._all(sa.select(ISOLATED).order_by(ISOLATED.c.place, ISOLATED.c.subject))
        return tuple(isolated_of(row) for row in rows)
