"""What needs somebody at the desk: who has not answered, what ends soon, who went quiet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.licensing.question import Part, parts_of
from syndicate.model.article import PubStatus
from syndicate.model.credential import Credential
from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Agreement, Partner
from syndicate.model.receipt import Isolated, Notice
from syndicate.model.request import LicenceRequest, RequestState
from syndicate.model.usage import Fetches
from syndicate.pipeline.ports import Store
from syndicate.pipeline.usage import Health, healths

SOON = timedelta(days=30)
"""What ends within this time is about to end."""
LOOKED_AT = 500
"""Articles, at most, whose parts are looked at for clearances that end."""


class Waiting(NamedTuple):
    """What a partner has not answered yet, and whom to ask."""

    partner: str
    name: str
    address: str
    """Where it hears of notices; empty where the desk does not know it."""
    by_mail: bool
    """Whether it wants a mail, which only people send."""
    notices: tuple[Notice, ...]
    """Those that should be answered, the most urgent first."""
    overdue: int
    """How many should have been answered by now."""


def waiting(files: DeskFiles, notices: Iterable[Notice], now: datetime) -> list[Waiting]:
    """Give what partners have not answered, those that are late longest first."""
    found: dict[str, list[Notice]] = {}
    for one in notices:
        if one.due is not None:
            found.setdefault(one.partner, []).append(one)
    each = [_waiting(files, name, some, now) for name, some in found.items()]
    return sorted(each, key=lambda one: (one.notices[0].due or now, one.partner))


def _waiting(files: DeskFiles, name: str, notices: list[Notice], now: datetime) -> Waiting:
    partner = files.partner(name)
    some = tuple(sorted(notices, key=lambda one: (one.due or now, one.id)))
    return Waiting(
        name,
        partner.name if partner else name,
        (partner.contacts.notices if partner else None) or "",
        partner is not None and partner.notice_channel == "mail",
        some,
        sum(one.due is not None and one.due <= now for one in some),
    )


class Ending(NamedTuple):
    """Something that is about to end."""

    what: str
    """The agreement, the key or the part."""
    whose: str
    """The partner, or the headline of the article."""
    at: datetime
    guid: str = ""
    """The article, where it is one's part."""


class Attention(NamedTuple):
    """What needs somebody."""

    waiting: tuple[Waiting, ...]
    requests: tuple[LicenceRequest, ...]
    agreements: tuple[Ending, ...]
    keys: tuple[Ending, ...]
    clearances: tuple[Ending, ...]
    untold: tuple[Health, ...]
    """Feeds whose partners have not fetched what was killed or corrected."""
    headlines: Mapping[str, str]
    """By guid, under which headline partners know what they have not answered."""
    quiet: tuple[Health, ...]
    """Feeds that were asked for once and no more."""
    never: int
    """How many feeds nobody ever asked for."""
    isolated: tuple[Isolated, ...]


def attention(
    files: DeskFiles, store: Store, counted: Iterable[Fetches], now: datetime
) -> Attention:
    """Give all that needs somebody at a moment. Raises StoreFailed."""
    found = list(healths(store, counted))
    quiet = [one for one in found if one.is_quiet(now)]
    open_ = store.unacknowledged()
    return Attention(
        tuple(one for one in waiting(files, open_, now) if one.overdue),
        tuple(one for one in store.requests() if one.state is RequestState.OPEN),
        _in_order(_agreements(files, now)),
        _in_order(_keys(store.credentials(), now)),
        _in_order(_clearances(files, store, now)),
        tuple(one for one in found if one.waiting),
        {one.guid: one.headline for one in open_},
        tuple(one for one in quiet if one.asked_at),
        sum(one.asked_at is None for one in quiet),
        store.isolated(),
    )


def _in_order(found: Iterable[Ending]) -> tuple[Ending, ...]:
    return tuple(sorted(found, key=lambda one: (one.at, one.whose, one.what)))


def _is_soon(at: datetime | None, now: datetime) -> bool:
    return at is not None and now < at <= now + SOON


def _agreements(files: DeskFiles, now: datetime) -> Iterator[Ending]:
    """Read the partners of which an agreement ends soon, and no others."""
    for place, outline in enumerate(files.outlines):
        if any(_is_soon(at, now) for at in outline.ends):
            yield from _of_partner(files.partners[place], now)


def _of_partner(partner: Partner, now: datetime) -> Iterator[Ending]:
    for one in partner.agreements:
        end = one.term.closes
        if end and _is_soon(end, now) and one.in_force(now) and not _goes_on(partner, one, end):
            yield Ending(one.id, partner.name, end)


def _goes_on(partner: Partner, ending: Agreement, end: datetime) -> bool:
    """Say whether an agreement that follows another one is in force when that one ends."""
    after = (one for one in partner.agreements if one.supersedes == ending.id)
    return any(one.in_force(end) for one in after)


def _keys(credentials: Iterable[Credential], now: datetime) -> Iterator[Ending]:
    for one in credentials:
        if one.ends_at and _is_soon(one.ends_at, now) and one.is_live(now):
            yield Ending(one.id, one.partner, one.ends_at)


def _clearances(files: DeskFiles, store: Store, now: datetime) -> Iterator[Ending]:
    """Give the parts of articles that are out and whose own rights end soon."""
    sources = {one.id: one.window.closes for one in files.desk.source_agreements}
    for guid in store.due_between(now, now + SOON, LOOKED_AT):
        article = store.article(guid)
        if article.pub_status is not PubStatus.USABLE:
            continue
        for part in parts_of(article):
            end = _end(part, sources)
            if end and _is_soon(end, now):
                yield Ending(part.name, article.headline, end, guid)


def _end(part: Part, sources: dict[str, datetime | None]) -> datetime | None:
    """Give when the rights of a part end that are not those of the whole article."""
    found = [one.window.closes for one in part.ground.levels[1:] if one.window]
    found.append(sources.get(part.ground.permission.source_agreement or ""))
    return min((one for one in found if one), default=None)
