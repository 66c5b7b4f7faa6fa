"""The credit a third party's text demands: it stands in what goes out, and the holder is right."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.formats.all import FORMATS
from syndicate.model.base import text_of
from syndicate.model.decision import Duty
from syndicate.model.entry import Entry
from tests.builders import a_desk, a_head, a_picture, agency, an_article, own
from tests.licensing.asking import decision, entry

PLAIN = {"type": "paragraph", "text": "A plain sentence."}
CREDIT = "Mara Lind/Norstar"


def wire(name: str = "wire", text: str = "A wire sentence.") -> dict[str, Any]:
    return {
        "type": "paragraph",
        "id": name,
        "text": text,
        "rights": agency(person_credit="Mara Lind"),
    }


def lines(made: Entry) -> list[str]:
    return [text_of(block.text) for block in made.body if hasattr(block, "text")]


def credits(article: Any) -> list[Duty]:
    return [duty for duty in decision(article).duties if duty.code == "CREDIT"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "changes",
    [
        {"body": [PLAIN, wire(), PLAIN]},
        {"body": [PLAIN, {"type": "embed", "id": "post", "url": "https://v.example/1",
                          "rights": agency(person_credit="Mara Lind")}]},
        {"rights": agency(person_credit="Mara Lind")},
        {"summary_rights": agency(person_credit="Mara Lind")},
        {"headline_rights": agency(person_credit="Mara Lind")},
    ],
    ids=["paragraph", "embed", "article", "summary", "headline"],
)  # fmt: skip
def test_a_credit_that_is_recorded_as_fulfilled_is_in_every_format(
    name: str, changes: dict[str, Any]
) -> None:
    article = an_article(**changes)
    (duty,) = credits(article)
    assert (duty.value, duty.fulfilled) == (CREDIT, True)
    assert CREDIT in FORMATS[name].render(a_head(), (entry(article),), ()).decode()


def test_the_credit_stands_after_the_text_once_for_blocks_in_a_row() -> None:
    body = [PLAIN, wire("w1", "First."), wire("w2", "Second."), PLAIN, wire("w3", "Third.")]
    said = lines(entry(an_article(body=body)))
    told = [line for line in said if line != "By Lina Maro"][:7]
    credit = f"Credit: {CREDIT}."
    assert told == ["A plain sentence.", "First.", "Second.", credit, "A plain sentence.",
                    "Third.", credit]  # fmt: skip


@pytest.mark.parametrize("line", [CREDIT, f"({CREDIT})", f"— {CREDIT}", f"Credit: {CREDIT}."])
def test_a_credit_with_a_line_of_its_own_is_not_doubled(line: str) -> None:
    body = [wire(), {"type": "paragraph", "text": line}]
    assert [one for one in lines(entry(an_article(body=body))) if CREDIT in one] == [line]
    whole = an_article(rights=agency(person_credit="Mara Lind"), body=body[1:])
    assert [one for one in lines(entry(whole)) if CREDIT in one] == [line]


def test_a_name_in_passing_is_no_credit() -> None:
    body = [wire("wire", "As Norstar says."), PLAIN]
    body[0]["rights"] = agency()
    assert "Credit: Norstar." in lines(entry(an_article(body=body)))


def test_a_refused_paragraph_leaves_no_credit() -> None:
    refused = {**wire(), "rights": agency(onward="refused", person_credit="Mara Lind")}
    article = an_article(body=[PLAIN, refused])
    assert CREDIT not in entry(article).model_dump_json()
    assert credits(article) == []


def test_an_article_of_an_agency_is_the_agencys() -> None:
    made = entry(an_article(rights=agency()))
    assert (made.terms.holder, made.terms.holder_url) == ("Norstar Agency", None)
    assert made.terms.notice == "© 2026 Norstar Agency"
    assert made.credit_line == "Norstar"
    assert "© 2026 Norstar Agency" in lines(made)
    assert not [line for line in lines(made) if line.startswith("©") and "Harbour" in line]


def test_where_no_owner_is_named_the_source_agreement_names_it() -> None:
    made = entry(an_article(rights={**agency(), "owner": None}))
    assert made.terms.holder == "Norstar Agency"


def test_a_notice_of_ours_without_a_place_for_the_holder_is_not_put_under_others_work() -> None:
    desk = a_desk(copyright_notice="Copyright {year} by Harbour Post")
    assert entry(desk=desk).terms.notice == "Copyright 2026 by Harbour Post"
    theirs = entry(an_article(rights=agency()), desk=desk)
    assert theirs.terms.notice == "© 2026 Norstar Agency"


def test_our_own_picture_in_an_agencys_article_is_ours_alone() -> None:
    article = an_article(rights=agency(), body=[PLAIN, a_picture(rights=own())])
    made = entry(article)
    (photo,) = made.terms.parts
    assert photo.holder == "Harbour Post"
    rss = FORMATS["rss"].render(a_head(), (made,), ()).decode()
    assert ">Harbour Post</media:copyright>" in rss


def test_the_stated_credit_and_the_demanded_one_both_go_out() -> None:
    both = entry(an_article(credit_line="Harbour Post", rights=agency()))
    assert both.credit_line == "Harbour Post / Norstar"
    once = entry(an_article(credit_line="Harbour Post/Norstar", rights=agency()))
    assert once.credit_line == "Harbour Post/Norstar"
