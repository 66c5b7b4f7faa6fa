"""To whom editions are pushed, and how far that has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from pydantic import ValidationError

from syndicate.model.base import Model
from syndicate.model.errors import AccessRefused, StoreFailed
from syndicate.model.subscription import Intent, Missed, Mode, Progress, Subscription
from syndicate.pipeline.ports import Most
from syndicate.stores._chain import Noted
from syndicate.stores._database import Database, told
from syndicate.stores._statements import upsert
from syndicate.stores._tables import EDITIONS, INTENTS, LINES, PUSHES, SUBSCRIPTIONS

_M = TypeVar("_M", bound=Model)


class PushPart(Database):
    """The Pushes of `syndicate.pipeline.ports`.

    The log notes who is told, not how far it has come: that changes with every edition.
    """

    def intend(self, intent: Intent, most: Most) -> bool:
        """Keep what was asked for; False where there is nothing that it could end.

        Raises AccessRefused where the same credential has so many already.
        """
        if intent.mode is Mode.UNSUBSCRIBE:  # anybody may ask that: nobody is to wait for it
            with told(self._place), self._engine.connect() as connection:
                if not _is_known(connection, intent.id):
                    return False
        with self._changing() as connection:
            known = _is_known(connection, intent.id)
            if intent.mode is Mode.UNSUBSCRIBE and not known:
                return False
            if not known and _is_full(connection, intent, most):
                raise AccessRefused("too many subscriptions", mend="end some of them first")
            upsert(connection, INTENTS, [_row(intent)])
        return True

    def intents(self) -> tuple[Intent, ...]:
        """Give what is not confirmed yet, oldest first."""
        return tuple(sorted(self._models(INTENTS, Intent), key=lambda one: (one.at, one.id)))

    def settle(self, intent: Intent, made: Subscription | None, at: datetime) -> None:
        """Let go of a request; keep the subscription that it made, or renewed."""
        with self._changing() as connection:
            mine = INTENTS.c.id == intent.id
            row = connection.execute(sa.select(INTENTS).where(mine)).first()
            if row is not None and _read(Intent, row.json).number == intent.number:
                connection.execute(INTENTS.delete().where(mine))
            if made is None:
                return
            known = sa.select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.id == made.id)
            what = "renewed" if connection.execute(known).first() else "begins"
            if what == "begins":  # a late note about one that ended may still be there
                connection.execute(PUSHES.delete().where(PUSHES.c.id == made.id))
            upsert(connection, SUBSCRIPTIONS, [_row(made)])
            says = f"{what}: feed {made.feed} of {made.partner}, {made.format}"
            self._note(connection, [Noted("subscription", made.id, says, at)])

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Give all subscriptions, by partner, feed and age."""
        found = self._models(SUBSCRIPTIONS, Subscription)
        return tuple(sorted(found, key=lambda one: (one.partner, one.feed, one.since, one.id)))

    def end_subscription(self, seen: Subscription, why: str, at: datetime) -> bool:
        """Let go of a subscription and of all that is known about it; False where it is gone, or
        was renewed since it was seen."""
        mine = SUBSCRIPTIONS.c.id == seen.id
        with self._changing() as connection:
            row = connection.execute(sa.select(SUBSCRIPTIONS).where(mine)).first()
            if row is None or _read(Subscription, row.json) != seen:
                return False
            connection.execute(SUBSCRIPTIONS.delete().where(mine))
            connection.execute(PUSHES.delete().where(PUSHES.c.id == seen.id))
            self._note(connection, [Noted("subscription", seen.id, f"ends: {why}", at)])
        return True

    def progress(self) -> tuple[Progress, ...]:
        """Give how far editions have come, everywhere."""
        return tuple(self._models(PUSHES, Progress))

    def note_progress(
        self, progress: Iterable[Progress], given_up: Mapping[str, str], at: datetime
    ) -> None:
        """Keep how far editions have come. What was given up are words of the log, by id."""
        rows = [{"id": one.id, "json": one.model_dump_json()} for one in progress]
        lines = [Noted("push", name, f"given up: {says}", at) for name, says in given_up.items()]
        with self._changing() as connection:
            upsert(connection, PUSHES, rows)
            self._note(connection, lines)

    def urgent(self, missed: Iterable[Missed]) -> tuple[Missed, ...]:
        """Give those in which something is taken back that stood before."""
        with told(self._place), self._engine.connect() as connection:
            return tuple(one for one in missed if _takes_back(connection, one))

    def _models(self, table: sa.Table, model: type[_M]) -> list[_M]:
        return [_read(model, row.json) for row in self._all(sa.select(table))]


def _read(model: type[_M], text: str) -> _M:
    try:
        return model.model_validate_json(text)
    except ValidationError as err:
        raise StoreFailed(
            f"a {model.__name__.lower()} cannot be read",
            mend="use the version of syndicate that wrote it",
        ) from err


def _row(one: Intent | Subscription) -> dict[str, str]:
    return {"id": one.id, "credential": one.credential, "json": one.model_dump_json()}


def _is_full(connection: sa.Connection, intent: Intent, most: Most) -> bool:
    """Say whether whoever asks has all that one may have."""
    counted = ((INTENTS, most.pending), (SUBSCRIPTIONS, most.held))
    if any(_has(connection, intent, *one) for one in counted):
        return True
    if intent.credential:
        return False
    others = sa.select(INTENTS.c.json).where(INTENTS.c.credential == "")
    pending = (_read(Intent, one) for one in connection.execute(others).scalars())
    host = urlsplit(intent.callback).netloc
    return sum(urlsplit(one.callback).netloc == host for one in pending) >= most.of_host


def _has(connection: sa.Connection, intent: Intent, table: sa.Table, most: int) -> bool:
    """Say whether a credential has so many rows of a table."""
    mine = table.c.credential == intent.credential
    return (
        connection.execute(sa.select(table.c.id).where(mine).offset(most - 1)).first() is not None
    )


def _is_known(connection: sa.Connection, name: str) -> bool:
    """Say whether there is a subscription, or a request for one, that could be ended."""
    tables = (SUBSCRIPTIONS, INTENTS)
    return any(
        connection.execute(sa.select(one.c.id).where(one.c.id == name)).first() for one in tables
    )


def _takes_back(connection: sa.Connection, missed: Missed) -> bool:
    """Say whether an edition has a notice, or an article issued anew without a new version, that
    the edition before had not."""
    before, now = (
        sa.select(EDITIONS.c.manifest)
        .where(
            EDITIONS.c.feed == missed.feed,
            EDITIONS.c.format == missed.format,
            EDITIONS.c.sequence == sequence,
        )
        .scalar_subquery()
        for sequence in (missed.after, missed.upto)
    )
    new, old = LINES.alias("new"), LINES.alias("old")
    same = sa.and_(
        old.c.manifest == before,
        old.c.guid == new.c.guid,
        old.c.version == new.c.version,
        old.c.withdrawn == new.c.withdrawn,
        old.c.revision == new.c.revision,
    )
    query = (
        sa.select(new.c.guid)
        .where(new.c.manifest == now, sa.or_(new.c.withdrawn, new.c.revision > 0))
        .where(~sa.select(old.c.guid).where(same).exists())
        .limit(1)
    )
    return connection.execute(query).first() is not None
