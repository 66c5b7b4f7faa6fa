"""Hard cases 1 to 14 of the domain: parts and third parties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from syndicate.model.base import text_of
from syndicate.model.body import Gallery, Picture
from syndicate.model.decision import Verdict
from tests.builders import a_licence, a_picture, agency, an_article, article_data, at, own
from tests.licensing.asking import decision, entry, with_agreement

OTHER_FILE = {"url": "https://img.harbour.example/theirs.jpg", "type": "image/jpeg"}
PARAGRAPH = {"type": "paragraph", "text": "A plain sentence."}


def with_picture(*, rights: dict[str, Any] | None = None, **changes: Any) -> Any:
    picture = a_picture(rights=rights, **changes)
    return an_article(body=[PARAGRAPH, picture, PARAGRAPH])


def test_01_refused_photo_is_denied_and_leaves_no_trace() -> None:
    article = with_picture(rights={"owner": "AFX", "own": False, "onward": "refused"})
    decided = decision(article)
    assert decided.of("body").verdict is Verdict.ALLOW
    assert decided.of("photo").verdict is Verdict.DENY
    assert "ONWARD_REFUSED" in decided.codes("photo")
    text = entry(article).model_dump_json()
    for trace in ("img.harbour.example", "low</em> tide", "harbour wall", "photo"):
        assert trace not in text.replace("The harbour wall moves again", "")


def test_02_photo_with_unknown_rights_is_denied() -> None:
    assert decision(with_picture()).codes("photo", Verdict.DENY) == ("ONWARD_UNKNOWN",)


def test_03_denied_photo_is_gone_from_gallery_and_links_and_empty_gallery_drops() -> None:
    photo = a_picture(rights={"onward": "refused"})
    url = photo["renditions"][0]["url"]
    linked = {"type": "paragraph", "text": f'See <a href="{url}">the picture</a>.'}
    gallery = {"type": "gallery", "id": "set", "pictures": [photo]}
    article = an_article(body=[linked, gallery], links=[{"url": url, "title": "picture"}])
    made = entry(article)
    assert decision(article).codes("set", Verdict.DENY) == ("GALLERY_EMPTY",)
    assert not [block for block in made.body if isinstance(block, Gallery)]
    assert url not in made.model_dump_json()
    assert made.body[1].model_dump()["text"] == "See <a>the picture</a>."


def test_03_gallery_keeps_its_allowed_pictures() -> None:
    kept = a_picture(id="ours", rights=own())
    gone = a_picture(id="theirs", rights={"onward": "refused"}, renditions=[OTHER_FILE])
    gallery = {"type": "gallery", "id": "set", "pictures": [gone, kept]}
    made = entry(an_article(body=[PARAGRAPH, gallery]))
    assert [picture.id for picture in made.pictures()] == ["ours"]


def test_04_photo_cleared_for_web_only() -> None:
    article = with_picture(rights={**own(), "media": ["web"]})
    printed = a_licence(media=["print"])
    both = a_licence(media=["print", "web"])
    paper = with_agreement()
    paper = paper.changed(
        properties=[{"id": "site", "kind": "title", "name": "P", "media": ["print", "web"]}]
    )
    refused = decision(article, printed, paper)
    assert refused.codes("photo", Verdict.DENY) == ("MEDIUM_EMPTY",)
    allowed = decision(article, both, paper)
    assert allowed.allows("photo")
    assert [
        (d.code, d.value) for d in allowed.duties if d.part == "photo" and d.code != "CREDIT"
    ] == [("MEDIA_ONLY", "web")]


def wire(**changes: Any) -> dict[str, Any]:
    rights = {"owner": "Norstar Agency", "own": False, "onward": "refused", **changes}
    return {"type": "paragraph", "id": "wire", "text": "A wire sentence.", "rights": rights}


def test_05_severable_wire_paragraph_goes_and_the_article_is_partial() -> None:
    made = entry(an_article(body=[PARAGRAPH, wire()]))
    assert made.partial
    assert "wire sentence" not in made.model_dump_json()
    assert "A plain sentence." in made.model_dump_json()


def test_06_wire_paragraph_that_is_not_severable_denies_the_article() -> None:
    decided = decision(an_article(body=[PARAGRAPH, wire(severable=False)]))
    assert decided.verdict is Verdict.DENY
    assert "REQUIRED_PART_DENIED" in decided.codes()
    assert "CHILD_NOT_SEVERABLE" in decided.codes("body")


def test_07_agency_clearance_ends_before_the_agreement() -> None:
    rights = agency(window={"end": "2026-05-04T12:00:00Z"})
    decided = decision(with_picture(rights=rights))
    assert str(decided.of("photo").valid_until) == "2026-05-04 12:00:00+00:00"
    assert str(decided.of("headline").valid_until) == "2027-01-01 00:00:00+00:00"
    assert str(decided.next_change) == "2026-05-04 12:00:00+00:00"


def test_07_the_articles_date_moves_when_the_photo_goes() -> None:
    article = with_picture(rights=agency(window={"end": "2026-05-04T12:00:00Z"}))
    end = at("2026-05-04T12:00Z")
    before, after = entry(article, now=end - timedelta(seconds=1)), entry(article, now=end)
    assert (len(before.pictures()), len(after.pictures())) == (1, 0)
    assert before.updated == article.version_created
    assert after.updated == end
    assert (after.guid, after.published) == (before.guid, before.published)
    text_only = a_licence(grants=[{"kind": "headline"}, {"kind": "body"}])
    assert entry(article, text_only, now=end).updated == article.version_created


def test_08_prose_restriction_parks_the_part_and_adds_an_exclusion() -> None:
    rights = {**agency(), "restrictions": ["JAPAN OUT"]}
    decided = decision(with_picture(rights=rights), a_licence())
    assert "ONWARD_UNKNOWN" in decided.codes("photo", Verdict.DENY)
    assert "JP" not in decided.of("photo").territory.whole


def test_08_coded_prose_still_excludes() -> None:
    rights = {**agency(), "restrictions": ["JAPAN OUT"], "coded_by": "desk"}
    decided = decision(with_picture(rights=rights))
    assert decided.codes("photo", Verdict.DENY) == ("TERRITORY_NEEDS_GEOBLOCK",)
    abroad = decision(with_picture(rights=rights), a_licence(territory={"include": ["GB"]}))
    assert abroad.allows("photo")


def test_09_embed_without_recorded_rights_is_denied_and_a_bare_link_stays() -> None:
    embed = {"type": "embed", "id": "post", "url": "https://social.example/p/1"}
    link = {"type": "paragraph", "text": '<a href="https://social.example/p/2">a post</a>'}
    made = entry(an_article(body=[PARAGRAPH, embed, link]))
    assert "https://social.example/p/1" not in made.model_dump_json()
    assert "https://social.example/p/2" in made.model_dump_json()


def test_10_author_reserves_or_must_be_asked() -> None:
    def by(*answers: str) -> Any:
        return an_article(
            bylines=[{"name": f"A{n}", "syndication": a} for n, a in enumerate(answers)]
        )

    assert decision(by("no")).verdict is Verdict.DENY
    assert decision(by("no")).codes() == ("CONTRIBUTOR_RESERVED",)
    assert decision(by("ask")).verdict is Verdict.HOLD
    assert decision(by("yes")).verdict is Verdict.ALLOW


def test_11_all_authors_must_agree() -> None:
    article = an_article(bylines=[{"name": "A"}, {"name": "B", "syndication": "no"}])
    assert decision(article).verdict is Verdict.DENY


def test_12_summary_not_granted_is_gone() -> None:
    licence = a_licence(grants=[{"kind": "headline"}, {"kind": "body"}])
    made = entry(an_article(), licence)
    assert made.summary == ""
    assert article_data()["summary"] not in made.model_dump_json()
    assert made.partial


def test_13_three_paragraphs_cut_pictures_after_the_cut_and_link_back() -> None:
    texts = [{"type": "paragraph", "text": f"Sentence {n}."} for n in range(1, 7)]
    body = [*texts[:5], a_picture(rights=own()), texts[5]]
    licence = a_licence(
        grants=[
            {"kind": "headline"},
            {"kind": "body", "extent": "paragraphs(3)"},
            {"kind": "image"},
        ]
    )
    made = entry(an_article(body=body), licence)
    text = made.model_dump_json()
    assert "Sentence 3." in text
    assert "Sentence 4." not in text
    assert not [block for block in made.body if isinstance(block, Picture)]
    assert made.partial
    assert any("https://harbour.example/cities/wall" in str(block) for block in made.body)


def test_13_words_cut_inside_a_paragraph_and_text_is_plain_there() -> None:
    body = [{"type": "paragraph", "text": "One <strong>two three</strong> four &amp; five six."}]
    licence = a_licence(grants=[{"kind": "headline"}, {"kind": "body", "extent": "words(3)"}])
    made = entry(an_article(body=body), licence)
    texts = [block.model_dump()["text"] for block in made.body]
    assert "One two three …" in texts
    assert "four" not in str(texts)


def test_a_picture_goes_out_only_in_files_within_its_limit_of_pixels() -> None:
    made = entry(with_picture(rights={**own(), "max_pixels": 800}))
    (picture,) = made.pictures()
    assert [file.width for file in picture.renditions] == [400]
    assert "wall-1600" not in made.model_dump_json()


def test_a_picture_of_which_no_file_is_small_enough_is_denied() -> None:
    decided = decision(with_picture(rights={**own(), "max_pixels": 300}))
    assert decided.codes("photo", Verdict.DENY) == ("RENDITION_TOO_LARGE",)


def grants(**extents: str) -> list[dict[str, str]]:
    kinds = ("headline", "summary", "body", "image", "data")
    return [{"kind": kind, "extent": extents.get(kind, "full")} for kind in kinds]


def test_an_extent_holds_for_every_kind_of_part() -> None:
    table = {"type": "table", "id": "table", "rows": [["one", "two", "three"]]}
    article = an_article(body=[PARAGRAPH, a_picture(rights=own()), table])
    none = decision(article, a_licence(grants=grants(summary="none", image="none", data="none")))
    assert not any(none.allows(part) for part in ("summary", "photo", "table"))
    assert none.allows("b1")
    short = entry(article, a_licence(grants=grants(summary="words(2)")))
    assert short.summary == "Engineers measured …"
    assert not decision(article, a_licence(grants=grants(data="words(2)"))).allows("table")
    assert decision(article, a_licence(grants=grants(data="words(3)"))).allows("table")
    assert decision(article, a_licence(grants=grants(headline="words(2)"))).verdict is Verdict.DENY


def test_the_rights_in_a_part_limit_its_extent() -> None:
    short = {**PARAGRAPH, "id": "short", "rights": {**own(), "max_extent": "words(2)"}}
    none = {**PARAGRAPH, "id": "none", "rights": {**own(), "max_extent": "none"}}
    photo = a_picture(rights={**own(), "max_extent": "none"})
    article = an_article(body=[PARAGRAPH, short, none, photo])
    made = entry(article)
    texts = [block.model_dump().get("text") for block in made.body]
    assert "A plain …" in texts
    assert made.partial
    assert {block.id for block in made.body}.isdisjoint({"none", "photo"})


def test_the_rights_in_an_article_limit_the_extent_of_its_summary_too() -> None:
    made = entry(an_article(rights={**own(), "max_extent": "words(3)"}))
    assert made.summary == "Engineers measured two …"
    assert made.partial
    whole = entry(an_article(rights={**own(), "max_extent": "words(30)"}))
    assert whole.summary == article_data()["summary"]


def test_an_extent_in_paragraphs_limits_a_list_or_table_of_more() -> None:
    of_list = {"type": "list", "id": "list", "items": ["One", "Two"]}
    of_table = {"type": "table", "id": "table", "header": ["A"], "rows": [["1"], ["2"]]}
    for count, goes in ((1, set()), (2, {"list"}), (3, {"list", "table"})):
        rights = {**own(), "max_extent": f"paragraphs({count})"}
        blocks = [{**one, "rights": rights} for one in (of_list, of_table, PARAGRAPH)]
        made = entry(an_article(body=[PARAGRAPH, *blocks]))
        assert {block.id for block in made.body} & {"list", "table"} == goes
        assert {"b1", "b4"} <= {block.id for block in made.body}


def test_the_rights_in_a_part_limit_its_changes() -> None:
    strict = {**PARAGRAPH, "id": "strict", "rights": {**own(), "edit_level": "none"}}
    licence = a_licence(
        edit_level="style",
        grants=[{"kind": "headline", "edit_level": "adapt"}, {"kind": "body"}],
    )
    duties = decision(an_article(body=[PARAGRAPH, strict]), licence).duties
    levels = {duty.part: duty.value for duty in duties if duty.code == "NO_MODIFY"}
    assert levels == {None: "style", "headline": "adapt", "strict": "none"}


def test_machines_get_only_what_licence_and_owners_all_allow() -> None:
    licence = a_licence(ai={"allowed": ["search", "index", "input"]})
    ours = a_picture(id="ours", rights={**own(), "ai": {"allowed": ["search"]}})
    theirs = a_picture(id="theirs", rights=agency())
    made = entry(an_article(body=[PARAGRAPH, ours, theirs]), licence)
    assert made.terms.ai_allowed == ("index", "input", "search")
    values = {part.part: part.data_mining.rpartition("DMI-")[2] for part in made.terms.parts}
    assert values == {"ours": "PROHIBITED-EXCEPTSEARCHENGINEINDEXING", "theirs": "PROHIBITED"}
    silent = entry(an_article(rights={**own(), "ai": {"allowed": []}}), licence)
    assert silent.terms.data_mining.endswith("DMI-PROHIBITED")
    assert "No use for text and data mining" in silent.terms.usage_terms[0].text


@pytest.mark.parametrize(
    "address",
    [
        "https://img.harbour.example/theirs.jpg",
        "http://img.harbour.example/theirs.jpg",
        "https://IMG.Harbour.example/theirs.jpg#top",
        "https://img.harbour.example:443/a/../theirs.jpg?w=100",
        "https://img.harbour.example/%74heirs.jpg",
        "//img.harbour.example/theirs.jpg",
    ],
)
def test_03_no_field_leads_to_a_denied_file_however_it_is_spelled(address: str) -> None:
    photo = a_picture(rights={"onward": "refused"}, renditions=[OTHER_FILE])
    link = f'<a href="{address}" title="{address}">see {address}.</a>'
    body = [
        {"type": "paragraph", "text": link},
        {"type": "heading", "text": link},
        {"type": "list", "items": [link]},
        {"type": "quote", "text": link, "cite": f"Somebody, {address}"},
        {"type": "table", "header": [link], "rows": [[link]], "caption": link},
        a_picture(id="ours", rights=own(), caption=link, alt=f"as in {address}"),
        photo,
    ]
    changes: dict[str, Any] = {"summary": f"See {address}", "ed_note": f"Not {address}"}
    if address.startswith("http"):
        embed = {"type": "embed", "rights": own(), "url": address.replace(" ", "")}
        body.append(embed)
        changes |= {"links": [{"url": address}], "bylines": [{"name": "A", "uri": address}]}
    made = entry(an_article(body=body, **changes))
    text = made.model_dump_json().casefold()
    assert "theirs.jpg" not in text
    assert "%74heirs" not in text
    assert "see …" in text


def test_03_the_caption_of_a_gallery_goes_with_its_first_denied_picture() -> None:
    kept = a_picture(id="ours", rights=own())
    lost = a_picture(id="theirs", rights={"onward": "refused"}, renditions=[OTHER_FILE])
    gallery = {"type": "gallery", "pictures": [kept, lost], "caption": "Ours, and theirs"}
    assert "theirs" not in entry(an_article(body=[PARAGRAPH, gallery])).model_dump_json()


def test_a_part_that_names_a_source_agreement_inherits_no_permission() -> None:
    for name in ("norstar", "nix"):
        bought = {**PARAGRAPH, "id": "bought", "rights": {"source_agreement": name}}
        decided = decision(an_article(body=[PARAGRAPH, bought]))
        assert decided.codes("bought", Verdict.DENY) == ("ONWARD_UNKNOWN",)


def test_a_credit_is_not_taken_for_said_where_it_is_part_of_a_word() -> None:
    article = an_article(
        bylines=[{"name": "Al"}], body=[{"type": "paragraph", "text": "By all accounts, yes."}]
    )
    assert "By Al" in [
        text_of(str(block.model_dump().get("text"))) for block in entry(article).body
    ]


BOUGHT = {"source_agreement": "norstar", "onward": "granted", "credit_line": "Norstar"}


def test_what_stands_under_a_source_agreement_needs_its_credit_like_any_third_partys() -> None:
    without = {name: value for name, value in BOUGHT.items() if name != "credit_line"}
    with pytest.raises(ValidationError, match="without credit and source agreement"):
        with_picture(rights=without)


def test_what_stands_under_a_source_agreement_is_its_owners() -> None:
    licence = a_licence(ai={"allowed": ["search", "index", "input"]})
    (terms,) = entry(with_picture(rights=BOUGHT), licence).terms.parts
    assert (terms.holder, terms.own) == ("Norstar Agency", False)
    assert terms.data_mining.endswith("DMI-PROHIBITED")


def test_what_is_granted_by_nobody_is_unknown() -> None:
    rights = {"onward": "granted"}
    assert decision(with_picture(rights=rights)).codes("photo") == ("ONWARD_UNKNOWN",)
    paragraph = {**PARAGRAPH, "id": "text", "rights": rights}
    decided = decision(an_article(body=[PARAGRAPH, paragraph]))
    assert decided.codes("text") == ("ONWARD_UNKNOWN",)


@pytest.mark.parametrize("rights", [{"credit_line": "AFX"}, {"person_credit": "A. Nother"}])
def test_a_text_that_is_only_credited_to_somebody_inherits_no_permission(
    rights: dict[str, Any],
) -> None:
    credited = {**PARAGRAPH, "id": "text", "rights": rights}
    decided = decision(an_article(body=[PARAGRAPH, credited]))
    assert decided.codes("text") == ("ONWARD_UNKNOWN",)
    ours = {**credited, "rights": {**rights, **own()}}
    assert decision(an_article(body=[PARAGRAPH, ours])).allows("text")


@pytest.mark.parametrize(
    ("rights", "code"),
    [
        ({"owner": "AFX", "own": False, "onward": "refused"}, "ONWARD_REFUSED"),
        ({"owner": "AFX"}, "ONWARD_UNKNOWN"),
        ({"credit_line": "AFX"}, "ONWARD_UNKNOWN"),
    ],
)
def test_a_gallery_that_speaks_for_itself_is_judged_by_that(
    rights: dict[str, Any], code: str
) -> None:
    ours = a_picture(id="ours", rights=own())
    gallery = {"type": "gallery", "id": "set", "pictures": [ours], "caption": "Said by AFX"}
    article = an_article(body=[PARAGRAPH, {**gallery, "rights": rights}])
    decided = decision(article)
    assert code in decided.codes("set", Verdict.DENY)
    assert decided.codes("ours", Verdict.DENY) == ("PARENT_DENIED",)
    assert "Said by AFX" not in entry(article).model_dump_json()


@pytest.mark.parametrize("rights", [None, own(), {"territory": {"include": ["WORLD"]}}])
def test_a_gallery_that_is_ours_or_says_nothing_leaves_it_to_its_pictures(
    rights: dict[str, Any] | None,
) -> None:
    ours = a_picture(id="ours", rights=own())
    gallery = {"type": "gallery", "id": "set", "pictures": [ours], "rights": rights}
    assert decision(an_article(body=[PARAGRAPH, gallery])).allows("ours")
