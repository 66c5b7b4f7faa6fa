"""Older documents of a feed: archives (RFC 5005, section 4), made when somebody asks for one.

What a feed gave out stands in the record, in the order in which it first did. An archive ends with
the article at its number, so a number always names the same articles, whatever comes later. What
is left of them is decided anew each time, as for the feed: what may not go out any more stands
there as the feed's own notice, or not at all.

And nothing stands there that the record does not say went out: a picture that was freed since, or
a new version that the feed never gave out, could not be followed up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from syndicate.checks.fragments import check_envelope
from syndicate.formats.base import Format
from syndicate.licensing.govern import Request, keeps_terms
from syndicate.model.article import Article
from syndicate.model.decision import Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.document import Archives, FeedHead
from syndicate.model.errors import BadDesk, RenderFailed
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Holding, Item, Way
from syndicate.pipeline.compose import Composition, compose, has_quota, request_of
from syndicate.pipeline.follow import follow
from syndicate.pipeline.followed import Past
from syndicate.pipeline.heads import archive_path, head_of, path_of
from syndicate.pipeline.items import lost_places
from syndicate.pipeline.keeping import Keeping
from syndicate.pipeline.lines import Line, Whole
from syndicate.pipeline.pool import Everything, History
from syndicate.pipeline.ports import Store, Target
from syndicate.pipeline.press import Press
from syndicate.pipeline.publish import is_stopped

ASKED_ANEW = ""
"""As what the articles were decided with before, it is never the same: each is asked about."""


class Archive(NamedTuple):
    """An archive at a moment."""

    data: bytes
    due: datetime | None
    """When time alone can change it."""


class Whose(NamedTuple):
    """The feed that an archive is of."""

    files: DeskFiles
    partner: Partner
    feed: Feed
    format: Format


def whose_of(files: DeskFiles, partner: str, feed: str, fmt: Format, target: Target) -> Whose:
    """Give the feed of a desk whose archives are asked for.

    Raises BadDesk where it gets nothing new: it left the desk, or a licence of its was changed.
    """
    found = files.partner(partner)
    named = next((one for one in (found.feeds if found else ()) if one.id == feed), None)
    if found is None or named is None or is_stopped(files, found, target):
        raise BadDesk("gets nothing new now", where=f"feed {feed}", mend="see: syndicate check")
    return Whose(files, found, named, fmt)


def archive_of(store: Store, whose: Whose, number: int, now: datetime) -> Archive | None:
    """Give the archive of a feed that ends with the article at a place; None where none does.

    It holds as many articles as the feed does, at most, and costs as much.

    Raises:
        StoreFailed: the record cannot be read.
        RenderFailed: it would not be valid.
    """
    way = store.way(whose.feed.id, whose.format.name)
    if way is None or not whose.format.archives or not 0 < number <= store.last_place(way.stream):
        return None
    limit = whose.feed.limit
    before = (number - 1) // limit * limit
    page = _Page(store, whose, store.placed(way, before, number), now)
    composed = page.composed()
    return _written(store, whose, composed, number, _links(store, whose, way, before, number))


def _links(store: Store, whose: Whose, way: Way, before: int, number: int) -> Archives:
    """Give the ways on: to the archive before, the one after, and the feed's own document."""
    there = frozenset(line.guid for line in store.manifest(way.manifest))
    newest = store.last_place(way.stream, there)
    after = min(
        before + 2 * whose.feed.limit if number % whose.feed.limit == 0 else newest, newest
    )
    address = whose.files.desk.url_of
    names = whose.partner.id, whose.feed.id, whose.format

    def numbered(place: int) -> str:
        return address(archive_path(*names, place))

    return Archives(
        previous=numbered(before) if before else None,
        following=numbered(after) if after > number else None,
        current=address(path_of(*names)),
    )


