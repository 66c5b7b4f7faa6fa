"""Eighteen real news pages: none is an obstacle, and the text is what a person marked as such."""

from __future__ import annotations

import json
import re
from collections import Counter
from statistics import median

import pytest

from syndicate.model.article import Article
from syndicate.model.rights import Onward
from syndicate.sources.html_page import HtmlPage
from tests.sources.reading_in import SHARED, all_text, one_draft, pictures_of

PAGES = SHARED / "inputs" / "pages"


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def f1(found: str, marked: str) -> float:
    """Give the harmonic mean of precision and recall of the words."""
    mine, theirs = words(found), words(marked)
    return 2 * (mine & theirs).total() / (mine.total() + theirs.total())


@pytest.fixture(scope="module")
def taken_in() -> dict[str, tuple[Article, str]]:
    if not PAGES.exists():
        pytest.skip("the shared inputs are not beside this checkout")
    truth = json.loads((PAGES / "ground-truth.json").read_text("utf-8"))
    return {
        name: (one_draft(HtmlPage(), PAGES / f"{name}.html.gz").article, page["articleBody"])
        for name, page in truth.items()
    }


def test_the_text_is_that_of_the_article(taken_in: dict[str, tuple[Article, str]]) -> None:
    scores = sorted(f1(all_text(article), marked) for article, marked in taken_in.values())

    assert len(scores) == 18
    assert median(scores) >= 0.99
    assert scores[0] >= 0.94


def test_no_script_and_no_event_comes_in(taken_in: dict[str, tuple[Article, str]]) -> None:
    for article, _ in taken_in.values():
        markup = " ".join(re.findall(r"<[^>]+>", str(article.model_dump())))
        assert not re.search(r"<(?:script|style|iframe)|\son\w+=|javascript:", markup, re.I)


def test_nothing_of_others_may_go_out(taken_in: dict[str, tuple[Article, str]]) -> None:
    for article, _ in taken_in.values():
        assert article.rights.onward is not Onward.GRANTED or article.rights.own
        for picture in pictures_of(article):
            assert picture.rights is not None
            assert picture.rights.onward is Onward.UNKNOWN
