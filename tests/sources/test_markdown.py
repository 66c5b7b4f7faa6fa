"""Markdown with front matter: fields, blocks, pictures with rights; YAML that cannot harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.model.body import Embed, Picture, texts_of
from syndicate.model.rights import Onward
from syndicate.pipeline.incoming import Hints
from syndicate.sources.markdown import Markdown
from tests.sources.reading_in import (
    collected,
    one_draft,
    pictures_of,
    refused,
    shape_of,
    written,
)

FRONT = """---
headline: The wall moves
first_created: 2026-04-30T08:00:00Z
language: no
bylines:
  - {name: Lina Maro, syndication: no}
rights: {own: true, onward: granted}
dateline:
canonical_url: https://harbour.example/cities/wall
---
"""


def a_file(folder: Path, body: str = "One.", front: str = FRONT) -> Path:
    return written(folder, "wall.md", front + body)


def test_front_matter_gives_the_fields(tmp_path: Path) -> None:
    draft = one_draft(Markdown(), a_file(tmp_path))

    article = draft.article
    assert (article.headline, article.language) == ("The wall moves", "no")
    assert article.bylines[0].syndication == "no"
    assert article.rights.own is True
    assert article.dateline is None
    assert draft.origin == "file:wall"
    assert draft.remarks == ()


def test_the_text_below_becomes_blocks(tmp_path: Path) -> None:
    body = (
        "A *b* [c](/d)\nline\n\n## What next\n\n- a\n- b\n\n1. x\n2. y\n\n> Said.\n\n"
        "| Day | High |\n|---|---|\n| Mo | 3 |\n"
    )

    article = one_draft(Markdown(), a_file(tmp_path, body)).article

    assert [block.type for block in article.body] == [
        "paragraph",
        "heading",
        "list",
        "list",
        "quote",
        "table",
    ]
    assert next(texts_of(article.body[0])) == (
        'A <em>b</em> <a href="https://harbour.example/d">c</a> line'
    )
    assert article.body[-1].model_dump()["rows"] == (("Mo", "3"),)


def test_the_same_file_gives_the_same_draft_twice(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    assert collected(Markdown(), path) == collected(Markdown(), path)


def test_a_first_heading_is_the_headline_where_none_is_stated(tmp_path: Path) -> None:
    draft = one_draft(Markdown(), written(tmp_path, "a.md", "# The *wall* moves\n\nOne.\n"))

    assert draft.article.headline == "The wall moves"
    assert shape_of(draft.article) == ["paragraph: One."]


def test_an_image_alone_is_a_picture_with_unknown_rights(tmp_path: Path) -> None:
    body = '![The wall](https://img.example/w.jpg "At low tide")'

    (picture,) = pictures_of(one_draft(Markdown(), a_file(tmp_path, body)).article)

    assert (picture.alt, picture.caption, picture.rights) == ("The wall", "At low tide", None)
    assert picture.renditions[0].url == "https://img.example/w.jpg"


def test_front_matter_says_more_of_a_picture_by_name_or_address(tmp_path: Path) -> None:
    more = """pictures:
  wall:
    id: photo
    credit: Norstar
    rights: {owner: Norstar, own: false, onward: granted, credit_line: Norstar,
             source_agreement: norstar}
    renditions: [{url: "https://img.example/w.jpg", type: image/jpeg, width: 800}]
  https://img.example/v.png: {caption: Another, rights: {own: true, onward: granted}}
