"""What is kept out is listed with its reason, and comes in once it is mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import run
from tests.faults.story import AFTER, an_article_of, guid
from tests.hostile import bombs
from tests.hostile.desks import (
    SUFFIXES,
    Came,
    a_desk,
    everywhere_good,
    published,
    write_good,
    write_lines,
)

RSS_PLACE = "gazette/gazette-all.rss"
MUCH = [{"type": "paragraph", "text": ">" * 900_000}] * 3
"""In RSS a body is one text, and readers take no text of more than ten million characters. Each of
these marks is four there.
"""


def _listed(desk: Path) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(
        run("quarantine", "list", "--desk", desk, "--json").out
    )
    return told


def _inbox(desk: Path, name: str) -> str:
    return f"{desk}/articles/{name}"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    desk = a_desk(tmp_path / "desk")
    write_good(desk)
    write_lines(desk, "lines.jsonl", [an_article_of("a"), an_article_of("b", headline="")])
    (desk / "articles" / "c.json").write_text("{")
    (desk / "articles" / "d.md").write_bytes(bombs.markdown("Text.", "d", headline="*alias"))
    (desk / "articles" / "nested.json").write_bytes(bombs.NESTED)
    everywhere_good(published(desk))
    return desk


IN_INBOX = {
    "lines.jsonl:2": (
        "bad-headline",
        "headline: is empty. Mend: write something, or leave it out.",
    ),
    "c.json": ("bad-json", "Mend: write a JSON object (RFC 8259)."),
    "d.md": ("bad-front-matter", "has an alias (*name). Mend: "),
}


def test_the_list_names_what_is_kept_out_where_and_why_and_since(desk: Path) -> None:
    told = {(one["subject"], one["place"]): one for one in _listed(desk)}
    assert len(told) == len(IN_INBOX) + len(SUFFIXES)
    for name, (code, reason) in IN_INBOX.items():
        one = told[_inbox(desk, name), "inbox"]
        assert one["code"] == code
        assert reason in one["reason"]
    for suffix in SUFFIXES:
        one = told[guid("nested"), f"gazette/gazette-all.{suffix}"]
        assert one["code"] == "article-isolated"
        assert "Mend: " in one["reason"]
    assert all(one["since"].endswith("Z") for one in told.values())

    table = run("quarantine", "list", "--desk", desk).out
    squeezed = "".join(table.split())
    for code in ("bad-headline", "bad-json", "bad-front-matter", "article-isolated"):
        assert code in squeezed
    assert table.endswith("6 kept out\n")


def test_what_stays_in_quarantine_keeps_its_since(desk: Path) -> None:
    before = _listed(desk)
    published(desk)
    assert _listed(desk) == before


def test_a_retry_tells_what_came_free_and_what_did_not(desk: Path) -> None:
    (desk / "articles" / "c.json").write_text(json.dumps(an_article_of("c")))
    ended = run("quarantine", "retry", "--desk", desk, code=1)
    assert f"free: {_inbox(desk, 'c.json')}, inbox\n" in ended.out
    assert "5 kept out still. Mend: mend what the table says" in ended.err
    assert guid("c") in Came(desk, ended).headlines("atom")
    assert _inbox(desk, "c.json") not in {one["subject"] for one in _listed(desk)}


def test_a_retry_of_all_that_was_mended_leaves_the_quarantine_empty(desk: Path) -> None:
    write_lines(desk, "lines.jsonl", [an_article_of("a"), an_article_of("b")])
    (desk / "articles" / "c.json").unlink()
    (desk / "articles" / "d.md").write_bytes(bombs.markdown("Text.", "d"))
    (desk / "articles" / "nested.json").write_text(json.dumps(an_article_of("nested", 2)))
    ended = run("quarantine", "retry", "--desk", desk)
    assert ended.out.count("free: ") == len(IN_INBOX) + len(SUFFIXES)
    assert ended.out.endswith("nothing is kept out\n")
    assert _listed(desk) == []
    assert run("quarantine", "list", "--desk", desk).out.endswith("0 kept out\n")
    for suffix in SUFFIXES:
        names = {guid(name) for name in ("good", "a", "b", "d", "nested")}
        assert set(Came(desk, ended).headlines(suffix)) == names


def test_an_article_that_one_format_cannot_hold_goes_out_in_the_others(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    write_good(desk)
    (desk / "articles" / "much.json").write_text(json.dumps(an_article_of("much", body=MUCH)))
    came = Came(desk, run("regenerate", "--desk", desk, "--at", AFTER, code=1))
    assert set(came.headlines("rss")) == {guid("good")}
    for suffix in ("atom", "newsml.xml"):
        assert set(came.headlines(suffix)) == {guid("good"), guid("much")}
    (one,) = _listed(desk)
    assert (one["subject"], one["place"]) == (guid("much"), RSS_PLACE)
    assert "Mend: shorten the text" in one["reason"]
