"""What follows the copies that are out: takings back, corrections, losses of parts.

`compose` says what a feed holds by itself. Here the feed's own past is laid beside it: what it
gave out before and no longer may, or must now give out otherwise, stands in the feed for as long
as the licence keeps notices, also where newer articles have filled it. No number is used twice:
what changes without a new version of the article counts a revision up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from syndicate.licensing.govern import Request, Ruling, in_order, licence_named
from syndicate.licensing.reconcile import Loss, kept_until, reconcile
from syndicate.licensing.withdraw import (
    correction_of,
    current,
    licence_of,
    recorded_tombstone,
    was_taken_back,
    withdrawal_tombstone,
)
from syndicate.model.article import Article, PubStatus
from syndicate.model.decision import Decision, Verdict
from syndicate.model.entry import GoneMedium, Tombstone
from syndicate.model.licence import Licence
from syndicate.model.receipt import Holding, Item, PartMark, Withdrawal
from syndicate.pipeline import told
from syndicate.pipeline.compose import Composition, Quarantined, quarantined
from syndicate.pipeline.followed import Followed, Past
from syndicate.pipeline.issues import last_date, last_number, media_of
from syndicate.pipeline.items import lost_media, lost_places
from syndicate.pipeline.lines import Line, Whole, alone
from syndicate.pipeline.pool import History
from syndicate.pipeline.told import Word


def follow(
    request: Request,
    composed: Composition,
    past: Past,
    histories: Mapping[str, History],
    now: datetime,
) -> Followed:
    """Give what goes out, in the light of what went out before."""
    story = _Story(request, composed, past, histories, now)
    return story.told()


class _Story:
    """A feed at one moment, beside its past."""

    def __init__(
        self,
        request: Request,
        composed: Composition,
        past: Past,
        histories: Mapping[str, History],
        now: datetime,
    ) -> None:
        self.request = request
        self.composed = composed
        self.past = past
        self.histories = histories
        self.now = now
        self.lines: list[Line] = []
        self.stones: list[Tombstone] = []
        self.revisions: dict[str, int] = {}
        self.items: dict[str, Item] = {}
        self.holdings: dict[str, Holding] = {}
        self.notices: list[Word] = []
        self.changes: set[datetime] = set()
        self.bad: list[Quarantined] = list(composed.quarantined)

    def told(self) -> Followed:
        """Give the whole."""
        for line in self.composed.lines:
            self._attempt(line.guid, self._live, line)
        for stone in self.composed.tombstones:
            self._attempt(stone.guid, self._taken_back, stone)
        seen = set(self.composed.guids())
        for guid, held in self.past.holdings.items():
            if guid in seen:
                continue
            article = current(self.histories.get(guid, ()), self.now)
            if article is not None:
                self._attempt(guid, self._absent, held, article)
        self.stones.sort(key=lambda stone: (-stone.when.timestamp(), stone.guid))
        soon = min((one for one in self.changes if one > self.now), default=None)
        ends = [one for one in (soon, self.composed.next_change, self.past.next_due) if one]
        whole = self.composed._replace(
            lines=tuple(self.lines),
            tombstones=tuple(self.stones),
            next_change=min(ends, default=None),
            quarantined=tuple(sorted(self.bad)),
        )
        before = self.past.holdings
        changed = (
            one
            for one in self.holdings.values()
            if before.get(one.guid) is not one and before.get(one.guid) != one
        )
        return Followed(
            whole,
            self.revisions,
            self.items,
            tuple(changed),
            tuple(self.notices),
            self.request.delivered,
        )

    def _attempt(self, guid: str, step: Callable[..., None], *about: object) -> None:
        """Let whatever is odd about an article cost only that article."""
        try:
            step(*about)
        except Exception as met:
            self.bad.append(quarantined(guid, met))

    def _live(self, line: Line) -> None:
        """Let an article go out, in the light of how it went out before."""
        held = self.past.holdings.get(line.guid)
        if held and line.facts.is_held(held, self._inputs(line.facts.version)):
            self._keep(held)
            changed = max(line.updated, held.updated)
            self.lines.append(line._replace(revision=held.revision, changed=changed))
        else:
            self._anew(line, held)

    def _anew(self, line: Line, held: Holding | None) -> None:
        """Let an article go out that is new, or that is not what it was."""
        facts, item = line.facts, self._item(line)
        licence = licence_named(self.request.files, facts.licence)
        before = self.past.item(held.item) if held and held.item else None
        new = held is None or bool(held.withdrawn) or held.item not in {"", item.digest}
        revision = 0 if held is None else held.revision
        updated = facts.updated if held is None else max(facts.updated, held.updated)
        if held and new:
            revision = max(held.revision, last_number(held) + 1 - facts.version)
            updated = facts.updated if facts.updated > last_date(held) else self.now
        lost = lost_media(before, item) if before else ()
        gone, since = self._gone(held, item, lost, updated, licence)
        notable = tuple(self._notable(line, licence, held, before, item, lost, revision))
        stays = held.stays_until if held else None
        stays = kept_until(licence, self.now) if notable else stays
        self.notices.extend(notable)
        self.changes.update([stays] if stays else [])
        self.items[line.guid] = item
        self._keep(
            Holding(
                feed="",
                format="",
                partner="",
                guid=line.guid,
                version=facts.version,
                revision=revision,
                item=item.digest,
                headline=facts.headline,
                published=facts.published,
                updated=updated,
                since=held.since if held else self.now,
                agreement=facts.agreement,
                licence=facts.licence,
                gone=gone,
                gone_since=since,
                stays_until=stays,
                checked=self._inputs(facts.version),
                due=facts.due,
            )
        )
        self.lines.append(line._replace(revision=revision, changed=updated, gone=gone))

    def _item(self, line: Line) -> Item:
        """Give what stands behind a line, without making all of it where it is known."""
        known = None if line.is_made else self.past.item(line.facts.item)
        return known or line.item()

    def _gone(
        self,
        held: Holding | None,
        item: Item,
        lost: tuple[PartMark, ...],
        updated: datetime,
        licence: Licence | None,
    ) -> tuple[tuple[PartMark, ...], datetime | None]:
        """Give the parts whose loss is still told, and since when."""
        there = {mark.part for mark in item.parts}
        since = updated if lost else (held.gone_since if held else None)
        if since is None or self.now >= kept_until(licence, since):
            return (), None
        self.changes.add(kept_until(licence, since))
        before = [mark for mark in (held.gone if held else ()) if mark.part not in there]
        gone = {mark.part: mark for mark in (*before, *lost)}
        return tuple(gone.values()), since if gone else None

    def _notable(
        self,
        line: Line,
        licence: Licence | None,
        held: Holding | None,
        before: Item | None,
        item: Item,
        lost: tuple[PartMark, ...],
        revision: int,
    ) -> Iterator[Word]:
        """Give what a holder must be told about an article that still goes out."""
        if held is None:
            return
        facts = line.facts
        version, headline, note = facts.version, facts.headline, facts.correction_note
        about = told.About(line.guid, version, revision, self.now)
        if held.withdrawn:
            yield told.reinstated(about, headline)
        if note and version > held.version:
            yield told.corrected(about, headline, note, licence)
        if lost:
            yield told.lost_parts(about, headline, lost, _decision(line), licence)
        for part, countries in lost_places(before, item) if before else ():
            yield told.lost_places(about, headline, part, countries, licence)

    def _taken_back(self, stone: Tombstone) -> None:
        """Let the notice of an article that was killed or withheld go out."""
        held = self.past.holdings.get(stone.guid)
        revision, media = 0, {medium.part: medium for medium in stone.media}
        code = "ITEM_KILLED" if stone.status is PubStatus.CANCELED else "ITEM_WITHHELD"
        if held:
            same = held.withdrawn is not None and held.withdrawn.version == stone.version
            revision = held.revision
            if not same:
                revision = max(revision, last_number(held) + 1 - stone.version)
                until = max(stone.kept_until or stone.when, self._told_until(held, self.now))
                taken = Withdrawal(
                    code=code, when=stone.when, version=stone.version, kept_until=until
                )
                held = held.model_copy(update={"withdrawn": taken, "revision": revision})
            self._keep(held)
            media.update({medium.part: medium for medium in self._media(held)})
        about = told.About(stone.guid, stone.version, revision, self.now)
        agreed = in_order(self.request.partner)[:1]
        first = [self.request.files.licence(one.licence, one.licence_version) for one in agreed]
        licence = self._licence(held) if held else next(iter(first), None)
        self.notices.append(told.taken_back(about, stone, code, licence))
        self._stone(stone, revision, tuple(media.values()))

    def _stone(self, stone: Tombstone, revision: int, media: tuple[GoneMedium, ...]) -> None:
        self.changes.update([stone.kept_until] if stone.kept_until else [])
        self.revisions[stone.guid] = revision
        numbered = {"version": stone.version + revision, "media": media}
        self.stones.append(stone.model_copy(update=numbered))

    def _absent(self, held: Holding, article: Article) -> None:
        """See to an article that the feed gave out and that is not in it by itself now."""
        if article.pub_status is not PubStatus.USABLE:
            self._recall(held, article)
        elif held.withdrawn:
            self._withdrawn(held, article)
        else:
            self._out_of_sight(held, article)

    def _recall(self, held: Holding, article: Article) -> None:
        """Tell a holder of a kill that only the record knows about."""
        taken = held.withdrawn
        if taken and taken.version == article.version:
            until = taken.kept_until
        else:
            until = self._told_until(held, max(self.now, article.version_created))
        history = self.histories[held.guid]
        stone = recorded_tombstone(self.request, history, held, self.now, until)
        if stone:
            self._taken_back(stone)
        else:
            self._keep(held)

    def _withdrawn(self, held: Holding, article: Article) -> None:
        """Repeat a notice, or bring the article back to those who held it."""
        taken = held.withdrawn
        assert taken is not None  # noqa: S101  the caller asked
        if article.version > taken.version and self._is_due(held, article):
            found = reconcile(self.request, article, held, self.now)
            if found.ruling.decision.verdict is Verdict.ALLOW:
                self._again(found.ruling, article)
                return
            held = self._checked(held, article, found.due)
        self._keep(held)
        if self.now < taken.kept_until:
            self._repeat(held, article)

    def _repeat(self, held: Holding, article: Article) -> None:
        history = self.histories[held.guid]
        stone = withdrawal_tombstone(self.request, history, held)
        self._stone(stone, held.revision, tuple(self._media(held)))

    def _again(self, ruling: Ruling, article: Article) -> None:
        """Let an article out once more that newer ones have pushed out of the feed."""
        whole = self._whole(ruling, article)
        self._live(Line(whole.facts(), whole))

    def _whole(self, ruling: Ruling, article: Article) -> Whole:
        return Whole(self.request, lambda: article, self.now, ruling)

    def _out_of_sight(self, held: Holding, article: Article) -> None:
        """See whether the permission for a copy that is out of the feed still stands."""
        stays = held.stays_until is not None and self.now < held.stays_until
        if not stays and not self._is_due(held, article):
            self._keep(held)
            return
        found = reconcile(self.request, article, held, self.now)
        ruling, loss = found.ruling, found.loss
        if ruling.decision.verdict is Verdict.ALLOW:
            if stays or self._must_hear(held, article, ruling):
                self._again(ruling, article)
            else:
                self._keep(self._checked(held, article, found.due))
        elif loss and (loss.when is None or loss.when <= self.now):
            self._withdraw(held, article, loss)
        else:
            self._note(self._checked(held, article, found.due), article, held)

    def _must_hear(self, held: Holding, article: Article, ruling: Ruling) -> bool:
        """Say whether holders must get what the article is now: it was mended, or cut."""
        if article.version > held.version and (
            article.correction_note or was_taken_back(self.histories[held.guid], article)
        ):
            return True
        before = self.past.item(held.item) if held.item else None
        if before is None or ruling.question is None:
            return False
        item = self._whole(ruling, article).item
        return bool(lost_media(before, item) or lost_places(before, item))

    def _withdraw(self, held: Holding, article: Article, loss: Loss) -> None:
        """Tell a holder that the permission for its copy is over."""
        taken = Withdrawal(
            code=loss.code,
            when=loss.when or self.now,
            version=article.version,
            kept_until=kept_until(loss.licence, max(loss.when or self.now, self.now)),
        )
        revision = max(held.revision, last_number(held) + 1 - article.version)
        held = self._checked(held, article, None)
        held = held.model_copy(update={"withdrawn": taken, "revision": revision})
        self._keep(held)
        stone = withdrawal_tombstone(self.request, self.histories[held.guid], held)
        about = told.About(held.guid, article.version, revision, self.now)
        self.notices.append(told.withdrawn(about, stone, taken, loss.licence))
        self._stone(stone, revision, tuple(self._media(held)))

    def _note(self, held: Holding, article: Article, before: Holding) -> None:
        """Tell of a correction to who may keep a copy and may have nothing new."""
        if not article.correction_note or article.version <= held.version:
            self._keep(held)
            return
        told_before = before.checked.endswith(f"/{article.version}")
        until = before.stays_until if told_before else None
        until = until or self._told_until(held, self.now)
        held = held.model_copy(update={"stays_until": until})
        self._keep(held)
        if self.now >= until:
            return
        self.changes.add(until)
        if not told_before:
            version, headline, note = article.version, held.headline, article.correction_note
            about = told.About(held.guid, version, held.revision, self.now)
            self.notices.append(told.corrected(about, headline, note, self._licence(held)))
        self.lines.append(alone(correction_of(self.request, article, held)))

    def _media(self, held: Holding) -> Iterator[GoneMedium]:
        """Give the media that the record says went out."""
        item = self.past.item(held.item) if held.item else None
        empty = Item(digest="", guid=held.guid, version=held.version)
        lost = lost_media(item, empty) if item else ()
        yield from media_of((*lost, *held.gone))

    def _is_due(self, held: Holding, article: Article) -> bool:
        if held.checked != self._inputs(article.version):
            return True
        return held.due is not None and self.now >= held.due

    def _checked(self, held: Holding, article: Article, due: datetime | None) -> Holding:
        return held.model_copy(update={"checked": self._inputs(article.version), "due": due})

    def _keep(self, held: Holding) -> None:
        self.holdings[held.guid] = held
        self.changes.update([held.due] if held.due and not held.withdrawn else [])
        self.revisions[held.guid] = held.revision

    def _inputs(self, version: int) -> str:
        return f"{self.past.inputs[:16]}/{version}"

    def _licence(self, held: Holding) -> Licence | None:
        return licence_of(self.request, held)

    def _told_until(self, held: Holding, since: datetime) -> datetime:
        return kept_until(self._licence(held), since)


def _decision(line: Line) -> Decision | None:
    ruling = line.ruling()
    return ruling.decision if ruling else None
