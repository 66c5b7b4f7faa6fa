"""What changed in a feed since an edition: the same document with only the entries that are new.

An edition's makeup names the fragments of its body by their digests. What the newest has and an
earlier one had not is what changed: new articles, corrections, and the emptied entries of what was
withdrawn. Nothing is left out, whoever wrote in between: editions of a feed are numbered in the
order they were recorded in.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from syndicate.model.document import is_made_up
from syndicate.model.receipt import MadeUp
from syndicate.pipeline.ports import Receipts


class Changes(NamedTuple):
    """What changed."""

    upto: int
    """The edition they lead to."""
    data: bytes
    """A document of the format; empty where nothing changed."""


def changes_since(
    receipts: Receipts, feed: str, format_name: str, since: int, upto: int, data: bytes
) -> Changes | None:
    """Give what changed in a feed since an edition.

    `data` is the document that is out, of edition `upto` or a later one: more than one may have
    been put since `upto` was read. None where that cannot be told: an edition nobody knows, one
    from before makeups were kept, a document of another hand. Then the whole document is the
    answer, which leaves nothing out either.

    Raises:
        StoreFailed: the record cannot be read.
    """
    before = receipts.made_up(feed, format_name, since)
    if before is None or not before.makeup:
        return None
    sequence = max(since, upto)
    while now := receipts.made_up(feed, format_name, sequence):
        if now.makeup and is_made_up(data, now.digest, now.makeup, now.opening):
            return Changes(sequence, _changed(data, now, before))
        sequence += 1
    return None


def _changed(data: bytes, now: MadeUp, before: MadeUp) -> bytes:
    made = json.loads(now.makeup)
    known = {digest for _, digest in json.loads(before.makeup)["fragments"]}
    between = str(made["between"]).encode()
    kept, place = [], now.opening
    for number, (size, digest) in enumerate(made["fragments"]):
        place += len(between) if number else 0
        if digest not in known:
            kept.append(data[place : place + size])
        place += size
    return b"".join((data[: now.opening], between.join(kept), data[place:])) if kept else b""
