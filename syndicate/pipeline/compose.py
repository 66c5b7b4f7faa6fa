"""One feed at one moment: which articles it picks, what was decided, what is left of each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from syndicate import __version__
from syndicate.formats.base import Format
from syndicate.licensing.covers import misses, too_old_from
from syndicate.licensing.govern import Request, Ruling, carries_matter, in_order, releases, rule
from syndicate.licensing.question import Question
from syndicate.licensing.quota import Room, is_counted, room, slots_for
from syndicate.licensing.redact import published_at, redact
from syndicate.licensing.terms import document_path
from syndicate.licensing.withdraw import tombstone
from syndicate.model.article import Article
from syndicate.model.base import direction_of
from syndicate.model.decision import Decision, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.feed import Feed
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.model.receipt import Slot
from syndicate.pipeline.pool import History, Place, Pool, place


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
    rulings: Mapping[str, Ruling] = MappingProxyType({})
    """The decision behind each entry, by guid."""
    counted: tuple[Slot, ...] = ()
    """What was counted against quotas when it was decided."""
    taken: tuple[Slot, ...] = ()
    """The places of quotas that its articles take when it is published."""
    rooms: tuple[Room, ...] = ()
    """What must hold of those quotas then, whoever else takes places meanwhile."""

    def without(self, guids: Iterable[str]) -> Composition:
        """Give the same without some articles."""
        gone = set(guids)
        return self._replace(
            entries=tuple(e for e in self.entries if e.guid not in gone),
            tombstones=tuple(t for t in self.tombstones if t.guid not in gone),
        )

    def guids(self) -> tuple[str, ...]:
        """Give what stands in it, notices first."""
        return (*(t.guid for t in self.tombstones), *(e.guid for e in self.entries))

    def only(self, guid: str) -> Composition:
        """Give the same with one article alone."""
        return self.without(set(self.guids()) - {guid})


def request_of(files: DeskFiles, partner: Partner, feed: Feed, carries: frozenset[str]) -> Request:
    """Give what a feed asks for; formats that make no difference to the answer ask the same."""
    request = Request(
        files,
        partner,
        partner.property_of(feed),
        carries,
        feed.extent,
        feed.media,
        feed.purpose,
        feed.selection,
    )
    return request if carries_matter(request) else request._replace(carries=frozenset())


def compose(request: Request, feed: Feed, pool: Pool, now: datetime) -> Composition:
    """Select, decide, redact; the result depends on nothing but the arguments."""
    chosen = _Chosen(request, feed, now)
    chosen.changes.update(pool.starts())
    notices: list[Tombstone] = []
    for history in pool.taken_back(request):
        try:
            notice = _notice(request, feed, history, now)
        except Exception as met:  # whatever is odd about an article costs only that article
            chosen.bad.append(quarantined(history[-1].guid, met))
        else:
            notices.extend([notice] if notice else [])
    chosen.choose(pool)
    taken = tuple(_taken(chosen, now))
    rooms = tuple(dict.fromkeys(one for asked in chosen.new() if (one := room(asked))))
    if {slot.guid for slot in taken} < chosen.uncounted():
        chosen = chosen.within(request._replace(slots=(*request.slots, *taken)))
        chosen.choose(pool)
    entries = tuple(chosen.entries())
    changes = chosen.changes | {notice.kept_until for notice in notices if notice.kept_until}
    notices.sort(key=lambda notice: (-notice.when.timestamp(), notice.guid))
    change = min((one for one in changes if one > now), default=None)
    bad = tuple(sorted(set(chosen.bad)))
    return Composition(
        entries,
        tuple(notices),
        change,
        now,
        bad,
        chosen.rulings({entry.guid for entry in entries}),
        chosen.request.slots,
        taken,
        rooms,
    )


def _taken(chosen: _Chosen, now: datetime) -> Iterator[Slot]:
    """Give the places of quotas that the chosen articles take, as far as there are places."""
    asked = sorted(chosen.new(), key=lambda one: one.agreement.id)
    for _, group in groupby(asked, key=lambda one: one.agreement.id):
        questions = list(group)
        first = questions[0]
        articles = [one.article for one in questions]
        yield from slots_for(
            articles, first.slots, first.agreement, first.licence, first.property, now
        )


def quarantined(guid: str, met: Exception) -> Quarantined:
    """Say what is odd about an article."""
    says = str(met).splitlines()
    return Quarantined(guid, f"{type(met).__name__}: {says[0] if says else 'no words'}")


class _Chosen:
    """The first allowed articles of a feed, in its order.

    A pool offers candidates in the order of the best place each could ever have; once the feed is
    full, no later one can stand before the last, so it is not asked. Of those that could, some
    could only after their release.
    """

    def __init__(self, request: Request, feed: Feed, now: datetime) -> None:
        self.request = request
        self._feed = feed
        self._now = now
        self._places: list[tuple[Place, int]] = []
        self._rulings: list[tuple[Question, Decision]] = []
        self.changes: set[datetime] = set()
        self.bad: list[Quarantined] = []

    def choose(self, pool: Pool) -> None:
        """Ask for as many candidates as it takes."""
        for best, article in pool.offers(self.request, self._feed):
            if self._is_full_before(best):
                return
            try:
                if self._picks(article):
                    self._consider(article)
            except Exception as met:  # whatever is odd about an article costs only that article
                self.bad.append(quarantined(article.guid, met))

    def _picks(self, article: Article) -> bool:
        """Say whether the feed picks an article, and note when it will be too old."""
        too_old = too_old_from(self._feed.selection, article)
        self.changes.update([too_old] if too_old else [])
        return not any(misses(self._feed.selection, article, self._now))

    def _consider(self, article: Article) -> None:
        """Ask for an article, unless no answer could bring it into the feed now."""
        opens = releases(self.request, article)
        past = [instant for instant in opens if instant <= self._now]
        published = max([article.published_from, *past])
        if self._is_full_before(place(self._feed, article, published)):
            self.changes.update(opens)
        else:
            self._ask(article)

    def within(self, request: Request) -> _Chosen:
        """Give the same choice for another request, nothing asked yet."""
        other = _Chosen(request, self._feed, self._now)
        other.changes, other.bad = set(self.changes), self.bad
        return other

    def new(self) -> list[Question]:
        """Give the questions of those chosen that take a place of a quota."""
        numbers = [number for _, number in self._places[: self._feed.limit]]
        asked = [self._rulings[number][0] for number in numbers]
        return [one for one in asked if one.licence.quota and not is_counted(one)]

    def uncounted(self) -> set[str]:
        """Give the articles that take a place of a quota."""
        return {one.article.guid for one in self.new()}

    def rulings(self, guids: Container[str]) -> Mapping[str, Ruling]:
        """Give the decisions behind some of the articles that were allowed."""
        found = ((q.article.guid, Ruling(decision, q)) for q, decision in self._rulings)
        return {guid: ruling for guid, ruling in found if guid in guids}

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
                self.bad.append(quarantined(question.article.guid, met))
                continue
            left -= 1
            yield entry

    def _is_full_before(self, best: Place) -> bool:
        limit = self._feed.limit
        return len(self._places) >= limit and self._places[limit - 1][0] <= best

    def _ask(self, article: Article) -> None:
        decision, question = rule(self.request, article, self._now)
        self.changes.update([decision.next_change] if decision.next_change else [])
        if question is None or decision.verdict is not Verdict.ALLOW:
            return
        published = published_at(article, decision)
        insort(self._places, (place(self._feed, article, published), len(self._rulings)))
        self._rulings.append((question, decision))


def _notice(request: Request, feed: Feed, history: History, now: datetime) -> Tombstone | None:
    """Give the notice of a withdrawn article to a feed that could have held it."""

    def picks(article: Article, moment: datetime) -> bool:
        return not any(misses(feed.selection, article, moment))

    return tombstone(request, history, now, picks)


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


def own_facts(files: DeskFiles, partner: Partner, feed: Feed, fmt: Format, now: datetime) -> str:
    """Give as text what of the head is the feed's own and does not follow from its content."""
    nothing = Composition((), (), None, now)
    start = content_time(files, partner, nothing)
    head = head_of(files, partner, feed, fmt, nothing)
    return f"{start.isoformat()} {head.model_dump_json(exclude={'updated'})}"


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
