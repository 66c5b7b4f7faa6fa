"""What an item says of its terms: never more than was decided for any text in it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.article import Article
from syndicate.model.decision import Decision, Verdict
from syndicate.model.entry import Entry, PartTerms, Terms
from syndicate.model.licence import AfterEnd
from syndicate.model.partner import Partner
from syndicate.model.rights import EditLevel, PartKind
from tests.builders import (
    a_desk,
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    own,
    partner_data,
)
from tests.licensing.asking import decision, entry, ruling, with_agreement
from tests.licensing.test_properties import MARKED, thorough
from tests.strategies import questions

WEB_AND_PRINT = ["web", "print"]
PLAIN = {"type": "paragraph", "text": "A plain sentence."}
WITH_OWN_TERMS = {PartKind.IMAGE, PartKind.GRAPHIC, PartKind.VIDEO, PartKind.AUDIO}


def wire(**rights: Any) -> dict[str, Any]:
    return {"type": "paragraph", "id": "wire", "text": "A wire sentence.", "rights": rights}


def with_wire(**rights: Any) -> Article:
    return an_article(body=[PLAIN, wire(**agency(**rights))])


def coded(*texts: str, **rights: Any) -> dict[str, Any]:
    return {**(rights or own()), "restrictions": texts, "coded_by": "desk"}


def in_web_and_print() -> Partner:
    (place,) = partner_data()["properties"]
    return a_partner(
        properties=[{**place, "media": WEB_AND_PRINT}],
        agreements=[agreement_data(ai_training_signed=True)],
    )


def said(terms: Terms | PartTerms) -> str:
    return terms.usage_terms[0].text


def policy(terms: Terms | PartTerms) -> Any:
    return json.loads(terms.odrl)


def rules(terms: Terms | PartTerms, sort: str) -> list[Any]:
    return [rule["action"] for rule in policy(terms).get(sort, [])]


def named(terms: Terms | PartTerms, sort: str) -> set[str]:
    """The actions that ODRL has a name for."""
    return {action for action in rules(terms, sort) if isinstance(action, str)}


def limits(terms: Terms | PartTerms, left: str) -> list[Any]:
    return [
        one["rightOperand"]
        for one in policy(terms)["permission"][0]["constraint"]
        if one["leftOperand"] == left
    ]


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


def redacted(asked: Any) -> tuple[Decision, Entry] | None:
    from syndicate.licensing.redact import redact  # noqa: PLC0415

    article, licence, partner, now, more = asked
    made = ruling(article, licence, partner, now=now, carries=MARKED, **more)
    if made.decision.verdict is not Verdict.ALLOW or made.question is None:
        return None
    return made.decision, redact(made.question, made.decision)


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


def ends_said(terms: Terms | PartTerms) -> list[str]:
    return re.findall(r"(?:Remove by|No new publication)[^.]*\.", said(terms))


def deleted(terms: Terms | PartTerms) -> list[str]:
    return [
        rule["constraint"][0]["rightOperand"]["@value"]
        for rule in policy(terms).get("obligation", [])
        if rule["action"] == "delete"
    ]


def removals(made: Decision, part: str | None = None) -> list[str]:
    return [d.value for d in made.duties if d.code == "REMOVE_AFTER" and d.part == part]


SOON = {"window": {"end": "2026-05-10T00:00:00Z"}}


def test_07_a_picture_whose_clearance_ends_is_taken_down_whatever_the_licence_keeps() -> None:
    licence = a_licence(after_end="keep_published")
    article = an_article(body=[PLAIN, a_picture(rights=agency(**SOON))])
    item = entry(article, licence).terms
    (photo,) = item.parts
    assert ends_said(photo) == ["Remove by 10 May 2026 00:00 UTC."]
    assert deleted(photo) == ["2026-05-10T00:00:00Z"]
    assert removals(decision(article, licence), "photo") == ["2026-05-10T00:00:00Z"]
    assert ends_said(item) == [
        "No new publication after 1 January 2027 00:00 UTC; what is out may stay."
    ]
    assert deleted(item) == []
    assert removals(decision(article, licence)) == []


def test_a_window_of_the_articles_own_rights_takes_the_copy_along() -> None:
    licence, article = a_licence(after_end="keep_published"), an_article(rights={**own(), **SOON})
    terms = entry(article, licence).terms
    assert ends_said(terms) == ["Remove by 10 May 2026 00:00 UTC."]
    assert deleted(terms) == removals(decision(article, licence)) == ["2026-05-10T00:00:00Z"]


def test_the_end_of_a_source_agreement_is_the_same_in_words_odrl_and_duty() -> None:
    source = {"id": "norstar", "owner": "Norstar Agency", "onward": True, **SOON}
    desk = a_desk(source_agreements=[source])
    terms = entry(with_wire(), desk=desk).terms
    assert ends_said(terms) == ["Remove by 10 May 2026 00:00 UTC."]
    assert deleted(terms) == removals(decision(with_wire(), desk=desk)) == ["2026-05-10T00:00:00Z"]
    assert str(terms.valid_until) == "2026-05-10 00:00:00+00:00"


def test_what_the_archive_may_keep_is_not_said_to_be_removed_when_display_ends() -> None:
    kept = a_licence(display={"days": 30}, archive="in_context", after_end="keep_published")
    terms = entry(licence=kept).terms
    assert ends_said(terms) == [
        "No new publication after 30 May 2026 08:00 UTC; what is out may stay."
    ]
    assert "After that it may stay in the archive, in its context." in said(terms)
    assert deleted(terms) == removals(decision(licence=kept)) == []
    ended = a_licence(display={"days": 30}, archive="in_context")
    assert ends_said(entry(licence=ended).terms) == [
        "No new publication after 30 May 2026 08:00 UTC; "
        "what is out may stay until 1 January 2027 00:00 UTC."
    ]
    shown = entry(licence=a_licence(display={"days": 30}, after_end="keep_published")).terms
    assert ends_said(shown) == ["Remove by 30 May 2026 08:00 UTC."]


def test_a_sell_off_is_said_and_copies_go_when_it_is_over() -> None:
    licence = a_licence(sell_off_days=30)
    terms = entry(licence=licence).terms
    assert ends_said(terms) == [
        "No new publication after 1 January 2027 00:00 UTC; "
        "what is out may stay until 31 January 2027 00:00 UTC."
    ]
    assert deleted(terms) == removals(decision(licence=licence)) == ["2027-01-31T00:00:00Z"]


def test_what_is_kept_until_it_expires_is_removed_then() -> None:
    licence = a_licence(after_end="keep_until_item_expiry")
    assert deleted(entry(licence=licence).terms) == []
    late = entry(an_article(expires="2027-03-01T00:00:00Z"), licence).terms
    assert deleted(late) == ["2027-03-01T00:00:00Z"]
    early = entry(an_article(expires="2026-06-01T00:00:00Z"), licence).terms
    assert deleted(early) == ["2027-01-01T00:00:00Z"]


@thorough
@given(questions(), st.sampled_from(AfterEnd), st.sampled_from([0, 9]))
def test_a_copy_that_must_go_is_said_to_and_no_other(asked: Any, after: Any, days: int) -> None:
    """Words, ODRL and duty say the same."""
    changes = {"after_end": after, "sell_off_days": days}
    licence = type(asked.licence).model_validate({**asked.licence.model_dump(), **changes})
    found = redacted(asked._replace(licence=licence))
    if found is None:
        return
    made, item = found
    assert deleted(item.terms) == removals(made)
    says = "".join(ends_said(item.terms))
    assert says.endswith("what is out may stay.") == bool(
        item.terms.valid_until and not removals(made)
    )
    for part in item.terms.parts:
        if part.valid_until and not deleted(part):
            assert "what is out may stay." in "".join(ends_said(part))


def with_parts(terms: Terms) -> list[Terms | PartTerms]:
    return [terms, *terms.parts]


def marked(**embargo: Any) -> Terms:
    """The terms of a copy that goes out ahead, with a picture."""
    article = an_article(embargoed=embargo, body=[PLAIN, a_picture(rights=own())])
    return entry(article, a_licence(embargo_mode="deliver_marked"), carries=MARKED).terms


def test_a_marked_copy_permits_nothing_before_its_embargo_ends() -> None:
    whole = marked(until="2026-05-20T00:00:00Z")
    for terms in with_parts(whole):
        assert "Embargoed until 20 May 2026 00:00 UTC." in said(terms)
        assert str(terms.valid_from) == "2026-05-20 00:00:00+00:00"
        assert limits(terms, "dateTime")[0]["@value"] == "2026-05-20T00:00:00Z"


def test_a_marked_copy_without_an_end_of_its_embargo_permits_nothing() -> None:
    whole = marked(open_ended=True)
    for terms in with_parts(whole):
        assert "Embargoed until further notice." in said(terms)
        assert "permission" not in policy(terms)
        assert {"distribute", "display", "reproduce", "print"} <= named(terms, "prohibition")


def test_a_released_article_is_permitted_since_its_release() -> None:
    article = an_article(embargoed={"until": "2026-04-30T20:00:00Z"})
    assert str(entry(article).terms.valid_from) == "2026-04-30 20:00:00+00:00"
    delayed = entry(licence=a_licence(delay="PT6H")).terms
    assert str(delayed.valid_from) == "2026-04-30 14:00:00+00:00"


@thorough
@given(questions())
def test_words_and_odrl_open_at_the_same_instant(asked: Any) -> None:
    found = redacted(asked)
    if found is None:
        return
    _, item = found
    for terms in with_parts(item.terms):
        open_ended = "Embargoed until further notice." in said(terms)
        assert open_ended == item.embargo_open_ended
        if open_ended:
            assert "permission" not in policy(terms)
        elif item.embargoed and policy(terms).get("permission"):
            (start, *_) = limits(terms, "dateTime")
            assert datetime.fromisoformat(start["@value"]) >= item.embargoed
            assert terms.valid_from
            assert terms.valid_from >= item.embargoed


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