---
"""
    body = "![The wall](wall)\n\n![](https://img.example/v.png)\n"
    front = FRONT.removesuffix("---\n") + more

    wall, other = pictures_of(one_draft(Markdown(), a_file(tmp_path, body, front)).article)

    assert (wall.id, wall.credit, wall.alt) == ("photo", "Norstar", "The wall")
    assert [one.width for one in wall.renditions] == [800]
    assert wall.rights is not None
    assert wall.rights.onward is Onward.GRANTED
    assert (other.caption, other.renditions[0].url) == ("Another", "https://img.example/v.png")


def test_restrictions_of_a_picture_park_it(tmp_path: Path) -> None:
    more = (
        "pictures: {wall: {rights: {owner: Norstar, own: false, onward: granted, credit_line: N,"
        " source_agreement: norstar, restrictions: [JAPAN OUT]}}}\n---\n"
    )
    path = a_file(tmp_path, "![w](wall)", FRONT.removesuffix("---\n") + more)

    (picture,) = pictures_of(one_draft(Markdown(), path).article)

    assert isinstance(picture, Picture)
    assert picture.rights is not None
    assert picture.rights.onward is Onward.UNKNOWN


def test_an_embed_line_is_an_embed_with_its_address_untouched(tmp_path: Path) -> None:
    body = "embed: https://video.example/a_b_c?x=1&y=*2* The tide in four minutes"

    (block,) = one_draft(Markdown(), a_file(tmp_path, body)).article.body

    assert isinstance(block, Embed)
    assert (block.url, block.title) == (
        "https://video.example/a_b_c?x=1&y=*2*",
        "The tide in four minutes",
    )
    assert block.rights is None


def test_html_in_markdown_is_text(tmp_path: Path) -> None:
    body = "<script>alert(1)</script> <b onclick=x>b</b> [a](javascript:alert(1))"

    article = one_draft(Markdown(), a_file(tmp_path, body)).article

    text = " ".join(text for block in article.body for text in texts_of(block))
    assert "<script" not in text
    assert "<a" not in text
    assert "&lt;b onclick" in text


@pytest.mark.parametrize(
    ("front", "code"),
    [
        ("a: &x [1]\nb: *x", "bad-front-matter"),
        ("a: !!python/object/apply:os.system [ls]", "bad-front-matter"),
        ("a: !local x", "bad-front-matter"),
        ("headline: a\nheadline: b", "bad-front-matter"),
        ("a: " + "[" * 200 + "]" * 200, "bad-front-matter"),
        ("[1]: a", "bad-front-matter"),
        ("- a", "bad-front-matter"),
        ("a: [", "bad-front-matter"),
        ("body: []", "bad-front-matter"),
        ("headline: a\npictures: 3", "bad-front-matter"),
        ("headline: a\npictures: {unseen: {credit: x}}", "bad-front-matter"),
        ("headline: a\n" + "# x\n" * 100_000, "bad-front-matter"),
        ("headline: a\nfirst_created: 2026-04-30T08:00:00", "V2"),
        ("headline: a\nfirst_created: 2026-04-30", "V2"),
        ("headline: a\nfirst_created: yesterday", "bad-first-created"),
        ("headline: a\ndate: 2026-04-30", "unknown-field"),
    ],
)
def test_faulty_front_matter_is_refused(tmp_path: Path, front: str, code: str) -> None:
    path = a_file(tmp_path, "One.", f"---\n{front}\n---\n")

    assert [one.code for one in refused(Markdown(), path)] == [code]


def test_aliases_are_refused_before_they_multiply(tmp_path: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30))
    path = a_file(tmp_path, "One.", f"---\nl0: &l0 x\n{levels}\n---\n")

    (refusal,) = refused(Markdown(), path)

    assert "alias" in refusal.says


def test_text_that_is_not_utf8_is_refused_and_marked_utf16_is_read(tmp_path: Path) -> None:
    (refusal,) = refused(Markdown(), written(tmp_path, "a.md", b"# caf\xe9"))
    draft = one_draft(Markdown(), written(tmp_path, "b.md", "# The café\n".encode("utf-16")))

    assert refusal.code == "not-utf8"
    assert draft.article.headline == "The café"


def test_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    codes = [one.code for one in refused(Markdown(), written(tmp_path, "a.md", "One."), Hints())]

    assert codes == ["missing-headline", "missing-first-created"]


def test_arabic_keeps_its_direction(tmp_path: Path) -> None:
    front = "---\nheadline: جدار الميناء\nlanguage: ar\n---\n"

    article = one_draft(Markdown(), a_file(tmp_path, "نص **مهم**", front)).article

    assert article.direction == "rtl"
    assert shape_of(article) == ["paragraph: نص مهم"]


def test_a_megabyte_is_one_article(tmp_path: Path) -> None:
    article = one_draft(Markdown(), a_file(tmp_path, "word " * 200_000)).article

    assert sum(len(text) for b in article.body for text in texts_of(b)) >= 999_999


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_text_that_is_nested_beyond_reading_is_refused_not_lost(tmp_path: Path, mark: str) -> None:
    assert "Deep" in str(one_draft(Markdown(), a_file(tmp_path, f"{mark * 8}Deep")).article.body)
    (refusal,) = refused(Markdown(), a_file(tmp_path, f"{mark * 30}Deep"))
    assert refusal.code == "too-deep"


def test_what_json_writes_as_a_surrogate_pair_is_one_character(tmp_path: Path) -> None:
    front = FRONT.replace("The wall moves", r'"\ud83c\udf0a The \ud800wall"')
    assert one_draft(Markdown(), a_file(tmp_path, front=front)).article.headline == "🌊 The wall"
