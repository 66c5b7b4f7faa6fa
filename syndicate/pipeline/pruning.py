"""What nobody needs any more goes, now and then: kept work, and streams that all feeds left."""

from __future__ import annotations

import json
from typing import Any

from syndicate.formats import packing
from syndicate.pipeline.ports import Store

GROWN = "grown"
"""The setting that says how many fragments were kept since the last pruning, and how many were
left by it."""
FEW = 2_000
"""So many more fragments are never worth a look."""


def pruned(store: Store, grown: int) -> bool:
    """Throw away what is not needed, once as much was added as was left the last time.

    So the store holds at most about twice what it needs, and each fragment kept pays for the
    looking at one other. Gives whether it was time.

    Raises:
        StoreFailed: the store cannot be read or written.
    """
    if not grown:
        return False
    before, left = map(int, json.loads(store.setting(GROWN) or "[0, 0]"))
    since = before + grown
    due = since > max(FEW, left)
    if due:
        since, left = 0, _prune(store)
    store.set(GROWN, json.dumps([since, left]))
    return due


def _prune(store: Store) -> int:
    ways = store.ways()
    needed: set[str] = set()
    pieces: set[str] = set()
    for makeup in store.makeups():
        text = store.text(makeup)
        told: dict[str, Any] = json.loads(text) if text else {"between": "", "fragments": []}
        found = [packing.Fragment(digest, size) for size, digest in told["fragments"]]
        needed.update(one.key for one in found)
        pieces.update(packing.piece_keys(found, told["between"].encode()))
    asked = {one.asked for one in ways}
    store.prune_streams()
    return store.prune(needed, pieces, asked)
