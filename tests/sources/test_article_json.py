"""Articles as JSON: what is stated stands, what is not is filled by hints and desk, or refused."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from syndicate.licensing.prose import restrictions_in
from syndicate.model.article import Article
from syndicate.model.rights import Onward
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources.article_json import ArticleJson, ArticleLines
from tests.builders import a_picture, agency, article_data, at, own
from tests.sources.reading_in import collected, one_draft, refused, written


def a_file(folder: Path, name: str = "wall.json", **changes: Any) -> Path:
    return written(folder, name, json.dumps(article_data(**changes)))


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in article_data().items() if name not in names}


def test_a_stated_article_comes_in_as_it_is(tmp_path: Path) -> None:
    draft = one_draft(ArticleJson(), a_file(tmp_path))

    assert draft.article == Article.model_validate(article_data())
    assert draft.origin == "id:tag:harbour.example,2024:wall"
    assert {"version", "version_created"} <= draft.article.model_fields_set


def test_a_file_without_guid_is_identified_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "wall.json", json.dumps(without("guid")))

    draft = one_draft(ArticleJson(), path)

    digest = sha256(b"file:wall").hexdigest()[:16]
    assert (draft.origin, draft.article.guid) == (
        "file:wall",
        f"tag:harbour.example,2024:{digest}",
    )


def test_a_hinted_guid_is_taken_where_none_is_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "wall.json", json.dumps(without("guid")))

    draft = one_draft(ArticleJson(), path, Hints(guid="tag:harbour.example,2024:other"))

    assert draft.origin == "id:tag:harbour.example,2024:other"


def test_version_and_its_time_count_only_where_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "wall.json", json.dumps(without("version", "version_created")))

    article = one_draft(ArticleJson(), path).article

    assert not {"version", "version_created"} & article.model_fields_set
    assert article.version_created == article.first_created


def test_the_same_file_gives_the_same_draft_twice(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    assert collected(ArticleJson(), path) == collected(ArticleJson(), path)


def test_what_is_not_stated_comes_from_hints_then_desk(tmp_path: Path) -> None:
    path = written(
        tmp_path, "w.json", json.dumps(without("rights", "language", "section", "bylines"))
    )

    draft = one_draft(ArticleJson(), path, Hints(byline=("Omar Said",), section="Islands"))

    assert draft.article.rights.onward is Onward.GRANTED
    assert draft.article.language == "en"
    assert draft.article.section == "Islands"
    assert draft.article.bylines[0].name == "Omar Said"
    assert any("--language" in remark for remark in draft.remarks)


def test_stated_fields_win_over_hints(tmp_path: Path) -> None:
    draft = one_draft(ArticleJson(), a_file(tmp_path), Hints(language="fr", section="Islands"))

    assert (draft.article.language, draft.article.section) == ("en", "Cities")


def test_a_missing_first_creation_is_refused_with_its_option(tmp_path: Path) -> None:
    path = written(tmp_path, "w.json", json.dumps(without("first_created", "version_created")))

    (refusal,) = refused(ArticleJson(), path, Hints())

    assert refusal.code == "missing-first-created"
    assert refusal.field == "first_created"
    mend = "add first_created to the file, or state --first-created INSTANT"
    assert refusal.mend == mend


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"first_created": "2026-04-30T08:00:00"}, "V2", "first_created"),
        ({"embargoed": {"until": "2026-05-01"}}, "V2", "embargoed.until.at"),
        ({"bogus": 1}, "unknown-field", "bogus"),
        ({"headline": 7}, "bad-headline", "headline"),
        ({"headline": "\u0000"}, "bad-headline", "headline"),
        ({"body": [{"type": "paragraph"}]}, "missing-text", "body.0.text"),
        ({"body": [{"type": "embed", "url": "javascript:x"}]}, "bad-url", "body.0.url"),
        ({"body": 7}, "bad-body", "body"),
        ({"guid": "the wall"}, "bad-guid", "guid"),
        ({"rights": agency(source_agreement=None)}, "V10", "rights"),
        ({"body": [{"type": "paragraph", "text": ""}] * 20_001}, "too-many-blocks", "body"),
    ],
)
def test_a_fault_is_refused_with_code_field_and_mend(
    tmp_path: Path, changes: dict[str, Any], code: str, field: str
) -> None:
    (refusal,) = refused(ArticleJson(), a_file(tmp_path, **changes))

    assert (refusal.code, refusal.field) == (code, field)
    assert refusal.mend
    assert refusal.where.endswith("wall.json")


def test_every_fault_of_an_article_is_told(tmp_path: Path) -> None:
    path = a_file(tmp_path, headline="", urgency=10)

    assert [one.code for one in refused(ArticleJson(), path)] == ["bad-headline", "bad-urgency"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad-json"),
        (b"[" * 100_000, "bad-json"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "bad-json"),
        (b'{"headline": "a", "headline": "b"}', "bad-json"),
        (b'{"urgency": NaN}', "bad-json"),
        (b'{"urgency": ' + b"9" * 5000 + b"}", "bad-json"),
        (b'"text"', "bad-json"),
        (b'{"headline": "caf\xe9"}', "not-utf8"),
        (b'{"headline": "' + b"x" * 6_000_000 + b'"}', "too-large"),
        (b" " * (32 * 1_048_576 + 1), "too-large"),
    ],
)
def test_hostile_json_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (refusal,) = refused(ArticleJson(), written(tmp_path, "x.json", content))

    assert refusal.code == code


def test_lone_surrogates_and_control_characters_are_taken_out(tmp_path: Path) -> None:
    path = a_file(tmp_path, headline="A \ud800wall\u0000 \uffffmoves", keywords=["\udfff harbour"])

    article = one_draft(ArticleJson(), path).article

    assert article.headline == "A wall moves"
    assert article.keywords == ("harbour",)


def test_an_array_gives_each_article_and_needs_guids(tmp_path: Path) -> None:
    content = json.dumps([article_data(), without("guid"), article_data(guid="tag:a.b,2024:x")])

    found = collected(ArticleJson(), written(tmp_path, "all.json", content))

    assert [type(one).__name__ for one in found] == ["Draft", "Refusal", "Draft"]
    assert isinstance(found[1], Refusal)
    assert (found[1].code, found[1].where[-3:]) == ("missing-guid", "[2]")


def test_a_bad_line_costs_that_line_only(tmp_path: Path) -> None:
    good = json.dumps(article_data()).encode()
    lines = [good, b"{", b"", b'{"headline": "\xff"}', json.dumps(without("guid")).encode(), good]

    found = collected(ArticleLines(), written(tmp_path, "all.jsonl", b"\n".join(lines)))

    assert [isinstance(one, Draft) for one in found] == [True, False, False, False, True]
    told = [(one.where.rpartition(":")[2], one.code) for one in found if isinstance(one, Refusal)]
    assert told == [("2", "bad-json"), ("4", "not-utf8"), ("5", "missing-guid")]


def test_one_hinted_guid_is_not_given_to_several_articles(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(without("guid")) for _ in range(2))

    hints = Hints(guid="tag:harbour.example,2024:one")
    found = refused(ArticleLines(), written(tmp_path, "all.jsonl", lines), hints)

    assert [one.code for one in found] == ["missing-guid", "missing-guid"]


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (refusal,) = refused(ArticleJson(), tmp_path / "missing.json")

    assert refusal.code == "unreadable"


def test_a_warning_of_the_model_becomes_a_remark(tmp_path: Path) -> None:
    draft = one_draft(
        ArticleJson(), a_file(tmp_path, rights={**own(), "territory": {"include": ["UK"]}})
    )

    assert draft.article.rights.territory is not None
    assert draft.article.rights.territory.include == ("GB",)
    assert any("GB is meant" in remark for remark in draft.remarks)


def test_script_in_a_block_does_not_come_in(tmp_path: Path) -> None:
    text = '<p onclick="x()">A <script>alert(1)</script><a href="javascript:x">b</a></p>'

    article = one_draft(
        ArticleJson(), a_file(tmp_path, body=[{"type": "paragraph", "text": text}])
    ).article

    assert article.body[0].model_dump()["text"] == "A <a>b</a>"


def test_case_8_japan_out_in_the_note_only(tmp_path: Path) -> None:
    photo = a_picture(rights=agency())
    path = a_file(tmp_path, ed_note="PHOTO: JAPAN OUT, CREDIT MANDATORY", body=[photo])

    draft = one_draft(ArticleJson(), path)

    rights = draft.article.body[0].rights
    assert rights is not None
    assert rights.onward is Onward.UNKNOWN
    assert restrictions_in(rights.restrictions).exclude == ("JP",)
    assert draft.article.rights.onward is Onward.GRANTED
    assert any("coded_by" in remark for remark in draft.remarks)


def test_a_note_without_foreign_pictures_is_about_the_text(tmp_path: Path) -> None:
    article = one_draft(ArticleJson(), a_file(tmp_path, ed_note="NO USE JAPAN")).article

    assert article.rights.onward is Onward.UNKNOWN
    assert article.rights.restrictions == ("NO USE JAPAN",)


def test_a_note_about_something_else_restricts_nothing(tmp_path: Path) -> None:
    article = one_draft(ArticleJson(), a_file(tmp_path, ed_note="Corrects a name.")).article

    assert article.rights.onward is Onward.GRANTED


def test_restriction_texts_park_a_part_until_they_are_coded(tmp_path: Path) -> None:
    photos = [
        a_picture(id="parked", rights=agency(restrictions=["JAPAN OUT"])),
        a_picture(id="coded", rights=agency(restrictions=["JAPAN OUT"], coded_by="Night desk")),
        a_picture(id="refused", rights=agency(restrictions=["JAPAN OUT"], onward="refused")),
    ]

    body = one_draft(ArticleJson(), a_file(tmp_path, body=photos)).article.body

    onwards = [block.rights.onward for block in body if block.rights]
    assert onwards == [Onward.UNKNOWN, Onward.GRANTED, Onward.REFUSED]


def test_restrictions_in_a_caption_count_in_capitals_only(tmp_path: Path) -> None:
    photos = [
        a_picture(id="loud", rights=agency(), caption="A boat. JAPAN OUT"),
        a_picture(id="quiet", rights=agency(), caption="A boat, Japan out of the race"),
    ]

    loud, quiet = one_draft(ArticleJson(), a_file(tmp_path, body=photos)).article.body

    assert loud.rights is not None
    assert quiet.rights is not None
    assert (loud.rights.onward, loud.rights.restrictions) == (Onward.UNKNOWN, ("JAPAN OUT",))
    assert (quiet.rights.onward, quiet.rights.restrictions) == (Onward.GRANTED, ())


UNREAD = [
    "EUROPE OUT",
    "SCANDINAVIA OUT",
    "MIDDLE EAST OUT",
    "UK ONLY",
    "AP CLIENTS ONLY",
    "EDITORIAL USE ONLY",
    "FOR EDITORIAL USE ONLY; MANDATORY CREDIT",
    "NO RESALES",
    "NOT FOR SALE",
    "MANDATORY CREDIT - EUROPE OUT - AFX",
]


@pytest.mark.parametrize("said", [*UNREAD, "AP Clients Only", "No Sales in Europe"])
def test_a_restriction_in_the_note_parks_also_where_it_is_not_understood(
    tmp_path: Path, said: str
) -> None:
    photo = a_picture(rights=agency())

    draft = one_draft(ArticleJson(), a_file(tmp_path, ed_note=said, body=[photo]))

    rights = draft.article.body[0].rights
    assert rights is not None
    assert (rights.onward, rights.restrictions) == (Onward.UNKNOWN, (said,))


@pytest.mark.parametrize("said", UNREAD)
def test_a_restriction_in_a_caption_parks_also_where_it_is_not_understood(
    tmp_path: Path, said: str
) -> None:
    photo = a_picture(rights=agency(), caption=f"A wall. {said}")

    rights = one_draft(ArticleJson(), a_file(tmp_path, body=[photo])).article.body[0].rights

    assert rights is not None
    assert rights.onward is Onward.UNKNOWN


@pytest.mark.parametrize(
    "said",
    [
        "Corrects the name of a ship.",
        "Corrects a number in paragraph 3 only.",
        "UN officials only met NATO in Rome",
        "A crowd comes OUT OF THE stadium in the UK",
        "Signs say “OUT” and “NO”",
        "Tram NO 5 and bus NO. 7",
        "سفينة على الشاطئ. لا تعليق",
    ],
)
def test_a_note_or_caption_that_restricts_nothing_parks_nothing(tmp_path: Path, said: str) -> None:
    photo = a_picture(rights=agency(), caption=said)

    article = one_draft(ArticleJson(), a_file(tmp_path, ed_note=said, body=[photo])).article

    rights = article.body[0].rights
    assert rights is not None
    assert rights.onward is Onward.GRANTED


def test_a_picture_in_a_gallery_is_parked_too(tmp_path: Path) -> None:
    gallery = {"type": "gallery", "pictures": [a_picture(rights=agency())]}

    article = one_draft(
        ArticleJson(), a_file(tmp_path, body=[gallery], ed_note="JAPAN OUT")
    ).article

    _, photo = article.blocks()
    assert photo.rights is not None
    assert photo.rights.onward is Onward.UNKNOWN


def test_a_change_before_the_creation_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "w.json", json.dumps(without("version_created")))

    (refusal,) = refused(ArticleJson(), path, Hints(version_created=at("2020-01-01T00:00Z")))

    assert "version_created" in refusal.says
