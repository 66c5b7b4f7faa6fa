"""Our own entries of RSS and Atom equal, byte by byte, those that feedgen and lxml write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from lxml import etree

from bench import corpus
from syndicate.formats._inline import _parsed, inline_xml
from syndicate.formats.all import FORMATS
from syndicate.formats.base import Frame
from syndicate.licensing.govern import rule
from syndicate.licensing.redact import redact
from syndicate.model.base import inline_html
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.errors import RenderFailed
from syndicate.pipeline.compose import request_of
from tests.builders import a_picture, a_tombstone, an_entry, some_terms
from tests.formats import reference
from tests.formats.entries import SCRAPS, entries, runs, tombstones
from tests.formats.feeds import HOSTILE, a_full_entry, blocks
from tests.golden.cases import CASES, HERE, composed

NAMES = ("rss", "atom")
FRAMES = (
    Frame(language="en", origin="https://harbour.example"),
    Frame(language="fr", origin="https://feeds.harbour.example"),
)


def compare(*all_of_them: Entry | Tombstone) -> None:
    for one in all_of_them:
        for name in NAMES:
            for frame in FRAMES:
                fmt = FORMATS[name]
                if isinstance(one, Entry):
                    made, expected = fmt.fragment(frame, one), reference.fragment(name, frame, one)
                else:
                    made, expected = fmt.stone(frame, one), reference.stone(name, one)
                assert made == expected


COMPOSED = [c for c in CASES if '"story"' not in (HERE / c / "case.json").read_text("utf-8")]
"""Cases with a composition of their own; the bytes of stories are golden as a whole."""


@pytest.mark.parametrize("case", COMPOSED)
def test_golden_entries_equal_feedgens(case: str) -> None:
    for name in NAMES:
        _, made = composed(case, FORMATS[name])
        compare(*made.entries, *made.tombstones)


def test_entries_of_the_bench_corpus_equal_feedgens() -> None:
    size = corpus.Size(2000, 20)
    files = corpus.desk_files(size)
    partner, feed = next(iter(files.feed_list()))
    request = request_of(files, partner, feed, frozenset())
    rulings = (rule(request, corpus.article(n, size), corpus.NOW) for n in range(200))
    made = [redact(one.question, one.decision) for one in rulings if one.question]
    assert len(made) == 200
    compare(*made)


def test_an_entry_with_everything_equals_feedgens() -> None:
    compare(a_full_entry(), an_entry(summary="", bylines=(), keywords=()), a_tombstone())
    compare(a_full_entry(headline=HOSTILE, summary=HOSTILE, keywords=(HOSTILE, " ", "")))


def hostile_strings() -> list[str]:
    try:
        from tests.hostile.strings import hostile  # noqa: PLC0415
    except ImportError:
        return [HOSTILE, *SCRAPS]
    return [HOSTILE, *SCRAPS, *hostile()]


def test_hostile_strings_in_every_field_equal_feedgens() -> None:
    for one in hostile_strings():
        text = f"x{one}".encode("utf-8", "ignore").decode()
        body = blocks(
            {"type": "paragraph", "text": text},
            {"type": "quote", "text": text, "cite": text},
            {"type": "table", "header": [text], "rows": [[text]], "caption": text},
            {"type": "list", "items": [text]},
            a_picture(caption=text, alt=text, credit=text),
            {"type": "embed", "url": "https://e.example/", "title": text, "provider": text},
        )
        said = {"headline": text, "summary": text, "section": text, "keywords": (text,)}
        who = {"bylines": [{"name": text}], "genre": text}
        terms = some_terms(holder=text, notice=text, title=text)
        compare(an_entry(**said, **who, body=body, terms=terms))
        compare(a_tombstone(headline=text, note=text, holder=text, notice=text))


@settings(max_examples=200, deadline=None)
@given(entries())
def test_any_entry_equals_feedgens(entry: Entry) -> None:
    compare(entry)


@settings(max_examples=50, deadline=None)
@given(tombstones())
def test_any_tombstone_equals_feedgens(tombstone: Tombstone) -> None:
    compare(tombstone)


@settings(max_examples=500, deadline=None)
@given(runs)
def test_a_run_that_is_only_looked_at_is_what_a_parser_makes_of_it(run: str) -> None:
    made = inline_xml(inline_html(run))
    if "<" in inline_html(run) or "&" in inline_html(run):
        assert made == _parsed(inline_html(run))
    assert etree.fromstring(f"<p>{made}</p>") is not None


@pytest.mark.parametrize(
    "run",
    [
        "a <b>b</b><br>c",
        "&nbsp;a&nbsp;&amp;&lt;&gt;",
        "<b></b>",
        '<a href="https://x.example/?a=1&amp;b=2">x</a> <a>y</a>',
        "<b><i>crossed</b></i>",
        "<a>a<b><a>a</a></b></a>",
        "<b>open",
        "shut</b>",
        "&eacute; &unknown; & &#65;",
        " <b> a </b> <i> </i> ",
        "<B>x</B>",
        "a > b",
    ],
)
def test_a_run_no_sanitiser_saw_is_what_a_parser_makes_of_it(run: str) -> None:
    assert inline_xml(run) == _parsed(run)


def test_a_run_that_is_no_html_is_refused() -> None:
    with pytest.raises(RenderFailed, match="no HTML"):
        inline_xml("<i\u226f x</i>")
