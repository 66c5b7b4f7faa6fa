"""Text types: what would break a document never gets into a model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from pydantic import TypeAdapter, ValidationError

from syndicate.model.base import (
    ILLEGAL_XML,
    INLINE_TAGS,
    Inline,
    MaybeText,
    Text,
    Url,
    cleaned,
    covers_language,
    direction_of,
    inline_html,
    is_clean,
    legal_text,
    plain_line,
    visible,
)
from tests.builders import an_article

URL = TypeAdapter[str](Url)
anything = st.text(st.characters(codec=None))


@given(anything)
def test_any_text_becomes_legal_xml(text: str) -> None:
    clean = legal_text(text)
    assert not ILLEGAL_XML.search(clean)
    element = etree.Element("t")
    element.text = clean
    assert etree.fromstring(etree.tostring(element)) is not None


@given(anything)
def test_any_inline_html_is_harmless(text: str) -> None:
    clean = inline_html(text)
    root = html.fragment_fromstring(clean, create_parent="div")
    for element in root.iter(etree.Element):
        assert element.tag not in {"script", "style", "svg", "iframe", "img", "form"}
        assert not [name for name in element.attrib if str(name).startswith("on")]


turning = st.text(
    st.sampled_from("ab \u05d0<>\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


@given(turning, st.sampled_from([plain_line, inline_html]))
def test_no_text_turns_round_what_follows_it(text: str, made_by: Callable[[str], str]) -> None:
    clean = made_by(text)
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e")
    depth = 0
    for mark in clean:
        depth += (mark in "\u2066\u2067\u2068") - (mark == "\u2069")
        assert depth >= 0
    assert depth == 0
    assert made_by(clean) == clean


def test_what_isolates_itself_stays() -> None:
    name = "by \u2068\u05d0\u05d1 9\u2069 and others"
    assert plain_line(name) == inline_html(name) == name
    entity = inline_html("&#x202e;live <b>&#x2067;\u05d0</b>")
    assert entity == "live <b>\u2067\u05d0</b>\u2069"


pieces = st.one_of(
    st.sampled_from([f"<{slash}{tag}>" for tag in sorted(INLINE_TAGS) for slash in ("", "/")]),
    st.sampled_from(["<br>", "&amp;", "&lt;", "&gt;", "&nbsp;", "&", "<", ">", '"', "\xa0", "\n"]),
    st.sampled_from(
        ["a.example", "xn--a.b", "0.0xff", "1.2", "a:1", "..", "/", "/%?a=b#", "@"]
    ).map(lambda place: f'<a href="https://{place}">b</a>'),
    st.text("ab é\ufeff\u200f", max_size=3),
)


@given(st.lists(pieces, max_size=5).map("".join))
def test_what_is_passed_by_as_clean_is_what_the_cleaner_leaves(run: str) -> None:
    assert cleaned(run) == run or not is_clean(run)


@pytest.mark.parametrize(
    "run",
    [
        "plain",
        "قال <em>الناس</em> &amp; <strong>المجلس</strong>.",
        'By <a href="https://harbour.example/wall?a=1#top">the &lt;wall&gt;</a>.',
        "one<br>two",
    ],
)
def test_plain_runs_are_clean_as_they_are(run: str) -> None:
    assert is_clean(run)
    assert cleaned(run) == run


@pytest.mark.parametrize(
    "run",
    [
        "<b><i>a</i></b>",
        "<b>a",
        '<a href="http:a">b</a>',
        '<a href="https://a.example" onclick="x()">b</a>',
        '<a href="https://a.example/&quot;">b</a>',
        "a\xa0b",
        "&#1;",
        "<script>a</script>",
    ],
)
def test_whatever_else_is_cleaned(run: str) -> None:
    assert not is_clean(run)


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("<script>alert(1)</script>text", "text"),
        ('<a href="javascript:alert(1)" onclick="x()">a</a>', "<a>a</a>"),
        ('<a href="/relative">a</a>', "<a>a</a>"),
        ("<svg><script>alert(1)</script></svg>b", "b"),
        ("<img src=x onerror=alert(1)>c", "c"),
        ("<b>unclosed", "<b>unclosed</b>"),
        ("<p style='position:fixed'>d</p>", "d"),
        ("]]> & <", "]]&gt; &amp; &lt;"),
        ("e\x00\x0b\ufffe\ud800f", "ef"),
        (
            '<a href="https://a.example/?x=1&amp;y=2">g</a>',
            '<a href="https://a.example/?x=1&amp;y=2">g</a>',
        ),
    ],
)
def test_hostile_html(hostile: str, left: str) -> None:
    assert TypeAdapter[str](Inline).validate_python(hostile) == left


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "/a",
        "//a.example/b",
        "https://",
        "https://u:p@a.example/",
        "ftp://a.example/",
        "https://a.example/ b",
        'https://a.example/"',
        "data:text/html,x",
        "https://a.example/\n",
        "https://[bad/",
    ],
)
def test_a_url_is_absolute_and_clean(url: str) -> None:
    with pytest.raises(ValidationError):
        URL.validate_python(url)


def test_text_is_one_line_and_normalised() -> None:
    assert TypeAdapter[str](MaybeText).validate_python(" e\u0301\n\tx\x0b ") == "é x"


def test_directions_and_languages() -> None:
    assert [direction_of(tag) for tag in ("ar", "ar-EG", "he", "fa", "ur", "en-GB", "xx")] == [
        "rtl",
        "rtl",
        "rtl",
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]
    assert covers_language("ar", "ar-EG")
    assert not covers_language("ar-EG", "ar")
    assert not covers_language("a", "ar")


def test_a_field_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        an_article(headlnie="typo")


def test_retired_and_unknown_topics_are_refused() -> None:
    with pytest.raises(ValidationError, match="no IPTC Media Topic"):
        an_article(subjects=[{"code": "99999999"}])
    with pytest.raises(ValidationError, match="retired"):
        an_article(subjects=[{"code": "20000030"}])


def test_block_ids_are_unique() -> None:
    two = [{"type": "paragraph", "id": "a", "text": "x"}] * 2
    with pytest.raises(ValidationError, match="unique"):
        an_article(body=two)


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        an_article().headline = "other"  # type: ignore[misc]


def test_no_line_is_longer_than_any_feed_can_hold_often() -> None:
    line = TypeAdapter[str](Text)
    assert line.validate_python("x " * 8_000)
    with pytest.raises(ValidationError, match="at most 16384"):
        line.validate_python("x" * 16_385)


@pytest.mark.parametrize("run", ["&" * 50_001, "<a title='" + '"' * 50_001 + "'>x</a>"])
def test_a_run_that_cannot_be_cleaned_in_good_time_now_or_later_is_refused(run: str) -> None:
    with pytest.raises(ValidationError, match="more than 50,000 ampersands"):
        TypeAdapter[str](Inline).validate_python(run)


@pytest.mark.parametrize("run", ["\ufeff\ufeffx", " \ufeff <b>x</b> ", "<b>\ufeffx</b>", "\ufeff"])
def test_a_byte_order_mark_does_not_make_it_another_run_each_time(run: str) -> None:
    made = inline_html(run)
    assert inline_html(made) == made


def test_any_number_of_plain_references_is_read_again() -> None:
    run = TypeAdapter[str](Inline)
    kept = run.validate_python(">" * 60_000)
    assert run.validate_python(kept) == kept


def test_what_does_not_show_is_made_visible() -> None:
    assert visible("a\nb\u202ec\x9b é مرفأ") == r"a\nb\u202ec\x9b é مرفأ"


@pytest.mark.parametrize(
    "run",
    [
        '<a href="https://x.example/">&#x338; onclick="alert(1)" y="z">x</a>',
        "<b>&#x338;x</b>",
        "<em>&#x338; onmouseover=alert(1)>x</em>",
    ],
)
def test_a_sign_that_joins_the_end_of_a_tag_makes_no_other_markup(run: str) -> None:
    made = inline_html(run)
    assert made == legal_text(made)
    assert inline_html(made) == made
    tree = etree.fromstring(f"<p>{made}</p>")
    assert {name for one in tree.iter() for name in one.attrib} <= {"href"}
