"""What licence, agreement, property and feed grant together, whatever the article allows."""

from __future__ import annotations

from syndicate.licensing.question import Question
from syndicate.model.rights import Medium
from syndicate.model.territory import Area


def granted(asked: Question) -> Area:
    """Give where licence, agreement and property let it go: all that the partner reaches."""
    area = asked.area(asked.licence.territory) & asked.area(asked.agreement.territory)
    return area & asked.area(asked.property.territory) & asked.area(asked.coverage.territory)


def agreed_media(asked: Question) -> frozenset[Medium]:
    """Give the media that licence, agreement, property and feed have in common."""
    media = {*asked.licence.media} & {*asked.property.media} & {*asked.coverage.media}
    for limit in (asked.agreement.media, asked.media):
        if limit is not None:
            media &= {*limit}
    return frozenset(media)
