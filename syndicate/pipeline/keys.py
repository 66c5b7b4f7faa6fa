"""The keys and tokens of partners: given out, renewed, taken back.

A secret is shown once, when it is made; only its digest is kept. Two of a sort may live at a time,
so that a partner can change from one to the other without a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.model.credential import DESK, Credential, Kind, digest_of_secret, secret_of
from syndicate.model.errors import AccessRefused, NotFound
from syndicate.model.partner import Partner
from syndicate.pipeline.ports import Access

AT_A_TIME = 2
"""Credentials of a sort that may live at the same time."""
OVERLAP = timedelta(days=7)
"""How long the one before lives on after a rotation, where nobody says otherwise."""

Chance = Callable[[], bytes]
"""Gives `RANDOM_BYTES` random bytes."""


class Issued(NamedTuple):
    """A credential that was just made."""

    credential: Credential
    secret: str
    """To be shown once."""
    ended: tuple[Credential, ...] = ()
    """Those that it stands instead of, with their ends."""


class Wanted(NamedTuple):
    """What a credential is to be for."""

    kind: Kind
    place: str | None = None
    """The property; None for all."""
    feed: str | None = None
    note: str = ""


def issue(
    access: Access, partner: Partner, wanted: Wanted, now: datetime, chance: Chance
) -> Issued:
    """Make a credential for a partner.

    Raises:
        NotFound: the partner has no such property or feed.
        AccessRefused: it needs a feed and has none, or two of the sort live already.
    """
    made, secret = _made(partner, wanted, now, chance)
    if len(_alike(access, made, now)) >= AT_A_TIME:
        raise AccessRefused(
            f"{AT_A_TIME} {made.kind}s for the same live already",
            where=f"partner {partner.id}",
            mend="rotate one, or revoke one: syndicate partners key list",
        )
    access.issue(made)
    return Issued(made, secret)


def employ(access: Access, name: str, now: datetime, chance: Chance) -> Issued:
    """Make a key for somebody who works at the desk, to sign in with."""
    made_id, secret = secret_of(chance())
    made = Credential(
        id=made_id,
        kind=Kind.DESK,
        partner=DESK,
        digest=digest_of_secret(secret),
        note=name,
        issued_at=now,
    )
    access.issue(made)
    return Issued(made, secret)


def rotate(
    access: Access,
    partner: Partner,
    before: Credential,
    now: datetime,
    chance: Chance,
    overlap: timedelta = OVERLAP,
) -> Issued:
    """Make another credential for the same; the one before lives on for a while.

    No other one of the sort ends by it: somebody may use that one.

    Raises:
        AccessRefused: the one before is over, or two would live on beside the new one.
    """
    if not before.is_live(now):
        raise AccessRefused(f"{before.kind} {before.id} is over", mend="issue a new one")
    wanted = Wanted(before.kind, before.property, before.feed, before.note)
    made, secret = _made(partner, wanted, now, chance)
    others = [one for one in _alike(access, made, now) if one.id != before.id]
    if len(others) + (overlap > timedelta(0)) >= AT_A_TIME:
        raise AccessRefused(
            f"{AT_A_TIME} {made.kind}s for the same live already",
            where=f"partner {partner.id}",
            mend=f"revoke {others[0].id} first, once nothing uses it",
        )
    over = _ended(before, now + overlap)
    access.issue(made, (over,))
    return Issued(made, secret, (over,))


def revoke(access: Access, credential: Credential, now: datetime) -> Credential:
    """End a credential at once; one that is over stays as it is."""
    if not credential.is_live(now):
        return credential
    over = _ended(credential, now)
    access.end(over, now)
    return over


def find(credentials: Iterable[Credential], name: str) -> Credential:
    """Give the credential of an id. Raises NotFound."""
    found = next((one for one in credentials if one.id == name), None)
    if found is None:
        raise NotFound(f"no key {name!r}", mend="see: syndicate partners key list")
    return found


def _made(
    partner: Partner, wanted: Wanted, now: datetime, chance: Chance
) -> tuple[Credential, str]:
    places = [one.id for one in partner.properties]
    if wanted.place is not None and wanted.place not in places:
        mend = f"use one of: {', '.join(places)}"
        raise NotFound(f"partner {partner.id} has no property {wanted.place!r}", mend=mend)
    feeds = {one.id: partner.property_of(one).id for one in partner.feeds}
    if wanted.feed is not None and wanted.feed not in feeds:
        mend = f"use one of: {', '.join(feeds)}"
        raise NotFound(f"partner {partner.id} has no feed {wanted.feed!r}", mend=mend)
    if wanted.kind is Kind.TOKEN and wanted.feed is None:
        raise AccessRefused("a token in an address is for one feed", mend="add --feed")
    if wanted.feed is not None and wanted.place not in {None, feeds[wanted.feed]}:
        raise AccessRefused(
            f"feed {wanted.feed} is for property {feeds[wanted.feed]}",
            mend="leave --property out",
        )
    name, secret = secret_of(chance())
    made = Credential(
        id=name,
        kind=wanted.kind,
        partner=partner.id,
        property=wanted.place,
        feed=wanted.feed,
        digest=digest_of_secret(secret),
        note=wanted.note,
        issued_at=now,
    )
    return made, secret


def _alike(access: Access, made: Credential, now: datetime) -> list[Credential]:
    """Give the live credentials for the same as one, oldest first."""
    sort = (made.kind, made.property, made.feed)
    found = access.credentials(made.partner)
    return [o for o in found if o.is_live(now) and (o.kind, o.property, o.feed) == sort]


def _ended(credential: Credential, at: datetime) -> Credential:
    """Give it with an end, no later than the one it has."""
    until = min(at, credential.ends_at) if credential.ends_at else at
    return credential.model_copy(update={"ends_at": until})
