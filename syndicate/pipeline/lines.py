"""An article as it stands in a feed: a few facts at once, all of it only where it is asked for.

Most of what stands in a feed stood there before and is only copied; then nobody needs more than
the facts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from syndicate.licensing.govern import Request, Ruling, rule
from syndicate.licensing.redact import redact
from syndicate.model.article import Article
from syndicate.model.entry import Entry
from syndicate.model.receipt import Holding, Item, PartMark
from syndicate.pipeline.issues import issued
from syndicate.pipeline.items import digest_of, digest_of_ruling, item_of


class Facts(NamedTuple):
    """What of an entry and its decision is needed also where it is only copied."""

    guid: str
    version: int
    headline: str
    correction_note: str
    urgency: int | None
    published: datetime
    updated: datetime
    agreement: str
    """Id of the governing agreement, as the class calls it; empty where there is none."""
    licence: str
    """The governing licence version: full-web/v2; empty where there is none."""
    due: datetime | None
    """When time alone can change the decision."""
    entry: str
    """SHA-256 of the whole entry."""
    item: str
    """Digest of the item behind it; empty where nothing of the article goes out."""
    ruling: str
    """SHA-256 of the decision; empty where there is none."""

    def is_held(self, held: Holding, checked: str) -> bool:
        """Say whether it went out as it is, checked against the same, and nothing else is to be
        told or remembered of it."""
        odd = held.withdrawn or held.gone or held.gone_since or held.stays_until
        same = (
            (held.item, self.item),
            (held.version, self.version),
            (held.headline, self.headline),
            (held.published, self.published),
            (held.agreement, self.agreement),
            (held.licence, self.licence),
            (held.checked, checked),
            (held.due, self.due),
        )
        return not odd and all(a == b for a, b in same) and held.updated >= self.updated


class Whole:
    """An entry and its decision, made when they are asked for."""

    def __init__(
        self,
        request: Request,
        article: Callable[[], Article],
        now: datetime,
        ruling: Ruling | None = None,
    ) -> None:
        """Begin with the decision where it was made already."""
        self._request = request
        self._article = article
        self._now = now
        self._ruling = ruling

    @cached_property
    def article(self) -> Article:
        """The version that is current."""
        return self._article()

    @cached_property
    def ruling(self) -> Ruling:
        """The decision. Raises whatever is odd about the article."""
        return self._ruling or rule(self._request, self.article, self._now)

    @cached_property
    def entry(self) -> Entry:
        """What is left of it. Raises ValueError where it is not allowed."""
        question, decision = self.ruling.question, self.ruling.decision
        if question is None:
            raise ValueError(f"{decision.guid} may not go out: there is no agreement")
        return redact(question, decision)

    @cached_property
    def item(self) -> Item:
        """What is remembered of it."""
        return item_of(self.entry)

    def facts(self) -> Facts:
        """Give its facts."""
        entry, decision = self.entry, self.ruling.decision
        return _facts(entry)._replace(
            agreement=(decision.agreement or "").partition("/")[0],
            licence=decision.licence or "",
            due=decision.next_change,
            item=self.item.digest,
            ruling=digest_of_ruling(self.ruling),
        )


class Line(NamedTuple):
    """An article in a feed, with the number and the dates it is issued with."""

    facts: Facts
    whole: Whole | Entry
    """All of it; an entry alone where there is no decision behind it."""
    revision: int = 0
    """What is counted on top of the version."""
    changed: datetime | None = None
    """When it last changed for its readers, where that is later than by itself."""
    gone: tuple[PartMark, ...] = ()
    """Parts that went out before and must go."""

    @property
    def guid(self) -> str:
        """The article."""
        return self.facts.guid

    @property
    def version(self) -> int:
        """The number it goes out under."""
        return self.facts.version + self.revision

    @property
    def urgency(self) -> int | None:
        """1 to 9."""
        return self.facts.urgency

    @property
    def updated(self) -> datetime:
        """When it last changed."""
        return self.changed or self.facts.updated

    @property
    def content(self) -> str:
        """Give as text what all its bytes follow from, in any format."""
        gone = ",".join(f"{mark.kind} {mark.part}" for mark in self.gone)
        return f"{self.facts.entry} {self.revision} {self.updated.isoformat()} {gone}"

    def entry(self) -> Entry:
        """Give it as it is issued."""
        if isinstance(self.whole, Entry):
            return self.whole
        return issued(self.whole.entry, self.revision, self.updated, self.gone)

    @property
    def is_alone(self) -> bool:
        """Whether no decision stands behind it: it tells of an article and is none."""
        return isinstance(self.whole, Entry)

    @property
    def is_made(self) -> bool:
        """Whether all of it is at hand."""
        return isinstance(self.whole, Entry) or "item" in vars(self.whole)

    def item(self) -> Item:
        """Give what is remembered of it."""
        return item_of(self.whole) if isinstance(self.whole, Entry) else self.whole.item

    def ruling(self) -> Ruling | None:
        """Give the decision behind it."""
        return None if isinstance(self.whole, Entry) else self.whole.ruling


def alone(entry: Entry) -> Line:
    """Give the line of an entry that no decision stands behind."""
    return Line(_facts(entry), entry)


def _facts(entry: Entry) -> Facts:
    return Facts(
        guid=entry.guid,
        version=entry.version,
        headline=entry.headline,
        correction_note=entry.correction_note,
        urgency=entry.urgency,
        published=entry.published,
        updated=entry.updated,
        agreement="",
        licence="",
        due=None,
        entry=digest_of(entry.model_dump_json()),
        item="",
        ruling="",
    )
