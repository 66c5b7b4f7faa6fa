"""All that programs can ask: routes and description are made of this table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from syndicate.model.base import Model
from syndicate.web.api import own, wanted
from syndicate.web.api.answers import (
    Acknowledgement,
    Answered,
    Feeds,
    Items,
    Notices,
    Requested,
    Usage,
)
from syndicate.web.api.asking import Call
from syndicate.web.api.bodies import AckForm, WantedForm
from syndicate.web.api.reading import FORMAT, LIMIT, OPEN, SINCE, UNTIL, Parameter, after


class Operation(NamedTuple):
    """One thing that can be asked."""

    method: str
    path: str
    name: str
    """Stable: programs that are made of the description call it so."""
    says: str
    """What it is for."""
    more: str
    """What one has to know besides."""
    answer: Callable[[Call], Awaitable[Answered]]
    gives: type[Answered]
    parameters: tuple[Parameter, ...] = ()
    takes: type[Model] | None = None
    is_open: bool = False
    """Whether no key is needed."""
    status: int = 200

    @property
    def may_conflict(self) -> bool:
        """Whether it goes on from a page before."""
        return any(one.name == "after" for one in self.parameters)


OPERATIONS = (
    Operation(
        "GET",
        "/api/feeds",
        "feeds",
        "The feeds that your key opens",
        "Where each is fetched, under which terms, and when it changes next.",
        own.feeds,
        Feeds,
    ),
    Operation(
        "GET",
        "/api/feeds/{feed}/items",
        "items",
        "What stands in a feed now",
        "Decided for this moment. The articles themselves are in the feed. A page goes on where "
        "the one before ended, in the same edition; when the feed has changed meanwhile you are "
        "told so (`cursor-unknown`), and begin again.",
        own.items,
        Items,
        (
            after("Where the page begins: what `next` said.", r"^[0-9]{1,9}\.[0-9]{1,9}$"),
            LIMIT,
            FORMAT,
        ),
    ),
    Operation(
        "GET",
        "/api/notices",
        "notices",
        "What you were told about articles that you hold",
        "Kills, corrections, parts that must go. To hear of new ones, send the id of the last "
        "notice that you know as `after`.",
        own.notices,
        Notices,
        (
            OPEN,
            after("The last notice that you know: only later ones come.", "^n-[0-9a-f]{16}$"),
            LIMIT,
        ),
    ),
    Operation(
        "POST",
        "/api/notices/{notice}/ack",
        "acknowledge",
        "Say that a notice was obeyed",
        "Twice is as good as once: the first acknowledgement stands, and is the answer.",
        own.acknowledge,
        Acknowledgement,
        takes=AckForm,
    ),
    Operation(
        "GET",
        "/api/usage",
        "usage",
        "What was offered to you, and what you fetched",
        "Versions that were first offered, or fetched, in the period.",
        own.usage,
        Usage,
        (SINCE, UNTIL),
    ),
    Operation(
        "POST",
        "/api/requests",
        "want",
        "Ask for a licence",
        "Needs no key. What of the article is not the publisher's to license is said at once; "
        "a person answers the rest.",
        wanted.want,
        Requested,
        takes=WantedForm,
        is_open=True,
        status=201,
    ),
)
