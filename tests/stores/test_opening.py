"""Opening: new, old, newer, foreign, broken and shared databases."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from syndicate.model.errors import StoreFailed
from syndicate.stores import _schema
from syndicate.stores._sqlite import engine
from syndicate.stores._tables import METADATA
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article
from tests.stores.migrating import migrated
from tests.stores.rich import GUID, an_edition


@contextmanager
def opened(path: Path) -> Iterator[SqlStore]:
    with closing(SqlStore.open(f"sqlite:///{path}")) as store:
        yield store


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def outcome(run: subprocess.Popen[str]) -> tuple[int, str, str]:
    told, errors = run.communicate()
    return run.returncode, told, errors


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "desk.db"
    with opened(path) as store:
        store.put(an_article(), None, NOW)
    with opened(path) as store:
        assert store.guids() == (GUID,)


@pytest.mark.parametrize("name", ["ä b.db", "50%25.db", "a?b=c#d.db", "x'y\".db", "a:b@c.db"])
def test_a_path_is_taken_character_for_character(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / name) as store:
        store.put(an_article(), None, NOW)
    assert sorted(one.name for one in tmp_path.iterdir()) == [name, f"{name}.head"]


def test_the_newest_revision_is_the_one_named() -> None:
    config = Config()
    config.set_main_option("script_location", "syndicate.stores:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == _schema.REVISION


def test_migrations_make_the_tables_the_code_expects(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db"):
        pass
    made = engine(f"sqlite:///{tmp_path}/desk.db")
    with made.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
    made.dispose()
    assert differences == []


def test_a_current_database_opens_without_alembic(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db"):
        pass
    code = (
        "import sys; from syndicate.stores.sql import SqlStore;"
        "SqlStore.open('sqlite:///' + sys.argv[1]).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert outcome(child(code, str(tmp_path / "desk.db"))) == (0, "", "")


def test_a_commit_outlives_a_power_cut(tmp_path: Path) -> None:
    made = engine(f"sqlite:///{tmp_path}/desk.db")
    with made.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    made.dispose()
    assert found == ["wal", 2, 1, 30_000]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreFailed, match=r"desk\.db: file is not a database\.? Mend: ") as failed:
        SqlStore.open(f"sqlite:///{path}")
    assert "\n" not in str(failed.value)
    assert path.read_text() == "Dear diary, " * 100


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match=r"unable to open database file\.? Mend: "):
        SqlStore.open(f"sqlite:///{tmp_path}")


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailed, match=r"Not a directory|File exists"):
        SqlStore.open(f"sqlite:///{tmp_path}/file/desk.db")


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with opened(path):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreFailed, match=r"schema 9999, .* Mend: use the newer version"):
        SqlStore.open(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert (
            connection.execute("SELECT version_num FROM alembic_version").fetchone()[0] == "9999"
        )


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
    with pytest.raises(StoreFailed, match="belongs to another program"):
        SqlStore.open(f"sqlite:///{path}")


@pytest.mark.parametrize("url", ["postgresql://host/desk", "desk.db", "sqlite:/desk.db", ""])
def test_another_kind_of_store_is_refused(url: str) -> None:
    with pytest.raises(StoreFailed, match="no such kind of store"):
        SqlStore.open(url)


def test_a_password_in_a_refused_url_is_not_told() -> None:
    with pytest.raises(StoreFailed) as failed:
        SqlStore.open("postgresql://desk:hunter2@host/desk")
    assert "hunter2" not in str(failed.value)


def test_a_row_that_fits_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with opened(path) as store:
        store.put(an_article(), None, NOW)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DROP TRIGGER articles_no_update")
            connection.execute("""UPDATE articles SET json = '{"guid": 1}'""")
        with pytest.raises(StoreFailed, match="wall version 1: what is stored does not fit"):
            store.history(GUID)


WRITE_ON_FULL_DISK = """
import resource, sys
from pathlib import Path
from syndicate.model.errors import StoreFailed
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article
store = SqlStore.open("sqlite:///" + sys.argv[1])
store.put(an_article(), None, NOW)
size = max(one.stat().st_size for one in Path(sys.argv[1]).parent.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    body = [{"type": "paragraph", "text": "x" * 500_000}]
    store.put(an_article(version=2, body=body), "origin", NOW)
except StoreFailed as failed:
    print(failed)
store.close()
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here")
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    code, told, errors = outcome(child(WRITE_ON_FULL_DISK, str(path)))
    assert (code, errors) == (0, "")
    assert "desk.db: " in told
    assert " Mend: make room on the disk" in told
    with opened(path) as store:
        assert [one.version for one in store.history(GUID)] == [1]
        assert store.guid_of("origin") is None


PUT_MANY = """
import sys
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article
store = SqlStore.open("sqlite:///" + sys.argv[1])
for n in range(40):
    store.put(an_article(guid=f"tag:harbour.example,2024:n{n}"), f"origin-{n}", NOW)
    store.put(an_article(guid=f"tag:harbour.example,2024:{sys.argv[2]}-{n}"), "shared", NOW)
store.close()
"""


def test_processes_that_open_and_put_at_once_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "desk.db"
    runs = [child(PUT_MANY, str(path), f"run{n}") for n in range(4)]
    assert [outcome(run) for run in runs] == [(0, "", "")] * 4
    with opened(path) as store:
        assert len(store.guids()) == 40 + 4 * 40
        assert all(len(store.history(guid)) == 1 for guid in store.guids())
        assert store.guid_of("origin-39") == "tag:harbour.example,2024:n39"


RECORD_MANY = """
import sys
from syndicate.model.errors import StoreFailed
from syndicate.stores.sql import SqlStore
from syndicate.model.receipt import Receipt
from tests.stores.rich import GUID, an_edition
store = SqlStore.open("sqlite:///" + sys.argv[1])
won = 0
for sequence in range(1, 31):
    try:
        guids = GUID, f"tag:x.example,2024:{sequence}"
        store.record(Receipt((an_edition(*guids, sequence=sequence),)))
        won += 1
    except StoreFailed as failed:
        assert "already recorded" in str(failed), failed
print(won)
store.close()
"""


def test_of_processes_that_record_at_once_one_wins_each_sequence(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    runs = [child(RECORD_MANY, str(path)) for _ in range(3)]
    outcomes = [outcome(run) for run in runs]
    assert [errors for _, _, errors in outcomes] == [""] * 3
    assert sum(int(won) for _, won, _ in outcomes) == 30
    with opened(path) as store:
        found = store.editions("gazette-all")
        assert [len(one.manifest) for one in found] == [2] * 30
        assert len(store.holders(GUID)) == 30


KILLED = """
import os, sys
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article
from syndicate.model.receipt import Receipt
from tests.stores.rich import GUID, an_edition
store = SqlStore.open("sqlite:///" + sys.argv[1])
store.put(an_article(), "wall.json", NOW)
store.record(Receipt((an_edition(GUID),)))
os.kill(os.getpid(), 9)
"""


def test_what_was_accepted_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    assert outcome(child(KILLED, str(path))) == (-9, "", "")
    with opened(path) as store:
        assert store.history(GUID) == (an_article(),)
        assert store.guid_of("wall.json") == GUID
        assert store.holders(GUID) == (an_edition(GUID),)


def test_a_database_that_knew_no_pages_knows_those_of_newest_versions(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    old, new = "https://harbour.example/old", "https://harbour.example/new"
    with opened(path) as store:
        store.put(an_article(canonical_url=old), None, NOW)
        store.put(an_article(version=2, canonical_url=new), None, NOW)
        store.put(an_article(guid=f"{GUID}-2", canonical_url=None), None, NOW)
    migrated(path, "0009", command.downgrade)
    with closing(sqlite3.connect(path)) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(article_keys)")]
    assert "page" not in names
    with opened(path) as store:
        assert (store.at_page(old), store.at_page(new)) == (None, GUID)


def test_holders_history_and_pages_are_found_by_index(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db"):
        pass
    made = sa.create_engine(f"sqlite:///{tmp_path}/desk.db")
    with made.connect() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())
            for query in (
                "SELECT * FROM editions WHERE manifest IN "
                "(SELECT manifest FROM manifest_lines WHERE guid = 'x')",
                "SELECT * FROM articles WHERE guid = 'x' ORDER BY version",
                "SELECT guid FROM article_keys WHERE page = 'x' AND usable ORDER BY guid LIMIT 1",
            )
        ]
    made.dispose()
    assert not any("SCAN" in plan for plan in plans)
