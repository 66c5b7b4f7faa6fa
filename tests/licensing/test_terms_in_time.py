"""When the terms of an item begin and end: words, ODRL and duties say the same."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.decision import Decision
from syndicate.model.entry import PartTerms, Terms
from syndicate.model.licence import AfterEnd
from tests.builders import a_desk, a_licence, a_picture, agency, an_article, own
from tests.licensing.asking import MARKED, decision, entry, thorough
from tests.licensing.reading_terms import PLAIN, limits, named, policy, redacted, said, with_wire
from tests.strategies import questions


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
