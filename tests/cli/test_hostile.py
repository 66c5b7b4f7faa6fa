"""Options and files that are wrong in every way end in one clear line, never in a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.builders import article_data
from tests.cli.running import run

NAME = ("--name", "Harbour Post", "--domain", "harbour.example", "--contact", "a@harbour.example")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    run("init", tmp_path / "desk", *NAME)
    return tmp_path / "desk"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--language", "!!"),
        ("--language", ""),
        ("--url", "javascript:x"),
        ("--url", "https://[::1"),
        ("--byline", ""),
        ("--section", " "),
        ("--first-created", "0001-01-01T00:00:00+14:00"),
        ("--version-created", "9999-12-31T23:59:59-12:00"),
        ("--at", "0001-01-01T00:00:00Z"),
        ("--at", "9999-12-31T00:00:00Z"),
    ],
)
def test_an_option_that_cannot_be_used_is_a_usage_error(
    desk: Path, tmp_path: Path, option: str, value: str
) -> None:
    article = tmp_path / "wall.json"
    article.write_text(json.dumps(article_data()))
    found = run("ingest", article, "--desk", desk, option, value, code=2)
    assert option in found.stderr
    assert "Invalid value" in found.stderr
    assert "Value error" not in found.stderr
    assert not (desk / ".syndicate").exists()


def test_a_year_beyond_all_sense_says_how_to_write_it(desk: Path) -> None:
    found = run("regenerate", "--desk", desk, "--at", "0026-05-01T00:00:00Z", code=2)
    assert "write the year in full" in " ".join(found.stderr.split())


def test_a_pipe_is_refused_without_waiting(desk: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    found = run("ingest", tmp_path / "pipe.json", "--desk", desk, code=1)
    assert "no-file" in found.stderr


def test_a_folder_that_cannot_be_made_is_one_clear_line() -> None:
    found = run("schemas", "export", "/dev/null/x", code=1)
    assert found.stderr.startswith("Error: /dev/null/x: cannot write")
    assert "Mend: choose a folder you may write." in found.stderr


def test_an_article_of_the_year_9999_is_refused_and_the_next_run_goes_on(
    desk: Path, tmp_path: Path
) -> None:
    article = tmp_path / "wall.json"
    for instant in ("0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"):
        data = article_data(first_created=instant, version_created=instant)
        article.write_text(json.dumps(data))
        found = run("ingest", article, "--desk", desk, code=1)
        assert "Mend: write the year in full, for example 2026." in found.stderr
    run("regenerate", "--desk", desk)


def test_what_is_reckoned_from_the_last_instants_is_an_instant_too(
    desk: Path, tmp_path: Path
) -> None:
    (licence,) = (desk / "licences").glob("*.toml")
    licence.write_text(
        'delay = "P36500D"\nnotices_kept = 36500\nsell_off_days = 36500\n'
        f"display = {{days = 36500}}\n{licence.read_text()}"
    )
    (partner,) = (desk / "partners").glob("*.toml")
    partner.write_text(partner.read_text().replace('state = "draft"', 'state = "active"'))
    last = "2199-12-31T23:59:59Z"
    article = tmp_path / "wall.json"
    article.write_text(
        json.dumps(article_data(first_created=last, version_created=last, expires=last))
    )
    for at in ("2026-05-01T00:00:00Z", "2200-01-01T00:00:00Z"):
        run("ingest", article, "--desk", desk, "--at", "2200-01-01T00:00:00Z")
        run("regenerate", "--desk", desk, "--at", at, "--dry-run")
    told = run("explain", "wall", "first-partner", "--desk", desk, "--at", "2200-01-01T00:00:00Z")
    assert "2299-12-" in told.stdout
