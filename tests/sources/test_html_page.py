"""A saved page: facts from its data, text from the page, pictures and foreign text unknown."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from syndicate.model.base import text_of
from syndicate.model.body import texts_of
from syndicate.model.rights import Onward
from syndicate.pipeline.incoming import Hints
from syndicate.sources.html_page import HtmlPage
from tests.builders import at
from tests.sources.pages import DATA, HEAD, TEXT, a_file, a_page
from tests.sources.reading_in import (
    MADE,
    collected,
    one_draft,
    pictures_of,
    refused,
    shape_of,
    written,
)


def test_facts_come_from_the_linked_data(tmp_path: Path) -> None:
    draft = one_draft(HtmlPage(), a_file(tmp_path), Hints())

    article = draft.article
    assert article.headline == "The harbour wall moves again"
    assert article.summary == "Two centimetres in a week & counting."
    lina, omar = article.bylines
    assert (lina.affiliation, lina.role) == ("Institute of Tides", "Reporter")
    assert omar.name == "Omar Said"
    assert article.first_created == at("2026-04-30T08:00:00Z")
    assert article.version_created == at("2026-04-30T10:00:00Z")
    assert "version_created" in article.model_fields_set
    assert (article.language, article.section) == ("en-GB", "Cities")
    assert article.keywords == ("harbour", "tides")
    assert article.rights.onward is Onward.GRANTED
    assert draft.remarks == ()


def test_the_address_is_the_identity(tmp_path: Path) -> None:
    draft = one_draft(HtmlPage(), a_file(tmp_path), Hints())

    origin = "url:https://harbour.example/cities/wall"
    assert draft.origin == origin
    assert draft.article.guid.endswith(sha256(origin.encode()).hexdigest()[:16])


def test_the_text_is_split_into_blocks_with_absolute_links(tmp_path: Path) -> None:
    article = one_draft(HtmlPage(), a_file(tmp_path)).article

    assert [block.type for block in article.body] == [
        "paragraph",
        "paragraph",
        "heading",
        "paragraph",
    ]
    second = next(texts_of(article.body[1]))
    assert '<a href="https://harbour.example/storm">never saw</a>' in second
    assert text_of(second).endswith("they never saw anything like it.")


def test_the_same_page_gives_the_same_draft_twice(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    assert collected(HtmlPage(), path) == collected(HtmlPage(), path)


@pytest.mark.parametrize(
    "data",
    [
        {"@graph": [{"@type": "WebSite", "name": "x"}, DATA]},
        [{"@type": "BreadcrumbList"}, DATA],
        {"@type": "WebPage", "mainEntity": {**DATA, "@type": ["Thing", "NewsArticle"]}},
        {"@graph": [{**DATA, "author": {"@id": "#p"}}, {"@id": "#p", "name": "Lina Maro"}]},
        [DATA, {"@type": "NewsArticle", "headline": "Another"}],
        [
            {"@type": "NewsArticle", "headline": "Another", "url": "https://x.example/"},
            {**DATA, "mainEntityOfPage": {"@id": "https://harbour.example/cities/wall"}},
        ],
    ],
)
def test_the_article_is_found_in_every_shape_of_linked_data(tmp_path: Path, data: Any) -> None:
    article = one_draft(HtmlPage(), a_file(tmp_path, data=data)).article

    assert article.headline == "The harbour wall moves again"
    assert article.bylines[0].name == "Lina Maro"


def test_without_linked_data_the_meta_elements_speak(tmp_path: Path) -> None:
    head = (
        '<meta property="og:title" content="The wall moves | Harbour Post">'
        '<meta property="og:site_name" content="Harbour Post">'
        '<meta property="og:description" content="In a week.">'
        '<meta property="og:url" content="https://harbour.example/w">'
        '<meta property="article:published_time" content="2026-04-30T08:00:00Z">'
        '<meta property="article:section" content="Cities">'
        '<meta property="article:tag" content="harbour">'
        '<meta name="author" content="Lina Maro">'
        '<meta property="og:image" content="/w.jpg"><meta property="og:image:width" content="800">'
    )

    article = one_draft(HtmlPage(), a_file(tmp_path, head=head, data={}), Hints()).article

    assert (article.headline, article.summary) == ("The wall moves", "In a week.")
    assert (article.section, article.keywords) == ("Cities", ("harbour",))
    assert article.bylines[0].name == "Lina Maro"
    assert article.canonical_url == "https://harbour.example/w"
    (picture,) = pictures_of(article)
    assert (picture.renditions[0].url, picture.renditions[0].width) == (
        "https://harbour.example/w.jpg",
        800,
    )


def test_a_time_without_zone_is_not_made_an_instant(tmp_path: Path) -> None:
    path = a_file(tmp_path, data={**DATA, "datePublished": "2026-04-30", "dateModified": "soon"})

    (refusal,) = refused(HtmlPage(), path, Hints())
    draft = one_draft(HtmlPage(), path, MADE)

    assert refusal.code == "missing-first-created"
    assert any("has no zone: 2026-04-30" in remark for remark in draft.remarks)
    assert "version_created" not in draft.article.model_fields_set


def test_a_change_before_the_publication_is_not_believed(tmp_path: Path) -> None:
    path = a_file(tmp_path, data={**DATA, "dateModified": "2020-01-01T00:00:00Z"})

    draft = one_draft(HtmlPage(), path, Hints())

    assert "version_created" not in draft.article.model_fields_set
    assert any("changed before" in remark for remark in draft.remarks)


def test_a_hinted_language_wins_over_the_page_and_the_page_over_the_desk(tmp_path: Path) -> None:
    path = a_file(tmp_path, data={}, opening='<html lang="fr_CA">')

    assert one_draft(HtmlPage(), path).article.language == "fr-CA"
    hints = MADE.changed(language="de")
    assert one_draft(HtmlPage(), path, hints).article.language == "de"


def test_what_a_page_does_not_say_is_remarked(tmp_path: Path) -> None:
    draft = one_draft(HtmlPage(), a_file(tmp_path, head="", data={}, opening="<html>"), MADE)

    told = " ".join(draft.remarks)
    for option in ("--language", "--byline", "--url"):
        assert option in told
    assert draft.origin == "file:wall"


@pytest.mark.parametrize(
    ("data", "head"),
    [
        ({**DATA, "copyrightHolder": {"name": "Norstar"}}, HEAD),
        ({**DATA, "publisher": {"name": "Norstar"}}, ""),
        ({}, '<link rel="canonical" href="https://norstar.example/wall">'),
    ],
)
def test_text_of_somebody_else_has_unknown_rights(tmp_path: Path, data: Any, head: str) -> None:
    draft = one_draft(HtmlPage(), a_file(tmp_path, data=data, head=head))

    rights = draft.article.rights
    assert (rights.own, rights.onward) == (False, Onward.UNKNOWN)
    assert any("rights are unknown" in remark for remark in draft.remarks)


FIGURE = (
    '<figure><img src="/wall.jpg" alt="Wall"><figcaption>The wall at low tide (%s)</figcaption>'
    "</figure>"
)


def test_a_credited_picture_is_a_third_partys_and_unknown(tmp_path: Path) -> None:
    article = one_draft(HtmlPage(), a_file(tmp_path, body=FIGURE % "Norstar" + TEXT)).article

    (picture,) = pictures_of(article)
    assert picture.rights is not None
    assert (picture.rights.owner, picture.rights.own) == ("Norstar", False)
    assert picture.rights.onward is Onward.UNKNOWN
    assert (picture.caption, picture.credit) == ("The wall at low tide", "Norstar")
    assert article.body[0] is picture
    assert not any("low tide" in one for one in shape_of(article)[1:])


def test_a_picture_credited_to_the_desk_is_its_own(tmp_path: Path) -> None:
    article = one_draft(HtmlPage(), a_file(tmp_path, body=FIGURE % "Harbour Post" + TEXT)).article

    (picture,) = pictures_of(article)
    assert picture.rights is not None
    assert picture.rights.own is True


def test_a_picture_without_credit_is_unknown(tmp_path: Path) -> None:
    body = TEXT.replace("<h2>", '<figure><img src="/x.png"></figure><h2>')

    article = one_draft(HtmlPage(), a_file(tmp_path, body=body)).article

    (picture,) = pictures_of(article)
    assert picture.rights is not None
    assert (picture.rights.own, picture.rights.onward) == (False, Onward.UNKNOWN)
    assert article.body[2] is picture


def test_case_8_japan_out_in_a_caption(tmp_path: Path) -> None:
    body = FIGURE.replace("tide", "tide, JAPAN OUT") % "Norstar" + TEXT

    (picture,) = pictures_of(one_draft(HtmlPage(), a_file(tmp_path, body=body)).article)

    assert picture.rights is not None
    assert picture.rights.restrictions == ("JAPAN OUT",)
    assert picture.rights.onward is Onward.UNKNOWN


def test_the_crops_of_the_linked_data_are_one_picture(tmp_path: Path) -> None:
    data = {**DATA, "image": ["https://i.example/1x1.jpg", "https://i.example/16x9.jpg"]}

    (picture,) = pictures_of(one_draft(HtmlPage(), a_file(tmp_path, data=data)).article)

    assert len(picture.renditions) == 2


def test_linked_data_say_whose_the_picture_in_the_text_is(tmp_path: Path) -> None:
    image = {
        "@type": "ImageObject",
        "url": "https://harbour.example/wall.jpg?w=1200",
        "width": {"@type": "QuantitativeValue", "value": 1200},
        "creditText": "Ida Brandt/Norstar",
        "copyrightHolder": {"name": "Norstar"},
    }
    body = '<figure><img src="/wall.jpg"></figure>' + TEXT
    path = a_file(tmp_path, body=body, data={**DATA, "image": image})

    (picture,) = pictures_of(one_draft(HtmlPage(), path).article)

    assert picture.credit == "Ida Brandt/Norstar"
    assert picture.rights is not None
    assert (picture.rights.owner, picture.rights.onward) == ("Norstar", Onward.UNKNOWN)


def test_case_9_a_post_is_an_embed_where_it_stood_and_its_words_are_not_ours(
    tmp_path: Path,
) -> None:
    post = (
        "<blockquote class='twitter-tweet'><p>Their very own words about the harbour wall</p>"
        "<a href='https://post.example/1'>3 May</a></blockquote>"
    )
    body = TEXT.replace("<h2>", f"{post}<h2>")

    article = one_draft(HtmlPage(), a_file(tmp_path, body=body)).article

    assert [b.type for b in article.body][2] == "embed"
    assert article.body[2].rights is None
    assert "Their very own words" not in str(article.model_dump())


def test_direction_and_language_of_a_paragraph_are_kept(tmp_path: Path) -> None:
    arabic = (
        '<p lang="ar" dir="rtl">قال معهد المد والجزر إن الجدار الذي يحمي الميناء القديم تحرك'
        " سنتيمترين خلال أسبوع واحد، وهذا أكثر من أي وقت مضى.</p>"
    )

    article = one_draft(HtmlPage(), a_file(tmp_path, body=TEXT + arabic)).article

    assert (article.body[-1].language, article.body[-1].dir) == ("ar", "rtl")


def test_an_arabic_page_comes_in_right_to_left(tmp_path: Path) -> None:
    paragraph = (
        "<p>قال معهد المد والجزر إن الجدار الذي يحمي الميناء القديم تحرك سنتيمترين خلال أسبوع"
        " واحد، وأضاف أن أحدا لا يعرف كم من الوقت سيستغرق الإصلاح.</p>"
    )
    data = {"@type": "NewsArticle", "headline": "جدار الميناء يتحرك"}
    path = a_file(tmp_path, body=paragraph * 3, data=data, opening='<html lang="ar-EG" dir="rtl">')

    article = one_draft(HtmlPage(), path).article

    assert (article.language, article.direction) == ("ar-EG", "rtl")
    assert "سنتيمترين" in shape_of(article)[0]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("windows-1256", "cp1256"), ("iso-8859-1", "cp1252"), ("", "cp1252"), ("utf-8", "utf-8-sig")],
)
def test_the_encoding_is_the_marked_or_declared_one(
    tmp_path: Path, charset: str, codec: str
) -> None:
    word = "ميناء" if codec == "cp1256" else "café “x”"
    head = f'<meta charset="{charset}">' if charset else ""
    page = a_page(TEXT.replace("old", word), head=head, data={}, opening="<html>").encode(codec)

    article = one_draft(HtmlPage(), written(tmp_path, "w.html", page)).article

    assert word in shape_of(article)[0]


@pytest.mark.parametrize("charset", ["utf-7", "punycode", "zlib", "rot13", "no-such", "utf-16"])
def test_an_encoding_no_page_may_have_is_not_used(tmp_path: Path, charset: str) -> None:
    page = a_page(head=f'<meta charset="{charset}">').encode() + b"\xff"

    article = one_draft(HtmlPage(), written(tmp_path, "w.html", page)).article

    assert "two centimetres" in shape_of(article)[0]


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ("2026-11-20T08:00:00", "has no zone: 2026-11-20T08:00:00"),
        ("2026-13-45T99:00:00", "cannot be read: 2026-13-45T99:00:00"),
        ("99999-01-01T00:00:00Z", "cannot be read: 99999-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "is before all newspapers: 0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_that_is_stated_is_not_called_missing(
    tmp_path: Path, stated: str, why: str
) -> None:
    words = "Long words about the wall, which moves again and again. " * 5
    meta = f'<meta property="article:published_time" content="{stated}">'
    page = (
        f"<html lang=en><head>{meta}</head><article><h1>The wall</h1><p>{words}</article></html>"
    )
    [refusal] = refused(HtmlPage(), written(tmp_path, "wall.html", page), Hints())
    assert refusal.code == "missing-first-created"
    assert refusal.says == f"the page's time of publication {why}"
    assert "--first-created" in refusal.mend
