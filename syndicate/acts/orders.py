"""An order on an article: its next version is kept, published, and its partners are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from syndicate import wiring
from syndicate.acts.publishing import Attempt, Clock, present, publish_change
from syndicate.model.article import Article, PubStatus
from syndicate.model.base import visible
from syndicate.model.desk import Desk
from syndicate.model.errors import SyndicateError
from syndicate.model.partner import Partner
from syndicate.model.receipt import Notice, Told
from syndicate.pipeline import amend
from syndicate.pipeline.explain import find_article
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.pipeline.made import Published
from syndicate.pipeline.ports import Store
from syndicate.pipeline.timeline import ORDER
from syndicate.pipeline.versions import History, Kept, keep
from syndicate.sources import collecting

Order = Callable[[Desk, History], Callable[..., Article | Refusal]]
"""Gives what makes the next version, when desk and history are known."""
_LONGEST_WAIT = timedelta(seconds=12)


class Reached(NamedTuple):
    """Who could have the article, and what they were told about this version."""

    holders: tuple[str, ...]
    told: tuple[Told, ...]
    partners: Mapping[str, Partner]
    """The partners that the desk can name."""

    def address(self, partner: str) -> str:
        """Give where a partner hears of notices."""
        known = self.partners.get(partner)
        return (known and known.contacts.notices) or "–"

    def notices(self) -> list[Notice]:
        """Give what they were told, the most urgent first."""
        found = (one.notice for one in self.told)
        return sorted(found, key=lambda o: (o.due is None, o.due or o.at, o.partner))

    def by_mail(self) -> list[str]:
        """Give the partners that want a mail, which only people send."""
        names = dict.fromkeys(one.notice.partner for one in self.told)
        known = [self.partners[name] for name in names if name in self.partners]
        return [one.id for one in known if one.notice_channel == "mail"]


class Ordered(NamedTuple):
    """What became of an order."""

    kept: Kept
    article: Article
    """The version that stands now."""
    attempt: Attempt
    reached: Reached
    undone_by: tuple[str, ...] = ()
    """Files of the inbox that say other words, and would undo it with their next change."""

    def changes(self) -> Iterator[tuple[Published, str]]:
        """Give the documents in which the article changed, and what it is there now."""
        article = self.article
        told = {one.notice.partner for one in self.reached.told}
        for one in self.attempt.done:
            for how in ("added", "changed", "removed"):
                if article.guid in getattr(one, how):
                    gone = article.pub_status != PubStatus.USABLE and how != "removed"
                    yield one, "withdrawn" if gone else how
            if one.partner in told and any(":correction/" in guid for guid in one.added):
                yield one, "notice"


class OrderRefused(SyndicateError):
    """The article cannot be changed so."""


def carry_out(
    desk: Path,
    name: str,
    order: Order,
    now: Clock,
    *,
    publish: bool = True,
    inbox: bool = False,
    by: str = "",
) -> Ordered:
    """Keep the next version of an article, then publish it.

    Nothing need be sound for the version to be kept, as long as desk.toml names the store. `inbox`
    says whether to look who would undo it, `by` who ordered it: for the log alone, it is never
    published.

    Raises:
        BadDesk: desk.toml does not say which store it is, or nothing was published yet.
        NotFound: there is no such article.
        OrderRefused: it cannot be changed so.
        StoreFailed: nothing was kept.
    """
    known = wiring.desk_in_need(desk)
    with wiring.opened_store(desk, known) as store:
        history = find_article(store, name)
        moment = present(store, now())
        made = partial(order(known, history), now=moment)
        kept = keep(store, history[-1].guid, made, None, moment)
        article = kept.judged
        if isinstance(article, Refusal):
            raise _refused(article)
        if by:
            words = f"version {article.version}, {article.pub_status}: ordered by {by}"
            store.note(ORDER, article.guid, words, moment)
        attempt = Attempt()
        if publish:
            attempt = publish_change(desk, store, _current_at(article, moment, now), now())
        others = _other_words(desk, known, store, article) if inbox else ()
        told = store.notices(guid=article.guid)
        held = store.held(article.guid)
    reached = Reached(
        tuple(sorted({one.partner for one in held})),
        tuple(one for one in told if one.notice.version == article.version),
        _partners(desk),
    )
    return Ordered(kept, article, attempt, reached, others)


def _refused(one: Refusal) -> OrderRefused:
    field = "" if one.field == "article" else f" {one.field}"
    return OrderRefused(f"{one.code}{field}: {one.says}", where=one.where, mend=one.mend)


def _current_at(article: Article, moment: datetime, now: Clock) -> datetime:
    """Give the moment to publish at: versions do not share a second, so it may have to wait."""
    wait = article.version_created - max(moment, now())
    if not timedelta(0) < wait <= _LONGEST_WAIT:
        return max(moment, now())
    time.sleep(wait.total_seconds())
    return max(moment, now(), article.version_created)


def _other_words(desk: Path, known: Desk, store: Store, article: Article) -> tuple[str, ...]:
    inbox = desk / known.inbox
    drafts = collecting.collect([inbox] if inbox.is_dir() else [], known, Hints())
    found = amend.other_words(drafts, article, store)
    return tuple(dict.fromkeys(_named(one) for one in found))


def _named(draft: Draft) -> str:
    return visible(draft.name or draft.origin)


def _partners(desk: Path) -> Mapping[str, Partner]:
    try:
        files = wiring.load_sound(desk).files
    except SyndicateError:
        return {}
    return {one.id: one for one in files.partners} if files else {}
