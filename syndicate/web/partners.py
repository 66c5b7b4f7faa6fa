"""What a key opens of a partner's: for its people and its programs alike."""

from __future__ import annotations

from collections.abc import Collection

from syndicate.model.credential import Credential
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Told
from syndicate.pipeline.ports import Store


def opened(partner: Partner, who: Credential) -> list[Feed]:
    """Give the feeds of a partner that a key opens."""
    return [
        one for one in partner.feeds if who.opens(partner.id, partner.property_of(one).id, one.id)
    ]


def notices_for(store: Store, who: Credential, feeds: Collection[Feed]) -> list[Told]:
    """Give what was told to whoever has a key, oldest first: all of it, or by some feeds only.

    Raises StoreFailed.
    """
    names = {one.id for one in feeds}
    every = who.property is None and who.feed is None
    return [one for one in store.notices(who.partner) if every or one.notice.feed in names]


def waits(one: Told) -> bool:
    """Say whether somebody must still obey a notice."""
    return one.ack is None and one.notice.due is not None
