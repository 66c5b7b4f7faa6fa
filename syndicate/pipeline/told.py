"""What partners are told about copies they hold: notices, each with an id that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.model.decision import Decision, Verdict
from syndicate.model.entry import Tombstone
from syndicate.model.licence import Licence
from syndicate.model.receipt import Grade, Notice, PartMark, Withdrawal
from syndicate.pipeline.items import digest_of

AT_ONCE = timedelta(hours=24)
"""How soon a notice must be obeyed where the licence gives no time: contacts.notices is read
around the clock."""


class About(NamedTuple):
    """Which article, number and moment a notice is about."""

    guid: str
    version: int
    revision: int
    now: datetime


class Word(NamedTuple):
    """A notice before it is addressed: feeds that are told the same share it."""

    notice: Notice
    key: tuple[str, ...]
    """What it is about: for one partner it is told once."""

    @property
    def guid(self) -> str:
        """The article."""
        return self.notice.guid

    def to(self, partner: str, feed: str) -> Notice:
        """Address it."""
        name = digest_of("|".join((partner, *self.key)))[:16]
        return self.notice.model_copy(update={"id": f"n-{name}", "partner": partner, "feed": feed})


def _notice(
    about: About,
    grade: Grade,
    code: str,
    headline: str,
    says: str,
    *,
    parts: tuple[str, ...] = (),
    within: timedelta | None = AT_ONCE,
    occasion: str = "",
) -> Word:
    notice = Notice(
        id="",
        partner="",
        feed="",
        guid=about.guid,
        version=about.version,
        headline=headline,
        grade=grade,
        code=code,
        says=says,
        parts=parts,
        at=about.now,
        due=about.now + within if within is not None else None,
    )
    key = (about.guid, grade, code, str(about.version), occasion, *parts)
    return Word(notice, tuple(str(one) for one in key))


def _takedown(licence: Licence | None) -> timedelta:
    return (licence.takedown_sla if licence else None) or AT_ONCE


def taken_back(about: About, stone: Tombstone, code: str, licence: Licence | None) -> Word:
    """Say that an article was killed or withheld."""
    grade = Grade.KILL if code == "ITEM_KILLED" else Grade.WITHHOLD
    return _notice(about, grade, code, stone.headline, stone.note, within=_takedown(licence))


def withdrawn(about: About, stone: Tombstone, taken: Withdrawal, licence: Licence | None) -> Word:
    """Say that the permission for a copy is over."""
    return _notice(
        about,
        Grade.WITHDRAW,
        taken.code,
        stone.headline,
        stone.note,
        within=_takedown(licence),
        occasion=str(about.revision),
    )


def corrected(about: About, headline: str, note: str, licence: Licence | None) -> Word:
    """Say that something was wrong in what went out."""
    within = (licence.correction_sla if licence else None) or AT_ONCE
    return _notice(about, Grade.CORRECTION, "ITEM_CORRECTED", headline, note, within=within)


def reinstated(about: About, headline: str) -> Word:
    """Say that an article is back; nobody need act."""
    return _notice(
        about,
        Grade.REINSTATE,
        "ITEM_REINSTATED",
        headline,
        "It may be used again.",
        within=None,
        occasion=str(about.revision),
    )


def lost_parts(
    about: About,
    headline: str,
    lost: Sequence[PartMark],
    decision: Decision | None,
    licence: Licence | None,
) -> Word:
    """Say which parts of an article must go while the rest stays."""
    names = tuple(mark.part for mark in lost)
    findings = decision.findings if decision else ()
    codes = [f.code for f in findings if f.part in names and f.effect is not Verdict.ALLOW]
    return _notice(
        about,
        Grade.PART,
        codes[0] if codes else "PART_REMOVED",
        headline,
        f"Take down {', '.join(names)}; the rest may stay.",
        parts=names,
        within=_takedown(licence),
        occasion=str(about.revision),
    )


def lost_places(
    about: About,
    headline: str,
    part: str,
    countries: Sequence[str],
    licence: Licence | None,
) -> Word:
    """Say where alone an article, or a part of it, may still be shown; never why."""
    what = f"{part} only" if part else "Only"
    return _notice(
        about,
        Grade.TERRITORY,
        "TERRITORY_NARROWED",
        headline,
        f"{what} in: {', '.join(countries) or 'no country'}.",
        parts=(part,) if part else (),
        within=_takedown(licence),
        occasion=str(about.revision),
    )
