"""What is told: in one line, with nothing hidden, and with a mend that mends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syndicate.pipeline.timeline import KINDS
from tests.cli.running import a_copy, data, run

HINTS = ("--byline", "E", "--first-created", "2026-11-20T08:00:00Z", "--language", "en")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("desks") / "desk"
    details = ("--name", "Post", "--domain", "post.example", "--contact", "a@post.example")
    run("init", made, *details)
    run("regenerate", "--desk", made)
    return made


def test_the_name_of_a_file_is_shown_as_it_is_written(desk: Path, tmp_path: Path) -> None:
    path = tmp_path / "nl\nname.txt"
    path.write_text("Head of newline\n\nBody text stands here.\n\nAnd some more of it.")
    told = run("ingest", path, *HINTS, "--desk", desk)
    assert r"file:nl\nname: no URL is stated" in told.stderr


def test_a_misspelt_field_is_to_be_renamed(desk: Path, tmp_path: Path) -> None:
    path = tmp_path / "typo.json"
    path.write_text(json.dumps({"headlin": "x"}))
    told = run("ingest", path, "--desk", desk, code=1).stderr
    assert "no such field; did you mean headline? Mend: rename it to headline; see " in told


@pytest.mark.parametrize(
    ("content", "says"), [("3", "a number"), ("null", "null"), ('"x"', "a string")]
)
def test_what_is_no_article_is_named_as_json_names_it(
    desk: Path, tmp_path: Path, content: str, says: str
) -> None:
    (tmp_path / "a.json").write_text(content)
    told = run("ingest", tmp_path / "a.json", "--desk", desk, code=1).stderr
    assert f"is no object but {says}. Mend: " in told


def test_what_is_no_gzip_is_called_so(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_text("hello")
    told = run("ingest", tmp_path / "a.html.gz", "--desk", desk, code=1).stderr
    assert "is no whole gzip file. Mend: pack it again." in told


def test_a_form_that_is_not_there_is_not_to_be_written_as_json(desk: Path, tmp_path: Path) -> None:
    told = run("requests", "add", tmp_path / "none.json", "--desk", desk, code=1).stderr
    assert "none.json: cannot be read: No such file or directory. Mend: name the file" in told


def test_a_file_in_the_place_of_the_folder_of_the_store_is_told_with_a_mend(
    tmp_path: Path,
) -> None:
    made = a_copy(tmp_path)
    (made / ".syndicate").write_text("")
    told = run("regenerate", "--desk", made, code=1).stderr.splitlines()[-1]
    assert "Errno" not in told
    assert ".syndicate: File exists. Mend: " in told


def test_one_fault_is_one_fault(desk: Path, tmp_path: Path) -> None:
    (desk / "articles" / "bad.json").write_text("{")
    assert ", 1 fault\n" in run("check", "--desk", desk, code=1).stdout
    (desk / "articles" / "bad.json").unlink()


def test_a_partner_that_nobody_knows_has_no_report(desk: Path) -> None:
    told = run("usage", "report", "nosuch", "--desk", desk, code=1).stderr
    assert "no partner 'nosuch'. Mend: use one of: first-partner." in told
    run("usage", "report", "first-partner", "--desk", desk)


def test_a_partner_that_left_has_its_report_all_the_same(tmp_path: Path) -> None:
    made = a_copy(tmp_path)
    run("regenerate", "--desk", made)
    (made / "partners" / "fenwold.toml").unlink()
    assert "fenwold-text" in run("usage", "report", "fenwold", "--desk", made).stdout


def test_a_kind_of_line_that_there_is_none_of_is_refused(desk: Path) -> None:
    told = run("audit", "log", "--kind", "nosuch", "--desk", desk, code=1).stderr
    assert "no kind 'nosuch'. Mend: use one of: ack, agreement, article, " in told
    assert "0 lines" in run("audit", "log", "--kind", "ack", "--desk", desk).stdout


def test_every_kind_of_line_can_be_asked_for(desk: Path) -> None:
    found = {one["kind"] for one in data("audit", "log", "--desk", desk)}
    assert found
    assert found <= set(KINDS)


def test_a_request_is_shown_to_programs_too(desk: Path) -> None:
    form = Path(__file__).parents[2] / "docs" / "request.json"
    stated = {**json.loads(form.read_text("utf-8")), "article": ""}
    (desk / "form.json").write_text(json.dumps(stated))
    made = data("requests", "add", desk / "form.json", "--desk", desk)
    assert data("requests", "show", made["id"], "--desk", desk)["id"] == made["id"]
