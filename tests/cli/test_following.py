"""`holders`, `history`, `notices`, `quarantine`, `regenerate --due` and `watch`, as typed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import article_data
from tests.cli.running import data, run

NAME = ("--name", "Harbour Post", "--domain", "harbour.example", "--contact", "a@harbour.example")
WALL = "tag:harbour.example,2024:wall"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    run("init", folder, *NAME)
    partner = folder / "partners" / "first-partner.toml"
    partner.write_text(partner.read_text().replace('state = "draft"', 'state = "active"'))
    put(folder)
    run("regenerate", "--desk", folder)
    return folder


def put(folder: Path, name: str = "wall", **changes: object) -> None:
    text = json.dumps(article_data(**changes))
    (folder / "articles" / f"{name}.json").write_text(text)


def kill(desk: Path) -> None:
    run("kill", "wall", "--reason", "error", "--note", "Invented.", "--desk", desk)


def test_holders_names_feed_format_version_and_time(desk: Path) -> None:
    found = data("holders", "wall", "--desk", desk)
    assert {(one["partner"], one["feed"], one["version"]) for one in found} == {
        ("first-partner", "first-partner-all", 1)
    }
    assert {one["format"] for one in found} == {"rss", "atom", "newsml-g2"}
    assert {(one["standing"], one["until"]) for one in found} == {("in force", None)}
    kill(desk)
    after = data("holders", "wall", "--desk", desk)
    assert all(one["until"] for one in after)
    assert {tuple(one["told"]) for one in after} == {("kill",)}


def test_holders_names_partners_that_are_gone(desk: Path) -> None:
    (desk / "partners" / "first-partner.toml").unlink()
    assert {one["standing"] for one in data("holders", "wall", "--desk", desk)} == {"gone"}
    assert (
        "1 partner could have it, by 3 documents" in run("holders", "wall", "--desk", desk).stdout
    )


def test_history_says_what_each_edition_changed(desk: Path) -> None:
    kill(desk)
    found = data("history", "first-partner-all", "--desk", desk)
    atom = [one for one in found if one["edition"]["format"] == "atom"]
    assert [one["added"] for one in atom] == [[WALL], []]
    assert [one["withdrawn"] for one in atom] == [[], [WALL]]
    assert (
        "x The harbour wall moves again"
        in run("history", "first-partner-all", "--desk", desk).stdout
    )
    last = data("history", "first-partner-all", "--last", 1, "--desk", desk)
    assert [one["withdrawn"] for one in last] == [[WALL]] * 3
    refused = run("history", "no-such-feed", "--desk", desk, code=1)
    assert "first-partner-all" in refused.stderr


def test_a_narrow_terminal_still_shows_words_not_letters(desk: Path) -> None:
    kill(desk)
    for words in (("history", "first-partner-all"), ("notices", "list"), ("holders", "wall")):
        found = run(*words, "--desk", desk, COLUMNS="80").stdout
        assert max(len(line) for line in found.splitlines()) <= 80
        assert len(found.splitlines()) < 40, found


def test_notices_are_listed_and_acknowledged_once(desk: Path) -> None:
    kill(desk)
    [notice] = data("notices", "list", "--desk", desk)
    assert (notice["grade"], notice["partner"], notice["state"]) == (
        "kill",
        "first-partner",
        "open",
    )
    said = run("notices", "ack", notice["id"], "--by", "night desk", "--desk", desk).stdout
    assert said == f"{notice['id']}: acknowledged\n0 notices not acknowledged yet\n"
    again = run("notices", "ack", notice["id"], "--desk", desk).stdout
    assert "before" in again
    assert data("notices", "list", "--open", "--desk", desk) == []
    assert data("notices", "list", "--desk", desk)[0]["ack"]["by"] == "night desk"
    unknown = run("notices", "ack", "n-0000000000000000", "--desk", desk, code=1)
    assert "no notice" in unknown.stderr


def test_a_partner_acknowledges_everything_or_all_about_one_article(desk: Path) -> None:
    kill(desk)
    [notice] = data("notices", "list", "--desk", desk)
    words = ("notices", "ack", "--desk", desk, "--partner", "first-partner")
    assert run(*words, "--article", "wall").stdout.startswith(f"{notice['id']}: acknowledged\n")
    assert run(*words).stdout == "0 notices not acknowledged yet\n"
    for wrong in ((), ("--article", "wall"), (notice["id"], "--partner", "first-partner")):
        assert "state NOTICE" in run(*words[:4], *wrong, code=2).stderr


def test_a_notice_is_one_line_and_says_what_to_do_next(desk: Path) -> None:
    kill(desk)
    found = run("notices", "list", "--desk", desk).stdout
    [line] = [one for one in found.splitlines() if "n-" in one]
    assert [word in line for word in ("first-partner", "kill", "The harbour wall", "open")]
    assert "when one answers: syndicate notices ack --partner" in found
    unknown = run("notices", "list", "--partner", "nobody", "--desk", desk, code=1)
    assert "first-partner" in unknown.stderr


def test_an_overdue_notice_stands_out_with_whom_to_call(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(desk)
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr("syndicate.cli.following.now", lambda: later)
    found = run("notices", "list", "--desk", desk)
    assert "overdue" in found.stdout
    assert "1 overdue" in found.stdout
    assert "overdue at first-partner:" in found.stderr


def test_quarantine_holds_what_could_not_be_taken_in_until_it_is_mended(desk: Path) -> None:
    put(desk, "bad", guid="tag:harbour.example,2024:bad", headline="")
    run("regenerate", "--desk", desk, code=1)
    [one] = data("quarantine", "list", "--desk", desk)
    assert one["place"] == "inbox"
    assert "headline" in one["reason"]
    again = run("quarantine", "retry", "--desk", desk, code=1)
    assert "1 kept out still" in again.stderr
    put(desk, "bad", guid="tag:harbour.example,2024:bad", canonical_url="https://h.example/b")
    freed = run("quarantine", "retry", "--desk", desk)
    assert "free: " in freed.stdout
    assert data("quarantine", "list", "--desk", desk) == []
    assert len(data("articles", "list", "--desk", desk)) == 2


def test_due_touches_only_what_has_come(desk: Path) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    until = soon.isoformat(timespec="seconds")
    put(
        desk,
        "later",
        guid="tag:harbour.example,2024:later",
        embargoed=until,
        canonical_url="https://h.example/l",
    )
    run("regenerate", "--desk", desk)
    assert data("regenerate", "--due", "--desk", desk) == []
    assert "0 documents, 0 written" in run("regenerate", "--due", "--desk", desk).stdout


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_watch_publishes_changes_and_moments_by_itself_and_stops_when_told(
    desk: Path, ends: signal.Signals
) -> None:
    command = [sys.executable, "-m", "syndicate", "watch", "--poll", "0.1", "--json"]
    process = subprocess.Popen(
        [*command, "--desk", str(desk)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["why"] == "start"
        soon = datetime.now(UTC) + timedelta(seconds=4)
        other = {"guid": "tag:harbour.example,2024:soon", "headline": "Released to the second"}
        put(
            desk,
            "soon",
            embargoed=soon.isoformat(),
            canonical_url="https://h.example/soon",
            **other,
        )
        files = json.loads(process.stdout.readline())
        assert files["why"] == "files"
        rss = desk / "public/first-partner/first-partner-all.rss"
        assert datetime.now(UTC) >= soon or "Released" not in rss.read_text("utf-8")
        moment = json.loads(process.stdout.readline())
        assert moment["why"] == "time"
        assert datetime.fromisoformat(moment["at"]) >= soon
        assert "Released to the second" in rss.read_text("utf-8")
        process.send_signal(ends)
        assert process.wait(60) == 0
        assert process.stderr is not None
        said = process.stderr.read()
        assert "Ctrl-C stops it" in said
        assert "stopped 20" in said
        assert "Traceback" not in said
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
