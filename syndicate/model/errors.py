"""Every error the project raises on purpose; refusals and findings are values, not errors."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError


class SyndicateError(Exception):
    """Something is wrong that the user can mend."""

    def __init__(self, what: str = "", *, where: str = "", mend: str = "") -> None:
        self.what = what or (type(self).__doc__ or "").strip().splitlines()[0]
        self.where = where
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        """One line: where, what, how to mend it."""
        place = f"{self.where}: " if self.where else ""
        what = self.what if self.what.endswith((".", "!", "?")) else f"{self.what}."
        return f"{place}{what}{f' Mend: {self.mend}.' if self.mend else ''}"


class BadDesk(SyndicateError):
    """The desk's files cannot be used as they are."""


class NotFound(SyndicateError):
    """There is nothing of that name."""


class AccessRefused(SyndicateError):
    """A key is not given out as it was asked for."""


class VersionConflict(SyndicateError):
    """An article version is already stored with other content; versions never change."""


class TargetFailed(SyndicateError):
    """The target cannot be written; the last good documents stay."""


class StoreFailed(SyndicateError):
    """The store cannot be read or written."""


class QuotaTaken(StoreFailed):
    """Another run took the last place of a quota."""


class RenderFailed(SyndicateError):
    """An entry cannot be written in a format."""


class EncodingFailed(SyndicateError):
    """A document cannot be packed, or read as it is packed."""


class DeskWarning(UserWarning):
    """Accepted, but worth mending: printed as one line, never a failure."""


def broken_rule(rule: str, says: str, mend: str) -> PydanticCustomError:
    """Give the error of a validation rule (V1, V2, …): the rule is its stable code."""
    from pydantic_core import PydanticCustomError  # noqa: PLC0415  the errors themselves need none

    text = f"{rule}: {says}. Mend: {mend}."
    return PydanticCustomError(rule, "{text}", {"text": text, "mend": mend})


def warn(says: str) -> None:
    """Tell the user something that is accepted but worth mending."""
    warnings.warn(says, DeskWarning, stacklevel=3)
