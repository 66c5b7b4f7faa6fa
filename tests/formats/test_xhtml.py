"""The body as XHTML and as an HTML string."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from syndicate.formats._xhtml import credit_beside, html_of, in_xhtml, xhtml_div
from syndicate.formats._xml import XML_LANG, element, on_own_lines, period, rfc822, rfc3339
from syndicate.model.base import inline_html
from syndicate.model.entry import Entry
from syndicate.model.errors import RenderFailed
from tests.builders import a_picture, an_entry, at, some_terms
from tests.formats.feeds import NS, blocks

FILE = {"url": "https://img.harbour.example/f", "type": "video/mp4", "width": 640, "height": 360}


def body_html(entry: Entry) -> str:
    return html_of(xhtml_div(entry))


def div_of(entry: Entry) -> etree._Element:
    return etree.fromstring(in_xhtml(xhtml_div(entry)))[0]


def html(*body: dict[str, Any], **changes: Any) -> str:
    """The body without its outer div."""
    whole = body_html(an_entry(body=blocks(*body), **changes))
    start = whole.index(">") + 1
    return whole[start : -len("</div>")]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "paragraph", "text": "a <b>b</b> c"}, "<p>a <b>b</b> c</p>"),
        (
            {"type": "paragraph", "text": "x", "role": "correction"},
            '<p class="correction">x</p>',
        ),
        ({"type": "paragraph", "text": "x", "role": "duty-top"}, '<p class="duty-top">x</p>'),
        ({"type": "heading", "text": "x", "level": 4}, "<h4>x</h4>"),
        ({"type": "list", "items": ["a", "<i>b</i>"]}, "<ul><li>a</li><li><i>b</i></li></ul>"),
        ({"type": "list", "items": ["a"], "ordered": True}, "<ol><li>a</li></ol>"),
        ({"type": "quote", "text": "q"}, "<blockquote><p>q</p></blockquote>"),
        (
            {"type": "quote", "text": "q", "cite": "A & B"},
            "<blockquote><p>q</p><p><cite>A &amp; B</cite></p></blockquote>",
        ),
        (
            {"type": "table", "header": ["h"], "rows": [["1"], [""]], "caption": "c"},
            '<table><caption>c</caption><thead><tr><th scope="col">h</th></tr></thead>'
            "<tbody><tr><td>1</td></tr><tr><td></td></tr></tbody></table>",
        ),
        (
            {"type": "embed", "url": "https://e.example/?a=1&b=2", "title": "T", "provider": "P"},
            '<p class="embed"><a href="https://e.example/?a=1&amp;b=2">T (P)</a></p>',
        ),
        (
            {"type": "embed", "url": "https://e.example/"},
            '<p class="embed"><a href="https://e.example/">https://e.example/</a></p>',
        ),
        (
            {"type": "video", "id": "film", "renditions": [FILE], "alt": "From above"},
            '<figure id="film"><video controls="controls" width="640" height="360">'
            '<source src="https://img.harbour.example/f" type="video/mp4"/>'
            '<a href="https://img.harbour.example/f">From above</a></video></figure>',
        ),
        (
            {"type": "audio", "id": "tape", "renditions": [{**FILE, "type": "audio/mpeg"}]},
            '<figure id="tape"><audio controls="controls">'
            '<source src="https://img.harbour.example/f" type="audio/mpeg"/>'
            '<a href="https://img.harbour.example/f">https://img.harbour.example/f</a>'
            "</audio></figure>",
        ),
        ({"type": "paragraph", "text": ""}, "<p></p>"),
        ({"type": "paragraph", "text": "a<br>b"}, "<p>a<br/>b</p>"),
    ],
)
def test_each_block_has_its_element(block: dict[str, Any], expected: str) -> None:
    assert html(block) == expected


def test_a_picture_is_a_figure_with_caption_and_credit() -> None:
    assert html(a_picture()) == (
        '<figure id="photo"><img src="https://img.harbour.example/wall-1600.jpg" '
        'alt="The old harbour wall" width="1600" height="900"/>'
        "<figcaption>The harbour wall at <em>low</em> tide "
        '<span class="credit">Lina Maro</span></figcaption></figure>'
    )


def test_a_picture_without_files_shows_its_caption_only() -> None:
    assert html(a_picture(renditions=[], caption="Low tide", credit=None)) == (
        '<figure id="photo"><figcaption>Low tide</figcaption></figure>'
    )


def test_a_picture_with_nothing_to_show_is_not_there() -> None:
    empty = a_picture(renditions=[], caption=None, credit=None)
    assert html(empty) == ""
    assert html({"type": "gallery", "pictures": [empty]}) == ""


def test_a_picture_without_alternative_text_says_so() -> None:
    assert 'alt=""' in html(a_picture(alt=None))


def test_a_gallery_is_a_div_of_figures() -> None:
    shown = html({"type": "gallery", "id": "views", "pictures": [a_picture()], "caption": "Two"})
    assert shown.startswith('<div id="views" class="gallery"><figure id="photo">')
    assert shown.endswith("</figure><p>Two</p></div>")


@pytest.mark.parametrize(
    ("own", "demanded", "shown"),
    [
        ("Lina Maro", "", "Lina Maro"),
        ("Lina Maro", "Norstar", "Lina Maro / Norstar"),
        ("Lina Maro/Norstar", "Norstar", "Lina Maro/Norstar"),
        ("Norstar", "Lina Maro/Norstar", "Lina Maro/Norstar"),
        (None, "Norstar", "Norstar"),
        (None, "", ""),
    ],
)
def test_the_credit_the_owner_demands_stands_beside_the_picture(
    own: str | None, demanded: str, shown: str
) -> None:
    part = {"part": "photo", "holder": "Norstar Agency", "own": False, "credit": demanded}
    entry = an_entry(body=blocks(a_picture(credit=own)), terms=some_terms(parts=[part]))
    assert credit_beside(entry.media()[0], entry) == shown


def test_the_div_states_language_and_direction() -> None:
    div = div_of(an_entry(language="ar", dir="rtl"))
    assert dict(div.attrib) == {XML_LANG: "ar", "lang": "ar", "dir": "rtl"}
    assert div.tag == f"{{{NS['h']}}}div"
    whole = body_html(an_entry(language="ar", dir="rtl"))
    assert whole.startswith('<div lang="ar" dir="rtl"><p>')


def test_a_block_in_another_language_states_it_and_its_own_direction() -> None:
    arabic = {"type": "paragraph", "text": "س", "language": "ar"}
    assert html(arabic) == '<p lang="ar" dir="rtl">س</p>'
    assert html({**arabic, "dir": "ltr"}) == '<p lang="ar">س</p>'
    assert html({"type": "paragraph", "text": "x", "language": "en"}) == "<p>x</p>"
    (made,) = div_of(an_entry(body=blocks(arabic)))
    assert made.get(XML_LANG) == "ar"


def test_an_inline_language_is_stated_for_html_and_for_xml() -> None:
    body = blocks({"type": "paragraph", "text": 'a <span lang="ar" dir="rtl">س</span>'})
    (made,) = div_of(an_entry(body=body))
    assert (made[0].get("lang"), made[0].get(XML_LANG), made[0].get("dir")) == ("ar", "ar", "rtl")


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        ('<i lang="no such">x</i>', "<i>x</i>"),
        ('<i dir="up">x</i>', "<i>x</i>"),
        (
            '<a href="https://x.example/" hreflang="???">x</a>',
            '<a href="https://x.example/">x</a>',
        ),
        (
            '<a href="https://x.example/a b|c?q=«»">x</a>',
            '<a href="https://x.example/a%20b%7Cc?q=«»">x</a>',
        ),
        ("a<script>alert(1)</script>b", "ab"),
        ('<a href="javascript:alert(1)" onclick="x()">x</a>', "<a>x</a>"),
        ("<b>open", "<b>open</b>"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("a &nbsp;b", "a \u00a0b"),
        ("]]&gt; ]]> <!-- x -->", "]]&gt; ]]&gt;"),
        ("\u202eabc 👩‍🚀", "abc 👩‍🚀"),
        ("a\x0b&#11;&#xfffe;b", "ab"),
    ],
)
def test_hostile_inline_html_becomes_harmless_and_well_formed(run: str, shown: str) -> None:
    assert html({"type": "paragraph", "text": run}) == f"<p>{shown}</p>"


def test_the_html_string_is_well_formed_and_without_namespaces() -> None:
    text = body_html(
        an_entry(body=blocks({"type": "paragraph", "text": "a<br>b <i lang=ar>c</i>"}))
    )
    assert "xmlns" not in text
    assert "xml:lang" not in text
    assert etree.fromstring(text).tag == "div"


def test_the_words_of_a_text_about_namespaces_are_kept() -> None:
    said = 'write xmlns="http://www.w3.org/1999/xhtml" there'
    assert said in html({"type": "paragraph", "text": said}).replace("&quot;", '"')


@pytest.mark.parametrize("depth", [201, 300, 3000])
def test_nesting_that_readers_cannot_follow_is_refused_not_cut(depth: int) -> None:
    run = inline_html("<span>" * depth + "x" + "</span>" * depth)
    with pytest.raises(RenderFailed, match=r"2024:wall: .*nested deeper"):
        html({"type": "paragraph", "text": run})


def test_nesting_within_reason_keeps_its_text() -> None:
    run = inline_html("<span>" * 150 + "x" + "</span>" * 150)
    assert ">x<" in html({"type": "paragraph", "text": run})


def test_many_inline_elements_in_a_row_are_not_deep() -> None:
    assert html({"type": "paragraph", "text": "<b>x</b>" * 1000}).count("<b>") == 1000


def test_dates_are_english_and_in_utc_to_the_second() -> None:
    instant = at("2026-05-01T14:00:00.999999+02:00")
    assert rfc822(instant) == "Fri, 01 May 2026 12:00:00 GMT"
    assert rfc3339(instant) == "2026-05-01T12:00:00Z"
    assert rfc3339(at("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00Z"


def test_a_period_without_sides_is_empty() -> None:
    assert period(None, None) == ""
    assert period(at("2026-01-01T00:00Z"), None) == "start=2026-01-01T00:00:00Z; scheme=W3C-DTF"


def test_an_element_holds_only_legal_characters() -> None:
    made = element("a", {"title": "x\x0b", "none": None, "n": 3}, "y\ufffe")
    assert etree.tostring(made) == b'<a title="x" n="3">y</a>'


def test_lines_are_broken_between_children_and_nowhere_else() -> None:
    root = etree.fromstring("<a><b>x<i/>y</b><c/></a>")
    on_own_lines(root, 0)
    assert etree.tostring(root) == b"<a>\n  <b>x<i/>y</b>\n  <c/>\n</a>"
