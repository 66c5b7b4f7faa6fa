"""Decide again what was decided, from what was kept: same inputs must give the same decision.

A decision is taken again from the desk's files as they were, the article version that went out,
the quota as it then stood, the terms that the article kept, and the moment of the edition. Its
SHA-256 must be the one that was kept; what is then left of the article must be what went out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.govern import Delivered, Request, Ruling, rule
from syndicate.licensing.redact import redact
from syndicate.model.article import Article
from syndicate.model.decision import Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Edition, ManifestLine, Slot
from syndicate.pipeline.classes import Classes
from syndicate.pipeline.inputs import AskedBy, Ruled, restored, ruled_of
from syndicate.pipeline.items import digest_of, digest_of_ruling, item_of
from syndicate.pipeline.ports import Store

ARTICLES_AT_HAND = 1_000
"""Histories that are not read again from one edition to the next."""


class Difference(NamedTuple):
    """What cannot be decided again, or comes out otherwise: a stable code, and words."""

    code: str
    says: str


class Replayed(NamedTuple):
    """What came of deciding one edition again."""

    edition: Edition
    decisions: int
    """How many decisions were made again."""
    faults: tuple[Difference, ...]
    """What differs, or cannot be decided again; nothing where all is as it was."""
    is_kept: bool = True
    """False where it was recorded before decisions were kept: nothing can be said of it."""


def replay(
    store: Store, editions: Iterable[Edition], formats: Mapping[str, Format]
) -> Iterator[Replayed]:
    """Decide editions again, one by one; whatever is odd about one costs only that one."""
    again = _Again(store, formats)
    for edition in editions:
        if not edition.rulings and not edition.inputs:
            yield Replayed(edition, 0, (), is_kept=False)
            continue
        try:
            yield again.edition(edition)
        except Exception as met:  # what was tampered with may be of any shape
            yield Replayed(edition, 0, (Difference("inputs-unreadable", _line(met)),))


def _line(met: Exception) -> str:
    words = str(met).splitlines()
    return f"{type(met).__name__}: {words[0] if words else 'no words'}"


class _Again:
    """What is at hand from one edition to the next."""

    def __init__(self, store: Store, formats: Mapping[str, Format]) -> None:
        self._store = store
        self._formats = formats
        self._files: tuple[str, DeskFiles | None] = "", None
        self._history = lru_cache(ARTICLES_AT_HAND)(self._read)

    def _read(self, guid: str) -> tuple[Article, ...]:
        return self._store.history(guid)

    def edition(self, edition: Edition) -> Replayed:
        """Decide an edition again."""
        text = self._store.text(edition.rulings)
        if self._files[0] != edition.inputs:
            self._files = edition.inputs, restored(edition.inputs, self._store.text)
        files = self._files[1]
        if text is None or files is None:
            what = "its decisions are" if text is None else "the desk's files of then are"
            return Replayed(edition, 0, (Difference("inputs-gone", f"{what} no longer kept"),))
        ruled, slots, by = ruled_of(text)
        faults = list(_undecided(edition, ruled))
        if ruled:
            request = _request(files, edition, by, ruled)
            if request is None:
                says = f"feed {edition.feed} of {edition.partner} is not in the kept files"
                return Replayed(edition, 0, (*faults, Difference("inputs-gone", says)))
            for one in ruled:
                faults += self._differences(request, edition, one, slots, by)
        return Replayed(edition, len(ruled), tuple(faults))

    def _differences(
        self, request: Request, edition: Edition, one: Ruled, slots: tuple[Slot, ...], by: AskedBy
    ) -> Iterator[Difference]:
        """Give what is otherwise about one article."""
        name = f"{one.guid} version {one.version}"
        article = next((a for a in self._history(one.guid) if a.version == one.version), None)
        if article is None:
            yield Difference("article-gone", f"{name} is no longer kept")
            return
        # What came back because it was out before was decided before the edition took its places.
        before = tuple(slot for slot in slots if slot.at != edition.at)
        for counted in dict.fromkeys((slots, before)):
            ruling = rule(request._replace(slots=counted), article, edition.at)
            if _digest(ruling, by) == one.digest:
                yield from _outcome(ruling, _line_of(edition, one), name)
                return
        yield Difference("decided-otherwise", f"{name} is decided otherwise now")


def _digest(ruling: Ruling, by: AskedBy) -> str:
    if by.moment:
        return digest_of(ruling.decision.model_dump_json(exclude_none=True))
    return digest_of_ruling(ruling)


def _line_of(edition: Edition, one: Ruled) -> ManifestLine | None:
    lines = (line for line in edition.manifest if not line.withdrawn and line.guid == one.guid)
    return next(lines, None)


def _undecided(edition: Edition, ruled: Iterable[Ruled]) -> Iterator[Difference]:
    """Give the lines of articles that went out and that no decision stands behind.

    A correction for who may have nothing new is no article: it has no item, and needs none.
    """
    decided = {(one.guid, one.version) for one in ruled}
    for line in edition.manifest:
        if line.item and not line.withdrawn and (line.guid, line.version) not in decided:
            yield Difference("decision-missing", f"{line.guid} version {line.version} has none")


def _outcome(ruling: Ruling, line: ManifestLine | None, name: str) -> Iterator[Difference]:
    """Give what went out although the decision says otherwise."""
    if ruling.question is None or ruling.decision.verdict is not Verdict.ALLOW:
        yield Difference("never-allowed", f"{name} went out and was not allowed")
    elif line is None:
        yield Difference("decision-missing", f"{name} was decided and is not in the edition")
    elif item_of(redact(ruling.question, ruling.decision)).digest != line.item:
        yield Difference("item-otherwise", f"{name} went out otherwise than it was allowed")


def _request(
    files: DeskFiles, edition: Edition, by: AskedBy, ruled: tuple[Ruled, ...]
) -> Request | None:
    for partner, feed in files.feed_list():
        if feed.id == edition.feed and partner.id == edition.partner:
            named = (partner.id,) if by.partner == partner.id else ()
            asked = Classes(files, named).of(partner, feed, by.carries, edition.names)
            delivered = {
                one.guid: Delivered(*one.delivered.split(" ", 1)) for one in ruled if one.delivered
            }
            return asked.request()._replace(delivered=delivered)
    return None
