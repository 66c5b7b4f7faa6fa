"""What a key opens of a partner's: for its people and its programs alike."""

from __future__ import annotations

from collections.abc import Collection

from syndicate.model.credential import Credential
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Told
from syndicate.pipeline.ports import Store


def feeds_in(files: DeskFiles, who: Credential) -> tuple[Partner | None, list[Feed]]:
    """Give the partner that has a key, and the feeds that the key opens.

    Who is no longer on the desk has no feeds, and is still told what to take down.
    """
    partner = files.partner(who.partner)
    return partner, _opened(partner, who) if partner else []


def _opened(partner: Partner, who: Credential) -> list[Feed]:
    """Give the feeds of a partner that a key opens."""
    return [
        one for one in partner.feeds if who.opens(partner.id, partner.property_of(one).id, one.id)
    ]


def notices_for(store: Store, who: Credential, feeds: Collection[Feed]) -> list[Told]:
    """Give what was told to whoever has a key, oldest first: all of it, or by some feeds only.

    Raises StoreFailed.
    """
    found = store.notices(who.partner)
    return [one for one in found if concerns(who, feeds, one.notice.feed)]


def concerns(who: Credential, feeds: Collection[Feed], name: str) -> bool:
    """Say whether what a feed of the partner gave out concerns whoever has a key.

    A key for all of it speaks for feeds that are gone, too.
    """
    every = who.property is None and who.feed is None
    return every or name in {one.id for one in feeds}


def waits(one: Told) -> bool:
    """Say whether somebody must still obey a notice."""
    return one.ack is None and one.notice.due is not None
