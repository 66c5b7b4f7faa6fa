"""Examples that stand in the description: of the desk that comes with the project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType

from syndicate.model.base import Model
from syndicate.model.receipt import Grade
from syndicate.model.request import RequestState
from syndicate.model.rights import PartKind
from syndicate.web.api.answers import (
    Acknowledgement,
    ArticleFacts,
    FeedDocument,
    FeedFacts,
    FeedProperty,
    Feeds,
    FeedTerms,
    ForeignFacts,
    ItemFacts,
    Items,
    NoticeFacts,
    Notices,
    Requested,
    Usage,
    Use,
)
from syndicate.web.api.bodies import AckForm, WantedForm

_BASE = "https://feeds.longshore.example"
_GUID = "tag:longshore.example,2026:seagrass-study"
_AT = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)
_ACK = Acknowledgement(
    notice="n-6f0c2b9a51d34e87",
    at=datetime(2026, 6, 3, 9, 41, tzinfo=UTC),
    by="cms-import",
    note="api, key k3v5n2aq: removed from three pages",
)
_TERMS = FeedTerms(
    agreement="fenwold-2026",
    licence="text-gb-ie",
    version=1,
    title="Text for Great Britain and Ireland",
    in_force=True,
    starts=datetime(2026, 3, 1, tzinfo=UTC),
    until=datetime(2029, 3, 1, tzinfo=UTC),
    document=f"{_BASE}/licences/text-gb-ie/v1.html",
    data=f"{_BASE}/licences/text-gb-ie/v1.jsonld",
)
_FEED = FeedFacts(
    id="fenwold-text",
    title="Longshore: text for Fen and Wold",
    property=FeedProperty(id="site", name="fenwold.example"),
    public=False,
    formats=(
        FeedDocument(
            format="rss",
            media_type="application/rss+xml",
            url=f"{_BASE}/fenwold/fenwold-text.rss",
            edition=57,
            next_change=None,
        ),
    ),
    terms=(_TERMS,),
)
_ITEM = ItemFacts(
    guid=_GUID,
    version=3,
    headline="Seagrass meadows are growing back",
    updated=_AT,
    language="en",
    partial=True,
    withdrawn=False,
    embargoed=False,
    waits=False,
    notice=False,
    document=f"{_BASE}/fenwold/fenwold-text/items/2bf862eac109514efb7ff974d16d3830.rss",
    url="https://longshore.example/2026/seagrass-study",
)
_NOTICE = NoticeFacts(
    id=_ACK.notice,
    feed="fenwold-text",
    guid=_GUID,
    version=3,
    headline=_ITEM.headline,
    grade=Grade.CORRECTION,
    code="ITEM_CORRECTED",
    says="The study ran for six years, not for nine.",
    parts=(),
    at=_AT,
    due=datetime(2026, 6, 4, 9, 30, tzinfo=UTC),
    acknowledged=_ACK,
)
_USE = Use(
    feed="fenwold-text",
    guid=_GUID,
    version=3,
    withdrawn=False,
    offered_at=_AT,
    received_at=_AT,
    fetched=12,
)
_FOREIGN = ForeignFacts(
    part="diver", kind=PartKind.IMAGE, holder="A. Ramos", says="A diver above the meadow"
)
_MADE: tuple[Model, ...] = (
    Feeds(feeds=(_FEED,)),
    Items(feed="fenwold-text", format="rss", edition=57, items=(_ITEM,), next="57.100"),
    Notices(notices=(_NOTICE,), next=None),
    _ACK,
    Usage(since=date(2026, 6, 1), until=date(2026, 6, 30), uses=(_USE,)),
    Requested(
        id="r-5a0b1c2d",
        at=_AT,
        state=RequestState.OPEN,
        article=ArticleFacts(headline=_ITEM.headline, foreign=(_FOREIGN,)),
    ),
    AckForm(by="cms-import", note="removed from three pages"),
    WantedForm(
        organisation="Tidewater Weekly",
        country="GB",
        contact="rights@tidewater.example",
        site="https://tidewater.example/",
    ),
)
EXAMPLES: Mapping[type[Model], Model] = MappingProxyType({type(one): one for one in _MADE})
"""One of each answer and body."""
PATH_EXAMPLES: Mapping[str, str] = MappingProxyType(
    {"feed": "fenwold-text", "notice": _ACK.notice}
)
"""One of each part of a path."""
