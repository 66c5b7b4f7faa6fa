"""`audit verify` and `audit log`, as typed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import a_copy, data, run

NOW = "2026-11-23T12:00:00Z"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = a_copy(tmp_path_factory.mktemp("example"))
    run("regenerate", "--desk", folder, "--at", NOW)
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example desk after a kill that one partner has acknowledged."""
    folder = a_copy(tmp_path_factory.mktemp("killed"))
    run("regenerate", "--desk", folder, "--at", NOW)
    run("kill", "harbour-dredging", "--reason", "error", "--note", "Invented.", "--desk", folder)
    told = data("notices", "list", "--open", "--desk", folder)
    kill = next(one for one in told if one["headline"].startswith("Port Ellery starts"))
    run("notices", "ack", kill["id"], "--by", "night desk", "--desk", folder)
    return folder


def codes(desk: Path, *options: str, code: int = 1) -> set[str]:
    found = data("audit", "verify", *options, "--desk", desk, code=code)
    return {one["code"] for one in found["findings"]}


@pytest.fixture
def copy(desk: Path, tmp_path: Path) -> Path:
    return shutil.copytree(desk, tmp_path / "copy")


def test_every_edition_of_the_example_desk_is_decided_again_to_the_same_hash(
    example: Path,
) -> None:
    found = data("audit", "verify", "--desk", example)
    assert found["findings"] == []
    assert found["editions"] == found["documents"] == 19
    assert found["decisions"] > 100
    assert found["lines"] == found["kept"] + 1, "and the line that begins the noted end"
    said = run("audit", "verify", "--desk", example).stdout
    assert f"{found['decisions']} decisions made again, 19 documents: 0 faults" in said
    assert f"end of the log: {found['end']}" in said


def test_a_desk_after_a_kill_and_an_ack_is_sound(desk: Path) -> None:
    assert codes(desk, code=0) == set()


def test_an_edit_is_one_line_and_exit_one(copy: Path) -> None:
    [path] = copy.rglob("desk.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER acks_no_update")
        connection.execute("UPDATE acks SET json = replace(json, 'night desk', 'nobody')")
    assert codes(copy) == {"kept-edited"}
    found = run("audit", "verify", "--desk", copy, code=1)
    [line] = [one for one in found.stderr.splitlines() if one.startswith("kept-edited at ack ")]
    assert "is not what the log says was kept. Mend: restore" in line
    assert ": 1 fault\n" in found.stdout
    assert "Error: 1 fault." in found.stderr


def test_what_is_only_to_be_known_is_no_fault(copy: Path) -> None:
    (copy / "public" / "mine.rss").write_text("<rss/>")
    found = run("audit", "verify", "--desk", copy)
    assert "to be known: document-unknown at mine.rss" in found.stderr
    assert ": 0 faults" in found.stdout


def test_one_feed_alone(desk: Path) -> None:
    found = data("audit", "verify", "--feed", "worldfold-all", "--desk", desk)
    assert (found["documents"], found["findings"]) == (3, [])
    refused = run("audit", "verify", "--feed", "no-such-feed", "--desk", desk, code=1)
    assert "worldfold-all" in refused.stderr


def test_the_log_of_an_article_says_what_was_kept_told_and_acknowledged(desk: Path) -> None:
    found = data("audit", "log", "--article", "harbour-dredging", "--desk", desk)
    kinds = [one["kind"] for one in found]
    assert kinds[0] == "article"
    assert kinds[-1] == "ack"
    assert {"article", "edition", "item", "notice", "ack"} <= set(kinds)
    says = [one["says"] for one in found]
    assert any(one.startswith("told ") and ": kill, ITEM_KILLED" in one for one in says)
    assert says[-1].startswith("acknowledged for ")
    assert says[-1].endswith("by night desk")
    assert any("with a notice of withdrawal" in one for one in says)
    assert [one["serial"] for one in found] == sorted(one["serial"] for one in found)
    assert all(len(one["digest"]) == 64 for one in found)


def test_the_log_as_a_table(desk: Path) -> None:
    whole = data("audit", "log", "--desk", desk)
    assert [one["serial"] for one in whole] == list(range(1, len(whole) + 1))
    acks = run("audit", "log", "--kind", "ack", "--desk", desk).stdout
    assert "1 lines" in acks
    assert "acknowledged" in acks
    refused = run("audit", "log", "--article", "no-such-article", "--desk", desk, code=1)
    assert "no article" in refused.stderr


def test_help_teaches_by_example() -> None:
    for words in (("audit",), ("audit", "verify"), ("audit", "log")):
        assert f"syndicate {' '.join(words)}" in run(*words, "--help").stdout
