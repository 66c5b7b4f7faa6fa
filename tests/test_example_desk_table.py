"""The table in feeds/README.md says what is decided; the desk's files agree with each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicate.licensing.consistency import problems
from syndicate.licensing.covers import misses
from syndicate.licensing.govern import Request, rule
from syndicate.model.article import Article
from syndicate.model.body import MEDIA_KINDS
from syndicate.model.decision import Decision, Verdict
from syndicate.model.desk import DeskFiles
from tests.test_example_desk import FEEDS, RELEASE, TODAY, all_articles, desk_files


@pytest.fixture(scope="module")
def files() -> DeskFiles:
    return desk_files()


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return all_articles()


MATRIX = ("worldfold", "nagisa", "fenwold", "marfa", "quad-notes", "civic-shelf", "deichbote")


def matrix_rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    text = (FEEDS / "README.md").read_text("utf-8")
    table = text.split("| | Worldfold |")[1].split("\n\n")[0]
    for row in re.findall(r"^\| `([^`]+)` \|(.*)\|$", table, re.MULTILINE):
        yield row[0], tuple(cell.strip() for cell in row[1].split("|"))


def in_a_word(decision: Decision) -> str:
    """Put a decision the way the README's table does."""
    if decision.verdict is not Verdict.ALLOW:
        return "waits" if decision.verdict is Verdict.HOLD else "–"
    if decision.marked_embargo or decision.embargo_open_ended:
        return "marked"
    cut = {finding.part for finding in decision.findings if finding.code == "EXTENT_CUT"}
    if cut:
        return "2 ¶"
    refused = [part for part in decision.parts if part.verdict is not Verdict.ALLOW]
    media = [part for part in decision.parts if part.kind in MEDIA_KINDS]
    if not refused:
        return "all"
    only_media = all(part.kind in MEDIA_KINDS for part in refused)
    return (
        "text" if only_media and {p.part for p in media} <= {p.part for p in refused} else "part"
    )


@pytest.mark.parametrize(("name", "cells"), tuple(matrix_rows()), ids=str)
def test_the_table_of_the_readme_is_what_is_decided(
    name: str, cells: tuple[str, ...], files: DeskFiles, articles: dict[str, Article]
) -> None:
    said, decided = {}, {}
    for partner_id, cell in zip(MATRIX, cells, strict=True):
        partner = next(one for one in files.partners if one.id == partner_id)
        carries = frozenset({"embargo"} if partner.feeds[0].formats[0] == "newsml-g2" else ())
        request = Request(files, partner, partner.properties[0], carries)
        word = in_a_word(rule(request, articles[name], TODAY).decision)
        asked = any(not any(misses(f.selection, articles[name], TODAY)) for f in partner.feeds)
        said[partner_id] = cell
        decided[partner_id] = word if asked or word == "–" else f"({word})"
    assert said == decided


def test_the_table_of_the_readme_has_the_newest_version_of_every_article(
    articles: dict[str, Article],
) -> None:
    newest = {one.guid: name for name, one in sorted(articles.items())}
    assert sorted(name for name, _ in matrix_rows()) == sorted(newest.values())


def test_the_expired_partner_gets_nothing(files: DeskFiles, articles: dict[str, Article]) -> None:
    partner = next(one for one in files.partners if one.id == "mangrove")
    request = Request(files, partner, partner.properties[0])
    for article in articles.values():
        assert "AGREEMENT_EXPIRED" in rule(request, article, TODAY).decision.codes()


def test_the_embargo_opens_at_that_second(files: DeskFiles, articles: dict[str, Article]) -> None:
    partner = next(one for one in files.partners if one.id == "worldfold")
    request = Request(files, partner, partner.properties[0])
    article = articles["seagrass-study.json"]
    before = rule(request, article, RELEASE - timedelta(seconds=1)).decision
    assert (before.verdict, before.next_change) == (Verdict.HOLD, RELEASE)
    assert rule(request, article, RELEASE).decision.verdict is Verdict.ALLOW


def test_the_desk_has_no_fault_between_its_files(files: DeskFiles) -> None:
    assert problems(files) == ()
