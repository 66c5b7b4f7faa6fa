"""What an audit finds: every code with its mend, and whether it is a fault or only to be known."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_COPY = "restore the database from a copy, and find out who could write to it"
_RUN = "run syndicate regenerate"
_VERSION = (
    "look with the version of syndicate that recorded it; if that says the same, "
    "restore the database from a copy"
)

MENDS: Mapping[str, str] = MappingProxyType(
    {
        # the chain
        "log-gap": _COPY,
        "log-unchained": _COPY,
        "log-edited": _COPY,
        "log-unreadable": _COPY,
        # its end, as noted outside of the database
        "log-cut": _COPY,
        "log-rewritten": _COPY,
        "head-unreadable": "compare the end of the log with one that was noted elsewhere",
        "head-missing": (
            "compare the end of the log with one that was noted elsewhere; "
            "a run that was killed before it ended, or a database copied alone, leaves none too"
        ),
        # what is kept
        "kept-edited": _COPY,
        "kept-unknown": _COPY,
        "kept-missing": _COPY,
        "kept-twice": _COPY,
        # decisions
        "inputs-gone": _COPY,
        "inputs-unreadable": _VERSION,
        "article-gone": _COPY,
        "decided-otherwise": _VERSION,
        "decision-missing": _COPY,
        "never-allowed": _COPY,
        "item-otherwise": _VERSION,
        "feed-unreadable": _VERSION,
        # what feeds gave out
        "holding-missing": _COPY,
        "holding-unknown": _COPY,
        "holding-otherwise": _COPY,
        # published documents
        "document-missing": _RUN,
        "document-edited": f"{_RUN}, and find out who can write to the target",
        "document-old": f"{_RUN}, and find out who can write to the target",
        "document-unproven": f"{_RUN} once the database is whole again",
        "document-left": "take it away: the feed goes to another partner now",
        "document-unreadable": "see to the target",
        # only to be known
        "head-behind": "nothing: the next run notes the rest",
        "recorded-before": "nothing: they were recorded before decisions were kept",
        "document-waiting": _RUN,
        "document-unknown": "take it away, unless it was put there on purpose",
    }
)
"""By code, what to do."""

KNOWN_ONLY = frozenset({"head-behind", "recorded-before", "document-waiting", "document-unknown"})
"""What is no fault by itself: runs that were cut short, records of older versions and files that
somebody else put into the target look like this."""


class AuditFinding(NamedTuple):
    """One thing that was found: stable code, where, what, and how to mend it."""

    code: str
    where: str
    says: str

    @property
    def mend(self) -> str:
        """What to do about it."""
        return MENDS[self.code]

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong; else it is only to be known."""
        return self.code not in KNOWN_ONLY

    def __str__(self) -> str:
        """One line."""
        return f"{self.code} at {self.where}: {self.says}. Mend: {self.mend}."
