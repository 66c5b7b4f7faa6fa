"""One feed at one moment: which articles it picks, what was decided, what is left of each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from syndicate.licensing.covers import misses, too_old_from
from syndicate.licensing.govern import (
    Request,
    Ruling,
    carries_matter,
    licence_named,
    releases,
)
from syndicate.licensing.question import Question
from syndicate.licensing.quota import Room, is_counted, room, slots_for
from syndicate.licensing.redact import published_at
from syndicate.licensing.withdraw import tombstone
from syndicate.model.article import Article
from syndicate.model.decision import Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Slot
from syndicate.pipeline.answers import Answer, Shelf
from syndicate.pipeline.lines import Line, Whole
from syndicate.pipeline.pool import History, Offer, Place, Pool, place


class Quarantined(NamedTuple):
    """An article kept out of a document because it cannot be decided or written right."""

    guid: str
    reason: str


class Composition(NamedTuple):
    """A feed's content at a moment, before it is written in any format."""

    lines: tuple[Line, ...]
    tombstones: tuple[Tombstone, ...]
    next_change: datetime | None = None
    """The earliest future instant at which time alone can change it."""
    now: datetime | None = None
    """The moment."""
    quarantined: tuple[Quarantined, ...] = ()
    """Articles that could not be decided or cut down; they cost only themselves."""
    counted: tuple[Slot, ...] = ()
    """What was counted against quotas when it was decided."""
    taken: tuple[Slot, ...] = ()
    """The places of quotas that its articles take when it is published."""
    rooms: tuple[Room, ...] = ()
    """What must hold of those quotas then, whoever else takes places meanwhile."""
    archived: int = 0
    """The place of the newest article that went out before and does not stand in it; 0 for none.
    Its archives lead from there to the oldest."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What stands in it, all of it."""
        return tuple(line.entry() for line in self.lines)

    @property
    def rulings(self) -> Mapping[str, Ruling]:
        """The decisions behind it, by guid."""
        found = ((line.guid, line.ruling()) for line in self.lines)
        return {guid: ruling for guid, ruling in found if ruling}

    def without(self, guids: Iterable[str]) -> Composition:
        """Give the same without some articles."""
        gone = set(guids)
        return self._replace(
            lines=tuple(one for one in self.lines if one.guid not in gone),
            tombstones=tuple(t for t in self.tombstones if t.guid not in gone),
        )

    def guids(self) -> tuple[str, ...]:
        """Give what stands in it, notices first."""
        return (*(t.guid for t in self.tombstones), *(one.guid for one in self.lines))

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


def has_quota(request: Request) -> bool:
    """Say whether a licence that could govern counts articles."""
    found = (
        request.files.licence(one.licence, one.licence_version)
        for one in request.partner.agreements
    )
    public = (one for one in request.files.licences if one.public)
    delivered = (licence_named(request.files, one.licence) for one in request.delivered.values())
    return any(one is not None and one.quota for one in (*found, *public, *delivered))


def compose(
    request: Request, feed: Feed, pool: Pool, now: datetime, shelf: Shelf | None = None
) -> Composition:
    """Select, decide, redact; the result depends on nothing but the request, the feed, what the
    pool holds, and the moment. What a shelf knows is not asked again."""
    chosen = _Chosen(request, feed, now, None if has_quota(request) else shelf)
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
    lines = tuple(chosen.lines())
    changes = chosen.changes | {notice.kept_until for notice in notices if notice.kept_until}
    notices.sort(key=lambda notice: (-notice.when.timestamp(), notice.guid))
    change = min((one for one in changes if one > now), default=None)
    bad = tuple(sorted(set(chosen.bad)))
    return Composition(lines, tuple(notices), change, now, bad, chosen.request.slots, taken, rooms)


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


class _Found(NamedTuple):
    """A candidate that is allowed."""

    place: Place
    guid: str
    answer: Answer
    whole: Whole


