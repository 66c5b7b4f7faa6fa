"""What ends a permission, and by when copies must be gone then.

Rights that run out take the copy along. Display does, unless the archive may keep it. What the end
of an agreement asks for is the licence's `after_end`. Words, ODRL and duties follow from here, and
`reconcile` follows up the same copies by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import gates, standing
from syndicate.licensing.question import Ground, Question
from syndicate.model.licence import AfterEnd, Archive, Licence
from syndicate.model.moments import Window, days_after
from syndicate.model.partner import Agreement


class End(NamedTuple):
    """When something ends; None where nothing ends it."""

    until: datetime | None = None
    """From then on nothing is published anew."""
    gone: datetime | None = None
    """By then copies are taken down; never before `until`."""


def first(ends: Iterable[End]) -> End:
    """Give what several ends come to: whichever is first."""
    found = tuple(ends)
    return End(
        min((end.until for end in found if end.until), default=None),
        min((end.gone for end in found if end.gone), default=None),
    )


def of_article(asked: Question) -> End:
    """Give the end of what agreement, display and the article's own rights allow."""
    own = asked.article.rights.window
    term = of_agreement(asked.licence, asked.agreement, asked.article.expires)
    return first((term, _of_display(asked), *([_of_rights(own)] if own else [])))


def of_grounds(asked: Question, grounds: Iterable[Ground]) -> End:
    """Give the end of what an article allows together with parts that stand on some grounds."""
    windows = (window for ground in grounds for window in asked.windows_of(ground))
    return first((of_article(asked), *map(_of_rights, windows)))


def _of_rights(window: Window) -> End:
    return End(window.closes, window.closes)


def _of_display(asked: Question) -> End:
    end = gates.display_end(asked)
    return End(end, None if stays_after_display(asked.licence) else end)


def of_agreement(licence: Licence, agreement: Agreement, expires: datetime | None) -> End:
    """Give what the end of an agreement means for an article that expires at some instant."""
    end = None if licence.public else standing.ends_at(agreement)
    if end is None or stays_after_term(licence, expires):
        return End(end)
    return End(end, gone_after_term(licence, agreement, end, expires))


def stays_after_display(licence: Licence) -> bool:
    """Say whether copies may stay, in the archive, when they are no longer shown."""
    return licence.archive is not Archive.NONE


def stays_after_term(licence: Licence, expires: datetime | None) -> bool:
    """Say whether copies of an article may stay for good when the agreement is over.

    What was given freely, under a public licence, is not taken back.
    """
    kept = licence.after_end is AfterEnd.KEEP_PUBLISHED
    item = licence.after_end is AfterEnd.KEEP_UNTIL_ITEM_EXPIRY
    return licence.public or kept or (item and expires is None)


def gone_after_term(
    licence: Licence, agreement: Agreement, end: datetime, expires: datetime | None
) -> datetime:
    """Give by when copies that may not stay for good are gone after the end of the agreement."""
    if licence.after_end is AfterEnd.KEEP_UNTIL_ITEM_EXPIRY:
        return max(end, expires or end)
    return days_after(end, licence.sell_off_days, agreement.zone) if licence.sell_off_days else end
