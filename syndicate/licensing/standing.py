"""While which time an agreement is in force, with the dates of suspension and termination."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.model.moments import EARLIEST
from syndicate.model.partner import Agreement, AgreementState

_ENDS = {AgreementState.SUSPENDED, AgreementState.TERMINATED}


class Span(NamedTuple):
    """A half-open span of time; no end where nothing ends it."""

    start: datetime
    end: datetime | None

    def holds(self, now: datetime) -> bool:
        """Say whether a moment is inside."""
        return self.start <= now and (self.end is None or now < self.end)

    def __and__(self, other: Span) -> Span | None:
        """Give the time in both; None where there is none."""
        start = max(self.start, other.start)
        end = min((one for one in (self.end, other.end) if one), default=None)
        return None if end is not None and end <= start else Span(start, end)


def in_force(agreement: Agreement) -> Span | None:
    """Give the time in which an agreement is active; None where it never is."""
    ends = [agreement.term.closes] if agreement.term.closes else []
    if agreement.state in _ENDS and agreement.state_since:
        ends.append(agreement.state_since)
    elif agreement.state is not AgreementState.ACTIVE:
        return None
    start, end = agreement.term.opens or EARLIEST, min(ends, default=None)
    return None if end is not None and end <= start else Span(start, end)


def ends_at(agreement: Agreement) -> datetime | None:
    """Give when an agreement ends: its term, or its termination where that comes before."""
    ends = [agreement.term.closes]
    if agreement.state is AgreementState.TERMINATED:
        ends.append(agreement.state_since)
    return min((end for end in ends if end), default=None)


def edges(agreement: Agreement) -> Iterator[datetime]:
    """Give the instants at which the standing of an agreement changes."""
    yield from agreement.term.edges
    for since in (agreement.state_since, agreement.payment_overdue_since):
        if since:
            yield since
