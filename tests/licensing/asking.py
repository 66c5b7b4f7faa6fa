"""Ask for a decision, with only what a test cares about changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings

from syndicate.licensing.govern import Request, Ruling, rule
from syndicate.licensing.redact import redact
from syndicate.model.article import Article
from syndicate.model.decision import Decision
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.entry import Entry
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.receipt import Slot
from syndicate.model.rights import FULL, Extent
from tests.builders import (
    NOW,
    a_desk,
    a_licence,
    a_partner,
    agreement_data,
    an_article,
    desk_files,
)

thorough = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MARKED = frozenset({"embargo"})
"""What a format carries that can say that an article is embargoed."""


def ruling(
    article: Article | None = None,
    licence: Licence | None = None,
    partner: Partner | None = None,
    *,
    desk: Desk | None = None,
    now: datetime = NOW,
    carries: frozenset[str] = frozenset(),
    extent: Extent = FULL,
    others: tuple[Licence, ...] = (),
    rivals: tuple[Partner, ...] = (),
    **wanted: Any,
) -> Ruling:
    files = desk_files(licence, partner, desk, others)
    files = DeskFiles(files.desk, files.licences, (*files.partners, *rivals))
    who = files.partners[0]
    request = Request(files, who, who.properties[0], carries, extent)
    return rule(request._replace(**wanted), article or an_article(), now)


def decision(*args: Any, **kwargs: Any) -> Decision:
    return ruling(*args, **kwargs).decision


def entry(*args: Any, **kwargs: Any) -> Entry:
    made = ruling(*args, **kwargs)
    assert made.question is not None
    return redact(made.question, made.decision)


def in_(*places: str, **agreement: Any) -> dict[str, Any]:
    """The licence for some places."""
    return {"territory": {"include": list(places)}}


def a_geo_blocker(**agreement: Any) -> Partner:
    return a_partner(can_geo_block=True, agreements=[agreement_data(**agreement)])


def a_slot(guid: str = "tag:harbour.example,2024:wall", **changes: Any) -> Slot:
    """An article that was counted an hour ago."""
    counted = {"agreement": "l-1", "property": "site", "at": NOW - timedelta(hours=1)}
    return Slot.model_validate({**counted, "guid": guid, **changes})


def a_rival(**changes: Any) -> Partner:
    """Another partner that has everything exclusively for two days, in Japan on the web."""
    terms = {
        "level": "sole",
        "basis": "product",
        "window": "P2D",
        "territory": {"include": ["JP"]},
        "media": ["web"],
        **changes.pop("exclusivity", {}),
    }
    agreed = agreement_data(**{"id": "x-1", "exclusivity": terms, **changes.pop("agreement", {})})
    made = {"id": "nagisa", "name": "Nagisa", "agreements": [agreed], "feeds": [], **changes}
    return a_partner(**made)


def with_agreement(**changes: Any) -> Partner:
    return a_partner(agreements=[agreement_data(**changes)])


__all__ = [
    "MARKED",
    "a_desk",
    "a_geo_blocker",
    "a_licence",
    "a_rival",
    "a_slot",
    "decision",
    "entry",
    "in_",
    "ruling",
    "thorough",
    "with_agreement",
]
