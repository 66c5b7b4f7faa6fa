"""The gates on single parts: G5, G6, G8, G9, G14."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import machines, places, reach
from syndicate.licensing.codes import found
from syndicate.licensing.extents import Cut
from syndicate.licensing.question import Ground, Part, Question
from syndicate.model.body import MediaBase, Rendition
from syndicate.model.decision import Finding, Verdict
from syndicate.model.licence import Grant
from syndicate.model.rights import Medium, Onward, PartKind
from syndicate.model.territory import Area

HOLD, DENY = Verdict.HOLD, Verdict.DENY


class Limits(NamedTuple):
    """What the whole article already is limited to."""

    area: Area
    media: tuple[Medium, ...]
    end: Cut
    """Where the body ends."""


def grants_of(asked: Question, kind: PartKind, media: Sequence[Medium]) -> tuple[Grant, ...]:
    """Give the grants that speak of a kind of part in media the article may go to."""
    return tuple(
        grant
        for grant in asked.licence.grants
        if grant.kind is kind
        and set(asked.licence.media if grant.media is None else grant.media) & set(media)
    )


def g8_kind(asked: Question, part: Part, grants: Sequence[Grant]) -> Iterator[Finding]:
    """Is this kind of part granted?"""
    if not grants:
        source = f"licence {asked.licence.ref} grants"
        yield found("KIND_NOT_GRANTED", DENY, source, part=part.name, kind=part.kind)


def g9_onward(asked: Question, part: Part) -> Iterator[Finding]:
    """May we pass it on at all?"""
    ground = part.ground
    agreed, named = asked.source_of(ground), ground.permission.source_agreement
    if ground.onward is Onward.REFUSED or (agreed and not agreed.onward):
        source = f"source agreement {agreed.id}" if agreed else part.clause
        yield found("ONWARD_REFUSED", DENY, source, part=part.name, owner=ground.owner)
    elif ground.onward is Onward.UNKNOWN or (named and not agreed):
        absent = named and not agreed
        source = f"source agreement {named} is not on the desk" if absent else part.clause
        yield found("ONWARD_UNKNOWN", DENY, source, part=part.name)


def g9_windows(asked: Question, part: Part) -> Iterator[Finding]:
    """Is the part inside its own windows and those of its source?"""
    for window in asked.windows_of(part.ground):
        if window.is_before(asked.now):
            yield found("PART_NOT_YET", HOLD, part.clause, part=part.name, opens=window.opens)
        if window.is_over(asked.now):
            yield found("PART_EXPIRED", DENY, part.clause, part=part.name, closes=window.closes)


def max_pixels(ground: Ground) -> int | None:
    """Give the longest side, in pixels, that a picture may go out with."""
    return min((level.max_pixels for level in ground.levels if level.max_pixels), default=None)


def fits(rendition: Rendition, limit: int | None) -> bool:
    """Say whether a file is within a limit of pixels; a file of unknown size is not."""
    if limit is None:
        return True
    sides = (rendition.width, rendition.height)
    return all(side is not None and side <= limit for side in sides)


def g9_files(part: Part) -> Iterator[Finding]:
    """Is there a file that may go out?"""
    if not isinstance(part.block, MediaBase):
        return
    limit = max_pixels(part.ground)
    if not any(fits(rendition, limit) for rendition in part.block.renditions):
        code = "RENDITION_TOO_LARGE" if part.block.renditions else "NO_RENDITION"
        yield found(code, DENY, part.clause, part=part.name, pixels=limit)


def g14_purpose(asked: Question, part: Part) -> Iterator[Finding]:
    """May the part be read for what the feed is read for?"""
    if asked.purpose != "publish" and asked.purpose not in machines.of_part(asked, part.ground):
        yield found(
            "PURPOSE_NOT_GRANTED", DENY, part.clause, part=part.name, purpose=asked.purpose
        )


def g5_g6_reach(
    asked: Question, part: Part, grants: Sequence[Grant], limits: Limits
) -> tuple[Area, tuple[Medium, ...], list[Finding]]:
    """Give where and in which media the part may go, with the reasons where that is nothing."""
    allowed, granted = reach.of_grants(asked, grants)
    media = tuple(sorted(asked.media_of(part.ground) & granted & set(limits.media)))
    place = places.of_part(asked, part, limits.area, allowed)
    findings = list(place.findings) if limits.area else []
    if grants and not media and limits.media:
        findings.append(found("MEDIUM_EMPTY", DENY, part.clause, part=part.name))
    return place.area, media, findings


def edges_of(asked: Question, ground: Ground) -> Iterator[datetime]:
    """Give the instants at which something about a part can change by time alone."""
    for window in asked.windows_of(ground):
        yield from window.edges
