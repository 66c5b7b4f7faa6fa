"""The log: a line for each answer, those that come shortly after each other in one write.

No secret stands in it, and nothing that a stranger sends breaks out of its line.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from syndicate.web.courier import Said
from syndicate.web.refusals import Answer

Count = Callable[[int, str, int], None]
"""Counts an answer: status, code, bytes of its body."""
_SECRETS = re.compile(r"^/t/[^/]*|(?i:syn_)[^/]*")
"""What may be a token or a key, or was one before it was cut short or written otherwise."""
LATE = 0.05
"""Seconds that a line waits for others, at most."""


class Line(NamedTuple):
    """A line, but for the moment."""

    text: str
    status: int
    code: str
    size: int
    """Bytes of the body."""


class Log:
    """Writes to standard error, and counts what it writes."""

    def __init__(self, moment: Callable[[], str], count: Count, *, as_json: bool) -> None:
        """`moment` gives the present as it is written."""
        self._moment = moment
        self._count = count
        self._as_json = as_json
        self._waiting: list[str] = []

    def line(self, method: str, path: str, answer: Answer) -> Line:
        """Give the line of an answer."""
        who = answer.who
        facts = {
            "method": method,
            "path": said(path),
            "status": int(answer.status),
            "code": answer.code,
            "partner": who.partner if who else "",
            "key": who.id if who else "",
            "bytes": len(answer.body),
        }
        text = json.dumps(facts)[1:] if self._as_json else _line(facts)
        return Line(text, int(answer.status), answer.code, len(answer.body))

    def add(self, line: Line) -> None:
        """Count an answer, and write its line soon."""
        self._count(line.status, line.code, line.size)
        self._soon(line.text)

    def push(self, said: Said) -> None:
        """Write a line about what the hub did, soon."""
        facts = {"method": "PUSH", **said._asdict()}
        self._soon(json.dumps(facts)[1:] if self._as_json else _pushed(said))

    def trouble(self, says: str) -> None:
        """Write a line about what must not happen, soon."""
        self._soon(json.dumps({"trouble": says})[1:] if self._as_json else " ".join(says.split()))

    def _soon(self, text: str) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_later(LATE, self.flush)
        self._waiting.append(text)

    def flush(self) -> None:
        """Write what waits; that nobody takes it is no reason to serve nobody."""
        waiting, self._waiting = self._waiting, []
        at = f'{{"at": "{self._moment()}", ' if self._as_json else f"{self._moment()} "
        with suppress(OSError, ValueError):
            sys.stderr.write("".join(f"{at}{one}\n" for one in waiting))


def said(path: str) -> str:
    """Give a path as the log has it: without what may be a secret, in whatever spelling."""
    if "%" in path:  # it was encoded twice; no address of ours is spelled like that
        return "…"
    return _SECRETS.sub(lambda found: "/t/…" if found[0].startswith("/t/") else "syn_…", path)


def _line(facts: dict[str, object]) -> str:
    """Give a line for people; what stands in a path never breaks out of it."""
    who = f"{facts['partner']}/{facts['key']}" if facts["key"] else "-"
    asked = f"{facts['method']} {facts['path']!r}"
    return f"{asked} {facts['status']} {facts['code'] or '-'} {who} {facts['bytes']}"


def _pushed(said: Said) -> str:
    """Give a line for people about what the hub did."""
    where = f"{said.partner}/{said.feed}.{said.format}" if said.feed else "-"
    which = f"edition {said.edition} " if said.edition else ""
    why = f": {said.why}" if said.why else ""
    return f"PUSH {said.what} {said.name} {where} {which}to {said.host!r}{why}"
