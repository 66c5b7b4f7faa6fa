"""A fault between the desk's files, as a value."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Problem(NamedTuple):
    """One fault between files: its rule, where, what, and how to mend it."""

    rule: str
    where: str
    says: str
    mend: str
    warning: bool = False
    since: datetime | None = None
    """From when on it bites, where it is a matter of time."""

    def __str__(self) -> str:
        """One line."""
        return f"{self.rule} {self.where}: {self.says}. Mend: {self.mend}."
