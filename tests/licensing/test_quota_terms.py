"""A quota in the terms: in words in every language, and as a count for machines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syndicate.licensing.licence_document import documents
from syndicate.licensing.phrases import known_languages
from syndicate.model.licence import Licence
from tests.builders import a_licence, an_article, desk_files
from tests.licensing.asking import entry


def counting(**changes: Any) -> Licence:
    return a_licence(quota={"limit": 17, "period": "month", **changes})


def said(licence: Licence, language: str = "en") -> str:
    made = entry(an_article(language=language), licence)
    return next(one.text for one in made.terms.usage_terms if one.language == language)


def counts(licence: Licence) -> list[Any]:
    policy = json.loads(entry(licence=licence).terms.odrl)
    return [
        [c for c in rule["constraint"] if c["leftOperand"] in {"count", "timeInterval"}]
        for rule in policy["permission"]
    ]


@pytest.mark.parametrize("language", known_languages())
@pytest.mark.parametrize("period", ["day", "week", "month", "term", "rolling"])
def test_every_period_is_said_in_every_language(language: str, period: str) -> None:
    days = 23 if period == "rolling" else None
    plain, counted = (
        said(a_licence(), language),
        said(counting(period=period, days=days), language),
    )
    assert "17" in counted
    assert "17" not in plain
    assert ("23" in counted) == (period == "rolling")
    assert "{" not in counted


def test_what_happens_beyond_is_said() -> None:
    assert "beyond" not in said(counting())
    assert "More are delivered beyond that." in said(counting(overage="allow_and_warn"))
    assert "for a fee" in said(counting(overage="bill"))
    assert "counts once for each" in said(counting(per="property"))


@pytest.mark.parametrize(
    ("quota", "length"),
    [
        ({"period": "day"}, "P1D"),
        ({"period": "week"}, "P7D"),
        ({"period": "month"}, "P1M"),
        ({"period": "rolling", "days": 9}, "P9D"),
        ({"period": "term"}, None),
    ],
)
def test_machines_read_a_count_of_articles_in_a_time(
    quota: dict[str, Any], length: str | None
) -> None:
    for constraints in counts(counting(**quota)):
        count, *interval = constraints
        assert (count["operator"], count["rightOperand"]["@value"]) == ("lteq", "17")
        assert count["unit"]["@id"].endswith("/licences/full/v1.html#quota")
        assert [one["rightOperand"]["@value"] for one in interval] == ([length] if length else [])


def test_a_quota_that_denies_nothing_limits_no_permission() -> None:
    for overage in ("bill", "allow_and_warn"):
        assert not any(counts(counting(overage=overage)))
    assert not any(counts(a_licence()))


def test_the_licence_document_has_the_anchor_that_the_count_leads_to() -> None:
    page, policy, _ = (one.data.decode() for one in documents(desk_files(counting())))
    assert '<p id="quota" lang="en" dir="ltr">Articles a month, at most: 17.</p>' in page
    assert '"leftOperand":"count"' in policy
    plain, *_ = (one.data.decode() for one in documents(desk_files()))
    assert "quota" not in plain
