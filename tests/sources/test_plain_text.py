"""Text copied from a page: its parts told apart by their shape, the page's furniture left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.model.rights import Onward
from syndicate.pipeline.incoming import Draft, Hints
from syndicate.sources.credits import taken_apart
from syndicate.sources.plain_text import PlainText
from tests.builders import at
from tests.sources.reading_in import (
    MADE,
    SHARED,
    collected,
    one_draft,
    pictures_of,
    refused,
    shape_of,
    written,
)

COPIED = Path(__file__).parent / "copied"
SEED = SHARED / "inputs" / "article" / "000_d0fda449fbae46ac.txt"
LEAD = "The wall that protects the old harbour moved two centimetres last week, they said."


def copied(name: str, hints: Hints = MADE) -> Draft:
    return one_draft(PlainText(), COPIED / f"{name}.txt", hints)


def kinds(draft: Draft) -> list[str]:
    return [block.type for block in draft.article.body]


def test_head_text_and_furniture_are_told_apart() -> None:
    draft = copied("standfirst_and_caption")

    article = draft.article
    assert article.headline == "Harbour wall moves two centimetres in a single week"
    assert article.summary == "Engineers measure the largest shift since the storm of last spring"
    assert [byline.name for byline in article.bylines] == ["Lina Maro", "Omar Said"]
    assert kinds(draft) == [
        "picture",
        "paragraph",
        "paragraph",
        "heading",
        "paragraph",
        "paragraph",
        "heading",
        "paragraph",
        "picture",
        "paragraph",
    ]
    assert [one for one in shape_of(article) if one.startswith("heading")] == [
        "heading: What comes next",
        "heading: A room without windows",
    ]


def test_what_is_left_out_is_named_and_a_time_is_not_made_up() -> None:
    draft = copied("standfirst_and_caption")

    told = "\n".join(draft.remarks)
    body = "\n".join(shape_of(draft.article))
    for phrase in (
        "Skip to main",
        "Share this",
        "Sign up",
        "independent pa",
        "harbour that van",
    ):
        assert phrase in told
        assert phrase not in body
    assert "Published date: 3 May 2026" in told
    (refusal,) = refused(PlainText(), COPIED / "standfirst_and_caption.txt", Hints())
    assert refusal.code == "missing-first-created"
    assert "--first-created INSTANT" in refusal.mend


def test_captions_are_third_party_pictures_without_files() -> None:
    first, second = pictures_of(copied("standfirst_and_caption").article)

    assert first.caption == "The old harbour wall at low tide, seen from the fish market"
    assert (first.credit, second.credit) == ("Norstar", "Ida Brandt/Fjordbild")
    for picture in (first, second):
        assert picture.renditions == ()
        assert picture.rights is not None
        assert (picture.rights.owner, picture.rights.own) == (picture.credit, False)
        assert picture.rights.onward is Onward.UNKNOWN


def test_arabic_is_told_apart_like_any_text() -> None:
    draft = copied("arabic", Hints(language="ar", first_created=MADE.first_created))

    article = draft.article
    assert (article.language, article.direction, article.dir) == ("ar", "rtl", None)
    assert article.headline == "جدار الميناء القديم يتحرك مرة أخرى"
    assert article.summary == "مهندسون يسجلون أكبر حركة منذ عاصفة الربيع"
    assert article.bylines[0].name == "لينا مارو"
    assert [kind for kind in kinds(draft) if kind != "paragraph"] == [
        "picture",
        "heading",
        "heading",
    ]
    assert pictures_of(article)[0].credit == "نورستار"
    assert "النشرة" not in "".join(shape_of(article))


def test_a_script_that_cannot_be_the_language_is_remarked_and_keeps_its_direction() -> None:
    draft = copied("arabic")

    assert (draft.article.language, draft.article.direction) == ("en", "rtl")
    assert any("not written as en is" in remark for remark in draft.remarks)


def test_without_a_standfirst_the_text_begins_after_the_headline() -> None:
    draft = copied("no_standfirst")

    assert draft.article.summary == ""
    assert kinds(draft) == ["paragraph"] * 4


def test_lines_broken_at_a_column_are_one_paragraph() -> None:
    draft = copied("wrapped")

    assert draft.article.headline == "Lighthouse keeper retires after forty years"
    assert kinds(draft) == ["paragraph", "paragraph"]
    assert "its two hundred steps" in shape_of(draft.article)[0]


def test_lists_and_several_headings_are_found() -> None:
    draft = copied("list_and_headings")

    assert draft.article.headline == "How to read a tide table"
    assert kinds(draft) == [
        "paragraph",
        "heading",
        "paragraph",
        "list",
        "heading",
        "paragraph",
        "heading",
        "list",
    ]
    assert draft.article.body[-1].model_dump()["ordered"]


def test_hints_say_what_the_text_does_not() -> None:
    hints = Hints(
        first_created=at("2026-05-03T12:00:00Z"),
        byline=("Lina Maro",),
        language="en-GB",
        url="https://harbour.example/ferry",
    )

    draft = copied("no_standfirst", hints)

    assert draft.remarks == ()
    assert draft.origin == "url:https://harbour.example/ferry"
    assert draft.article.bylines[0].name == "Lina Maro"


def test_the_same_text_gives_the_same_draft_twice() -> None:
    path = COPIED / "arabic.txt"

    assert collected(PlainText(), path) == collected(PlainText(), path)


def test_the_seed_article_comes_in_with_its_parts_told_apart() -> None:
    if not SEED.exists():
        pytest.skip("the shared inputs are not beside this checkout")

    draft = one_draft(PlainText(), SEED)

    article = draft.article
    assert 5 < len(article.headline.split()) < 12
    assert 10 < len(article.summary.split()) < 25
    picture, *rest = article.body
    assert kinds(draft) == ["picture"] + ["paragraph"] * 8 + ["heading"] + ["paragraph"] * 10
    assert picture.rights is not None
    assert (picture.rights.owner, picture.rights.own) == ("AFP", False)
    assert picture.rights.onward is Onward.UNKNOWN
    assert pictures_of(article)[0].renditions == ()
    body = "\n".join(shape_of(article)[1:]).lower()
    for furniture in ("skip to", "newsletter", "sign up", "republish", "(afp)"):
        assert furniture not in body
    told = "\n".join(draft.remarks)
    for expected in ("navigation", "newsletter", "republishing", "--byline", "--url"):
        assert expected in told
    assert len(rest) == 19


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("A boat leaves the harbour (Norstar)", "Norstar"),
        ("A boat leaves. (Lina Maro/Norstar)", "Lina Maro/Norstar"),
        ("Maro (C), head of the institute (NST)", "NST"),
        ("A boat leaves | Photograph: Ida Brandt", "Ida Brandt"),
        ("A boat leaves © Norstar", "Norstar"),
        ("صورة للميناء القديم (نورستار)", "نورستار"),
        ("He joined the European Union (EU)", None),
        ("The wall moved (see below)", None),
        ("The wall moved (2017)", None),
        ("The wall moved (Reporting by Lina Maro; editing by Omar Said)", None),
        ("The director (left)", None),
        ("The wall (which is old) moved", None),
    ],
)
def test_a_credit_at_the_end_is_told_from_other_brackets(line: str, credit: str | None) -> None:
    assert taken_apart(line).credit == credit


@pytest.mark.parametrize(
    "sentence",
    [
        "Newsletters are read by fewer people every year, the institute said.",
        "Readers may republish the table with the permission of the institute, it said.",
        "Share prices fell by a tenth.",
        "By Monday the wall had moved again.",
        "The council met on 3 May 2026.",
        "He said cookies were his favourite.",
        "Sign language was used at the hearing.",
    ],
)
def test_sentences_about_such_things_stay(tmp_path: Path, sentence: str) -> None:
    text = "\n\n".join(["The wall moves again today", LEAD, sentence, LEAD, LEAD, LEAD])

    draft = one_draft(PlainText(), written(tmp_path, "a.txt", text))

    assert f"paragraph: {sentence}" in shape_of(draft.article)


def test_markup_in_copied_text_is_text(tmp_path: Path) -> None:
    text = f"The wall moves again today\n\n{LEAD}\n\n<script>alert(1)</script> & <b>more</b>."

    article = one_draft(PlainText(), written(tmp_path, "a.txt", text)).article

    assert shape_of(article)[1] == "paragraph: <script>alert(1)</script> & <b>more</b>."
    assert "&lt;script&gt;" in article.body[1].model_dump()["text"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "missing-body"),
        (b"\xff\xfa\x00", "not-utf8"),
        (b"caf\xe9", "not-utf8"),
        (b"One line", "missing-body"),
        (b"x" * 100_000, "missing-body"),
        (b"A line.\n" * 20_001, "too-many-blocks"),
        (b"x" * (5 * 1_048_576 + 1), "too-large"),
    ],
)
def test_what_is_no_article_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (refusal,) = refused(PlainText(), written(tmp_path, "a.txt", content))

    assert refusal.code == code


def test_control_characters_are_taken_out(tmp_path: Path) -> None:
    text = f"The wall\x00 moves\x0b again\r\n\r\n{LEAD}\x1b\ufeff\r\n".encode()

    article = one_draft(PlainText(), written(tmp_path, "a.txt", text)).article

    assert "\x00" not in str(article.model_dump())
    assert article.headline.startswith("The wall moves")


QUAYS = "The ferries stood still today at the quays."
CROSSED = "Nobody crossed the water, said the company."


def a_text(folder: Path, *lines: str) -> Path:
    return written(folder, "ferry.txt", "\n\n".join(lines))


@pytest.mark.parametrize("headline", ["Ferry strike", "Strike", "Die Fähre"])
def test_the_only_line_before_the_text_is_the_headline(tmp_path: Path, headline: str) -> None:
    draft = one_draft(PlainText(), a_text(tmp_path, headline, "By Lina Maro", QUAYS, CROSSED))
    assert draft.article.headline == headline
    assert shape_of(draft.article) == [f"paragraph: {QUAYS}", f"paragraph: {CROSSED}"]


def test_of_several_short_lines_none_is_taken_for_the_headline(tmp_path: Path) -> None:
    path = a_text(tmp_path, "Ferry strike", "Harbour news", QUAYS, CROSSED)
    assert [one.code for one in refused(PlainText(), path)] == ["missing-headline"]


def test_a_rubric_above_a_question_is_no_headline(tmp_path: Path) -> None:
    question = "Why do the ferries stand still?"
    draft = one_draft(PlainText(), a_text(tmp_path, "Harbour", question, QUAYS, CROSSED))
    assert draft.article.headline == question
