"""What is kept out, and why: refused files of the inbox, articles that no document can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from syndicate.model.receipt import Isolated
from syndicate.pipeline.ingest import Outcome
from syndicate.pipeline.ports import Store

INBOX = "inbox"
"""The place of what could not be taken in."""


def isolating(outcomes: Iterable[Outcome], store: Store, now: datetime) -> Iterator[Outcome]:
    """Give the same outcomes; when all are given, what was refused is the inbox's quarantine."""
    refused: dict[tuple[str, str], Isolated] = {}
    for one in outcomes:
        yield one
        if one.refusal:
            why = one.refusal
            made = {"code": why.code, "reason": why.told, "since": now}
            refused.setdefault(
                (why.where, why.code), Isolated(subject=why.where, place=INBOX, **made)
            )
    store.isolate(INBOX, refused.values(), now)
