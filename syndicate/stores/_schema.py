"""Brings a database to the newest schema. Alembic is loaded only where there is work for it."""

from __future__ import annotations

import sqlalchemy as sa

from syndicate.model.errors import StoreFailed
from syndicate.stores._sqlite import lock_for_change

REVISION = "0012"
"""The newest revision in migrations/versions."""


def bring_up_to_date(engine: sa.Engine, place: str) -> None:
    """Migrate to the newest schema; safe when several processes do so at once.

    Raises StoreFailed for a database of a newer version, or of another program.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return
    with engine.connect() as connection:
        lock_for_change(connection)
        found = _revision(connection)
        if found != REVISION:
            _refuse_foreign(connection, found, place)
            _upgrade(connection, found, place)
        connection.commit()


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _refuse_foreign(connection: sa.Connection, found: str | None, place: str) -> None:
    if found is None and set(sa.inspect(connection).get_table_names()) - {"alembic_version"}:
        raise StoreFailed(
            "the database belongs to another program",
            where=place,
            mend="name another file in `store`",
        )


def _upgrade(connection: sa.Connection, found: str | None, place: str) -> None:
    from alembic import command  # noqa: PLC0415  0.3 s that a current schema saves
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "syndicate.stores:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreFailed(
            f"the database has schema {found}, which this version does not know",
            where=place,
            mend="use the newer version of syndicate that made it",
        )
    command.upgrade(config, "head")
