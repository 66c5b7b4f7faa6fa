"""One feed in an audit: its decisions again, its documents in the target, what it holds.

A holding must say what the newest editions say that name its article: version, revision and item
of the last that gave it out, whether it was taken back since, and since when it is out. Its
headline, dates, agreement, checks, and until when its notices stay follow from more than editions:
they are not looked at here, and are worked out anew with the next change of the article. Neither
is what was recorded before decisions were kept.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.model.document import ENDINGS, Document, is_made_up
from syndicate.model.errors import StoreFailed, TargetFailed
from syndicate.model.receipt import Edition, Holding, ManifestLine
from syndicate.pipeline.audit_findings import AuditFinding
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.ports import Store, Target
from syndicate.pipeline.replay import replay


class Seen(NamedTuple):
    """What one feed came to."""

    findings: tuple[AuditFinding, ...]
    editions: int = 0
    decisions: int = 0
    paths: frozenset[str] = frozenset()
    """Where its documents are, or were."""


def feed_seen(
    store: Store,
    target: Target,
    formats: Mapping[str, Format],
    feed: str,
    ways: Iterable[tuple[str, str]],
    served: Container[tuple[str, str]],
    guids: Container[str],
    encodings: Iterable[str],
) -> Seen:
    """Look at a feed, published by (partner, format); `served` is what the desk has now, and
    `encodings` as what its documents are put."""
    paths = {_path(partner, feed, formats[n]): n for partner, n in ways if n in formats}
    findings: list[AuditFinding] = []
    # Bytes are read before editions: what lies there was recorded before it was put.
    lying = {path: _copies(target, path, findings) for path in paths}
    editions: tuple[Edition, ...] = ()
    decisions = 0
    try:
        editions = store.editions(feed)
        decisions = _decided(store, editions, formats, findings)
        for name, group in groupby(sorted(editions, key=_order), lambda one: one.format):
            mine, held = list(group), store.holdings(feed, name)
            findings += holding_findings(mine, held, guids)
            if name in formats:
                wanted = (feed, name) in served or bool(held)
                there = {path: lying[path] for path, fmt in paths.items() if fmt == name}
                newest = _path(mine[-1].partner, feed, formats[name])
                expected = tuple(one for one in _READ if one in encodings) if wanted else ()
                findings += _documents(store, mine, there, newest, expected)
    except StoreFailed as met:
        findings.append(AuditFinding("feed-unreadable", f"feed {feed}", str(met)))
    return Seen(tuple(findings), len(editions), decisions, frozenset(paths))


def _path(partner: str, feed: str, fmt: Format) -> str:
    return f"{partner}/{feed}.{fmt.suffix}"


def _order(edition: Edition) -> tuple[str, int]:
    return edition.format, edition.sequence


_READ = {"plain": "", "gzip": ENDINGS["gzip"]}
"""The encodings whose bytes are looked at, and what each adds to the path."""


def _copies(target: Target, path: str, findings: list[AuditFinding]) -> Mapping[str, bytes]:
    """Give the plain bytes of a published document, as each encoding has them."""
    try:
        return target.copies(path)
    except TargetFailed as met:
        findings.append(AuditFinding("document-unreadable", path, str(met)))
        return {}


def _makeup(store: Store, edition: Edition) -> str | None:
    """Give the list of an edition's fragments; None where it is not what was kept."""
    text = store.text(edition.makeup) if edition.makeup else ""
    return text if not edition.makeup or (text and digest_of(text) == edition.makeup) else None


def _is_of(store: Store, edition: Edition, data: bytes) -> bool:
    """Say whether bytes are those of an edition."""
    makeup = _makeup(store, edition)
    if not makeup:
        return makeup is not None and Document("", "", data).digest == edition.digest
    return is_made_up(data, edition.digest, makeup, edition.opening)


def _decided(
    store: Store,
    editions: Sequence[Edition],
    formats: Mapping[str, Format],
    findings: list[AuditFinding],
) -> int:
    """Decide editions again; give how many decisions that were."""
    decisions, before = 0, 0
    for one in replay(store, editions, formats):
        decisions += one.decisions
        before += not one.is_kept
        where = _named(one.edition)
        findings += [AuditFinding(fault.code, where, fault.says) for fault in one.faults]
    if before:
        says = f"{before} editions hold no decisions"
        findings.append(AuditFinding("recorded-before", f"feed {editions[0].feed}", says))
    return decisions


def _named(edition: Edition) -> str:
    return f"edition {edition.feed}/{edition.format}/{edition.sequence}"


