"""How many articles a licence delivers in a period, and which period a moment lies in.

Periods begin and end by the wall clock of the agreement's zone: at midnight, weeks on Monday.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from syndicate.model.base import MOST_DAYS, Count, Model
from syndicate.model.errors import broken_rule
from syndicate.model.moments import EARLIEST, Span, Window, readings


class Period(NamedTuple):
    """A half-open span in which articles are counted; no end where the term has none."""

    start: datetime
    end: datetime | None

    def holds(self, instant: datetime) -> bool:
        """Say whether an instant is inside."""
        return self.start <= instant and (self.end is None or instant < self.end)


class Quota(Model):
    """At most so many articles in a period."""

    unit: Literal["item_delivered"] = "item_delivered"
    """What is counted: articles, each when it is first delivered."""
    limit: Count
    """How many."""
    period: Literal["day", "week", "month", "term", "rolling"]
    """Within a day, a week from Monday, a month, the agreement's whole term, or (rolling) today
    and the days before it."""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None
    """How many days a rolling period has, today included."""
    overage: Literal["deny", "bill", "allow_and_warn"] = "deny"
    """Beyond the limit: nothing until the next period; at the overage fee; or with a warning."""
    per: Literal["item", "property"] = "item"
    """Whether an article counts once, or once for each of the partner's properties."""
    returns_within: Span = timedelta(hours=24)
    """An article killed within this time of being counted gives its place back (ISO 8601)."""

    @field_validator("limit", mode="before")
    @classmethod
    def _v6(cls, limit: Any) -> Any:
        if isinstance(limit, int) and limit < 1:
            raise broken_rule("V6", "a quota of less than one article", "state 1 or more")
        return limit

    @model_validator(mode="after")
    def _rolling(self) -> Quota:
        if (self.period == "rolling") != (self.days is not None):
            says = "days belong to a rolling period, and a rolling period needs them"
            raise broken_rule("V6", says, 'write period = "rolling" with days = 30')
        return self

    def period_at(self, now: datetime, zone: str, term: Window) -> Period:
        """Give the period a moment lies in."""
        if self.period == "term":
            return Period(term.opens or EARLIEST, term.closes)
        today = _day_of(now, zone)
        if self.period == "month":
            first = today.replace(day=1)
            return Period(midnight(first, zone), midnight(_next_month(first), zone))
        if self.period == "week":
            monday = today - timedelta(days=today.weekday())
            return Period(midnight(monday, zone), midnight(monday + timedelta(days=7), zone))
        first = today - timedelta(days=(self.days or 1) - 1)
        return Period(midnight(first, zone), midnight(today + timedelta(days=1), zone))

    def __str__(self) -> str:
        """Say it briefly: 20 a month."""
        if self.period == "rolling":
            return f"{self.limit} in {self.days} days"
        return f"{self.limit} a {self.period}"


def midnight(day: date, zone: str) -> datetime:
    """Give the instant at which a day begins by the wall clock of a zone.

    It is an opening: of two readings the later one counts. Where a spring change skips midnight,
    that is the instant of the change.
    """
    return readings(datetime.combine(day, time()), zone)[1]


def _day_of(now: datetime, zone: str) -> date:
    """Give the day whose midnight is the last one that has come."""
    shown = now.astimezone(ZoneInfo(zone)).date()
    near = (shown + timedelta(days=one) for one in (1, 0, -1, -2))
    return next(day for day in near if midnight(day, zone) <= now)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
