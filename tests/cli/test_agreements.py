"""`agreements list|activate|suspend|end`: the partner's file, and what is out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.model.partner import AgreementState
from syndicate.targets.partner_file import PartnerFile, with_state
from tests.builders import NOW, article_data
from tests.cli.running import a_copy, data, run

NAME = ("--name", "Harbour Post", "--domain", "harbour.example", "--contact", "a@harbour.example")
FIRST = "first-partner-1"
WALL = b"tag:harbour.example,2024:wall"


@pytest.fixture
def unpublished(tmp_path: Path) -> Path:
    """A new desk with a draft agreement and an article in its inbox."""
    folder = tmp_path / "desk"
    run("init", folder, *NAME)
    (folder / "articles" / "wall.json").write_text(json.dumps(article_data()))
    return folder


@pytest.fixture
def desk(unpublished: Path) -> Path:
    """The same, published: the article is taken in and its feed is empty."""
    run("regenerate", "--desk", unpublished)
    return unpublished


@pytest.fixture
def active(desk: Path) -> Path:
    """The same with the agreement active and the article out."""
    run("agreements", "activate", FIRST, "--desk", desk)
    return desk


def partner_file(desk: Path) -> Path:
    return desk / "partners" / "first-partner.toml"


def agreement(desk: Path) -> dict[str, Any]:
    (one,) = tomllib.loads(partner_file(desk).read_text())["agreements"]
    return dict(one)


def changed(desk: Path, old: str, new: str, path: Path | None = None) -> None:
    path = path or partner_file(desk)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def published(desk: Path) -> bytes:
    return (desk / "public" / "first-partner" / "first-partner-all.rss").read_bytes()


def test_activating_publishes_at_once(desk: Path) -> None:
    assert WALL not in published(desk)
    found = run("agreements", "activate", FIRST, "--desk", desk)
    assert "draft became active" in found.stdout
    assert agreement(desk)["state"] == "active"
    assert WALL in published(desk)


def test_only_the_state_changes_in_the_file(active: Path) -> None:
    before = partner_file(active).read_text().splitlines()
    run("agreements", "suspend", FIRST, "--reason", "An invoice is open.", "--desk", active)
    after = partner_file(active).read_text().splitlines()
    gone = [line for line in before if line not in after]
    new = [line for line in after if line not in before]
    assert [line for line in before if line in after] == [x for x in after if x in before]
    assert gone[-1].startswith("state_since = ")
    assert gone[:-1] == ['state = "active"']
    assert new[0] == 'state = "suspended"'
    assert new[1].startswith("state_since = ")
    assert new[1].endswith("# An invoice is open.")
    assert before[0].startswith("#")


def test_since_when_is_kept(active: Path) -> None:
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    run("agreements", "suspend", FIRST, "--at", "2026-05-01T14:00:00+02:00", "--desk", active)
    run("agreements", "suspend", FIRST, "--desk", active)
    assert agreement(active)["state_since"] == moment


def test_suspending_takes_the_feed_empty_and_resuming_fills_it(active: Path) -> None:
    found = data("agreements", "suspend", FIRST, "--desk", active)
    (one,) = found["out"]
    assert (one["what"], one["code"]) == ("take down", "AGREEMENT_SUSPENDED")
    assert b"two centimetres" not in published(active)
    run("agreements", "activate", FIRST, "--desk", active)
    assert b"two centimetres" in published(active)


def licence_says(desk: Path, line: str) -> None:
    path = desk / "licences" / "text-v1.toml"
    path.write_text(f"{line}\n{path.read_text()}")


@pytest.mark.parametrize(
    ("move", "line", "what", "days"),
    [
        ("suspend", 'on_suspend = "freeze"', "may stay", 0),
        ("suspend", 'on_suspend = "take_down"', "take down", 0),
        ("end", 'after_end = "remove_all"', "take down", 0),
        ("end", "sell_off_days = 10", "take down", 10),
        ("end", 'after_end = "keep_published"', "may stay", 0),
    ],
)
def test_the_licence_says_what_becomes_of_copies(
    unpublished: Path, move: str, line: str, what: str, days: int
) -> None:
    desk = unpublished
    licence_says(desk, line)
    run("regenerate", "--desk", desk)
    run("agreements", "activate", FIRST, "--desk", desk)
    began = datetime.now(UTC).replace(microsecond=0)
    found = data("agreements", move, FIRST, "--dry-run", "--desk", desk)
    (one,) = found["out"]
    assert (one["what"], one["feed"]) == (what, "first-partner-all")
    since = datetime.fromisoformat(one["since"])
    assert timedelta(0) <= since - began - timedelta(days=days) < timedelta(minutes=5)


def test_what_another_agreement_allows_stays(active: Path) -> None:
    second = partner_file(active).read_text().partition("[[agreements]]")[2]
    second = second.partition("[[feeds]]")[0].replace(FIRST, "other")
    # One governs at a time: the other begins where the first is over, so both may be active.
    second = second.replace("term", "priority = -1\nterm", 1)
    changed(active, "[[feeds]]", f"[[agreements]]{second}[[feeds]]")
    ended = data("agreements", "end", FIRST, "--dry-run", "--desk", active)
    assert [one["what"] for one in ended["out"]] == ["stays"]
    suspended = data("agreements", "suspend", FIRST, "--dry-run", "--desk", active)
    assert [one["what"] for one in suspended["out"]] == ["take down"]


def test_a_dry_run_writes_nothing(active: Path) -> None:
    before = {path: path.read_bytes() for path in active.rglob("*") if path.is_file()}
    found = run("agreements", "end", FIRST, "--dry-run", "--desk", active)
    assert "active would become terminated" in found.stdout
    assert "1 must be taken down" in found.stdout
    assert {p: p.read_bytes() for p in active.rglob("*") if p.is_file()} == before


def test_without_publishing_only_the_file_changes(active: Path) -> None:
    before = published(active)
    run("agreements", "end", FIRST, "--no-publish", "--desk", active)
    assert agreement(active)["state"] == "terminated"
    assert published(active) == before


def test_a_move_that_was_made_already_is_harmless(active: Path) -> None:
    before = partner_file(active).read_bytes()
    assert "active already" in run("agreements", "activate", FIRST, "--desk", active).stdout
    assert partner_file(active).read_bytes() == before


@pytest.mark.parametrize(
    ("states", "move", "says"),
    [
        (("active", "terminated"), "activate", "it was terminated"),
        (("active", "terminated"), "suspend", "it was terminated"),
        (("draft", "draft"), "suspend", "it is draft and never ran"),
        (("draft", "draft"), "end", "it is draft and never ran"),
    ],
)
def test_moves_that_make_no_sense_are_refused_with_the_mend(
    desk: Path, states: tuple[str, str], move: str, says: str
) -> None:
    changed(desk, 'state = "draft"', f'state = "{states[1]}"')
    before = partner_file(desk).read_bytes()
    found = run("agreements", move, FIRST, "--desk", desk, code=1)
    assert says in found.stderr
    assert "Mend:" in found.stderr
    assert found.stderr.count("\n") == 1
    assert partner_file(desk).read_bytes() == before


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ('notices = "night-desk@partner.example"\n', "V3"),
        ('properties = ["site"]\n', "V3"),
        ('licence = "text"\n', "licence"),
    ],
)
def test_what_an_active_agreement_lacks_is_said_and_nothing_written(
    desk: Path, old: str, says: str
) -> None:
    changed(desk, old, "")
    before = partner_file(desk).read_bytes()
    found = run("agreements", "activate", FIRST, "--desk", desk, code=1)
    assert says in found.stderr
    assert "Mend:" in found.stderr
    assert partner_file(desk).read_bytes() == before


def test_a_term_that_is_over_cannot_be_activated(desk: Path) -> None:
    year = tomllib.loads(partner_file(desk).read_text())["agreements"][0]["term"]["start"]
    changed(desk, f'start = "{year}"', 'start = "2020-01-01", end = "2021-01-01"')
    found = run("agreements", "activate", FIRST, "--desk", desk, code=1)
    assert "its term ended on 2021-01-01 00:00:00Z" in found.stderr


def test_an_agreement_does_not_start_by_a_state_of_the_future(desk: Path) -> None:
    moment = "2199-01-01T00:00:00Z"
    found = run("agreements", "activate", FIRST, "--at", moment, "--desk", desk, code=1)
    assert "set term.start" in found.stderr


def test_an_end_can_be_planned_and_the_plan_withdrawn(active: Path) -> None:
    moment = "2199-01-01T00:00:00Z"
    words = ("--at", moment, "--no-publish", "--desk", active)
    found = data("agreements", "end", FIRST, *words)
    assert found["says"] == "active became terminated, since 2199-01-01 00:00:00Z"
    assert [one["since"] for one in found["out"]] == [moment]
    run("agreements", "activate", FIRST, "--no-publish", "--desk", active)
    assert agreement(active)["state"] == "active"


def test_a_fault_elsewhere_does_not_keep_an_agreement_from_ending(active: Path) -> None:
    (active / "partners" / "other.toml").write_text("not toml")
    found = run("agreements", "end", FIRST, "--desk", active, code=1)
    assert "partners/other.toml" in found.stderr
    assert agreement(active)["state"] == "terminated"
    assert b"two centimetres" not in published(active)


def test_a_faulty_file_of_its_own_is_refused(active: Path) -> None:
    changed(active, 'country = "GB"', 'country = "ZZ"')
    before = partner_file(active).read_bytes()
    found = run("agreements", "end", FIRST, "--desk", active, code=1)
    assert "partners/first-partner.toml is not sound" in found.stderr
    assert partner_file(active).read_bytes() == before


def test_an_unknown_agreement_is_one_clear_line(desk: Path) -> None:
    found = run("agreements", "end", "nix", "--desk", desk, code=1)
    assert found.stderr == f"Error: no agreement 'nix'. Mend: use one of: {FIRST}.\n"


def test_who_may_read_the_file_stays_and_nothing_is_left_beside(active: Path) -> None:
    partner_file(active).chmod(0o600)
    (active / "partners" / ".first-partner.toml.0123456789abcdef.tmp").write_text("left")
    run("agreements", "suspend", FIRST, "--desk", active)
    assert partner_file(active).stat().st_mode & 0o777 == 0o600
    assert os.listdir(active / "partners") == ["first-partner.toml"]


def test_a_link_to_a_file_stays_a_link(active: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    partner_file(active).rename(real)
    partner_file(active).symlink_to(real)
    run("agreements", "suspend", FIRST, "--desk", active)
    assert partner_file(active).is_symlink()
    assert 'state = "suspended"' in real.read_text()


def test_two_orders_at_once_are_both_kept(desk: Path) -> None:
    second = partner_file(desk).read_text().partition("[[agreements]]")[2]
    second = second.partition("[[feeds]]")[0].replace(FIRST, "other").replace('"2', '"2')
    priority = "priority = 5\nterm"
    changed(desk, "[[feeds]]", f"[[agreements]]{second.replace('term', priority)}[[feeds]]")

    words = ("agreements", "activate", "--no-publish", "--desk", str(desk))
    started = [
        subprocess.Popen([sys.executable, "-m", "syndicate", *words, name], stdout=subprocess.PIPE)
        for name in (FIRST, "other")
    ]
    assert [one.communicate() and one.returncode for one in started] == [0, 0]
    states = [x["state"] for x in tomllib.loads(partner_file(desk).read_text())["agreements"]]
    assert states == ["active", "active"]


WRITTEN = {
    "inline": 'agreements = [{id = "a", state = "active"}] # all\n',
    "no state": '[[agreements]]\nid = "a"\n\n[agreements.term]\nstart = 1\n',
    "quoted key": "[[agreements]]\n'id' = 'a'\n\"state\"='active' # since spring\n",
    "second": '[[agreements]]\nid = "b"\n[[agreements]]\nid = "a"\n[[feeds]]\nid = 1\n',
    "windows": '\ufeff[[agreements]]\r\nid = "a"\r\nstate = "active"\r\n# end\r\n',
}


@pytest.mark.parametrize("text", list(WRITTEN.values()), ids=list(WRITTEN))
def test_every_way_of_writing_is_kept(text: str) -> None:
    file = PartnerFile("partners/a.toml", text)
    made = with_state(file, "a", AgreementState.SUSPENDED, NOW, "Why.")
    before = tomllib.loads(text.removeprefix("\ufeff"))
    after = tomllib.loads(made.removeprefix("\ufeff"))
    for one in before["agreements"]:
        if one["id"] == "a":
            one |= {"state": "suspended", "state_since": NOW}
    assert after == before
    assert made.startswith("\ufeff") is text.startswith("\ufeff")
    assert made.count("\r\n") == (made.count("\n") if "\r\n" in text else 0)
    for comment in ("# all", "# since spring", "# end"):
        assert (comment in made) is (comment in text)


def test_the_reason_of_before_does_not_stay() -> None:
    file = PartnerFile("partners/a.toml", '[[agreements]]\nid = "a"\nstate = "active"\n')
    text = with_state(file, "a", AgreementState.SUSPENDED, NOW, "Unpaid.")
    assert "# Unpaid." in text
    again = with_state(file._replace(text=text), "a", AgreementState.ACTIVE, NOW)
    assert "Unpaid" not in again


def test_the_list_says_what_ends_when(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    rows = {one["agreement"]: one for one in data("agreements", "list", "--desk", desk)}
    assert rows["mangrove-2025"]["state"] == "expired"
    assert rows["mangrove-2025"]["ends_in_days"] == 0
    assert rows["civic-shelf-2026"]["ends_in_days"] is None
    assert rows["worldfold-2026"]["licence"] == "full-web/v2"
    assert "5400" not in run("agreements", "list", "--desk", desk).stdout
