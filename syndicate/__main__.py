"""The command `syndicate`, and `python -m syndicate`.

The plain `regenerate` is what a clock runs, again and again, mostly with nothing to do. That is
seen here, before the command line is loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from syndicate import glance


def main() -> None:
    """Answer at a glance, or run the command line."""
    if not _is_answered(sys.argv[1:]):
        from syndicate.cli import main as command_line  # noqa: PLC0415  half of the time until here

        command_line()


def _is_answered(words: Sequence[str]) -> bool:
    """Say what `regenerate` says that finds nothing to do, where that is all that is asked."""
    desk = _plain(words)
    seen = glance.recall(desk, datetime.now(UTC)) if desk else None
    if not seen:
        return False
    try:
        for line in seen.told:
            print(line, file=sys.stderr)
        print(seen.said, flush=True)
    except (OSError, ValueError):
        return False  # the command line knows what to do where nobody listens
    return True


def _plain(words: Sequence[str]) -> str | None:
    """Give the desk of a plain `regenerate`; whatever else is asked is for the command line."""
    match words:
        case ["regenerate"] if not os.environ.get("SYNDICATE_DESK"):
            return "."
        case ["regenerate", "--desk", folder] if not folder.startswith("-"):
            return folder
        case _:
            return None


if __name__ == "__main__":
    main()
