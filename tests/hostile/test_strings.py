"""Every hostile string in every text field: published clean, or refused with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from syndicate import wiring
from syndicate.model.article import Article
from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources import collecting
from tests.faults.commands import run
from tests.faults.story import an_article_of, guid
from tests.hostile.desks import (
    G2,
    SUFFIXES,
    Came,
    a_desk,
    assert_settled,
    begun,
    everywhere_good,
    looked_at,
    published,
    write_good,
    write_lines,
)
from tests.hostile.strings import (
    as_plain_text,
    as_rss_title,
    blocks,
    hostile,
    lines,
    strict,
    texts,
)

STRINGS = tuple(hostile())
SAYING = tuple(one for one in STRINGS if as_plain_text(one))
"""Those of which something is left in a document."""
EMPTY = tuple(one for one in STRINGS if not as_plain_text(one))
SURROGATES = tuple(map(chr, range(0xD800, 0xE000)))
PACKED = 20
"""Strings whose blocks share an article: what costs time is the article, not the block."""


def test_there_are_enough_of_them() -> None:
    assert len(STRINGS) > 700
    assert len(EMPTY) > 40
    assert {"", " ", "\x00"} & set(EMPTY)
    assert any("\ud800" in one for one in STRINGS)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Came, Came]:
    place = tmp_path_factory.mktemp("strings")
    desks = a_desk(place / "lines"), a_desk(place / "blocks", '["xhtml", "nitf", "text"]')
    write_lines(desks[0], "all.jsonl", _thousand())
    write_lines(desks[1], "all.jsonl", _packed())
    running = [begun(desk) for desk in desks]
    lines_, blocks_ = (one.wait() for one in running)
    return looked_at(desks[0], lines_), looked_at(desks[1], blocks_)


def _thousand() -> list[dict[str, Any]]:
    """Give 1,000 articles: a hostile string in every line of most, and one that is bad."""
    text = [{"type": "paragraph", "text": "All about it."}]
    made = [an_article_of(f"n{n}", body=text, **lines(one)) for n, one in enumerate(SAYING)]
    made.insert(500, an_article_of("bad", headline="\x00\ud800"))
    return made + [an_article_of(f"plain{n}", body=text) for n in range(1000 - len(made))]


def _packed() -> Iterator[dict[str, Any]]:
    """Give every string in every text of every type of block.

    A picture stands in the gallery; every fifth string is in a video too, with the same texts.
    """
    for start in range(0, len(SAYING), PACKED):
        body = []
        for n, one in enumerate(SAYING[start : start + PACKED]):
            body += blocks(one, "picture", *(("video",) if n % 5 else ()))
        yield an_article_of(f"n{start}", body=body)


@pytest.fixture(scope="module")
def in_lines(both: tuple[Came, Came]) -> Came:
    return both[0]


@pytest.fixture(scope="module")
def in_blocks(both: tuple[Came, Came]) -> Came:
    return both[1]


def test_of_a_thousand_articles_a_bad_one_costs_itself(in_lines: Came) -> None:
    assert [len(in_lines.headlines(suffix)) for suffix in SUFFIXES] == [999] * 3
    told = json.loads(run("quarantine", "list", "--desk", in_lines.desk, "--json").out)
    (bad,) = told
    assert bad["subject"].endswith("all.jsonl:501")
    assert bad["code"] == "bad-headline"
    assert bad["reason"] == "headline: is empty. Mend: write something, or leave it out."


def test_a_string_in_a_line_is_published_as_it_was_written(in_lines: Came) -> None:
    for suffix in SUFFIXES:
        found = in_lines.headlines(suffix)
        for n, one in enumerate(SAYING):
            title = as_rss_title(one) if suffix == "rss" else as_plain_text(one)
            assert found[guid(f"n{n}")] == title, repr(one)
    items = {one.get("guid"): one for one in in_lines.tree("newsml.xml").iter(f"{G2}newsItem")}
    for n, one in enumerate(SAYING):
        meta = items[guid(f"n{n}")].find(f"{G2}contentMeta")
        for name in ("slugline", "dateline", "description", "keyword", "creator/{*}name"):
            assert meta.findtext(f"{G2}{name}") == as_plain_text(one), (name, one)


def test_a_string_in_a_block_costs_nothing(in_blocks: Came) -> None:
    assert in_blocks.ended.code == 0, in_blocks.ended.err
    assert {len(in_blocks.headlines(suffix)) for suffix in SUFFIXES} == {-(-len(SAYING) // PACKED)}
    told = {one.get("alt") for one in in_blocks.tree("atom").iter("{*}img")}
    assert {as_plain_text(one) for one in SAYING} <= told


@cache
def _known(desk: Path) -> Desk:
    return wiring.load_desk(desk)


def _collected(desk: Path, name: str) -> Iterator[Draft | Refusal]:
    for one in collecting.collect([desk / "articles" / name], _known(desk), Hints()):
        if isinstance(one, Refusal):
            assert one.says
            assert one.mend
            assert f"{one.where} {one.field} {one.says} {one.mend}".isprintable(), one
        else:
            kept = one.article.model_dump_json()
            assert Article.model_validate_json(kept) == one.article  # it can be read again
        yield one


def test_a_string_in_a_field_that_takes_only_some_texts_has_a_reason(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    articles = [
        an_article_of(f"n{n}-{m}", **{"canonical_url": None, "body": [], **changes})
        for n, one in enumerate(STRINGS)
        for m, changes in enumerate(strict(one).values())
    ]
    write_lines(desk, "all.jsonl", articles)
    found = list(_collected(desk, "all.jsonl"))
    places = {one.where for one in found if isinstance(one, Refusal)}
    drafts = [one.article for one in found if isinstance(one, Draft)]
    assert len(drafts) + len(places) == len(articles)
    assert len(places) > len(articles) * 2 / 3

    pages = sorted({one.canonical_url for one in drafts if one.canonical_url})
    assert len(pages) > 100
    links: list[dict[str, Any]] = [{"url": url} for url in pages]
    body: list[dict[str, Any]] = [{"type": "paragraph", "text": "See there."}]
    body += [
        {"type": "embed", "rights": {"own": True, "onward": "granted"}, **one} for one in links
    ]
    write_lines(desk, "all.jsonl", [an_article_of("links", links=links, body=body)])
    write_good(desk)
    assert len(published(desk).headlines("newsml.xml")) == 2


def test_a_string_of_which_nothing_is_left_costs_at_most_its_article(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    articles = [
        an_article_of(f"n{n}-{m}", **changes)
        for n, one in enumerate(EMPTY)
        for m, changes in enumerate(texts(one).values())
    ]
    write_lines(desk, "all.jsonl", articles)
    found = list(_collected(desk, "all.jsonl"))
    places = {one.where for one in found if isinstance(one, Refusal)}
    drafts = [one.article for one in found if isinstance(one, Draft)]
    assert len(drafts) + len(places) == len(articles)
    assert len(places) > len(drafts) > 300

    some = [one.model_dump(mode="json", exclude_unset=True) for one in drafts[::7]]
    write_lines(desk, "all.jsonl", [*some, an_article_of("bad", headline="")])
    write_good(desk)
    came = published(desk)
    assert len(came.headlines("atom")) > len(some) / 2  # some have no body left
    everywhere_good(came)
    assert list(came.refused()) == [f"all.jsonl:{len(some) + 1}"]
    assert_settled(came)


FRONT = (
    "---\nguid: {guid}\nfirst_created: 2025-04-30T08:00:00Z\nlanguage: en\n"
    "canonical_url: https://harbour.example/{name}\nheadline: {headline}\nslugline: {headline}\n"
    "keywords: {keywords}\n---\n\nIt begins so.\n\n"
)
BELOW = (
    "{one}\n\n## {one}\n\n> {one}\n\n* {one}\n\n"
    '![{one}](https://img.harbour.example/a.jpg "{one}")\n\n[{one}]({one})\n\n'
)


def _markdown(name: str, headline: str, keywords: str = "", text: str = "") -> bytes:
    front = FRONT.format(guid=guid(name), name=name, headline=headline, keywords=keywords)
    return (front + text).encode("utf-8", "surrogatepass")


def test_a_string_in_markdown_and_as_json_in_front_matter_is_read(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    spoken = [one for one in SAYING if not set(one) & set(SURROGATES)]  # no UTF-8 holds those
    packs = [spoken[n : n + PACKED] for n in range(0, len(spoken), PACKED)]
    for n, pack in enumerate(packs):
        text = "".join(BELOW.format(one=one) for one in pack)
        data = _markdown(f"n{n}", json.dumps(pack[0]), json.dumps(pack), text)
        (desk / "articles" / f"n{n}.md").write_bytes(data)
        (draft,) = _collected(desk, f"n{n}.md")
        assert isinstance(draft, Draft), draft
        assert draft.article.headline == as_plain_text(pack[0])
        assert list(draft.article.keywords) == [as_plain_text(one) for one in pack]
    came = published(desk)
    assert came.ended.code == 0, came.ended.err
    assert len(came.headlines("rss")) == len(packs)


def test_a_string_as_it_is_in_front_matter_is_read_or_refused(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "desk")
    read = []
    for n, one in enumerate(STRINGS):
        (desk / "articles" / "one.md").write_bytes(_markdown(f"n{n}", one, f"[{one}]"))
        found = list(_collected(desk, "one.md"))
        read += [one for one in found if isinstance(one, Draft)]
        assert len(found) == 1 or not any(isinstance(one, Draft) for one in found)
    assert len(read) > len(SAYING) / 3

    (desk / "articles" / "one.md").write_bytes(_markdown("one", "*alias"))
    write_good(desk)
    came = published(desk)
    everywhere_good(came)
    assert list(came.refused()) == ["one.md"]
