"""The tour of the README, played: what it types is typed, what it says has happened has happened.

Played at today's clock and a year later: the week of the example desk lies in the past for good.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from syndicate.checks.withdrawn import withdrawal_faults
from syndicate.cli import main
from tests.cli.running import a_copy, data, run

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
GUID = "tag:longshore.example,2025:"
KILN, SEAGRASS, BATHING = GUID + "p8d4n6", GUID + "m2c8x5", GUID + "w1g5y7"
FORMATS = {"rss": "rss", "atom": "atom", "newsml.xml": "newsml-g2"}
HELD_KILN = {"deichbote", "fenwold", "mangrove", "nagisa", "quad-notes", "worldfold"}


class Typed(NamedTuple):
    """A command of the README: the words after `syndicate`, and what is printed below it."""

    words: list[str]
    printed: list[str]
    pipe: list[str]
    """The words of what its output is piped into; none where all of it is shown."""

    def shows(self, out: str) -> list[str]:
        """Give the lines of its output that the pipe lets through."""
        lines = out.splitlines()
        match self.pipe:
            case ["tail", "-n", number]:
                return lines[-int(number) :]
            case ["grep", "-E", pattern] | ["grep", pattern]:
                return [line for line in lines if re.search(pattern, line)]
            case []:
                return lines
        raise ValueError(self.pipe)


def typed(text: str) -> Iterator[Typed]:
    for block in re.findall(r"```console\n(.*?)\n```", text, re.DOTALL):
        for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = one.replace("\\\n", " ").partition("\n")
            if command.startswith("syndicate "):
                words = shlex.split(command, comments=True)[1:]
                at = words.index("|") if "|" in words else len(words)
                yield Typed(words[:at], printed.splitlines(), words[at + 1 :])


WEEK = list(typed(README.partition("**4. ")[2].partition("**7. ")[0]))
THAT_DAY = datetime(2026, 11, 26, 5, 6, tzinfo=UTC)
"""When the page was written."""
YEAR = timedelta(days=365)


class Played(NamedTuple):
    """What was seen while the tour was played."""

    desk: Path
    at: dict[str, dict[str, str]]
    """Every published document after the command that ends in this word."""
    said: list[list[str]]
    """What stood in the terminal below each, with what went to standard error first."""
    later: bool


def documents(desk: Path) -> dict[str, str]:
    files = [p for p in (desk / "public").glob("*/*.*") if p.name.endswith(tuple(FORMATS))]
    return {f"{p.parent.name}/{p.name}": p.read_text("utf-8") for p in files}


@pytest.fixture(scope="module", params=[False, True], ids=["that day", "a year after today"])
def tour(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    desk = a_copy(tmp_path_factory.mktemp("tour"))
    found = Played(desk, {}, [], request.param)
    ahead = YEAR if request.param else THAT_DAY - datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("syndicate.cli.") and hasattr(module, "now"):
                patch.setattr(module, "now", lambda: datetime.now(UTC) + ahead)
        for one in WEEK:
            key = " ".join(one.words)
            done = run(*one.words, "--desk", desk, COLUMNS="118")
            found.said.append([*done.stderr.splitlines(), *one.shows(done.stdout)])
            found.at[key] = documents(desk)
        yield found


def after(found: Played, words: str) -> dict[str, str]:
    [key] = [one for one in found.at if words in one]
    return found.at[key]


def holding(found: dict[str, str], guid: str) -> set[str]:
    return {name for name, text in found.items() if guid in text}


def holders(found: Played, article: str) -> set[str]:
    return {one["partner"] for one in data("holders", article, "--desk", found.desk)}


def test_the_tour_tells_all_four_stories() -> None:
    said = "\n".join(" ".join(one.words) for one in WEEK)
    for word in ("correct ", "kill ", "agreements end ", "holders ", "notices ack ", "--due"):
        assert word in said
    assert len(WEEK) >= 15


def masked(line: str) -> str:
    """Give a line without what is another one each time: moments, ids, the widths of columns."""
    line = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "MOMENT", line)
    line = re.sub(r"\b(n|r)-[0-9a-f]{8,16}\b", "ID", line)
    return " ".join(re.sub("─+", "─", line).split())


def test_what_the_page_prints_is_what_is_printed(tour: Played) -> None:
    told = [
        (one, said)
        for one, said in zip(WEEK, tour.said, strict=True)
        if one.printed and "--drill" not in one.words
    ]
    past = [pair for pair in told if {"regenerate", "--at"} <= {*pair[0].words}]
    assert len(told) > len(past) >= 6
    for one, said in past if tour.later else told:
        assert sorted(map(masked, said)) == sorted(map(masked, one.printed))
    for one, said in past:
        assert said[-1] == one.printed[-1]


def test_the_correction_is_at_the_partners_with_what_was_wrong(tour: Played) -> None:
    note = "An earlier version said that bus journeys had become 41 per cent faster"
    before, then = after(tour, "2026-11-17T06:00:00Z"), after(tour, "2026-11-17T13:25:00Z")
    assert not holding(before, note)
    for name in ("mangrove/mangrove-all.rss", "fenwold/fenwold-text.atom"):
        assert name in holding(then, note)
        assert "41 per cent at peak hours" not in then[name]


def test_the_agreement_that_ends_leaves_an_empty_feed_and_no_order_to_take_down(
    tour: Played,
) -> None:
    then = after(tour, "2026-11-18T14:00:00Z")
    for name in ("mangrove/mangrove-all.rss", "mangrove/mangrove-all.atom"):
        assert BATHING in after(tour, "2026-11-18T12:00:00Z")[name]
        assert not re.search(r"<(item|entry|at:deleted-entry)\b", then[name])


def test_the_kill_reaches_everybody_who_held_it_also_after_the_end(tour: Played) -> None:
    held = holding(after(tour, "2026-11-18T12:00:00Z"), BATHING)
    then = after(tour, "2026-11-18T21:10:00Z")
    assert len(held) == 14
    assert holding(then, BATHING) == held
    for name in held:
        assert withdrawn(name, then[name], BATHING)
    assert holders(tour, "bathing-water") == HELD_KILN


def withdrawn(name: str, text: str, guid: str) -> bool:
    suffix = name.partition(".")[2]
    return not list(withdrawal_faults(text.encode(), FORMATS[suffix], guid))


def test_the_embargo_holds_to_the_second(tour: Played) -> None:
    before, then = after(tour, "T05:59:59Z"), after(tour, "2026-11-20T06:00:00Z")
    ahead = {"deichbote/deichbote-print.newsml.xml"}
    assert holding(before, SEAGRASS) == ahead
    assert len(holding(then, SEAGRASS) - ahead) == 10


def test_who_only_keeps_a_copy_gets_the_correction_as_a_notice(tour: Played) -> None:
    then = after(tour, "correct harbour-dredging")
    assert "1,400 oyster trestles" in then["worldfold/worldfold-all.rss"]
    for name in ("mangrove/mangrove-all.rss", "mangrove/mangrove-all.atom"):
        assert ":correction/" in then[name]
        assert "There are 1,400." in then[name]
        assert GUID + "k3v9w2" not in re.findall(r"<(?:id|guid)[^>]*>([^<]*)", then[name])


def test_the_killed_article_is_gone_from_all_feeds_with_tombstones_in_every_format(
    tour: Played,
) -> None:
    then = after(tour, "kill tell-rumaysa-kiln")
    assert not holding(then, "Nobody touched it again until this October")
    assert not holding(then, "Archaeologists rarely get to thank")
    told = holding(then, KILN)
    if not tour.later:
        assert len(told) == 13
    assert {name.partition(".")[2] for name in told} == set(FORMATS)
    for name in told:
        assert withdrawn(name, then[name], KILN)
    assert holders(tour, "tell-rumaysa-kiln") == HELD_KILN


def states(found: Played, article: str) -> dict[str, str]:
    about = data("notices", "list", "--article", article, "--desk", found.desk)
    return {one["partner"]: one["state"] for one in about if one["grade"] == "kill"}


def test_notices_are_open_overdue_or_acknowledged(tour: Played) -> None:
    assert states(tour, "tell-rumaysa-kiln")["worldfold"] == "acknowledged"
    assert set(states(tour, "tell-rumaysa-kiln").values()) == {"acknowledged", "open"}
    assert states(tour, "bathing-water") == dict.fromkeys(HELD_KILN, "overdue")


def test_the_end_of_an_agreement_takes_back_what_its_licence_says(tour: Played) -> None:
    text = after(tour, "agreements end fenwold-2026")["fenwold/fenwold-text.rss"]
    assert "Sallow Point" not in text
    assert "WITHDRAWN: Borrow a bean" in text
    assert "How to read a flood map" not in text  # free under CC BY-ND: may stay, not ordered back


def test_a_second_run_writes_nothing(tour: Played) -> None:
    assert ", 0 written" in run("regenerate", "--desk", tour.desk).stdout
    assert "0 faults" in run("check", "--desk", tour.desk).stdout


@pytest.mark.parametrize("one", list(typed(README)), ids=lambda one: " ".join(one.words)[:50])
def test_every_command_of_the_readme_exists_with_its_options(one: Typed) -> None:
    command: click.Command = main
    words = list(one.words)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, one.words
        command = found
    known: dict[str, Any] = {name: p for p in command.params for name in p.opts}
    stated = [word for word in words if word.startswith("--")]
    assert [word for word in stated if word not in known] == []
    command.make_context(command.name, words, resilient_parsing=False)
