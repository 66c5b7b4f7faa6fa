"""Ask for a decision, with only what a test cares about changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from syndicate.licensing.govern import Request, Ruling, rule
from syndicate.licensing.redact import redact
from syndicate.model.article import Article
from syndicate.model.decision import Decision
from syndicate.model.desk import Desk
from syndicate.model.entry import Entry
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
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
) -> Ruling:
    files = desk_files(licence, partner, desk, others)
    who = files.partners[0]
    request = Request(files, who, who.properties[0], carries, extent)
    return rule(request, article or an_article(), now)


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


def with_agreement(**changes: Any) -> Partner:
    return a_partner(agreements=[agreement_data(**changes)])


__all__ = [
    "a_desk",
    "a_geo_blocker",
    "a_licence",
    "decision",
    "entry",
    "in_",
    "ruling",
    "with_agreement",
]
