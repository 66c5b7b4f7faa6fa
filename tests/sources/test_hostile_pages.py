"""Saved pages that are packed, hostile, faulty or too large."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from syndicate.model.article import Article
from syndicate.pipeline.incoming import Draft
from syndicate.sources.html_page import HtmlPage
from tests.sources.pages import DATA, TEXT, a_file, a_page
from tests.sources.reading_in import (
    collected,
    one_draft,
    refused,
    shape_of,
    written,
)


def test_a_packed_page_is_read_and_a_bomb_refused(tmp_path: Path) -> None:
    packed = written(tmp_path, "wall.html.gz", gzip.compress(a_page(head="").encode()))
    bomb = written(tmp_path, "bomb.html.gz", gzip.compress(b"x" * 30_000_000))
    torn = written(tmp_path, "torn.html.gz", gzip.compress(a_page().encode())[:-20])

    assert one_draft(HtmlPage(), packed).origin == "file:wall"
    assert [one.code for one in refused(HtmlPage(), bomb)] == ["too-large"]
    assert [one.code for one in refused(HtmlPage(), torn)] == ["unreadable"]


HOSTILE = [
    "<script>alert(1)</script>",
    "<p onclick=alert(1)>A paragraph that somebody wrote to do some harm to the readers.</p>",
    "<p><a href='javascript:alert(1)'>A link</a> that somebody wrote to do harm to readers.</p>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<div>" * 10_000,
    "\x00\x01\ufffe",
    "<!-- <article> ",
    "<table>" * 3000,
    "&" + "amp;" * 10_000,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_page_keeps_its_text_and_loses_its_harm(tmp_path: Path, hostile: str) -> None:
    article = one_draft(HtmlPage(), a_file(tmp_path, body=TEXT + hostile)).article

    dumped = str(article.model_dump()).lower()
    assert "two centimetres last week" in dumped
    for bad in ("<script", "javascript:", "onclick", "onerror", "onload", "\x00", "\ufffe"):
        assert bad not in dumped


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE html [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<?xml version="1.0" encoding="UTF-16"?>',
    ],
)
def test_entities_are_never_expanded(tmp_path: Path, doctype: str) -> None:
    page = doctype + a_page(TEXT.replace("old", "&b;&b;"))

    article = one_draft(HtmlPage(), written(tmp_path, "w.html", page)).article

    assert "&b;" in shape_of(article)[0]


@pytest.mark.parametrize(
    "script",
    [
        "{",
        "[" * 100_000,
        '{"@type": "NewsArticle", "headline": {"@value": ["x"]}, "author": 7, "image": [[]]}',
        '{"@type": "NewsArticle", "author": {"@id": "#a"}, "@id": "#a", "keywords": {"a": 1}}',
        '{"@type": "NewsArticle", "image": {"url": "javascript:x", "width": "9e9"}}',
        '{"@type": "NewsArticle", "datePublished": 20260430, "inLanguage": "<b>"}',
        '{"@type": "NewsArticle", "headline": "\\ud800"}',
    ],
)
def test_faulty_linked_data_are_no_obstacle(tmp_path: Path, script: str) -> None:
    page = a_page(data={}).replace("{}", script)

    article = one_draft(HtmlPage(), written(tmp_path, "w.html", page)).article

    assert article.headline


@pytest.mark.parametrize("page", ["", "<html></html>", "x", "\x00", "<p>Too short.</p>", "%PDF-1"])
def test_a_page_without_an_article_is_refused(tmp_path: Path, page: str) -> None:
    (refusal,) = refused(HtmlPage(), written(tmp_path, "w.html", page))

    assert refusal.code in {"missing-body", "missing-headline"}


def test_a_page_of_too_many_paragraphs_is_refused(tmp_path: Path) -> None:
    (refusal,) = refused(HtmlPage(), a_file(tmp_path, body="<p>x" * 50_000))

    assert refusal.code == "too-many-blocks"


def test_too_many_blocks_in_few_elements_are_refused(tmp_path: Path) -> None:
    body = "".join(f"<p>The wall moved {n} centimetres, they said.</p>" for n in range(21_000))

    (refusal,) = refused(HtmlPage(), a_file(tmp_path, body=body))

    assert refusal.code == "too-many-blocks"


def test_the_text_in_the_linked_data_is_used_where_the_page_shows_none(tmp_path: Path) -> None:
    data = {**DATA, "articleBody": "The wall moved.\n\nNobody <b>knows</b> why."}

    article = one_draft(HtmlPage(), a_file(tmp_path, body="", data=data)).article

    assert shape_of(article) == ["paragraph: The wall moved.", "paragraph: Nobody knows why."]


@pytest.mark.parametrize(
    ("shown", "field"),
    [
        ("<iframe src=https://video.example/1></iframe>", "title"),
        ("<blockquote>Said.</blockquote>", "cite"),
    ],
)
def test_what_is_put_together_is_checked_as_a_whole(
    tmp_path: Path, shown: str, field: str
) -> None:
    caption = "word " * 5_000
    body = f"{TEXT}<figure>{shown}<figcaption>{caption}</figcaption></figure>{TEXT}"
    page = a_file(tmp_path, body=body)
    for one in collected(HtmlPage(), page):
        if isinstance(one, Draft):
            kept = one.article.model_dump_json()
            assert Article.model_validate_json(kept) == one.article
        else:
            assert (one.code, one.mend) == (f"bad-{field}", "shorten it")


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff x", "&#65279;&#65279;x"])
def test_what_was_read_is_the_same_when_it_is_read_again(tmp_path: Path, mark: str) -> None:
    figure = f"<figure><img src=https://a.example/a.jpg><figcaption>{mark}</figcaption></figure>"
    article = one_draft(HtmlPage(), a_file(tmp_path, body=f"{TEXT}{figure}{TEXT}")).article
    assert Article.model_validate_json(article.model_dump_json()) == article
