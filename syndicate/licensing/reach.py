"""What licence, agreement, property and feed grant together, whatever the article allows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from syndicate.licensing.question import Question
from syndicate.model.licence import Grant
from syndicate.model.rights import ALL_MEDIA, Medium
from syndicate.model.territory import EVERYWHERE, Area


def granted(asked: Question) -> Area:
    """Give where licence, agreement and property let it go: all that the partner reaches."""
    area = asked.area(asked.licence.territory) & asked.area(asked.agreement.territory)
    return area & asked.area(asked.property.territory) & asked.area(asked.coverage.territory)


def agreed_media(asked: Question) -> frozenset[Medium]:
    """Give the media that licence, agreement, property and feed have in common."""
    stated = (asked.licence, asked.property, asked.coverage, asked.agreement)
    return _common(*(one.media for one in stated), asked.media)


@lru_cache(maxsize=1024)
def _common(*limits: tuple[Medium, ...] | None) -> frozenset[Medium]:
    return ALL_MEDIA.intersection(*(limit for limit in limits if limit is not None))


def of_grants(asked: Question, grants: Iterable[Grant]) -> tuple[Area, frozenset[Medium]]:
    """Give where all of some grants let a part go, and in which media any of them does."""
    area, media = EVERYWHERE, frozenset[Medium]()
    for grant in grants:
        media |= frozenset(asked.licence.media if grant.media is None else grant.media)
        if grant.territory:
            area &= asked.area(grant.territory)
    return area, media
