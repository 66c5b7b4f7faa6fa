"""What a run leaves behind lets the next one see that there is nothing to do, and never more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate import glance, looking
from tests.builders import article_data
from tests.cli.running import a_copy, data, run

HEAVY = {"pydantic", "pydantic_core", "lxml", "feedgen", "sqlalchemy", "rich", "babel"}
ASK = """
import sys
from syndicate.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted(sys.modules), file=sys.stderr)
"""
OTHER = {"guid": "tag:harbour.example,2024:other", "canonical_url": "https://harbour.example/o"}


def settle(desk: Path) -> None:
    """Let all that was written just now be an hour old."""
    old = datetime.now(UTC).timestamp() - 3600
    for path in desk.rglob("*"):
        if path.is_file() and not {"public", ".syndicate"} & set(path.parts):
            os.utime(path, (old, old))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk after two runs, the second with nothing to do."""
    folder = tmp_path / "desk"
    name = ("--name", "Harbour Post", "--domain", "harbour.example")
    run("init", folder, *name, "--contact", "a@harbour.example")
    partner = folder / "partners" / "first-partner.toml"
    partner.write_text(partner.read_text().replace('state = "draft"', 'state = "active"'))
    (folder / "articles" / "wall.json").write_text(json.dumps(article_data()))
    settle(folder)
    for _ in range(2):
        run("regenerate", "--desk", folder)
    return folder


def recalled(desk: Path, later: timedelta = timedelta(0)) -> glance.Seen | None:
    return glance.recall(desk, datetime.now(UTC) + later)


def kept(desk: Path) -> Path:
    return desk / ".syndicate" / "desk.db.glance"


def document(desk: Path) -> Path:
    return desk / "public" / "first-partner" / "first-partner-all.rss"


def test_a_command_with_nothing_to_do_loads_next_to_nothing(desk: Path) -> None:
    said = run("regenerate", "--desk", desk).stdout
    command = [sys.executable, "-c", ASK, "regenerate", "--desk", str(desk)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout == said
    assert not HEAVY & set(found.stderr.split())
    assert not {"syndicate.wiring", "syndicate.formats", "syndicate.checks"} & set(
        found.stderr.split()
    )


def test_it_says_what_the_whole_work_says_and_touches_nothing(desk: Path) -> None:
    def state() -> dict[Path, tuple[int, int]]:
        return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in desk.rglob("*")}

    before = state()
    quick = run("regenerate", "--desk", desk)
    assert state() == before
    kept(desk).unlink()
    assert run("regenerate", "--desk", desk).output == quick.output
    assert ", 0 written;" in quick.output


