"""What an item says of its terms: never more than was decided for any text in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from syndicate.model.decision import Decision, Verdict
from syndicate.model.entry import PartTerms, Terms
from syndicate.model.partner import Partner
from syndicate.model.rights import EditLevel, PartKind
from tests.builders import (
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    own,
    partner_data,
)
from tests.licensing.asking import decision, entry, thorough, with_agreement
from tests.licensing.reading_terms import (
    PLAIN,
    limits,
    named,
    policy,
    redacted,
    rules,
    said,
    wire,
    with_wire,
)
from tests.strategies import questions

WEB_AND_PRINT = ["web", "print"]
WITH_OWN_TERMS = {PartKind.IMAGE, PartKind.GRAPHIC, PartKind.VIDEO, PartKind.AUDIO}


def coded(*texts: str, **rights: Any) -> dict[str, Any]:
    return {**(rights or own()), "restrictions": texts, "coded_by": "desk"}


def in_web_and_print() -> Partner:
    (place,) = partner_data()["properties"]
    return a_partner(
        properties=[{**place, "media": WEB_AND_PRINT}],
        agreements=[agreement_data(ai_training_signed=True)],
    )


def test_a_paragraph_for_the_web_alone_keeps_the_article_out_of_print() -> None:
    terms = entry(
        with_wire(media=["web"]), a_licence(media=WEB_AND_PRINT), in_web_and_print()
    ).terms
    assert terms.media == ("web",)
    assert "Media: web." in said(terms)
    assert "print" not in rules(terms, "permission")
    assert [
        [one["@id"].rpartition("#")[2] for one in found]
        for found in limits(terms, "deliveryChannel")
    ] == [["medium-web"]]


def test_a_refused_paragraph_takes_nothing_from_what_is_said() -> None:
    article = with_wire(media=["web"], onward="refused")
    terms = entry(article, a_licence(media=WEB_AND_PRINT), in_web_and_print()).terms
    assert terms.media == ("print", "web")


def test_texts_without_a_medium_in_common_are_in_none() -> None:
    article = an_article(
        body=[{**PLAIN, "rights": {**own(), "media": ["print"]}}, wire(**agency(media=["web"]))]
    )
    terms = entry(article, a_licence(media=WEB_AND_PRINT), in_web_and_print()).terms
    assert terms.media == ()
    assert "Media: none for the whole of it." in said(terms)
    assert rules(terms, "permission") == []
    assert {"distribute", "display", "reproduce", "print"} <= named(terms, "prohibition")


def test_machines_read_an_article_only_where_every_text_allows_it() -> None:
    licence = a_licence(ai={"allowed": ["search", "index", "input", "train"]})
    terms = entry(with_wire(), licence, in_web_and_print()).terms
    assert terms.ai_allowed == ()
    assert terms.data_mining.endswith("DMI-PROHIBITED")
    assert "No use for text and data mining" in said(terms)
    assert "index" in rules(terms, "prohibition")
    some = entry(with_wire(ai={"allowed": ["search", "train"]}), licence, in_web_and_print())
    assert some.terms.ai_allowed == ("search", "train")


def test_an_article_is_changed_no_more_than_its_strictest_text() -> None:
    terms = entry(with_wire(edit_level="none"), a_licence(edit_level="adapt")).terms
    assert "No changes." in said(terms)
    assert {"derive", "modify"} <= named(terms, "prohibition")
    headline = a_licence(
        grants=[
            {"kind": "headline", "edit_level": "none"},
            {"kind": "body", "edit_level": "adapt"},
        ]
    )
    assert "No changes." in said(entry(licence=headline).terms)


def test_a_grant_of_the_body_for_the_web_alone_is_said_of_the_article() -> None:
    grants = [{"kind": "headline"}, {"kind": "summary"}, {"kind": "body", "media": ["web"]}]
    licence = a_licence(media=WEB_AND_PRINT, grants=grants)
    terms = entry(None, licence, in_web_and_print()).terms
    assert terms.media == ("web",)
    assert "print" not in rules(terms, "permission")


def test_what_prose_takes_from_the_article_is_taken_from_its_media() -> None:
    article = an_article(rights=coded("NO INTERNET"))
    licence = a_licence(media=WEB_AND_PRINT)
    assert entry(article, licence, in_web_and_print()).terms.media == ("print",)
    (item,) = [
        duty.value
        for duty in decision(article, licence, in_web_and_print()).duties
        if duty.code == "MEDIA_ONLY"
    ]
    assert item == "print"


def test_under_a_public_licence_the_rights_take_media_and_places_away_all_the_same() -> None:
    public = a_licence(id="cc", public=True, url="https://cc.example/", media=WEB_AND_PRINT)

    def terms(**changes: Any) -> Terms:
        return entry(an_article(licence="cc", **changes), others=(public,)).terms

    assert terms().media == ("print", "web")
    assert terms(rights={**own(), "media": ["web"]}).media == ("web",)
    assert terms(rights=coded("NO PRINT")).media == ("web",)
    assert terms(body=[PLAIN, wire(**agency(media=["web"]))]).media == ("web",)
    only_gb = {"territory": {"include": ["GB"]}}
    there = with_agreement(territory={"include": ["GB"]})
    narrow = an_article(licence="cc", body=[PLAIN, wire(**agency(**only_gb))])
    assert entry(narrow, None, there, others=(public,)).terms.countries == ("GB",)


def allowed_texts(made: Decision) -> list[Any]:
    return [
        one
        for one in made.parts
        if one.verdict is Verdict.ALLOW and one.kind not in WITH_OWN_TERMS
    ]


def levels_owed(made: Decision, part: str) -> EditLevel:
    owed = {duty.part: duty.value for duty in made.duties if duty.code == "NO_MODIFY"}
    return EditLevel(owed.get(part, owed[None]))


def uses_forbidden(made: Decision, part: str) -> set[str]:
    owed = [duty for duty in made.duties if duty.code == "AI"]
    own_ones = [duty for duty in owed if duty.part == part]
    return {d.value.removeprefix("no ") for d in own_ones or [d for d in owed if d.part is None]}


@thorough
@given(questions())
def test_an_item_claims_no_more_than_was_decided_for_any_text_in_it(asked: Any) -> None:
    found = redacted(asked)
    if found is None:
        return
    made, item = found
    terms = item.terms
    for text in allowed_texts(made):
        assert set(terms.media) <= set(text.media)
        assert terms.countries is None or set(terms.countries) <= set(text.territory.whole)
        assert terms.countries is not None or text.territory.is_world
        assert not set(terms.ai_allowed) & uses_forbidden(made, text.part)
        if levels_owed(made, text.part) is not EditLevel.ADAPT:
            assert "derive" in rules(terms, "prohibition")
        if levels_owed(made, text.part) is EditLevel.NONE:
            assert "No changes." in said(terms)


ARCHIVE = "http://iptc.org/std/RightsML/2011-10-07/archive"


def forbids_archive(terms: Terms | PartTerms) -> tuple[bool, bool]:
    """Whether the words do, and whether ODRL does."""
    return "No archiving." in said(terms), {"@id": ARCHIVE} in rules(terms, "prohibition")


def test_no_archive_is_said_in_words_and_odrl_of_whatever_it_was_coded_for() -> None:
    whole = entry(an_article(rights=coded("NO ARCHIVE"))).terms
    assert forbids_archive(whole) == (True, True)
    paragraph = {**PLAIN, "id": "wire", "rights": coded("NO ARCHIVE", **agency())}
    assert forbids_archive(entry(an_article(body=[PLAIN, paragraph])).terms) == (True, True)
    photo = a_picture(rights=coded("NO ARCHIVE"))
    item = entry(an_article(body=[PLAIN, photo])).terms
    assert forbids_archive(item) == (False, False)
    assert forbids_archive(item.parts[0]) == (True, True)
    licence = a_licence(display={"days": 30})
    strict = entry(an_article(body=[PLAIN, photo]), licence).terms
    assert said(strict.parts[0]).count("No archiving.") == 1
    assert forbids_archive(strict) == (True, True)


def attributed(terms: Terms | PartTerms) -> list[Any]:
    """Who ODRL says must be named: an address, or a name where there is none."""
    name = "http://www.w3.org/2006/vcard/ns#fn"
    parties = [
        duty["attributedParty"]
        for duty in policy(terms)["permission"][0]["duty"]
        if duty["action"] == "attribute"
    ]
    return [party if isinstance(party, str) else party[name] for party in parties]


def test_offers_that_differ_have_different_names_and_equal_ones_the_same() -> None:
    (place,) = partner_data()["properties"]

    def uid(**changes: Any) -> str:
        partner = a_partner(properties=[{**place, **changes}])
        return str(policy(entry(partner=partner).terms)["uid"])

    british, irish = (uid(territory={"include": [code]}) for code in ("GB", "IE"))
    assert british != irish
    assert british == uid(territory={"include": ["GB"]}, name="other.example")
    assert british.startswith(
        "https://feeds.harbour.example/licences/full/v1.jsonld#tag:harbour.example,2024:wall;"
    )


def test_who_must_be_named_is_whose_it_is() -> None:
    photos = [a_picture(id="ours", rights=own()), a_picture(id="theirs", rights=agency())]
    terms = entry(an_article(body=[PLAIN, wire(**agency(credit_line="Norstar/A")), *photos])).terms
    ours, theirs = terms.parts
    assert attributed(terms) == ["https://harbour.example/", "Norstar/A"]
    assert attributed(ours) == ["https://harbour.example/"]
    assert attributed(theirs) == ["Norstar"]
    assert attributed(entry(an_article(rights=agency())).terms) == ["Norstar"]
    nobody = a_licence(duties={"author_credit": False})
    assert attributed(entry(licence=nobody).terms) == []
    assert attributed(entry(an_article(rights=agency()), nobody).terms) == ["Norstar"]
