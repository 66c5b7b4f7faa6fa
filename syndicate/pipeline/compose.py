"""One feed at one moment: which articles it picks, what was decided, what is left of each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from syndicate import __version__
from syndicate.formats.base import Format
from syndicate.licensing.covers import misses, too_old_from
from syndicate.licensing.govern import Request, carries_matter, in_order, releases, rule
from syndicate.licensing.question import Question
from syndicate.licensing.redact import published_at, redact
from syndicate.licensing.terms import document_path
from syndicate.licensing.withdraw import current, recorded_tombstone, reigns, tombstone
from syndicate.model.article import Article, PubStatus
from syndicate.model.base import direction_of
from syndicate.model.decision import Decision, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.feed import Feed
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.model.receipt import ManifestLine

History = tuple[Article, ...]
NOTHING: Mapping[str, int] = MappingProxyType({})


class Quarantined(NamedTuple):
    """An article kept out of a document because it cannot be decided or written right."""

    guid: str
    reason: str


class Composition(NamedTuple):
    """A feed's content at a moment, before it is written in any format."""

    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...]
    next_change: datetime | None = None
    """The earliest future instant at which time alone can change it."""
    now: datetime | None = None
    """The moment."""
    quarantined: tuple[Quarantined, ...] = ()
    """Articles that could not be decided or cut down; they cost only themselves."""

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
    request: Request,
    feed: Feed,
    histories: Iterable[History],
    now: datetime,
    held: Mapping[str, int] = NOTHING,
) -> Composition:
    """Select, decide, redact; the result depends on nothing but the arguments.

    `held` names articles that the feed's recorded editions held, each with its last version.
    """
    chosen = _Chosen(request, feed, now)
    candidates: list[Article] = []
    notices: list[Tombstone] = []
    for history in histories:
        chosen.changes.update(one.start for one in reigns(history))
        article = current(history, now)
        if article is None:
            continue
        try:
            if article.pub_status is not PubStatus.USABLE:
                notice = _notice(request, feed, history, now, held.get(article.guid))
                notices.extend([notice] if notice else [])
            elif chosen.picks(article):
                candidates.append(article)
        except Exception as met:  # whatever is odd about an article costs only that article
            chosen.bad.append(_quarantined(article, met))
    chosen.choose(candidates)
    entries = tuple(chosen.entries())
    changes = chosen.changes | {notice.kept_until for notice in notices if notice.kept_until}
    notices.sort(key=lambda notice: (-notice.when.timestamp(), notice.guid))
    change = min((one for one in changes if one > now), default=None)
    return Composition(entries, tuple(notices), change, now, tuple(sorted(chosen.bad)))


def _quarantined(article: Article, met: Exception) -> Quarantined:
    says = str(met).splitlines()
    return Quarantined(article.guid, f"{type(met).__name__}: {says[0] if says else 'no words'}")


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
        self.bad: list[Quarantined] = []

    def picks(self, article: Article) -> bool:
        """Say whether the feed picks an article, and note when it will be too old."""
        too_old = too_old_from(self._feed.selection, article)
        self.changes.update([too_old] if too_old else [])
        return not any(misses(self._feed.selection, article, self._now))

    def choose(self, candidates: Iterable[Article]) -> None:
        """Ask for as many candidates as it takes."""
        waiting = [(article, releases(self._request, article)) for article in candidates]
        for article, opens in sorted(waiting, key=lambda one: self._best(*one)):
            if self._is_full_before(self._best(article, opens)):
                self.changes.update(opens)
                continue
            try:
                self._ask(article)
            except Exception as met:
                self.bad.append(_quarantined(article, met))

    def entries(self) -> Iterator[Entry]:
        """Give what is left of each article, in the feed's order."""
        left = self._feed.limit
        for _, number in self._places:
            if left == 0:
                return
            question, decision = self._rulings[number]
            try:
                entry = redact(question, decision)
            except Exception as met:
                self.bad.append(_quarantined(question.article, met))
                continue
            left -= 1
            yield entry

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


def _notice(
    request: Request, feed: Feed, history: History, now: datetime, recorded: int | None
) -> Tombstone | None:
    """Give the notice of a withdrawn article to a feed that could have held it, or did."""

    def picks(article: Article, moment: datetime) -> bool:
        return not any(misses(feed.selection, article, moment))

    notice = tombstone(request, history, now, picks)
    if notice is None and recorded is not None:
        return recorded_tombstone(request, history, recorded, now)
    return notice


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
    agreement = _agreement_of(partner, feed, composed.now)
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
        logo=desk.logo,
        publisher=desk.name,
        contact=desk.contact,
        rights=desk.notice(updated.year),
        licence_url=desk.url_of(document_path(licence, "html")) if licence else None,
        valid_until=agreement.term.closes if agreement else None,
        updated=updated,
        renditions=feed.renditions,
        generator_version=__version__,
    )


_BOUND = {AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.TERMINATED}


def _agreement_of(partner: Partner, feed: Feed, now: datetime | None) -> Agreement | None:
    """Give the agreement a feed runs under, else the last it ran under; never a draft."""
    place = partner.property_of(feed).id
    named = [one for one in in_order(partner) if place in one.properties and one.state in _BOUND]
    active = [one for one in named if one.state is AgreementState.ACTIVE]
    for one in active:
        if now is None or one.term.closes is None or one.term.closes > now:
            return one
    ends = [(one.term.closes, one) for one in named if one.term.closes]
    return max(ends, key=lambda end: end[0])[1] if ends else next(iter(named), None)


def content_time(files: DeskFiles, partner: Partner, composed: Composition) -> datetime:
    """Give the last change of the content; of an empty feed, the start of its agreement."""
    times = [entry.updated for entry in composed.entries]
    times += [notice.when for notice in composed.tombstones]
    if times:
        return max(times)
    starts = [a.term.opens for a in in_order(partner) if a.state is not AgreementState.DRAFT]
    return next((s for s in starts if s), datetime(files.desk.since, 1, 1, tzinfo=UTC))
