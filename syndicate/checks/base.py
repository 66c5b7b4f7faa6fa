"""What a check finds."""

from __future__ import annotations

from typing import NamedTuple


class CheckFinding(NamedTuple):
    """One fault of a document: stable rule, where, what, and how to mend it."""

    rule: str
    where: str
    says: str
    mend: str = ""

    def __str__(self) -> str:
        """One line."""
        cure = f" Mend: {self.mend}" if self.mend else ""
        return f"{self.rule} at {self.where}: {self.says}{cure}"