def _documents(
    store: Store,
    editions: Sequence[Edition],
    there: Mapping[str, Mapping[str, bytes]],
    newest: str,
    expected: Sequence[str],
) -> Iterator[AuditFinding]:
    """Say where a document of a feed in a format is not the newest edition (`newest` its path).

    An edition is recorded before its bytes are put: a run that died between leaves the document
    of the edition before, or none before the first. Nothing is `expected` of what the desk no
    longer has and never held anything: it was taken away.
    """
    for path, copies in there.items():
        if path != newest and copies:
            yield AuditFinding("document-left", path, f"the feed is at {newest} now")
    copies = there.get(newest, {})
    for name, data in copies.items():
        yield from _lying(store, editions, newest + _READ[name], data)
    gone = [newest + _READ[name] for name in expected if name not in copies]
    if gone and not copies and len(editions) == 1:
        says = f"{_named(editions[-1])} was recorded and is not put yet"
        yield AuditFinding("document-waiting", newest, says)
        return
    for path in gone:
        says = f"{_named(editions[-1])} is gone from the target"
        yield AuditFinding("document-missing", path, says)


def _lying(
    store: Store, editions: Sequence[Edition], path: str, data: bytes
) -> Iterator[AuditFinding]:
    """Say where the bytes of a document are not those of the newest edition."""
    last = editions[-1]
    name = _named(last)
    if _makeup(store, last) is None:
        yield AuditFinding("document-unproven", path, f"the fragments of {name} are not kept")
        return
    known = next((one for one in reversed(editions) if _is_of(store, one, data)), None)
    if known is None:
        yield AuditFinding("document-edited", path, f"it is not what {name} was, nor any before")
    elif known.digest == last.digest:
        return
    elif editions[-2].digest == known.digest:
        says = f"{name} was recorded and is not put yet; {_named(known)} lies there"
        yield AuditFinding("document-waiting", path, says)
    else:
        yield AuditFinding("document-old", path, f"{_named(known)} lies there, not {name}")


class _Past(NamedTuple):
    """What editions say of an article."""

    last: ManifestLine
    """The last line that names it."""
    recorded: Edition
    """The edition of that line."""
    live: ManifestLine | None = None
    """The last line that gave it out."""
    first: Edition | None = None
    """The edition that first gave it out."""


def _pasts(editions: Iterable[Edition]) -> dict[str, _Past]:
    """Give what editions say of each article, by guid."""
    found: dict[str, _Past] = {}
    for edition in editions:
        for line in edition.manifest:
            before = found.get(line.guid)
            live, first = (before.live, before.first) if before else (None, None)
            if not line.withdrawn:
                live, first = line, first or edition
            found[line.guid] = _Past(line, edition, live, first)
    return found


def holding_findings(
    editions: Sequence[Edition], held: Iterable[Holding], guids: Container[str]
) -> Iterator[AuditFinding]:
    """Say where the holdings of a feed in a format do not follow from its editions."""
    pasts = _pasts(editions)
    for one in held:
        where = f"holding {one.feed}/{one.format}/{one.guid}"
        past = pasts.pop(one.guid, None)
        if past is None or past.live is None:
            says = "is held, and no edition ever gave it out"
            yield AuditFinding("holding-unknown", where, says)
        elif past.recorded.inputs:  # what was worked out from the first schema says less
            yield from (AuditFinding("holding-otherwise", where, n) for n in _unlike(one, past))
    for guid, past in pasts.items():
        # without an item and without an article it was a correction
        if past.live and (past.live.item or guid in guids):
            where = f"holding {editions[0].feed}/{editions[0].format}/{guid}"
            yield AuditFinding("holding-missing", where, "it went out, and is not held")


def _unlike(held: Holding, past: _Past) -> Iterator[str]:
    """Say what a holding states otherwise than the editions."""
    taken, last, live, first = held.withdrawn, past.last, past.live, past.first
    facts = [("revision", held.revision, last.revision)]
    if live and live.item:
        facts += [("version", held.version, live.version)]
    if taken and last.withdrawn:
        facts += [("version taken back", taken.version, last.version)]
    yield from (f"says {name} {a}, the editions say {b}" for name, a, b in facts if a != b)
    if live and live.item and held.item != live.item:
        yield "says that something else went out than the editions say"
    if bool(taken) != last.withdrawn:
        says, said = ("taken back", "not") if taken else ("not taken back", "that it was")
        yield f"says that it was {says}, the editions say {said}"
    if first and first.inputs and held.since != first.at:
        yield f"says that it is out since {held.since.isoformat()}, not {first.at.isoformat()}"
