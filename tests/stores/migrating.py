"""A database of before: taken back to an earlier schema, by the migrations themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic.config import Config

from syndicate.stores._sqlite import engine


def migrated(path: Path, revision: str, way: Callable[[Config, str], None]) -> None:
    """Take a database to a revision, back or forward."""
    made = engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "syndicate.stores:migrations")
    config.set_main_option("path_separator", "os")
    with made.begin() as connection:
        config.attributes["connection"] = connection
        way(config, revision)
    made.dispose()
