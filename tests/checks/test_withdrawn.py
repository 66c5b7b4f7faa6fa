"""What a document that withdraws an article must have, and must not."""

from __future__ import annotations

import pytest

from syndicate.checks.withdrawn import withdrawal_faults
from syndicate.formats.all import FORMATS
from tests.builders import a_head, a_tombstone, an_entry

STONE = a_tombstone()


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_notice_has_no_fault(name: str) -> None:
    made = FORMATS[name].render(a_head(), (), (STONE,))
    assert list(withdrawal_faults(made, name, STONE.guid)) == []


@pytest.mark.parametrize("name", list(FORMATS))
def test_an_article_that_still_stands_there_is_a_fault(name: str) -> None:
    entry = an_entry(guid=STONE.guid)
    assert list(withdrawal_faults(FORMATS[name].render(a_head(), (entry,), ()), name, STONE.guid))


@pytest.mark.parametrize("name", list(FORMATS))
def test_an_article_that_is_simply_gone_is_a_fault(name: str) -> None:
    made = FORMATS[name].render(a_head(), (an_entry(),), ())
    assert any("lacks" in fault for fault in withdrawal_faults(made, name, STONE.guid))


def test_a_hold_is_no_kill() -> None:
    made = FORMATS["newsml-g2"].render(a_head(), (), (a_tombstone(status="withheld"),))
    (fault,) = withdrawal_faults(made, "newsml-g2", STONE.guid)
    assert "is not stat:canceled" in fault


def test_what_is_no_xml_is_a_fault() -> None:
    (fault,) = withdrawal_faults(b"<rss>", "rss", STONE.guid)
    assert "is no XML" in fault
