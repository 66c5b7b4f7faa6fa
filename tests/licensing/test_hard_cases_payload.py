"""Hard cases 73 to 81 of the domain that need no server: terms in the payload, money."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from syndicate.formats.all import FORMATS
from syndicate.licensing.licence_document import documents
from syndicate.model.document import FeedHead
from syndicate.model.money import Money
from syndicate.pipeline.compose import compose, request_of
from syndicate.pipeline.heads import head_of
from syndicate.pipeline.pool import Everything
from tests.builders import (
    NOW,
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    desk_files,
    own,
)
from tests.licensing.asking import decision, entry

CC = {
    "id": "cc-by-nd",
    "public": True,
    "title": "Creative Commons BY-ND 4.0",
    "url": "https://creativecommons.org/licenses/by-nd/4.0/",
    "grants": [{"kind": kind} for kind in ("headline", "summary", "body")],
}


def lines(body: object) -> list[str]:
    return [str(block) for block in body]  # type: ignore[attr-defined]


def test_74_a_credit_line_that_stands_in_the_body_is_not_doubled() -> None:
    licence = a_licence(duties={"attribute": "First published by {publisher}"})
    said = {"type": "paragraph", "text": "First published by <em>Harbour Post</em>, 2026."}
    plain = {"type": "paragraph", "text": "Text."}
    once = entry(an_article(body=[plain, said]), licence)
    added = entry(an_article(body=[plain]), licence)
    assert sum("First published by" in line for line in lines(once.body)) == 1
    assert sum("First published by" in line for line in lines(added.body)) == 1


def test_74_a_link_back_that_stands_in_the_body_is_not_doubled() -> None:
    url = "https://harbour.example/cities/wall"
    linked = {"type": "paragraph", "text": f'<a href="{url}">Ours</a>'}
    assert sum(url in line for line in lines(entry(an_article(body=[linked])).body)) == 1


def test_75_one_article_under_two_licences_links_to_each_under_one_guid() -> None:
    one, two = entry(licence=a_licence()), entry(licence=a_licence(duties={"keep_links": True}))
    assert one.guid == two.guid
    other = entry(
        licence=a_licence(version=2),
        partner=a_partner(agreements=[agreement_data(licence_version=2)]),
    )
    assert one.terms.url.endswith("/licences/full/v1.html")
    assert other.terms.url.endswith("/licences/full/v2.html")


def test_79_a_free_article_in_a_paid_agreement_shows_its_public_licence_without_photo() -> None:
    photo = a_picture(rights=own())
    article = an_article(licence="cc-by-nd", body=[{"type": "paragraph", "text": "T."}, photo])
    made = entry(article, others=(a_licence(**CC),))
    assert made.terms.public_url == "https://creativecommons.org/licenses/by-nd/4.0/"
    assert made.terms.url.endswith("/licences/cc-by-nd/v1.html")
    assert not made.pictures()
    decided = decision(article, others=(a_licence(**CC),))
    assert decided.codes("photo", None) == ("KIND_NOT_GRANTED",)


def test_79_a_public_licence_covers_only_articles_published_under_it() -> None:
    partner = a_partner(agreements=[agreement_data(licence="cc-by-nd")])
    free = a_licence(**CC)
    assert decision(an_article(), free, partner).codes() == ("NOT_COVERED_LICENCE",)
    assert decision(an_article(licence="cc-by-nd"), free, partner).allows("body")


def head_without_title(head: FeedHead) -> FeedHead:
    """The feed's own title may name its partner; items and terms may not."""
    return head.model_copy(update={"title": "T", "self_url": "https://feeds.harbour.example/f"})


def test_80_price_and_confidential_terms_are_in_no_public_byte() -> None:
    price = {
        "type": "flat_period",
        "fee": {"amount": "98765.43", "currency": "EUR"},
        "period": "year",
    }
    licence = a_licence(
        text_terms=[
            {"language": "en", "text": "CANARY-SECRET", "confidential": True},
            {"language": "en", "text": "CANARY-PUBLIC"},
        ]
    )
    partner = a_partner(agreements=[agreement_data(price=price)])
    made = entry(licence=licence, partner=partner).model_dump_json()
    published = b"".join(document.data for document in documents(desk_files(licence, partner)))
    files = desk_files(licence, partner)
    feed = partner.feeds[0]
    texts = [made, published.decode()]
    for fmt in FORMATS.values():
        request = request_of(files, partner, feed, fmt.carries)
        composed = compose(request, feed, Everything([(an_article(),)], NOW), NOW)
        head = head_of(files, partner, feed, fmt, composed)
        texts.append(
            fmt.render(head.model_copy(update={"title": "T"}), composed.entries, ()).decode()
        )
    for text in texts:
        assert "98765" not in text
        assert "CANARY-SECRET" not in text
        assert "CANARY-PUBLIC" in text
        assert "Gazette" not in text
        assert "Gazette Media" not in text


