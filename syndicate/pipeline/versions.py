"""How the next version of an article is kept: numbered, dated, never lost to another process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.model.article import Article
from syndicate.model.errors import VersionConflict
from syndicate.pipeline.incoming import Refusal
from syndicate.pipeline.ports import Store

History = tuple[Article, ...]

CLOCKS_APART = timedelta(minutes=5)
TRIES = 20
"""How often a version is numbered anew when another process takes the number first."""


class Kept(NamedTuple):
    """What became of the attempt to keep a version."""

    judged: Article | Refusal
    """The version as it is stored, or why it is not."""
    history: History
    """The versions before it."""
    is_new: bool = False
    """Whether it was not stored before."""


def keep(
    store: Store,
    guid: str,
    judge: Callable[[History], Article | Refusal],
    origin: str | None,
    now: datetime,
) -> Kept:
    """Keep the version that `judge` makes of the history; it is durable on return.

    Where another process takes its number first, `judge` is asked again with what that one kept.
    Raises StoreFailed.
    """
    history: History = ()
    for _ in range(TRIES):
        history = store.history(guid)
        judged = judge(history)
        if isinstance(judged, Refusal):
            return Kept(judged, history)
        if any(one.version == judged.version for one in history):
            return Kept(judged, history)
        try:
            store.put(judged, origin, now)
        except VersionConflict:
            continue
        return Kept(judged, history, is_new=True)
    says = f"other processes took {TRIES} numbers before it"
    busy = Refusal(origin or guid, "version-conflict", "version", says, "do it again")
    return Kept(busy, history)


def content_digest(article: Article) -> str:
    """Give a digest of everything but the identity, the number and the date of the version."""
    text = article.model_dump_json(exclude={"guid", "version", "version_created"})
    return hashlib.sha256(text.encode()).hexdigest()


def says_the_same(article: Article, stored: Article) -> bool:
    """Say whether an article repeats a stored version.

    A correction note that it lacks makes no difference: `correct` adds one to what a file says,
    and the file stays in the inbox without it.
    """
    if not article.correction_note:
        stored = stored.model_copy(update={"correction_note": ""})
    return content_digest(article) == content_digest(stored)


def changed_dates(article: Article, history: History, where: str) -> Refusal | None:
    """Give the refusal of a version that changes what never changes (V24)."""
    first = history[0] if history else article
    for name in ("first_created", "first_published"):
        if getattr(first, name) != getattr(article, name):
            says = f"{name} differs from version 1's {getattr(first, name)}"
            return Refusal(where, "V24", name, says, "it never changes: state the same")
    return None
