"""Take articles in: give them their identity and version, keep them, refuse what cannot be kept.

The same content again changes nothing. Changed content becomes the next version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from syndicate.licensing.consistency import remarks_on
from syndicate.model.article import Article, PubStatus
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.ports import Draft, Refusal, Store


class Taken(StrEnum):
    """What became of a draft."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Outcome(NamedTuple):
    """What became of one draft, and why where it was refused."""

    taken: Taken
    where: str
    guid: str = ""
    version: int = 0
    headline: str = ""
    remarks: tuple[str, ...] = ()
    refusal: Refusal | None = None


CLOCKS_APART = timedelta(minutes=5)


def ingest(
    drafts: Iterable[Draft | Refusal], files: DeskFiles, store: Store, now: datetime
) -> Iterator[Outcome]:
    """Take drafts in one by one; each is durable before the next is read.

    Raises:
        StoreFailed: the store cannot be written.
    """
    for draft in drafts:
        if isinstance(draft, Refusal):
            yield Outcome(Taken.REFUSED, draft.where, refusal=draft)
        else:
            yield _take(draft, files, store, now)


def _take(draft: Draft, files: DeskFiles, store: Store, now: datetime) -> Outcome:
    guid = _identity(draft, store)
    history = store.history(guid)
    judged = _next_version(draft, guid, history, now)
    if isinstance(judged, Refusal):
        return Outcome(Taken.REFUSED, draft.origin, guid, refusal=judged)
    known = any(one.version == judged.version for one in history)
    if not known:
        store.put(judged, draft.origin, now)
    taken = Taken.UNCHANGED if known else (Taken.UPDATED if history else Taken.ADDED)
    remarks = () if known else (*draft.remarks, *remarks_on(files, judged))
    return Outcome(taken, draft.origin, guid, judged.version, judged.headline, remarks)


def _identity(draft: Draft, store: Store) -> str:
    """Give the guid: the one its origin is bound to, unless the source states one itself."""
    stated = draft.origin.startswith("id:")
    bound = None if stated else store.guid_of(draft.origin)
    return bound or draft.article.guid


def content_digest(article: Article) -> str:
    """Give a digest of everything but the identity, the number and the date of the version."""
    text = article.model_dump_json(exclude={"guid", "version", "version_created"})
    return hashlib.sha256(text.encode()).hexdigest()


def _next_version(
    draft: Draft, guid: str, history: tuple[Article, ...], now: datetime
) -> Article | Refusal:
    article = draft.article
    same = [one for one in history if content_digest(one) == content_digest(article)]
    if "version" in article.model_fields_set:
        made: Article | Refusal = _stated(draft, guid, history)
    elif same:
        return same[-1]
    else:
        made = _counted(draft, guid, history, now)
    return made if isinstance(made, Refusal) else _dated(draft, made, history, now)


def _refuse(draft: Draft, code: str, field: str, says: str, mend: str) -> Refusal:
    return Refusal(draft.origin, code, field, says, mend)


def _stated(draft: Draft, guid: str, history: tuple[Article, ...]) -> Article | Refusal:
    """Take a version whose number the source states."""
    article = draft.article
    stored = next((one for one in history if one.version == article.version), None)
    if stored is not None and content_digest(stored) != content_digest(article):
        return _refuse(
            draft,
            "version-conflict",
            "version",
            f"version {article.version} is stored with other content",
            f"state version {history[-1].version + 1}",
        )
    if stored is None and history and article.version < history[-1].version:
        return _refuse(
            draft,
            "V23",
            "version",
            f"version {article.version} is lower than the stored {history[-1].version}",
            f"state version {history[-1].version + 1}",
        )
    return stored or _copied(article, guid=guid)


def _counted(
    draft: Draft, guid: str, history: tuple[Article, ...], now: datetime
) -> Article | Refusal:
    """Number a version that the source does not number."""
    article = draft.article
    if not history:
        return _copied(article, guid=guid, version=1)
    last = history[-1]
    if last.pub_status is PubStatus.CANCELED:
        return _refuse(
            draft,
            "article-killed",
            "version",
            "the article was killed",
            f"state version {last.version + 1} to bring it back on purpose",
        )
    stated = "version_created" in article.model_fields_set
    made = article.version_created if stated else max(now, article.first_created)
    return _copied(article, guid=guid, version=last.version + 1, version_created=made)


def _dated(
    draft: Draft, article: Article, history: tuple[Article, ...], now: datetime
) -> Article | Refusal:
    """Check the dates of a version against those before it."""
    if any(one.version == article.version for one in history):
        return article
    first = history[0] if history else article
    for name in ("first_created", "first_published"):
        if getattr(first, name) != getattr(article, name):
            says = f"{name} differs from version 1's {getattr(first, name)}"
            return _refuse(draft, "V24", name, says, "it never changes: state the same")
    if history and article.version_created <= history[-1].version_created:
        says = f"version_created is not after version {history[-1].version}'s"
        return _refuse(draft, "V23", "version_created", says, "state a later instant")
    ends_it = article.pub_status is not PubStatus.USABLE
    if ends_it and article.version_created > now + CLOCKS_APART:
        says = f"a {article.pub_status} version is dated in the future"
        return _refuse(
            draft, "V22", "version_created", says, "a kill goes out at once: date it now"
        )
    return article


def _copied(article: Article, **changes: Any) -> Article:
    return article.model_copy(update=changes)