class _Page:
    """What may stand in an archive."""

    def __init__(self, store: Store, whose: Whose, held: Sequence[Holding], now: datetime) -> None:
        self._store = store
        self._whose = whose
        self._held = {one.guid: one for one in held}
        self._now = now
        found = ((guid, store.history(guid)) for guid in self._held)
        self._histories: Mapping[str, History] = {guid: every for guid, every in found if every}
        self._request = self._asked()
        self._changes: set[datetime] = set()

    def _asked(self) -> Request:
        files, partner, feed, fmt = self._whose
        request = request_of(files, partner, feed, fmt.carries)
        delivered = keeps_terms(files, partner, self._held.values())
        agreed = (one.id for one in partner.agreements)
        slots = self._store.slots(agreed) if has_quota(request) else ()
        return request._replace(delivered=delivered, slots=slots)

    def composed(self) -> Composition:
        """Give what the feed would show of these articles now, as far as it went out before."""
        request, now = self._request, self._now
        pool = Everything(self._histories.values(), now)
        composed = compose(request, self._whose.feed, pool, now)
        past = Past(dict(sorted(self._held.items())), self._store.item, ASKED_ANEW)
        whole = follow(request, composed, past, self._histories, now).composed
        new = {slot.guid for slot in whole.taken}
        lines = tuple(one for line in whole.lines for one in self._sound(line, new))
        stones = tuple(one for one in whole.tombstones if one.guid in self._held)
        ends = [one for one in (whole.next_change, *self._changes) if one]
        change = min(ends, default=None)
        return whole._replace(lines=lines, tombstones=stones, next_change=change)

    def _sound(self, line: Line, new: set[str]) -> tuple[Line, ...]:
        """Give an article as it stands here; whatever is odd about it costs only that article."""
        try:
            return tuple(self._known(line, new))
        except Exception:
            return ()

    def _known(self, line: Line, new: set[str]) -> Iterator[Line]:
        """Give an article as it stands here; nothing where the record does not hold all of it.

        Where a later version is, that the feed never gave out, the one that it did stands in its
        place; but only if nothing of the later one is kept back.
        """
        held = self._held.get(line.guid)
        if held is None or held.withdrawn or line.guid in new:
            return
        went_out = self._store.item(held.item)
        for one in (line, *self._earlier(line, held)):
            if went_out and _is_part_of(one.item(), went_out):
                changed = max(one.facts.updated, held.updated)
                yield one._replace(revision=held.revision, changed=changed)
                return

    def _earlier(self, line: Line, held: Holding) -> Iterator[Line]:
        """Give the version that went out, decided as of now."""
        ruling = line.ruling()
        if held.version >= line.facts.version or ruling is None or ruling.decision.partial:
            return
        history = self._histories[line.guid]
        article = next((one for one in history if one.version == held.version), None)
        if article is None:
            return
        whole = Whole(self._request, partial(_same, article), self._now)
        decision = whole.ruling.decision
        self._changes.update([decision.next_change] if decision.next_change else [])
        if whole.ruling.question and decision.verdict is Verdict.ALLOW:
            yield Line(whole.facts(), whole, gone=held.gone)


def _same(article: Article) -> Article:
    return article


def _is_part_of(now: Item, before: Item) -> bool:
    """Say whether all that would go out went out before, and wherever it may be used now."""
    known = {(mark.part, mark.digest) for mark in before.parts}
    return all((mark.part, mark.digest) in known for mark in now.parts) and not lost_places(
        now, before
    )


def _written(
    store: Store, whose: Whose, composed: Composition, number: int, links: Archives
) -> Archive:
    """Give the document: the feed's own fragments, in an envelope that says what it is."""
    fmt = whose.format
    frame = fmt.frame(_head(whose, composed, number, links))
    press = Press(Keeping(store, keeps=False))
    pressed = press.press(fmt, frame, [*composed.tombstones, *composed.lines])
    left = composed.without(pressed.faults)
    envelope = fmt.envelope(_head(whose, left, number, links), left.tombstones, pressed.pieces)
    fragments = pressed.data(pressed.fragments)
    data = envelope.around(fragments)
    stones = fragments[: len(left.tombstones)]
    guids = [one.guid for one in pressed.pieces]
    faults = check_envelope(envelope, fmt.name, guids, stones, len(data))
    if faults:
        raise RenderFailed(f"{fmt.name}: {faults[0]}", where=links.current or "")
    return Archive(data, composed.next_change)


def _head(whose: Whose, composed: Composition, number: int, links: Archives) -> FeedHead:
    files, partner, feed, fmt = whose
    own = files.desk.url_of(archive_path(partner.id, feed.id, fmt, number))
    head = head_of(files, partner, feed, fmt, composed)
    return head.model_copy(update={"self_url": own, "archives": links})
