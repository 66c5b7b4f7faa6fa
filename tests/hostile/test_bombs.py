"""Small files that cost much, files that are none, names that break a line: each costs itself."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.commands import run
from tests.faults.story import AFTER, an_article_of, guid
from tests.hostile import bombs
from tests.hostile.desks import (
    GOOD,
    SUFFIXES,
    Came,
    a_desk,
    everywhere_good,
    published,
    write_good,
    write_lines,
)
from tests.hostile.strings import MEGABYTE, texts

ROOM = 2 * 1024 * MEGABYTE


@contextmanager
def _little_room() -> Iterator[None]:
    """Let a command have no more memory than a small machine has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(scope="module")
def among_bombs(tmp_path_factory: pytest.TempPathFactory) -> Came:
    desk = a_desk(tmp_path_factory.mktemp("bombs") / "desk")
    for name, (data, _) in bombs.BAD.items():
        (desk / "articles" / name).write_bytes(data)
    for name, data in bombs.ODD.items():
        (desk / "articles" / name).write_bytes(data)
    (desk / "articles" / "nested.json").write_bytes(bombs.NESTED)
    write_good(desk)
    with _little_room():
        return published(desk)


def test_all_bombs_together_cost_only_themselves(among_bombs: Came) -> None:
    everywhere_good(among_bombs)
    assert among_bombs.ended.code == 1
    assert set(among_bombs.refused()) == set(bombs.BAD)
    for suffix in SUFFIXES:
        assert len(among_bombs.headlines(suffix)) == len(bombs.ODD) + 1


@pytest.mark.parametrize("name", bombs.BAD)
def test_a_bomb_is_in_quarantine_with_its_reason_and_its_mend(
    among_bombs: Came, name: str
) -> None:
    code = bombs.BAD[name][1]
    lines = [line for line in among_bombs.ended.err.splitlines() if f"/{name}: " in line]
    assert f"/{name}: {code} " in lines[0]
    assert len(lines) <= 4, lines
    assert all(len(line) < 700 for line in lines)


def test_no_entity_is_expanded(among_bombs: Came) -> None:
    said = "".join(among_bombs.tree("atom").itertext())
    assert "&e19;" in said
    assert "&e;" in said
    assert "haha" not in said


def test_an_article_that_no_document_can_hold_is_isolated_in_each(among_bombs: Came) -> None:
    told = [line for line in among_bombs.ended.err.splitlines() if line.startswith("quarantined")]
    assert len(told) == len(SUFFIXES)
    assert all(f"quarantined {guid('nested')} in " in line for line in told)
    assert all("nested deeper than readers can follow" in line for line in told)
    assert all("Mend: remove superfluous nesting" in line for line in told)


def test_a_megabyte_in_every_field_costs_at_most_its_article(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    fields = texts("word " * (MEGABYTE // 5))
    for name, changes in fields.items():
        file = f"{name.removeprefix('body: ')}.jsonl"
        write_lines(desk, file, [an_article_of(file.partition(".")[0], **changes)])
    write_good(desk)
    with _little_room():
        came = published(desk)
    everywhere_good(came)
    refused = came.refused()
    assert len(refused) + len(came.headlines("rss")) == len(fields) + 1
    assert {"headline.jsonl:1", "bylines.jsonl:1", "ed_note.jsonl:1"} <= set(refused)
    assert (
        "summary: is 1,048,574 long, more than 16,384. Mend: shorten it."
        in refused["summary.jsonl:1"]
    )
    assert {"list.jsonl:1", "paragraph.jsonl:1"}.isdisjoint(refused)


NAMES = {
    b"line\nbreak.json": r"line\nbreak.json",
    b"turned\xe2\x80\xaenosj.json": r"turned\u202enosj.json",
    b"latin\xe9.json": r"latin\xe9.json",
    b"bell\x07\x1b[31m.json": r"bell\x07\x1b[31m.json",
    b"<b>[red]%s{0}.json": "<b>[red]%s{0}.json",
    b"two  spaces .json": "two  spaces .json",
    b"long" + b"g" * 240 + b".json": f"long{'g' * 240}.json",
}


def test_a_strange_name_is_told_in_one_line(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    inbox = os.fsencode(desk / "articles")
    for n, name in enumerate(NAMES):
        Path(os.fsdecode(os.path.join(inbox, name))).write_text("{")
        good = json.dumps(an_article_of(f"n{n}"))
        Path(os.fsdecode(os.path.join(inbox, b"good " + name[:200] + b".json"))).write_text(good)
    write_good(desk)
    came = published(desk)
    everywhere_good(came)
    assert len(came.headlines("rss")) == len(NAMES) + 1
    told = json.loads(run("quarantine", "list", "--desk", desk, "--json").out)
    assert {one["subject"].rpartition("/")[2] for one in told} == set(NAMES.values())
    run("quarantine", "list", "--desk", desk)
    run("articles", "list", "--desk", desk)


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    inbox = desk / "articles"
    (inbox / "loop.json").symlink_to("loop.json")
    (inbox / "gone.json").symlink_to("nowhere.json")
    (inbox / "zero.json").symlink_to("/dev/zero")
    (inbox / "circle").symlink_to(".")
    os.mkfifo(inbox / "pipe.json")
    os.mkfifo(inbox / "pipe.html.gz")
    (inbox / "folder.json").mkdir()
    (inbox / "folder.json" / "bad.json").write_bytes(b"\x00")
    (inbox / ".hidden.json").write_text("{")
    (inbox / "unknown.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    write_good(desk)
    came = published(desk)
    everywhere_good(came)
    codes = {place: why.partition(" ")[0] for place, why in came.refused().items()}
    assert codes == {
        "loop.json": "unreadable",
        "gone.json": "unreadable",
        "zero.json": "no-file",
        "pipe.json": "no-file",
        "pipe.html.gz": "no-file",
        "folder.json/bad.json": "bad-json",
    }
    assert "remove the link" in came.refused()["loop.json"]


@pytest.mark.parametrize("inbox", ["file", "loop"])
def test_an_inbox_that_is_no_folder_is_one_clear_line(tmp_path: Path, inbox: str) -> None:
    desk = a_desk(tmp_path / "desk")
    write_good(desk)
    published(desk)
    (desk / "articles").rename(desk / "other")
    if inbox == "file":
        (desk / "articles").write_text("no folder")
    else:
        (desk / "articles").symlink_to("articles")
    ended = run("regenerate", "--desk", desk, "--at", AFTER, code=1)
    assert "Traceback" not in ended.err
    assert "articles: no-folder inbox: is no folder. Mend: " in ended.err
    assert GOOD in Came(desk, ended).headlines("rss").values()