@pytest.mark.parametrize(
    ("amount", "currency", "fine"),
    [
        ("1.0005", "KWD", False),
        ("1.005", "KWD", True),
        ("10.5", "JPY", False),
        ("10", "JPY", True),
        ("10.50", "EUR", True),
        ("10.505", "EUR", False),
        ("NaN", "EUR", False),
    ],
)
def test_81_money_has_no_more_decimals_than_its_currency(
    amount: str, currency: str, *, fine: bool
) -> None:
    if fine:
        assert Money.model_validate({"amount": amount, "currency": currency})
    else:
        with pytest.raises(ValidationError):
            Money.model_validate({"amount": amount, "currency": currency})


def test_terms_in_words_and_in_odrl_say_the_same() -> None:
    licence = a_licence(
        territory={"include": ["GB", "IE"]}, translation={"languages": ["fr"]}, media=["web"]
    )
    terms = entry(licence=licence).terms
    policy = json.loads(terms.odrl)
    permission = policy["permission"][0]
    places = next(c for c in permission["constraint"] if c["leftOperand"] == "spatial")
    assert places["operator"] == "isAnyOf"
    assert [p["@id"][-3:] for p in places["rightOperand"]] == ["GBR", "IRL"]
    assert "United Kingdom" in terms.usage_terms[0].text
    assert "Ireland" in terms.usage_terms[0].text
    assert "French" in terms.usage_terms[0].text
    assert any(p["action"] == "translate" for p in policy["permission"])
    assert not any(p["action"] == "translate" for p in policy["prohibition"])
    ends = next(
        c
        for c in permission["constraint"]
        if c["leftOperand"] == "dateTime" and c["operator"] == "lt"
    )
    assert ends["rightOperand"] == {"@value": "2027-01-01T00:00:00Z", "@type": "xsd:dateTime"}
    assert "1 January 2027" in terms.usage_terms[0].text
    assert policy["conflict"] == "prohibit"


def test_terms_of_a_picture_that_is_not_ours_name_its_owner_and_credit() -> None:
    photo = a_picture(rights=agency(window={"end": "2026-06-01T00:00:00Z"}))
    made = entry(an_article(body=[{"type": "paragraph", "text": "T."}, photo]))
    (terms,) = made.terms.parts
    assert (terms.holder, terms.credit, terms.own) == ("Norstar Agency", "Norstar", False)
    assert "Credit: Norstar." in terms.usage_terms[0].text
    assert str(terms.valid_until) == "2026-06-01 00:00:00+00:00"


def test_terms_of_an_arabic_article_are_in_arabic_and_in_the_licences_language() -> None:
    made = entry(an_article(language="ar"))
    assert [text.language for text in made.terms.usage_terms] == ["ar", "en"]
    assert "جميع أنحاء العالم" in made.terms.usage_terms[0].text


def test_what_may_stay_is_not_to_be_removed_in_words_odrl_or_duties() -> None:
    for after, removes in (("remove_all", True), ("keep_published", False)):
        licence = a_licence(after_end=after)
        terms = entry(licence=licence).terms
        assert ("Remove by" in terms.usage_terms[0].text) is removes
        assert ('"delete"' in terms.odrl) is removes
        owed = {duty.code for duty in decision(licence=licence).duties}
        assert ("REMOVE_AFTER" in owed) is removes


def test_every_duty_that_binds_is_said_in_words() -> None:
    licence = a_licence(
        duties={
            "attribute": "By {publisher}",
            "institution_credit": True,
            "keep_links": True,
            "tagline": "A line.",
            "translation_note": True,
            "report": "quarter",
        },
        display={"days": 90},
        seo="noindex",
        ads="none",
        takedown_sla="PT2H",
        correction_sla="P1D",
    )
    words = entry(licence=licence).terms.usage_terms[0].text
    for said in (
        "credit line",
        "institutions",
        "Link to the original",
        "every link",
        "line about the publisher",
        "copyright notice",
        "translation that it is one",
        "passing on",
        "No advertising",
        "paywall",
        "indexing",
        "No archiving",
        "90 days",
        "Withdraw within 2 hours",
        "Correct within 24 hours",
        "every quarter",
        "data mining",
    ):
        assert said in words, said