def test_the_example_desk_is_seen_at_a_glance_with_its_warnings(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    partner = desk / "partners" / "marfa.toml"
    partner.write_text(partner.read_text().replace("can_ingest", "# can_ingest"))
    feed = '\n[[feeds]]\nid = "marfa-odd"\ntitle = "Odd"\nformats = ["newsml-g2"]\n'
    partner.write_text(partner.read_text() + feed)
    settle(desk)
    for _ in range(2):
        whole = run("regenerate", "--desk", desk)
    assert recalled(desk)
    quick = run("regenerate", "--desk", desk)
    assert quick.stderr == whole.stderr
    assert quick.stdout == whole.stdout


def edited(desk: Path) -> None:
    path = desk / "partners" / "first-partner.toml"
    path.write_text(path.read_text() + "\n# more\n")


def edited_to_the_same_size(desk: Path) -> None:
    path = desk / "partners" / "first-partner.toml"
    state = path.stat()
    path.write_text(path.read_text().replace('"active"', '"DRAFT_"'))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def new_partner(desk: Path) -> None:
    text = (desk / "partners" / "first-partner.toml").read_text()
    (desk / "partners" / "next.toml").write_text(text.replace("first-partner", "next"))


def partner_gone(desk: Path) -> None:
    (desk / "partners" / "first-partner.toml").unlink()


def licence_linked_elsewhere(desk: Path) -> None:
    path = next((desk / "licences").iterdir())
    path.rename(desk / "elsewhere.toml")
    shutil.copy2(desk / "elsewhere.toml", desk / "copy.toml")
    path.symlink_to(desk / "copy.toml")


def new_article(desk: Path) -> None:
    folder = desk / "articles" / "deep"
    folder.mkdir()
    (folder / "other.json").write_text(json.dumps(article_data(**OTHER)))


def ingested(desk: Path) -> None:
    path = desk / "other.json"
    path.write_text(json.dumps(article_data(**OTHER)))
    run("ingest", path, "--desk", desk)


def killed(desk: Path) -> None:
    run("kill", "wall", "--reason", "error", "--desk", desk)


def corrected(desk: Path) -> None:
    words = ("--replace", "The harbour wall moves again", "The wall moves", "--note", "Shorter.")
    run("correct", "wall", *words, "--desk", desk)


def document_deleted(desk: Path) -> None:
    document(desk).unlink()


def document_edited(desk: Path) -> None:
    document(desk).write_bytes(document(desk).read_bytes().replace(b"wall", b"WALL"))


def document_linked(desk: Path) -> None:
    shutil.copy2(document(desk), desk / "copy.rss")
    document(desk).unlink()
    document(desk).symlink_to(desk / "copy.rss")


def licence_document_deleted(desk: Path) -> None:
    next((desk / "public" / "licences").rglob("*.html")).unlink()


def packed_beside(desk: Path) -> None:
    document(desk).with_name("first-partner-all.rss.gz").write_bytes(b"old")


def target_gone(desk: Path) -> None:
    shutil.rmtree(desk / "public")


def left_by_a_dead_run(desk: Path) -> None:
    (desk / "public" / ".lock").write_bytes(b"running\n")


def database_replaced(desk: Path) -> None:
    path = desk / ".syndicate" / "desk.db"
    shutil.copy2(path, desk / "copy.db")
    os.replace(desk / "copy.db", path)


def database_gone(desk: Path) -> None:
    (desk / ".syndicate" / "desk.db").unlink()


def half_written(desk: Path) -> None:
    kept(desk).write_bytes(kept(desk).read_bytes()[:-40])


def nonsense(desk: Path) -> None:
    kept(desk).write_text('{"since": [], "place": 7}')


def begun_by_another(desk: Path) -> None:
    (desk / ".syndicate" / "desk.db-wal").write_bytes(b"not yet in the file")


CHANGES = [
    edited,
    edited_to_the_same_size,
    new_partner,
    partner_gone,
    licence_linked_elsewhere,
    new_article,
    ingested,
    killed,
    corrected,
    document_deleted,
    document_edited,
    document_linked,
    licence_document_deleted,
    packed_beside,
    target_gone,
    left_by_a_dead_run,
    database_replaced,
    database_gone,
    half_written,
    nonsense,
    begun_by_another,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_after_a_change_the_whole_work_is_done(desk: Path, change: Callable[[Path], None]) -> None:
    assert recalled(desk)
    change(desk)
    assert recalled(desk) is None


def test_the_whole_work_mends_what_was_lost(desk: Path) -> None:
    document_deleted(desk)
    assert "3 documents, 1 written" in run("regenerate", "--desk", desk).stdout
    licence_document_deleted(desk)
    run("regenerate", "--desk", desk)
    assert list((desk / "public" / "licences").rglob("*.html"))
    assert recalled(desk)


def test_it_holds_from_the_moment_of_the_run_to_the_next_change(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    settle(desk)
    for _ in range(2):
        run("regenerate", "--desk", desk)
    seen = recalled(desk)
    assert seen is not None
    changes = [one["next_change"] for one in data("regenerate", "--desk", desk)]
    assert seen.until <= min(datetime.fromisoformat(one) for one in changes if one)
    tick = timedelta(microseconds=1)
    assert glance.recall(desk, seen.since) is None  # the run for programs has a later moment
    seen = recalled(desk)
    assert seen is not None
    assert glance.recall(desk, seen.since)
    assert glance.recall(desk, seen.since - tick) is None
    assert glance.recall(desk, seen.until - tick)
    assert glance.recall(desk, seen.until) is None


def test_another_version_does_the_whole_work(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "__version__", "0.0.9")
    assert recalled(desk) is None


def test_another_desk_does_not_take_it_for_its_own(desk: Path, tmp_path: Path) -> None:
    shutil.copytree(desk, tmp_path / "other", copy_function=shutil.copy2)
    assert recalled(tmp_path / "other") is None


@pytest.mark.parametrize("option", ["--json", "--due", "--dry-run", "--rewind", "--feed"])
def test_who_asks_for_something_else_gets_it(desk: Path, option: str) -> None:
    kept(desk).write_text(kept(desk).read_text().replace(" documents,", " as if,"))
    assert " as if," in run("regenerate", "--desk", desk).stdout
    words = [option, "first-partner-all"] if option == "--feed" else [option]
    assert " as if," not in run("regenerate", *words, "--desk", desk).stdout


def test_nothing_is_kept_where_something_was_taken_in_or_refused(desk: Path) -> None:
    new_article(desk)
    settle(desk)
    run("regenerate", "--desk", desk)
    assert not kept(desk).exists()
    run("regenerate", "--desk", desk)
    assert recalled(desk)
    (desk / "articles" / "bad.json").write_text("{")
    settle(desk)
    run("regenerate", "--desk", desk, code=1)
    assert not kept(desk).exists()


def test_a_file_that_may_change_once_more_without_showing_it_is_not_relied_on(desk: Path) -> None:
    edited(desk)
    run("regenerate", "--desk", desk)
    assert not kept(desk).exists()
    settle(desk)
    run("regenerate", "--desk", desk)
    assert recalled(desk)


def test_what_happens_in_the_course_of_a_run_is_not_taken_for_seen(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = looking.documents

    def meddled(target: str | Path) -> tuple[looking.Stated, ...]:
        document_edited(desk)
        return looked(target)

    edited(desk)
    settle(desk)
    monkeypatch.setattr(looking, "documents", meddled)
    run("regenerate", "--desk", desk)
    assert not kept(desk).exists()


def test_a_desk_that_cannot_be_read_is_told_as_ever(tmp_path: Path) -> None:
    assert "there is no desk here" in run("regenerate", "--desk", tmp_path, code=1).stderr
    (tmp_path / "desk.toml").write_text("store = [")
    assert "is no TOML" in run("regenerate", "--desk", tmp_path, code=1).stderr


def test_every_command_is_listed_with_what_it_does() -> None:
    listed = run("--help").stdout.partition("Commands:")[2].splitlines()
    said = {words[0]: words[1:] for line in listed if (words := line.split())}
    assert {"init", "regenerate", "watch", "schemas"} < said.keys()
    assert all(said.values())


def test_what_a_killed_run_left_half_written_goes(desk: Path) -> None:
    left = [kept(desk).with_name(f"desk.db.{name}.tmp") for name in ("glance", "toml")]
    for path in left:
        path.write_text("half")
    document_deleted(desk)
    run("regenerate", "--desk", desk)
    assert not any(path.exists() for path in left)
    assert recalled(desk)


@pytest.mark.parametrize("named", ["other.db", ".syndicate/other.db"])
def test_a_store_of_another_name_is_seen_at_a_glance_and_its_change_is_noticed(
    desk: Path, named: str
) -> None:
    toml = desk / "desk.toml"
    before = toml.read_text()
    for text, file in (
        (f'store = "sqlite:///{named}"\n{before}', desk / named),
        (before, kept(desk)),
    ):
        toml.write_text(text)
        settle(desk)
        assert recalled(desk) is None
        for _ in range(2):
            run("regenerate", "--desk", desk)
        assert recalled(desk)
        assert file.exists()
