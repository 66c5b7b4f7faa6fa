"""Files that only their names speak for: another file of the same name is another article."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import data, run

HINTS = ("--byline", "E", "--first-created", "2026-11-20T08:00:00Z", "--language", "en")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    made = tmp_path / "desk"
    details = ("--name", "Post", "--domain", "post.example", "--contact", "a@post.example")
    run("init", made, *details)
    return made


def a_page(path: Path, story: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    words = f"Many words about {story}, and then some more of them. " * 8
    path.write_text(
        f"<html lang=en><article><h1>A story of {story}</h1><p>{words}</article></html>"
    )
    return path


def a_text(path: Path, story: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"A story of {story}\n\nMany words about {story}.\n\nThen some more of them.")
    return path


def headlines(desk: Path) -> list[str]:
    found = data("articles", "list", "--desk", desk)
    return sorted(one["headline"] for one in found)


def test_two_files_of_one_name_are_not_two_versions(desk: Path, tmp_path: Path) -> None:
    first = a_page(tmp_path / "a" / "index.html", "ferries")
    second = a_page(tmp_path / "b" / "index.html", "bees")
    told = run("ingest", first, second, *HINTS, "--desk", desk, code=1).stderr
    assert "same-name" in told
    assert "state --guid tag:post.example," in told
    assert headlines(desk) == ["A story of ferries"]


@pytest.mark.parametrize("where", ["b/index.html", "a/index.txt"])
def test_nor_are_they_when_they_come_one_after_the_other(
    desk: Path, tmp_path: Path, where: str
) -> None:
    run("ingest", a_page(tmp_path / "a" / "index.html", "ferries"), *HINTS, "--desk", desk)
    make = a_page if where.endswith("html") else a_text
    second = make(tmp_path / where, "bees")
    assert "same-name" in run("ingest", second, *HINTS, "--desk", desk, code=1).stderr
    assert headlines(desk) == ["A story of ferries"]
    url = ("--url", "https://post.example/bees")
    run("ingest", second, *HINTS, *url, "--desk", desk)
    assert headlines(desk) == ["A story of bees", "A story of ferries"]


def test_a_file_that_changes_is_the_next_version(desk: Path, tmp_path: Path) -> None:
    for story in ("ferries", "many ferries"):
        run("ingest", a_page(tmp_path / "index.html", story), *HINTS, "--desk", desk)
    assert headlines(desk) == ["A story of many ferries"]


def test_a_file_that_moved_is_known_again(desk: Path, tmp_path: Path) -> None:
    run("ingest", a_page(tmp_path / "a" / "index.html", "ferries"), *HINTS, "--desk", desk)
    moved = a_page(tmp_path / "b" / "index.html", "ferries")
    run("ingest", moved, *HINTS, "--desk", desk)
    a_page(moved, "many ferries")
    run("ingest", moved, *HINTS, "--desk", desk)
    assert headlines(desk) == ["A story of many ferries"]


def test_what_is_stated_to_be_the_same_article_is(desk: Path, tmp_path: Path) -> None:
    run("ingest", a_page(tmp_path / "a" / "index.html", "ferries"), *HINTS, "--desk", desk)
    [one] = data("articles", "list", "--desk", desk)
    moved = a_page(tmp_path / "b" / "index.html", "many ferries")
    run("ingest", moved, *HINTS, "--guid", one["guid"], "--desk", desk)
    a_page(moved, "very many ferries")
    run("ingest", moved, *HINTS, "--desk", desk)
    assert headlines(desk) == ["A story of very many ferries"]


def test_an_inbox_is_the_same_wherever_its_desk_lies(desk: Path, tmp_path: Path) -> None:
    front = "---\nfirst_created: 2026-11-20T08:00:00Z\n---\n"
    for name, story in (("a", "ferries"), ("b", "bees")):
        path = desk / "articles" / name / "wall.md"
        path.parent.mkdir()
        path.write_text(f"{front}# A story of {story}\n\nMany words about {story}.\n")
    assert "same-name" in run("regenerate", "--desk", desk, code=1).stderr
    assert headlines(desk) == ["A story of ferries"]
    desk = desk.rename(tmp_path / "moved")
    path = desk / "articles" / "a" / "wall.md"
    path.write_text(path.read_text().replace("of ferries", "of many ferries"))
    run("regenerate", "--desk", desk, code=1)
    assert headlines(desk) == ["A story of many ferries"]
