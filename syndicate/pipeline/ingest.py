"""Take articles in: give them their identity and version, keep them, refuse what cannot be kept.

The same content again changes nothing. Changed content becomes the next version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from syndicate.licensing.consistency import remarks_on
from syndicate.model.article import Article, PubStatus
from syndicate.model.base import visible
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.incoming import Draft, Refusal
from syndicate.pipeline.ports import Store
from syndicate.pipeline.versions import CLOCKS_APART, changed_dates, keep, says_the_same


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


SAME_NAMES = 20
"""How many articles of the same file name can be found by it."""


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
    guid = identity(draft, store)

    def judge(history: tuple[Article, ...]) -> Article | Refusal:
        made = _judged(draft, guid, history, store, now)
        is_other = _is_of_another_file(draft, guid, store) and made not in history
        return _same_name(draft, guid) if is_other else made

    judged, history, is_new = keep(store, guid, judge, draft.origin, now)
    where = visible(draft.origin)
    if isinstance(judged, Refusal):
        return Outcome(Taken.REFUSED, where, guid, refusal=judged)
    _bind_name(draft, judged, store, now)
    if draft.origin.startswith("file:") or (history and is_new):
        _bind_place(draft, judged, store, now)
    if not is_new:
        told = (where, guid, judged.version, judged.headline)
        return Outcome(Taken.UNCHANGED, *told)
    taken = Taken.UPDATED if history else Taken.ADDED
    remarks = (*draft.remarks, *remarks_on(files, judged))
    return Outcome(taken, where, guid, judged.version, judged.headline, remarks)


def _judged(
    draft: Draft, guid: str, history: tuple[Article, ...], store: Store, now: datetime
) -> Article | Refusal:
    """Give the version to keep; a new identity may not stand at another one's page."""
    url = draft.article.canonical_url
    other = None if history or url is None else store.at_page(url)
    if other not in (None, guid):
        says = f"{url} is the page of {other}"
        mend = f"state guid {other}, or change canonical_url"
        return _refuse(draft, "duplicate-url", "canonical_url", says, mend)
    return _next_version(draft, guid, history, now)


def _is_of_another_file(draft: Draft, guid: str, store: Store) -> bool:
    """Say whether only its file's name speaks for it, and another file came under that name."""
    if not draft.place or not draft.origin.startswith("file:"):
        return False
    return store.guid_of(draft.origin) == guid != store.guid_of(_at(draft))


def _same_name(draft: Draft, guid: str) -> Refusal:
    says = f"another file of this name became {guid}"
    mend = f"rename it or state --url; state --guid {guid} where it is the same article"
    return _refuse(draft, "same-name", "guid", says, mend)


def _bind_place(draft: Draft, article: Article, store: Store, now: datetime) -> None:
    """Remember where the file lies that an article is known by, or that it was stated to be."""
    known = draft.origin.startswith("file:") or store.guid_of(f"file:{draft.name}") == article.guid
    if draft.place and known and store.guid_of(_at(draft)) != article.guid:
        store.put(article, _at(draft), now)


def _at(draft: Draft) -> str:
    return f"at:{draft.place}"


def _bind_name(draft: Draft, article: Article, store: Store, now: datetime) -> None:
    """Remember the file's name; articles of the same name get places of their own."""
    if not draft.name:
        return
    for origin in names_of(draft.name):
        bound = store.guid_of(origin)
        if bound == article.guid:
            return
        if bound is None:
            store.put(article, origin, now)
            return


def names_of(name: str) -> tuple[str, ...]:
    """Give the origins under which articles of a file name are found, in order."""
    return (f"name:{name}", *(f"name:{name}#{n}" for n in range(2, SAME_NAMES + 1)))


def identity(draft: Draft, store: Store) -> str:
    """Give the guid: the one its origin is bound to, unless the source states one itself."""
    stated = draft.origin.startswith("id:")
    bound = None if stated else store.guid_of(draft.origin)
    return bound or draft.article.guid


def _next_version(
    draft: Draft, guid: str, history: tuple[Article, ...], now: datetime
) -> Article | Refusal:
    if "version" in draft.article.model_fields_set:
        made: Article | Refusal = _stated(draft, guid, history)
    else:
        made = _repeated(draft, history) or _counted(draft, guid, history, now)
    return made if isinstance(made, Refusal) else _dated(draft, made, history, now)


def _repeated(draft: Draft, history: tuple[Article, ...]) -> Article | None:
    """Give the stored version that an unnumbered draft repeats, where taking it changes nothing.

    An old file in the inbox changes nothing, nor does it release what was taken back since. But a
    kill of long ago that comes again kills again, and what is dated after a hold is for `_counted`
    to judge.
    """
    same = [one for one in history if says_the_same(draft.article, one)]
    if not same:
        return None
    newest, status = history[-1], draft.article.pub_status
    if same[-1] is newest or newest.pub_status in {PubStatus.CANCELED, status}:
        return same[-1]
    is_release = "version_created" in draft.article.model_fields_set and (
        draft.article.version_created > newest.version_created
    )
    return same[-1] if status is PubStatus.USABLE and not is_release else None


def _refuse(draft: Draft, code: str, field: str, says: str, mend: str) -> Refusal:
    return Refusal(visible(draft.origin), code, field, says, mend)


def _stated(draft: Draft, guid: str, history: tuple[Article, ...]) -> Article | Refusal:
    """Take a version whose number the source states."""
    article = draft.article
    stored = next((one for one in history if one.version == article.version), None)
    if stored is not None and not says_the_same(article, stored):
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
    goes_out = article.pub_status is PubStatus.USABLE
    if last.pub_status is PubStatus.WITHHELD and goes_out and not stated:
        return _refuse(
            draft,
            "article-withheld",
            "version",
            "the article is withheld",
            f"state version {last.version + 1} to release it",
        )
    made = article.version_created if stated else max(now, article.first_created)
    return _copied(article, guid=guid, version=last.version + 1, version_created=made)


def _dated(
    draft: Draft, article: Article, history: tuple[Article, ...], now: datetime
) -> Article | Refusal:
    """Check the dates of a version against those before it."""
    if any(one.version == article.version for one in history):
        return article
    changed = changed_dates(article, history, visible(draft.origin))
    if changed:
        return changed
    if article.pub_status is PubStatus.USABLE:
        before = history[-1:]
    else:  # a kill only follows what is current; it supersedes what is dated in the future
        before = tuple(one for one in history if one.version_created <= now)
        if article.version_created > now + CLOCKS_APART:
            says = f"a {article.pub_status} version is dated in the future"
            return _refuse(
                draft, "V22", "version_created", says, "a kill goes out at once: date it now"
            )
        made = max(min(article.version_created, now), article.first_created)
        article = _copied(article, version_created=made)
    newest = max(before, key=lambda one: one.version_created, default=None)
    if newest and article.version_created <= newest.version_created:
        says = f"version_created is not after version {newest.version}'s"
        return _refuse(draft, "V23", "version_created", says, "state a later instant")
    return article


def _copied(article: Article, **changes: Any) -> Article:
    return article.model_copy(update=changes)