class _Chosen:
    """The first allowed articles of a feed, in its order.

    A pool offers candidates in the order of the best place each could ever have; once the feed is
    full, no later one can stand before the last, so it is not asked. Of those that could, some
    could only after their release.
    """

    def __init__(
        self, request: Request, feed: Feed, now: datetime, shelf: Shelf | None = None
    ) -> None:
        self.request = request
        self._feed = feed
        self._now = now
        self._shelf = shelf or Shelf(None, now)
        self._found: list[_Found] = []
        self.changes: set[datetime] = set()
        self.bad: list[Quarantined] = []

    def choose(self, pool: Pool) -> None:
        """Ask for as many candidates as it takes."""
        for offer in pool.offers(self.request, self._feed):
            if self._is_full_before(offer.best):
                return
            try:
                self._consider(offer)
            except Exception as met:  # whatever is odd about an article costs only that article
                self.bad.append(quarantined(offer.guid, met))

    def _consider(self, offer: Offer) -> None:
        """Ask for an article, unless no answer could bring it into the feed now."""
        whole = Whole(self.request, offer.article, self._now)
        answer = self._known(offer) or self._first(whole.article)
        self._note(answer.too_old)
        if answer.first is None:
            self._keep(offer.guid, answer)
        elif self._is_full_before(answer.first):
            self._note(answer.opens)
        else:
            if not answer.is_asked:
                answer = self._asked(answer, whole)
            self._note(answer.due)
            self._keep(offer.guid, answer)
            if answer.place:
                insort(self._found, _Found(answer.place, offer.guid, answer, whole))

    def _known(self, offer: Offer) -> Answer | None:
        if offer.guid in self.request.delivered:
            return None
        return self._shelf.get(offer.guid, offer.version)

    def _keep(self, guid: str, answer: Answer) -> None:
        if guid not in self.request.delivered:
            self._shelf.keep(guid, answer)

    def _note(self, change: datetime | None) -> None:
        self.changes.update([change] if change else [])

    def _first(self, article: Article) -> Answer:
        """Find what can be said of an article before any agreement is asked."""
        too_old = too_old_from(self._feed.selection, article)
        too_old = too_old if too_old and too_old > self._now else None
        answer = Answer(article.version, self._now, too_old, too_old)
        if any(misses(self._feed.selection, article, self._now)):
            return answer
        opens = releases(self.request, article)
        past = [instant for instant in opens if instant <= self._now]
        first = place(self._feed, article, max([article.published_from, *past]))
        later = min((instant for instant in opens if instant > self._now), default=None)
        until = min((one for one in (too_old, later) if one), default=None)
        return answer._replace(first=first, opens=later, until=until)

    def _asked(self, answer: Answer, whole: Whole) -> Answer:
        """Find what the agreements say."""
        decision = whole.ruling.decision
        due = decision.next_change
        until = min((one for one in (answer.until, due) if one), default=None)
        answer = answer._replace(due=due, until=until, is_asked=True)
        if whole.ruling.question is None or decision.verdict is not Verdict.ALLOW:
            return answer
        published = published_at(whole.article, decision)
        return answer._replace(place=place(self._feed, whole.article, published))

    def within(self, request: Request) -> _Chosen:
        """Give the same choice for another request, nothing asked yet."""
        other = _Chosen(request, self._feed, self._now)
        other.changes, other.bad = set(self.changes), self.bad
        return other

    def new(self) -> list[Question]:
        """Give the questions of those chosen that take a place of a quota."""
        if not has_quota(self.request):
            return []
        found = (one.whole.ruling.question for one in self._found[: self._feed.limit])
        return [one for one in found if one and one.licence.quota and not is_counted(one)]

    def uncounted(self) -> set[str]:
        """Give the articles that take a place of a quota."""
        return {one.article.guid for one in self.new()}

    def lines(self) -> Iterator[Line]:
        """Give what is left of each article, in the feed's order."""
        left = self._feed.limit
        for one in self._found:
            if left == 0:
                return
            answer = one.answer
            if answer.facts is None:
                try:
                    answer = answer._replace(facts=one.whole.facts())
                except Exception as met:
                    self.bad.append(quarantined(one.guid, met))
                    continue
                self._keep(one.guid, answer)
            if answer.facts:
                left -= 1
                yield Line(answer.facts, one.whole)

    def _is_full_before(self, best: Place) -> bool:
        limit = self._feed.limit
        return len(self._found) >= limit and self._found[limit - 1].place <= best


def _notice(request: Request, feed: Feed, history: History, now: datetime) -> Tombstone | None:
    """Give the notice of a withdrawn article to a feed that could have held it."""

    def picks(article: Article, moment: datetime) -> bool:
        return not any(misses(feed.selection, article, moment))

    return tombstone(request, history, now, picks)
