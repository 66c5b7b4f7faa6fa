"""What the journal shows: nothing edited, cut or swapped, and every decision as it was.

Four stories, each a `Part`: the log is one unbroken chain that ends no earlier than was noted
outside of the database; all that is kept is what the log says was kept; every edition is decided
again (replay.py) and its document lies in the target; what feeds hold follows from their editions.

What this cannot see: a database and the note outside of it rewritten together (keep the end of the
log elsewhere too, `Part.end` gives it); lines behind the note; lines added by who can write to the
database. Not in the log, so not looked at: which file names an article has, planned moments, the
quarantine (the log has its comings and goings), the licence documents (see `syndicate check`), and
of holdings the dates, checks and notices that follow (see audit_feeds.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import TargetFailed
from syndicate.model.receipt import Event
from syndicate.pipeline.audit_feeds import Seen, feed_seen
from syndicate.pipeline.audit_findings import AuditFinding
from syndicate.pipeline.ports import Store, Target

FOR_EVER = frozenset({"article", "edition", "item", "notice", "ack", "text"})
"""Kinds of lines that note a row which never changes."""
ROWS = FOR_EVER | {"slot", "credential", "request"}
"""Kinds of lines that note a row; a slot is noted once more when it is given back, a credential
when it ends, a request when it is decided. Other kinds
(agreement, isolated, let go) are words that stand in the log alone."""

_Key = tuple[str, str]


class Part(NamedTuple):
    """What one look came to."""

    findings: tuple[AuditFinding, ...]
    lines: int = 0
    kept: int = 0
    editions: int = 0
    decisions: int = 0
    documents: int = 0
    end: str = ""
    """Serial and digest of the last line of the log, to be noted elsewhere: 57:ab12…"""


def parts(store: Store, only: str | None = None) -> int:
    """Give how many parts an audit has."""
    return 1 + len(_feeds(store, only)) + (only is None)


def verify(
    store: Store,
    target: Target,
    files: DeskFiles,
    formats: Mapping[str, Format],
    only: str | None = None,
) -> Iterator[Part]:
    """Look at everything, or at the log and one feed; give part after part.

    Runs beside it do no harm: what is seen while they write is looked at twice.

    Raises:
        StoreFailed: the store cannot be read at all.
    """
    yield _log(store)
    served = {(feed.id, name) for _, feed in files.feed_list() for name in feed.formats}
    guids = frozenset(store.guids())
    known: set[str] = set()
    for feed, ways in _feeds(store, only).items():
        encodings = files.desk.encodings
        seen = feed_seen(store, target, formats, feed, ways, served, guids, encodings)
        known |= seen.paths
        yield _part(seen)
    if only is None:
        yield Part(tuple(_unknown_documents(target, formats, known)))


def _feeds(store: Store, only: str | None) -> dict[str, list[tuple[str, str]]]:
    """Give (partner, format) of every feed that was ever published, by feed."""
    ways = sorted((feed, partner, name) for partner, feed, name in store.published_feeds())
    return {
        feed: [(partner, name) for _, partner, name in group]
        for feed, group in groupby(ways, lambda way: way[0])
        if only in (None, feed)
    }


def _part(seen: Seen) -> Part:
    return Part(
        seen.findings,
        editions=seen.editions,
        decisions=seen.decisions,
        documents=len(seen.paths),
    )


def _log(store: Store) -> Part:
    """Look at the log, and at all that is kept."""
    # The note is read first: it never runs ahead of the log.
    chain = _Chain(store.head())
    findings = list(chain.read(store.events()))
    ends = f"{chain.serial}:{chain.digest}" if chain.serial else ""
    if not chain.is_whole:
        return Part(tuple(findings), lines=chain.lines, end=ends)
    kept, odd = _rows(store, chain.last)
    if odd:
        # What another run keeps meanwhile is odd once, and otherwise the second time.
        again = _Chain(None)
        list(again.read(store.events()))
        _, then = _rows(store, again.last)
        odd = [one for one in odd if one in then]
    return Part((*findings, *odd), lines=chain.lines, kept=kept, end=ends)


class _Chain:
    """The log, read once from the first line to the last."""

    def __init__(self, noted: tuple[int, str] | None) -> None:
        self.noted = noted
        self.lines = 0
        self.serial = 0
        self.digest = ""
        self.is_whole = True
        """Whether every line could be read."""
        self.last: dict[_Key, str] = {}
        """By kind and subject, the content that was noted last."""
        self._is_noted_line_there = False

    def read(self, events: Iterator[Event]) -> Iterator[AuditFinding]:
        """Give what is wrong with the lines and with where they end."""
        try:
            for event in events:
                yield from self._line(event)
        except ValueError as met:
            self.is_whole = False
            words = str(met).splitlines()[0]
            yield AuditFinding("log-unreadable", f"line after {self.serial}", words)
            return
        yield from self._end()

    def _line(self, event: Event) -> Iterator[AuditFinding]:
        where = f"line {event.serial}"
        if event.serial != self.serial + 1:
            before = f"line {self.serial}" if self.serial else "the beginning"
            yield AuditFinding("log-gap", where, f"follows {before}; what stood between is gone")
        elif event.previous != self.digest:
            yield AuditFinding(
                "log-unchained", where, "does not hold the digest of the one before"
            )
        if event.worked_out() != event.digest:
            says = f"{event.kind} {event.subject} is not what its digest was made of"
            yield AuditFinding("log-edited", where, says)
        if self.noted and self.noted[0] == event.serial:
            self._is_noted_line_there = True
            if self.noted[1] != event.digest:
                says = "has another digest than was noted outside of the database"
                yield AuditFinding("log-rewritten", where, says)
        yield from self._known(event)
        self.lines += 1
        self.serial, self.digest = event.serial, event.digest

    def _known(self, event: Event) -> Iterator[AuditFinding]:
        if event.kind not in ROWS:
            return
        key = event.kind, event.subject
        before = self.last.get(key, event.content)
        if before != event.content and event.kind in FOR_EVER:
            where = f"line {event.serial}"
            says = f"notes {event.kind} {event.subject} again, with other content"
            yield AuditFinding("kept-twice", where, says)
        self.last[key] = event.content

    def _end(self) -> Iterator[AuditFinding]:
        """Say what is wrong between the log and the note of its end."""
        where = "end of the log"
        if self.noted is None:
            if self.lines:
                yield AuditFinding("head-missing", where, "is not noted outside of the database")
            return
        serial = self.noted[0]
        if serial == 0:
            yield AuditFinding("head-unreadable", where, "the note of it cannot be read")
        elif not self._is_noted_line_there:
            says = f"line {serial} was noted outside of the database and is gone"
            yield AuditFinding("log-cut", where, f"{says}; the last is {self.serial}")
        elif serial < self.serial:
            says = f"noted up to line {serial} of {self.serial}"
            yield AuditFinding("head-behind", where, says)


def _rows(store: Store, noted: dict[_Key, str]) -> tuple[int, list[AuditFinding]]:
    """Lay what is kept beside what the log says; give how much is kept, and what is odd.

    Uses the dictionary up, so that a large log is held once.
    """
    count, odd = 0, []
    for kind, subject, content in store.kept():
        count += 1
        where, told = f"{kind} {subject}", noted.pop((kind, subject), None)
        if told is None:
            odd.append(
                AuditFinding("kept-unknown", where, "is kept and the log knows nothing of it")
            )
        elif told != content:
            odd.append(AuditFinding("kept-edited", where, "is not what the log says was kept"))
    for kind, subject in noted:
        says = "was kept, as the log says, and is gone"
        odd.append(AuditFinding("kept-missing", f"{kind} {subject}", says))
    return count, odd


def _unknown_documents(
    target: Target, formats: Mapping[str, Format], known: set[str]
) -> Iterator[AuditFinding]:
    """Give the feeds that lie in the target and that no edition is known of."""
    suffixes = {fmt.suffix for fmt in formats.values()}
    try:
        paths = target.paths()
    except TargetFailed as met:
        yield AuditFinding("document-unreadable", "target", met.what)
        return
    for path in paths:
        if path not in known and path.rpartition("/")[2].partition(".")[2] in suffixes:
            yield AuditFinding("document-unknown", path, "no edition is known of it")
