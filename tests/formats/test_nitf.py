"""NITF 3.6 beside XHTML: the same content in the other dress."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from syndicate.formats.newsml_g2 import render
from syndicate.model.entry import Entry, Terms
from tests.builders import a_head, a_picture, an_entry, some_terms
from tests.formats.g2_help import (
    WITH_NITF,
    blocks,
    everything,
    faults,
    find,
    official,
    paragraph,
    picture_terms,
    value,
)

NOT_WORDS = dict.fromkeys(map(ord, ",\u2066\u2067\u2068\u2069"))
ONLY_NITF = a_head(renditions=("nitf",))


def nitf(entry: Entry) -> etree._Element:
    """Give the nitf of an entry; our profile and the official NITF schema accept it."""
    data = render(ONLY_NITF, [entry], [])
    assert faults(data) == []
    root = etree.fromstring(data)
    xsd = official(WITH_NITF)
    assert xsd.validate(root), xsd.error_log
    (found,) = find(root, "//n:nitf")
    assert isinstance(found, etree._Element)
    return found


def content(*data: dict[str, Any], **changes: Any) -> str:
    """Give body.content as text, without the namespace."""
    (found,) = find(nitf(an_entry(body=blocks(*data), **changes)), "n:body/n:body.content")
    text = etree.tostring(found, encoding="unicode")
    plain = text.replace(' xmlns="http://iptc.org/std/NITF/2006-10-18/"', "")
    return plain.removeprefix("<body.content>").removesuffix("</body.content>")


def test_the_head_names_article_dates_and_embargo() -> None:
    root = nitf(everything())
    assert value(root, "n:head/n:docdata/n:doc-id/@id-string") == "tag:harbour.example,2024:wall"
    assert value(root, "n:head/n:docdata/n:date.issue/@norm") == "2026-04-30T08:00:00Z"
    assert value(root, "n:head/n:docdata/n:date.release/@norm") == "2026-06-01T09:00:00Z"
    assert find(nitf(an_entry()), "//n:date.release") == []


def test_the_body_head_has_headline_byline_dateline_and_summary() -> None:
    head = find(nitf(everything()), "n:body/n:body.head")[0]
    assert value(head, "n:hedline/n:hl1/text()") == "The harbour wall moves again"
    assert value(head, "n:byline/n:person/text()") == "Lina Maro"
    assert value(head, "n:byline/n:byttl/text()") == "Institute of Tides"
    assert value(head, "n:dateline/text()") == "Harbour, 30 April"
    assert value(head, "n:abstract/n:p/text()").startswith("Engineers")


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("a <em>b</em> c", "<p>a <em>b</em> c</p>"),
        ("<strong>b</strong>", '<p><em class="strong">b</em></p>'),
        ("<b><i>x</i>y</b>z", '<p><em class="b"><em class="i">x</em>y</em>z</p>'),
        ("H<sub>2</sub>O", "<p>H<num><sub>2</sub></num>O</p>"),
        ("a<br>b", "<p>a<br/>b</p>"),
        ("<q>said</q>", "<p><q>said</q></p>"),
        ('<span lang="fr">mot</span>', '<p><lang xml:lang="fr">mot</lang></p>'),
        ("<span>plain</span>!", "<p>plain!</p>"),
        ("<bdi>x</bdi>", "<p>\u2068x\u2069</p>"),
        ('<bdo dir="rtl">a<b>c</b></bdo>', '<p>\u2067a<em class="b">c</em>\u2069</p>'),
        ('<em dir="ltr">x</em>', "<p><em>\u2066x\u2069</em></p>"),
        (
            '<a href="https://a.example/?x=1&amp;y=2" title="t">l</a>',
            '<p><a href="https://a.example/?x=1&amp;y=2" title="t">l</a></p>',
        ),
        ("]]&gt; &amp; 😀", "<p>]]&gt; &amp; 😀</p>"),
    ],
)
def test_an_inline_run_keeps_its_words_and_its_sense(run: str, expected: str) -> None:
    assert content(paragraph(run)) == expected


def test_every_heading_is_a_sub_headline() -> None:
    made = content({"type": "heading", "text": "A"}, {"type": "heading", "text": "B", "level": 4})
    assert made == "<hl2>A</hl2><hl2>B</hl2>"


def test_lists_quotes_and_tables_keep_their_structure() -> None:
    assert content({"type": "list", "items": ["a", "b"], "ordered": True}) == (
        "<ol><li>a</li><li>b</li></ol>"
    )
    assert content({"type": "quote", "text": "It moves.", "cite": "She"}) == (
        "<bq><block><p>It moves.</p></block><credit>She</credit></bq>"
    )
    table = {"type": "table", "header": ["A"], "rows": [["1"], []], "caption": "C"}
    assert content(table) == (
        "<table><caption>C</caption><thead><tr><th>A</th></tr></thead>"
        "<tbody><tr><td>1</td></tr><tr><td/></tr></tbody></table>"
    )


def test_a_picture_is_media_with_reference_caption_and_producer() -> None:
    terms = Terms.model_validate(some_terms(parts=[picture_terms()]))
    (media,) = find(nitf(an_entry(body=blocks(a_picture()), terms=terms)), "//n:media")
    assert media.get("media-type") == "image"
    assert find(media, "n:media-reference/@source") == [
        "https://img.harbour.example/wall-1600.jpg",
        "https://img.harbour.example/wall-400.jpg",
    ]
    assert find(media, "n:media-reference/@mime-type") == ["image/jpeg"] * 2
    assert find(media, "n:media-reference/@alternate-text") == ["The old harbour wall"] * 2
    caption = find(media, "n:media-caption")[0]
    assert "".join(caption.itertext()).strip() == "The harbour wall at low tide"
    assert value(media, "n:media-producer/text()") == "Lina Maro / Norstar"


def test_a_picture_known_only_by_its_caption_is_a_paragraph() -> None:
    made = content(a_picture(renditions=[], caption="A wall", credit=None))
    assert made == '<p class="caption">A wall</p>'


def test_a_gallery_is_a_block_of_media() -> None:
    gallery = {
        "type": "gallery",
        "id": "views",
        "pictures": [a_picture(id="a"), a_picture(id="b")],
        "caption": "Two",
    }
    root = nitf(an_entry(body=blocks(gallery)))
    (block,) = find(root, "//n:block[@class='gallery']")
    assert [etree.QName(one).localname for one in block] == ["media", "media", "p"]


def test_video_and_sound_are_media_and_an_embed_is_a_link() -> None:
    root = nitf(everything())
    assert find(root, "//n:media/@media-type") == ["image", "image", "image", "video", "audio"]
    assert value(root, "//n:p[@class='embed']/n:a/@href") == "https://maps.example/w"


def test_a_paragraph_in_another_language_says_so() -> None:
    made = content(paragraph("الجدار", language="ar"))
    assert made == '<p xml:lang="ar">\u2067الجدار\u2069</p>'


def test_nitf_and_xhtml_say_the_same_words() -> None:
    head = a_head(renditions=("xhtml", "nitf"))
    root = etree.fromstring(render(head, [everything()], []))
    html, other = (
        set(" ".join(find(root, f"{path}//text()")).translate(NOT_WORDS).split())
        for path in ("//h:body", "//n:body.content")
    )
    # Readers without a player get a link in XHTML; NITF names the file and the alternate text.
    player = {"A", "wall", "moving", "https://img.harbour.example/w.mp3"}
    assert html - other <= player
    assert other <= html
