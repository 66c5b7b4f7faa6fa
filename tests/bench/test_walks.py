"""What a run asks of a store that holds much: nothing that walks through all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.corpus import NOW, Size
from bench.desk import BenchDesk
from bench.scenes import SECOND
from syndicate.formats.all import FORMATS

LARGE = (
    *("articles", "article_keys", "facets", "arrivals", "texts"),
    *("editions", "manifest_lines", "items", "notices"),
)
"""Tables that grow with the articles, or with what went out."""


def test_a_changed_article_costs_no_walk_through_all_of_them(tmp_path: Path) -> None:
    """SQLite plans the same for forty articles as for a million: it keeps no statistics here."""
    desk = BenchDesk(tmp_path, Size(40, 4, tuple(FORMATS), 5), lambda _, things, __: things)
    desk.run(NOW)
    desk.change_hot()
    asked: set[str] = set()

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.add(statement)

    sa.event.listen(desk.store._engine, "before_cursor_execute", note)
    assert desk.run(NOW + SECOND) > 0
    sa.event.remove(desk.store._engine, "before_cursor_execute", note)
    with desk.store._engine.connect() as connection:
        walks = {
            one: [step for step in _plan(connection, one) if _walks(step)] for one in sorted(asked)
        }
    desk.close()
    assert len(asked) > 5
    assert not {one: steps for one, steps in walks.items() if steps}


def _plan(connection: sa.Connection, statement: str) -> list[str]:
    blanks = (None,) * statement.count("?")
    return [
        str(row[3])
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", blanks)
    ]


def _walks(step: str) -> bool:
    words = step.split()
    return words[0] == "SCAN" and words[1] in LARGE
