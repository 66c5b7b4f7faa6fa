"""What holds for all the text of an article that goes out.

Pictures, videos and sounds carry terms of their own; headline, summary, blocks of text and embeds
have the article's. So those are no wider than what was decided for any of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import ends, gates, machines, places, reach
from syndicate.licensing.duties import credit_in, edit_level
from syndicate.licensing.part_gates import grants_of
from syndicate.licensing.question import Ground, Part, Question
from syndicate.model.decision import PartDecision, Verdict
from syndicate.model.rights import EditLevel, Medium, PartKind
from syndicate.model.territory import NOWHERE, Area

_WITH_OWN_TERMS = {PartKind.IMAGE, PartKind.GRAPHIC, PartKind.VIDEO, PartKind.AUDIO}


class Shared(NamedTuple):
    """What every text that goes out allows."""

    area: Area
    media: tuple[Medium, ...]
    opens: datetime | None
    """Since when the rights in all of them allow it."""
    edit_level: EditLevel
    uses: machines.Uses
    no_archive: bool
    """Whether the owner of any of them keeps it out of archives."""
    end: ends.End
    own: bool
    """Whether any of them is the publisher's."""
    credits: tuple[str, ...]
    """How the owners of the others are named."""


def shared(asked: Question, decided: Iterable[PartDecision]) -> Shared:
    """Give what every text of an article that goes out allows."""
    texts = texts_of(asked, decided)
    area, whole = _reach(asked)
    media = whole
    grounds = grounds_of(texts)
    levels, uses = [edit_level(asked, PartKind.BODY)], machines.of_article(asked)
    opens: list[datetime] = []
    for ground in grounds:
        where, granted = reach.of_grants(asked, grants_of(asked, ground.kind, sorted(whole)))
        area &= asked.area_of(ground) & where
        media &= asked.media_of(ground) & granted
        levels.append(edit_level(asked, ground.kind, ground))
        allowed = machines.of_part(asked, ground)
        uses = tuple(use for use in uses if use in allowed)
        opens += [window.opens for window in asked.windows_of(ground) if window.opens]
    if asked.article.orders:
        area -= _ordered(asked, texts)
    own = any(ground.permission.own for ground in grounds)
    no_archive = any(ground.prose.no_archive for ground in grounds)
    least = min(levels, key=lambda level: level.rank)
    return Shared(
        area,
        tuple(sorted(media)),
        max(opens, default=None),
        least,
        uses,
        no_archive,
        ends.of_grounds(asked, grounds),
        own,
        _named(grounds),
    )


def _named(grounds: Iterable[Ground]) -> tuple[str, ...]:
    others = (ground.permission for ground in grounds if not ground.permission.own)
    names = (credit_in(rights) or rights.owner for rights in others)
    return tuple(dict.fromkeys(name for name in names if name))


def texts_of(asked: Question, decided: Iterable[PartDecision]) -> tuple[Part, ...]:
    """Give the parts that go out under the terms of the article."""
    allowed = (one for one in decided if one.verdict is Verdict.ALLOW)
    return tuple(asked.parts[one.part] for one in allowed if one.kind not in _WITH_OWN_TERMS)


def grounds_of(parts: Iterable[Part]) -> tuple[Ground, ...]:
    """Give what parts stand on, each once."""
    return tuple(dict.fromkeys(part.ground for part in parts))


def _reach(asked: Question) -> tuple[Area, frozenset[Medium]]:
    """Give where and in which media the article may be used.

    Under a public licence anywhere that licence says, whatever the agreement delivers, but for
    what rights in the article, orders and embargoes take away.
    """
    licence = asked.licence
    if licence.public:
        media = frozenset(licence.media) & asked.media_limit()
        return places.free_of_bars(asked, asked.area(licence.territory)), media
    return places.of_article(asked).area, frozenset(gates.media_of_item(asked))


def _ordered(asked: Question, texts: Iterable[Part]) -> Area:
    """Give where orders on single texts are in force."""
    orders = dict.fromkeys(o for part in texts for o in places.orders_on(asked, part.name))
    barred = NOWHERE
    for order in orders:
        barred |= asked.area(order.territory)
    return barred
