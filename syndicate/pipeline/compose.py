"""One feed at one moment: which articles it picks, what was decided, what is left of each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from syndicate import __version__
from syndicate.formats.base import Format
from syndicate.licensing.covers import misses, too_old_from
from syndicate.licensing.govern import Request, carries_matter, in_order, releases, rule
from syndicate.licensing.question import Question
from syndicate.licensing.redact import published_at, redact
from syndicate.licensing.terms import document_path
from syndicate.licensing.withdraw import could_hold, current, tombstone
from syndicate.model.article import Article, PubStatus
from syndicate.model.base import direction_of
from syndicate.model.decision import Decision, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.feed import Feed
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import ManifestLine

History = tuple[Article, ...]


class Composition(NamedTuple):
    """A feed's content at a moment, before it is written in any format."""

    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...]
    next_change: datetime | None = None
    """The earliest future instant at which time alone can change it."""

    def without(self, guids: Iterable[str]) -> Composition:
        """Give the same without some articles."""
        gone = set(guids)
        return self._replace(
            entries=tuple(e for e in self.entries if e.guid not in gone),
            tombstones=tuple(t for t in self.tombstones if t.guid not in gone),
        )

    @property
    def manifest(self) -> tuple[ManifestLine, ...]:
        """What stands in it, in order."""
        notices = (
            ManifestLine(guid=t.guid, version=t.version, withdrawn=True) for t in self.tombstones
        )
        live = (ManifestLine(guid=e.guid, version=e.version) for e in self.entries)
        return (*notices, *live)


def request_of(files: DeskFiles, partner: Partner, feed: Feed, carries: frozenset[str]) -> Request:
    """Give what a feed asks for; formats that make no difference to the answer ask the same."""
    request = Request(files, partner, partner.property_of(feed), carries, feed.extent)
    return request if carries_matter(request) else request._replace(carries=frozenset())


def compose(
    request: Request, feed: Feed, histories: Iterable[History], now: datetime
) -> Composition:
    """Select, decide, redact; the result depends on nothing but the arguments."""
    candidates: list[Article] = []
    notices: list[Tombstone] = []
    changes: set[datetime] = set()
    for history in histories:
        changes.update(one.version_created for one in history)
        article = current(history, now)
        if article is None:
            continue
        if article.pub_status is not PubStatus.USABLE:
            notice = _notice(request, feed, history, now)
            notices.extend([notice] if notice else [])
            changes.update([notice.kept_until] if notice and notice.kept_until else [])
            continue
        too_old = too_old_from(feed.selection, article)
        changes.update([too_old] if too_old else [])
        if not any(misses(feed.selection, article, now)):
            candidates.append(article)
    chosen = _Chosen(request, feed, now)
    chosen.choose(candidates)
    changes |= chosen.changes
    notices.sort(key=lambda notice: (-notice.when.timestamp(), notice.guid))
    change = min((one for one in changes if one > now), default=None)
    return Composition(tuple(chosen.entries()), tuple(notices), change)


Place = tuple[float, float, float, str]


class _Chosen:
    """The first allowed articles of a feed, in its order.

    Candidates are asked in the order of the best place each could have; once the feed is full, no
    later one can stand before the last, so it is not asked. Only its release could move it up.
    """

    def __init__(self, request: Request, feed: Feed, now: datetime) -> None:
        self._request = request
        self._feed = feed
        self._now = now
        self._places: list[tuple[Place, int]] = []
        self._rulings: list[tuple[Question, Decision]] = []
        self.changes: set[datetime] = set()

    def choose(self, candidates: Iterable[Article]) -> None:
        """Ask for as many candidates as it takes."""
        waiting = [(article, releases(self._request, article)) for article in candidates]
        for article, opens in sorted(waiting, key=lambda one: self._best(*one)):
            if self._is_full_before(self._best(article, opens)):
                self.changes.update(opens)
            else:
                self._ask(article)

    def entries(self) -> Iterator[Entry]:
        """Give what is left of each article, in the feed's order."""
        for _, number in self._places[: self._feed.limit]:
            yield redact(*self._rulings[number])

    def _best(self, article: Article, opens: tuple[datetime, ...]) -> Place:
        past = [instant for instant in opens if instant <= self._now]
        return _place(self._feed, article, max([article.published_from, *past]))

    def _is_full_before(self, best: Place) -> bool:
        limit = self._feed.limit
        return len(self._places) >= limit and self._places[limit - 1][0] <= best

    def _ask(self, article: Article) -> None:
        decision, question = rule(self._request, article, self._now)
        self.changes.update([decision.next_change] if decision.next_change else [])
        if question is None or decision.verdict is not Verdict.ALLOW:
            return
        published = published_at(article, decision)
        insort(self._places, (_place(self._feed, article, published), len(self._rulings)))
        self._rulings.append((question, decision))


def _notice(request: Request, feed: Feed, history: History, now: datetime) -> Tombstone | None:
    """Give the notice of a withdrawn article to a feed that could have held it."""
    notice = tombstone(request, history, now)
    held = could_hold(request, history, now) if notice else None
    picked = held is not None and not any(misses(feed.selection, held.article, held.since))
    return notice if picked else None


def _place(feed: Feed, article: Article, published: datetime) -> Place:
    """Give where an article stands in a feed: the smaller, the earlier."""
    newest, updated = -published.timestamp(), -max(article.version_created, published).timestamp()
    if feed.order == "updated":
        return 0.0, updated, newest, article.guid
    if feed.order == "urgency":
        return float(article.urgency or LEAST_URGENT), newest, updated, article.guid
    return 0.0, newest, updated, article.guid


LEAST_URGENT = 9


def path_of(partner: Partner, feed: Feed, fmt: Format) -> str:
    """Give the published path of a feed in a format: gazette/gazette-all.rss."""
    return f"{partner.id}/{feed.id}.{fmt.suffix}"


def head_of(
    files: DeskFiles, partner: Partner, feed: Feed, fmt: Format, composed: Composition
) -> FeedHead:
    """Give the envelope of a feed. Its time comes from its content, never from a clock."""
    desk = files.desk
    language = feed.language or desk.language
    agreement = next(iter(in_order(partner)), None)
    licence = agreement and files.licence(agreement.licence, agreement.licence_version)
    updated = content_time(files, partner, composed)
    return FeedHead(
        id=f"tag:{desk.domain},{desk.since}:feed/{feed.id}",
        title=feed.title,
        description=feed.description,
        language=language,
        dir="rtl" if direction_of(language) == "rtl" else "ltr",
        self_url=desk.url_of(path_of(partner, feed, fmt)),
        site_url=desk.url,
        publisher=desk.name,
        contact=desk.contact,
        rights=desk.notice(updated.year),
        licence_url=desk.url_of(document_path(licence, "html")) if licence else None,
        valid_until=agreement.term.closes if agreement else None,
        updated=updated,
        renditions=feed.renditions,
        generator_version=__version__,
    )


def content_time(files: DeskFiles, partner: Partner, composed: Composition) -> datetime:
    """Give the last change of the content; of an empty feed, the start of its agreement."""
    times = [entry.updated for entry in composed.entries]
    times += [notice.when for notice in composed.tombstones]
    if times:
        return max(times)
    starts = [a.term.opens for a in in_order(partner) if a.state is not AgreementState.DRAFT]
    return next((s for s in starts if s), datetime(files.desk.since, 1, 1, tzinfo=UTC))
