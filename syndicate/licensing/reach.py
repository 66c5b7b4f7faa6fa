"""What licence, agreement, property and feed grant together, whatever the article allows."""

from __future__ import annotations

from functools import lru_cache

from syndicate.licensing.question import Question
from syndicate.model.rights import ALL_MEDIA, Medium
from syndicate.model.territory import Area


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
