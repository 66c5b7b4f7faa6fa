"""Every code, produced by the plainest question that produces it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from syndicate.licensing.codes import CODES
from syndicate.model.decision import Verdict
from tests.builders import (
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    own,
)
from tests.licensing.asking import a_rival, a_slot, decision

LATER, EARLIER = "2026-06-01T00:00:00Z", "2026-04-01T00:00:00Z"
TEXT = {"type": "paragraph", "id": "text", "text": "One two three."}
US = {"include": ["US"]}
PUBLIC = {"public": True, "url": "https://licence.example/"}


class Case(NamedTuple):
    """What is changed of a question that would be allowed."""

    article: Mapping[str, Any] = MappingProxyType({})
    licence: Mapping[str, Any] = MappingProxyType({})
    partner: Mapping[str, Any] = MappingProxyType({})
    part: str | None = None
    effect: Verdict = Verdict.DENY
    asked: Mapping[str, Any] = MappingProxyType({})
    """How else it is asked: slots, rivals, purpose."""


def agreed(**changes: Any) -> dict[str, Any]:
    return {"agreements": [agreement_data(**changes)]}


def picture(**rights: Any) -> dict[str, Any]:
    return {"body": [TEXT, a_picture(rights=rights)]}


def covers(**axis: Any) -> Case:
    return Case(licence={"covers": axis})


HOLD, ALLOW = Verdict.HOLD, Verdict.ALLOW
FEW = {"grants": [{"kind": "headline"}, {"kind": "body"}]}

MONTHLY = {"limit": 1, "period": "month"}
COUNTED = {"slots": (a_slot("tag:harbour.example,2024:other", at="2026-05-01T11:00:00Z"),)}

CASES: dict[str, Case] = {
    "PARTNER_NOT_ACTIVE": Case(partner={"state": "blocked"}),
    "NO_AGREEMENT": Case(partner={"agreements": []}),
    "LICENCE_MISSING": Case(partner=agreed(licence="nix")),
    "AGREEMENT_NOT_ACTIVE": Case(partner=agreed(state="offered")),
    "AGREEMENT_SUSPENDED": Case(partner=agreed(state="suspended")),
    "AGREEMENT_TERMINATED": Case(partner=agreed(state="terminated")),
    "AGREEMENT_NOT_STARTED": Case(partner=agreed(term={"start": LATER}), effect=HOLD),
    "AGREEMENT_EXPIRED": Case(
        partner=agreed(term={"start": "2026-01-01T00:00:00Z", "end": EARLIER})
    ),
    "NOT_COVERED_PROPERTY": Case(
        partner={
            "properties": [
                {"id": "app", "kind": "app", "name": "App", "media": ["web"]},
                {"id": "site", "kind": "site", "name": "Site", "media": ["web"]},
            ]
        }
    ),
    "ITEM_KILLED": Case({"pub_status": "canceled"}),
    "ITEM_WITHHELD": Case({"pub_status": "withheld"}, effect=HOLD),
    "ITEM_NOT_YET": Case({"first_published": LATER}, effect=HOLD),
    "LEGAL_ORDER": Case(
        {"orders": [{"id": "o", "authority": "A court", "territory": US}]}, effect=ALLOW
    ),
    "NOT_COVERED_SECTION": covers(sections=["Sport"]),
    "NOT_COVERED_PRODUCT": covers(products=["gold"]),
    "NOT_COVERED_SUBJECT": covers(subjects=["15000000"]),
    "NOT_COVERED_KEYWORD": covers(exclude_keywords=["Harbour"]),
    "NOT_COVERED_AUTHOR": covers(authors=["Somebody Else"]),
    "NOT_COVERED_GENRE": covers(genres=["Opinion"]),
    "NOT_COVERED_LANGUAGE": covers(languages=["ar"]),
    "ITEM_TOO_OLD": covers(max_age="PT6H"),
    "NOT_COVERED_LICENCE": Case(licence=PUBLIC),
    "CONTRIBUTOR_RESERVED": Case({"bylines": [{"name": "A", "syndication": "no"}]}),
    "EMBARGOED": Case({"embargoed": LATER}, effect=HOLD),
    "EMBARGO_OPEN_ENDED": Case({"embargoed": {"open_ended": True}}, effect=HOLD),
    "DELAYED": Case(licence={"delay": "P9D"}, effect=HOLD),
    "TERRITORY_EMPTY": Case(
        picture(**own(), territory=US), {"territory": {"include": ["GB"]}}, part="photo"
    ),
    "TERRITORY_NEEDS_GEOBLOCK": Case(picture(**own(), territory=US), part="photo"),
    "TERRITORY_OF_TEXT": Case(
        {"body": [TEXT, {**TEXT, "id": "gb", "rights": {"territory": {"exclude": ["US"]}}}]},
        part="gb",
    ),
    "MEDIUM_EMPTY": Case({"rights": {**own(), "media": ["print"]}}),
    "NOT_COVERED_MEDIUM": Case(licence={"media": ["print"]}),
    "ITEM_DISPLAY_OVER": Case(
        {"first_created": "2026-03-01T00:00:00Z"}, {"display": {"days": 30}}
    ),
    "KIND_NOT_GRANTED": Case(picture(**own()), FEW, part="photo"),
    "EXTENT_CUT": Case(
        {"body": [TEXT, {**TEXT, "id": "more"}]},
        {"grants": [{"kind": "headline"}, {"kind": "body", "extent": "paragraphs(1)"}]},
        part="more",
    ),
    "COUNT_CUT": Case(
        {"body": [TEXT, a_picture(rights=own()), a_picture(id="second", rights=own())]},
        {"grants": [{"kind": "headline"}, {"kind": "body"}, {"kind": "image", "max_count": 1}]},
        part="second",
    ),
    "PARENT_DENIED": Case(
        licence={"grants": [{"kind": "headline"}], "required_parts": []}, part="b1"
    ),
    "GALLERY_EMPTY": Case(
        {"body": [TEXT, {"type": "gallery", "id": "set", "pictures": [a_picture()]}]}, part="set"
    ),
    "BODY_EMPTY": Case({"body": [a_picture()]}, part="body"),
    "CHILD_NOT_SEVERABLE": Case(
        {
            "body": [
                TEXT,
                {**TEXT, "id": "wire", "rights": {"onward": "refused", "severable": False}},
            ]
        },
        part="body",
    ),
    "REQUIRED_PART_DENIED": Case(licence={"required_parts": ["image"]}),
    "ONWARD_REFUSED": Case(picture(onward="refused"), part="photo"),
    "ONWARD_UNKNOWN": Case(picture(), part="photo"),
    "PART_NOT_YET": Case(picture(**own(), window={"start": LATER}), part="photo", effect=HOLD),
    "PART_EXPIRED": Case(picture(**own(), window={"end": EARLIER}), part="photo"),
    "NO_RENDITION": Case({"body": [TEXT, a_picture(rights=own(), renditions=[])]}, part="photo"),
    "RENDITION_TOO_LARGE": Case(picture(**own(), max_pixels=9), part="photo"),
    "FILE_SHARED": Case(
        {"body": [TEXT, a_picture(rights=own()), a_picture(id="second")]}, part="photo"
    ),
    "EDIT_NOT_GRANTED": Case({"translation_of": "tag:harbour.example,2024:mur"}),
    "EXCLUSIVE_ELSEWHERE": Case(effect=HOLD, asked={"rivals": (a_rival(),)}),
    "QUOTA_EXHAUSTED": Case(licence={"quota": MONTHLY}, effect=HOLD, asked=COUNTED),
    "QUOTA_OVERAGE_BILLED": Case(
        licence={"quota": {**MONTHLY, "overage": "bill"}}, effect=ALLOW, asked=COUNTED
    ),
    "PAYMENT_OVERDUE": Case(
        licence={"stop_when_overdue": True},
        partner=agreed(payment_overdue_since=EARLIER),
        effect=HOLD,
    ),
    "PURPOSE_NOT_GRANTED": Case(asked={"purpose": "train"}),
    "FORMAT_CANNOT_CARRY": Case(
        {"embargoed": LATER}, {"embargo_mode": "deliver_marked"}, effect=HOLD
    ),
    "TRACKING_IMPOSSIBLE": Case(licence={"tracking": "required"}),
    "LINK_BACK_IMPOSSIBLE": Case({"canonical_url": None}),
}


def test_every_code_has_a_case() -> None:
    assert set(CASES) == set(CODES)


def test_every_code_is_documented_as_it_is() -> None:
    page = Path(__file__).parents[2] / "docs" / "codes.md"
    rows = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{name}` | {code.gate} | {code.says} | {code.mend} |" for name, code in CODES.items()
    ]


@pytest.mark.parametrize("code", list(CASES))
def test_a_code_comes_up_where_it_should(code: str) -> None:
    case = CASES[code]
    decided = decision(
        an_article(**case.article),
        a_licence(**case.licence),
        a_partner(**case.partner),
        **case.asked,
    )
    found = [f for f in decided.findings if f.code == code and f.part == case.part]
    assert found, decided.findings
    assert found[0].effect is case.effect
    assert found[0].gate == CODES[code].gate
    assert "{" not in found[0].says + found[0].mend


def test_an_article_that_nothing_speaks_against_is_allowed_without_a_finding() -> None:
    assert decision().findings == ()


def test_narrower_topics_are_covered_by_broader_ones() -> None:
    licence = a_licence(covers={"subjects": ["06000000"]})
    assert decision(an_article(), licence).verdict is Verdict.ALLOW


def test_a_source_agreement_that_is_not_on_the_desk_is_unknown() -> None:
    article = an_article(**picture(**agency(source_agreement="nix")))
    (found,) = [f for f in decision(article).findings if f.part == "photo"]
    assert found.code == "ONWARD_UNKNOWN"
    assert "nix" in found.source
