"""Take an article back, hold it, bring it back, correct it: each makes the next version.

A version that takes something back carries no content and is dated now: it is neither embargoed
nor scheduled, and it supersedes versions that are dated in the future. What it took back stays in
the version before, so that nothing is lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from pydantic import ValidationError

from syndicate.licensing.withdraw import current, reigns
from syndicate.model.article import Article, PubStatus, WithdrawalReason
from syndicate.model.base import legal_text
from syndicate.pipeline.incoming import Draft, Refusal
from syndicate.pipeline.ingest import identity
from syndicate.pipeline.ports import Store
from syndicate.pipeline.versions import History, changed_dates, content_digest, says_the_same

Order = Callable[[History], Article | Refusal]
"""Makes the next version of a history; gives a stored one where there is nothing to do."""
Change = Callable[[Article], Article | Refusal]
"""Makes the corrected article of the one that is wrong."""

_SECOND = timedelta(seconds=1)
_A_MOMENT = timedelta(seconds=10)
"""Commands given at once date their versions one second after the other."""
_STAY = (
    "guid",
    "language",
    "dir",
    "headline",
    "section",
    "products",
    "subjects",
    "first_created",
    "first_published",
    "canonical_url",
    "copyright_holder",
    "copyright_notice",
)
"""What identifies an article that was taken back; everything else stays behind."""


def kill(history: History, reason: WithdrawalReason, note: str, now: datetime) -> Article:
    """Give the version that kills an article; the newest one where it is killed already."""
    if history[-1].pub_status is PubStatus.CANCELED:
        return history[-1]
    return _taken_back(history, PubStatus.CANCELED, reason, note, now)


def withhold(
    history: History, reason: WithdrawalReason, note: str, now: datetime
) -> Article | Refusal:
    """Give the version that holds an article until somebody has looked."""
    newest = history[-1]
    if newest.pub_status is PubStatus.CANCELED:
        mend = "nothing is left to hold; syndicate reinstate brings it back"
        return _refuse(newest, "article-killed", f"version {newest.version} killed it", mend)
    if newest.pub_status is PubStatus.WITHHELD:
        return newest
    return _taken_back(history, PubStatus.WITHHELD, reason, note, now)


def reinstate(
    history: History, note: str, now: datetime, *, even_killed: bool = False
) -> Article | Refusal:
    """Give the last usable content once more, as a new version."""
    newest = history[-1]
    if newest.pub_status is PubStatus.USABLE:
        return newest
    base = _wanted_back(history, now, even_killed=even_killed)
    if isinstance(base, Refusal):
        return base
    return _next(base, history, _later(history, now, newest.first_created), ed_note=note)


def correct(
    history: History,
    change: Change,
    note: str,
    now: datetime,
    *,
    release: bool = False,
    even_killed: bool = False,
) -> Article | Refusal:
    """Give the corrected version; the newest one where it says all that already.

    `release` says on purpose that a withheld article goes out again with it, `even_killed` that a
    killed one does.
    """
    newest = history[-1]
    if newest.version_created > now + _A_MOMENT:
        says = f"version {newest.version} is dated {newest.version_created.isoformat()}"
        return _refuse(newest, "V23", says, "correct it then, or kill the article now")
    base: Article | Refusal = newest
    if newest.pub_status is not PubStatus.USABLE:
        if newest.pub_status is PubStatus.WITHHELD and not release:
            mend = "add --release to send the corrected article out"
            return _refuse(newest, "article-withheld", "the article is withheld", mend)
        base = _wanted_back(history, now, even_killed=even_killed)
    made = base if isinstance(base, Refusal) else change(base)
    if isinstance(made, Refusal):
        return made
    changed = changed_dates(made, history, newest.guid)
    if changed:
        return changed
    at = _later(history, now, newest.first_created)
    made = _next(made, history, at, correction_note=note)
    return newest if content_digest(made) == content_digest(newest) else made


def _taken_back(
    history: History, status: PubStatus, reason: WithdrawalReason, note: str, now: datetime
) -> Article:
    last = current(history, now) or history[-1]
    past = tuple(one for one in history if one.version_created <= now)
    return Article(
        **{name: getattr(last, name) for name in _STAY},
        version=history[-1].version + 1,
        version_created=_later(past, now, last.first_created),
        pub_status=status,
        withdrawal_reason=reason,
        ed_note=note,
    )


def _later(before: History, now: datetime, first: datetime) -> datetime:
    """Give now, or the second after those before: documents tell time in whole seconds."""
    newest = max((one.version_created for one in before), default=None)
    date = max(now, first)
    if newest is None or newest.replace(microsecond=0) < date.replace(microsecond=0):
        return date
    return newest.replace(microsecond=0) + _SECOND


def _wanted_back(history: History, now: datetime, *, even_killed: bool) -> Article | Refusal:
    """Give the last version that could be used: the last that ever was current, if any was."""
    newest = history[-1]
    if newest.pub_status is PubStatus.CANCELED and not even_killed:
        says = f"the article was killed on {newest.version_created:%Y-%m-%d %H:%M:%SZ}"
        return _refuse(
            newest, "article-killed", says, "add --killed to bring it back all the same"
        )
    usable = [one for one in history if one.pub_status is PubStatus.USABLE]
    reigned = [one.article for one in reigns(history) if one.start <= now]
    found = [one for one in usable if one in reigned] or usable
    if not found:
        says, mend = "no version of it was ever usable", "take a usable version in"
        return _refuse(newest, "never-usable", says, mend)
    return found[-1]


def _next(base: Article, history: History, at: datetime, **changes: Any) -> Article:
    changes |= {
        "version": max(base.version, history[-1].version + 1),
        "version_created": at,
        "pub_status": PubStatus.USABLE,
        "withdrawal_reason": None,
    }
    return Article.model_validate({**base.model_dump(), **changes})


def _refuse(article: Article, code: str, says: str, mend: str) -> Refusal:
    return Refusal(article.guid, code, "article", says, mend)


class Replacement(NamedTuple):
    """Words and what stands in their place; both are plain text."""

    old: str
    new: str


_PLAIN = frozenset({"headline", "summary", "dateline", "name", "affiliation"})
_PLAIN_IN_BODY = frozenset({"alt", "credit", "cite", "title"})
_INLINE = frozenset({"text", "caption", "items", "header", "rows"})
_FIELDS = ("headline", "summary", "dateline", "bylines", "body")
_TAG = re.compile(r"(<[^>]*>)")


def replaced(pairs: Iterable[Replacement]) -> Change:
    """Give the change that replaces words; each must stand in the article exactly once."""
    return partial(_replaced, tuple(pairs))


def _replaced(pairs: tuple[Replacement, ...], article: Article) -> Article | Refusal:
    data = article.model_dump()
    for old, new in pairs:
        one = _Replacing(legal_text(old), legal_text(new))
        data |= {name: one.walk(data[name], name) for name in _FIELDS}
        if one.count != 1:
            times = f"{one.count} times" if one.count else "nowhere in one run of text"
            says = f"{old!r} stands {times}, not once"
            mend = "state more or fewer of the words around it, or give the corrected file"
            return _refuse(article, "replace", says, mend)
    try:
        return Article.model_validate(data)
    except ValidationError as err:
        fault = err.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, fault["loc"]))
        return Refusal(article.guid, "replace", field, fault["msg"], "state other words")


class _Replacing:
    """Replaces in every text of an article's data, and counts; tags and addresses stay."""

    def __init__(self, old: str, new: str) -> None:
        self.count = 0
        self._plain = (old, new)
        self._inline = tuple(_as_inline(text) for text in (old, new))

    def walk(self, value: Any, name: str) -> Any:
        """Give a value with the words replaced."""
        if isinstance(value, dict):
            return {k: v if k == "rights" else self.walk(v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return tuple(self.walk(one, name) for one in value)
        if not isinstance(value, str):
            return value
        if name in _INLINE:
            pieces = _TAG.split(value)
            return "".join(
                piece if n % 2 else self._swap(piece, *self._inline)
                for n, piece in enumerate(pieces)
            )
        return self._swap(value, *self._plain) if name in _PLAIN | _PLAIN_IN_BODY else value

    def _swap(self, text: str, old: str, new: str) -> str:
        self.count += text.count(old)
        return text.replace(old, new)


def _as_inline(text: str) -> str:
    """Give plain text as it stands in inline HTML."""
    return html.escape(text, quote=False).replace("\u00a0", "&nbsp;")


def from_file(found: Iterable[Draft | Refusal], where: str) -> Change:
    """Give the change that takes the corrected article from what was read of a file."""
    return partial(_from_file, tuple(found), where)


def _from_file(
    found: tuple[Draft | Refusal, ...], where: str, article: Article
) -> Article | Refusal:
    drafts = [one.article for one in found if isinstance(one, Draft)]
    same = [one for one in drafts if one.guid == article.guid]
    bad = [one for one in found if isinstance(one, Refusal)]
    if len(same) != 1:
        if bad and not same:
            return bad[0]
        names = ", ".join(sorted({one.guid for one in drafts})) or "nothing"
        says = f"the file holds {names}, not {article.guid} once"
        mend = "name the file of the same article"
        return Refusal(where, "other-article", "guid", says, mend)
    made = same[0]
    if made.pub_status is not PubStatus.USABLE:
        says = f"pub_status is {made.pub_status}"
        mend = "use syndicate kill or withhold to take an article back"
        return Refusal(where, "not-usable", "pub_status", says, mend)
    kept = made.first_published or article.first_published
    return made.model_copy(update={"first_published": kept})


def other_words(
    inbox: Iterable[Draft | Refusal], article: Article, store: Store
) -> Iterator[Draft]:
    """Give the files of an article in the inbox that do not say what its newest version says.

    Notes to editors make no difference: `reinstate` adds one.
    """
    for draft in inbox:
        if isinstance(draft, Refusal) or identity(draft, store) != article.guid:
            continue
        noted = article.model_copy(update={"ed_note": draft.article.ed_note})
        if not says_the_same(draft.article, noted):
            yield draft
