"""What is wrong with a desk's files takes nothing back, brings nothing back and stops no kill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import a_copy, run

KILLED = "tag:longshore.example,2025:p8d4n6"
"""An article that is killed; several partners have it."""

Fault = Callable[[Path], None]


def misspelt(name: str, old: str, new: str) -> Fault:
    def spoil(desk: Path) -> None:
        text = (desk / name).read_text("utf-8")
        assert old in text
        (desk / name).write_text(text.replace(old, new, 1), "utf-8")

    return spoil


def away(desk: Path) -> None:
    (desk / "partners").rename(desk / "elsewhere")


def emptied(desk: Path) -> None:
    away(desk)
    (desk / "partners").mkdir()


def cut(desk: Path) -> None:
    path = desk / "licences" / "text-gb-ie-v1.toml"
    path.write_text(path.read_text("utf-8")[:-200] + "\n= x", "utf-8")


FAULTS: dict[str, tuple[Fault, str]] = {
    "a licence": (misspelt("licences/text-gb-ie-v1.toml", "\ntitle", "\ntitel"), "titel"),
    "half a licence": (cut, "is no TOML"),
    "desk.toml": (misspelt("desk.toml", "\nname", "\nnmae"), "nmae"),
    "no partners": (away, "there is no such folder"),
    "a mount that is not there": (emptied, "holds no file, and"),
}


def stones(desk: Path) -> set[str]:
    """The Atom feeds that say that the article is gone."""
    said = f'deleted-entry ref="{KILLED}"'
    found = (desk / "public").rglob("*.atom")
    return {path.name for path in found if said in path.read_text("utf-8")}


def documents(desk: Path) -> dict[str, bytes]:
    found = (desk / "public").rglob("*")
    return {path.name: path.read_bytes() for path in found if path.suffix in {".rss", ".atom"}}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_file_takes_nothing_back_and_lets_a_kill_out(name: str, tmp_path: Path) -> None:
    spoil, says = FAULTS[name]
    desk = a_copy(tmp_path)
    run("regenerate", "--desk", desk)
    before = documents(desk)
    spoil(desk)
    assert says in run("regenerate", "--desk", desk, code=1).stderr
    assert documents(desk) == before
    assert says in run("kill", KILLED, "--reason", "error", "--desk", desk, code=1).stderr
    having = {name for name, data in before.items() if f"<id>{KILLED}<".encode() in data}
    assert len(having) > 1
    assert stones(desk) >= having


def test_an_order_finds_the_store_of_a_faulty_desk_or_does_nothing(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    toml = desk / "desk.toml"
    text = toml.read_text("utf-8")
    toml.write_text(f'store = "sqlite:///here.db"\n{text}', "utf-8")
    run("regenerate", "--desk", desk)
    for broken in ("x = [", f'stoer = "sqlite:///here.db"\nnmae = 1\n{text}'):
        toml.write_text(broken, "utf-8")
        run("kill", KILLED, "--reason", "error", "--desk", desk, code=1)
    toml.write_text(f'store = "sqlite:///here.db"\nnmae = 1\n{text}', "utf-8")
    told = run("kill", KILLED, "--reason", "error", "--desk", desk, code=1)
    assert "canceled: version 2" in told.stdout
    assert not (desk / ".syndicate" / "desk.db").exists()
    assert stones(desk)
