"""Instants, wall-clock times and windows.

A wall-clock time that a spring change skips or an autumn change doubles has two readings: an
opening takes the later one, a closing the earlier one, so that nothing is ever open for longer
than somebody meant.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from syndicate.model.base import MOST_DAYS, Model
from syndicate.model.errors import broken_rule

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Instants that are stated lie between these two; beyond them a year was written wrongly."""
_LAST = datetime(2500, 1, 1, tzinfo=UTC)  # a stated instant and a few spans of a hundred years
_HUNDRED_YEARS = timedelta(days=MOST_DAYS)
_WRITE_YEAR = "write the year in full, for example 2026"
_WRITE_INSTANT = "write for example 2026-04-24T00:00:00Z"
_WRITE_ZONE = "write an IANA name, for example Europe/London"


def _utc(value: datetime) -> datetime:
    return _between(value, _LAST)


def stated_instant(value: datetime) -> datetime:
    """Give an instant in UTC that somebody stated.

    Raises:
        PydanticCustomError: where it is before 1900 or after 2199.
    """
    return _between(value, LATEST)


def _between(value: datetime, last: datetime) -> datetime:
    try:
        found = value.astimezone(UTC)
    except OverflowError as err:
        raise broken_rule("instant", _beyond(value, last), _WRITE_YEAR) from err
    if not EARLIEST <= found <= last:
        raise broken_rule("instant", _beyond(value, last), _WRITE_YEAR)
    return found


def _beyond(value: datetime, last: datetime) -> str:
    return f"{value.isoformat()} is not between {EARLIEST:%Y-%m-%d} and {last:%Y-%m-%d}"


def _no_naive(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise broken_rule("V2", f"{value.isoformat()} has no time zone", "add Z or an offset")
    if isinstance(value, str) and len(value) >= len("2026-01-01"):
        try:
            naive = datetime.fromisoformat(value).tzinfo is None
        except ValueError:
            return value
        if naive:
            raise broken_rule("V2", f"{value} has no time zone", "add Z or an offset")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_no_naive), AfterValidator(_utc)]
"""A point in time with its zone stated, kept in UTC (RFC 3339); read or reckoned."""

Stated = Annotated[Instant, AfterValidator(stated_instant)]
"""An instant that somebody wrote down: from 1900 to 2199, so that what is reckoned from it by
spans of a hundred years at most is an instant too."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(value: object) -> bool:
    """Say whether something is the name of an IANA time zone."""
    return isinstance(value, str) and value in _zones()


def _known_zone(value: str) -> str:
    if value not in _zones():
        raise broken_rule("zone", f"{value!r} is no IANA time zone", _WRITE_ZONE)
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of an IANA time zone."""


def readings(local: datetime, zone: str) -> tuple[datetime, datetime]:
    """Give the earlier and the later UTC reading of a wall-clock time; mostly they are equal."""
    both = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both), max(both)


def _bounded_clock(value: datetime) -> datetime:
    stated_instant(value.replace(tzinfo=UTC))
    return value


class Moment(Model):
    """An instant, with the wall-clock time it was written as where there was one."""

    at: Stated
    """The instant itself. Once stored it stands, even if the zone's rules change later."""
    local: Annotated[datetime, AfterValidator(_bounded_clock)] | None = None
    """The wall-clock time as written."""
    zone: Zone | None = None
    """The zone of the wall-clock time."""


def _wall_clock(value: dict[str, Any], *, opens: bool) -> dict[str, Any]:
    local = value["local"]
    try:
        local = local if isinstance(local, date) else datetime.fromisoformat(str(local))
    except ValueError as err:
        says = f"{value['local']!r} is no date or local time"
        raise broken_rule("instant", says, "write for example 2026-04-24T00:00") from err
    if not isinstance(local, datetime):
        local = datetime(local.year, local.month, local.day)  # noqa: DTZ001  midnight, zone beside
    zone = value.get("zone")
    if zone is None:
        raise broken_rule("V2", f"{value['local']} has no time zone", "add zone = …")
    local = _bounded_clock(local)
    earlier, later = readings(local.replace(tzinfo=None), _known_zone(str(zone)))
    return {"at": later if opens else earlier, "local": local.replace(tzinfo=None), "zone": zone}


def _moment(value: Any, *, opens: bool) -> Any:
    if isinstance(value, dict) and "local" in value and "at" not in value:
        return _wall_clock(value, opens=opens)
    if isinstance(value, str | datetime):
        return {"at": value}
    if isinstance(value, date):
        raise broken_rule("V2", f"{value} has no time zone", "write {local = …, zone = …}")
    if not isinstance(value, Moment) and not (isinstance(value, dict) and "at" in value):
        raise broken_rule("instant", "is no instant", _WRITE_INSTANT)
    return value


def _opening(value: Any) -> Any:
    return _moment(value, opens=True)


def _closing(value: Any) -> Any:
    return _moment(value, opens=False)


class WallClock(Model):
    """A time as a clock on a wall shows it, with the zone of the wall."""

    local: str
    """A local time or date without offset, for example 2026-04-24T00:00."""
    zone: Zone
    """The IANA zone."""


Opening = Annotated[
    Moment, BeforeValidator(_opening, json_schema_input_type=Moment | WallClock | AwareDatetime)
]
"""A start, release or embargo: of two readings the later one counts."""

Closing = Annotated[
    Moment, BeforeValidator(_closing, json_schema_input_type=Moment | WallClock | AwareDatetime)
]
"""An end or expiry: of two readings the earlier one counts."""


class Window(Model):
    """A half-open span of time, [start, end); a missing side is unbounded."""

    start: Opening | None = None
    """From this instant on, inclusive."""
    end: Closing | None = None
    """Until this instant, exclusive."""

    @model_validator(mode="after")
    def _v1(self) -> Window:
        if self.start and self.end and self.end.at <= self.start.at:
            raise broken_rule("V1", "the end is not after the start", "move the end")
        return self

    @property
    def opens(self) -> datetime | None:
        """The first instant inside, None when unbounded."""
        return self.start.at if self.start else None

    @property
    def closes(self) -> datetime | None:
        """The first instant after, None when unbounded."""
        return self.end.at if self.end else None

    def holds(self, now: datetime) -> bool:
        """Say whether an instant is inside."""
        return not self.is_before(now) and not self.is_over(now)

    def is_before(self, now: datetime) -> bool:
        """Say whether the window has not opened yet."""
        return self.start is not None and now < self.start.at

    def is_over(self, now: datetime) -> bool:
        """Say whether the window has closed."""
        return self.end is not None and now >= self.end.at

    @property
    def edges(self) -> tuple[datetime, ...]:
        """The instants at which it opens or closes."""
        return tuple(edge for edge in (self.opens, self.closes) if edge)


def months_after(instant: datetime, months: int, zone: str) -> datetime:
    """Give the instant so many calendar months later by the wall clock of a zone.

    The last day of a month that has no such day. Of two readings the earlier one counts.
    """
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    month = local.month - 1 + months
    year, month = local.year + month // 12, month % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return readings(local.replace(year=year, month=month, day=day), zone)[0]


def days_after(instant: datetime, days: int, zone: str) -> datetime:
    """Give the instant so many calendar days later by the wall clock of a zone.

    The result is an end: of two readings the earlier one counts.
    """
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return readings(local + timedelta(days=days), zone)[0]


Span = Annotated[timedelta, Field(ge=timedelta(0), le=_HUNDRED_YEARS)]
"""A length of time, ISO 8601: PT6H, P30D; a hundred years at most."""
