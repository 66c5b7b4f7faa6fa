"""V28: what was agreed with one partner is never for anybody."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.licensing.consistency import problems
from syndicate.model.desk import DeskFiles
from tests.builders import a_desk, a_licence, a_partner, agreement_data

OPEN = a_licence(id="open", public=True, url="https://creativecommons.org/licenses/by-nd/4.0/")
CLOSED = a_licence()


def faults(*agreements: dict[str, Any], public: bool = True) -> list[str]:
    feed = {"id": "gazette-all", "title": "All", "public": public}
    partner = a_partner(agreements=list(agreements), feeds=[feed])
    files = DeskFiles(a_desk(), (OPEN, CLOSED), (partner,))
    return [str(one) for one in problems(files) if one.rule == "V28"]


def open_one(**changes: Any) -> dict[str, Any]:
    return agreement_data(id="open-1", licence="open", **changes)


def test_a_public_feed_may_hold_what_is_public() -> None:
    assert faults(open_one()) == []


@pytest.mark.parametrize("others", [[], [open_one()]])
def test_a_public_feed_may_hold_nothing_else(others: list[dict[str, Any]]) -> None:
    [told] = faults(agreement_data(), *others)
    assert "l-1" in told
    assert "Mend" in told
    assert faults(agreement_data(), *others, public=False) == []


def test_a_licence_that_is_missing_is_not_public() -> None:
    assert faults(open_one(licence_version=9))
