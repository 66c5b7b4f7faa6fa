"""What decisions were made with: the desk's files as texts, each kept once under its SHA-256."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from syndicate.licensing.govern import Delivered
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.receipt import ManifestLine, Slot
from syndicate.pipeline.classes import Class
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.lines import Line

Text = Callable[[str], str | None]
"""Gives a kept text by its SHA-256."""


class Snapshot(NamedTuple):
    """The desk's files at a moment."""

    digest: str
    """Of the list of all files."""
    texts: tuple[str, ...]
    """The list, and each file."""


class _Text(NamedTuple):
    """A file as text, and the SHA-256 of that."""

    text: str
    digest: str


def snapshot(files: DeskFiles) -> Snapshot:
    """Give the desk's files as texts."""
    licences = [_text(one) for one in files.licences]
    return _listed(_text(files.desk), licences, [_text(one) for one in files.partners])


def _text(model: Desk | Licence | Partner) -> _Text:
    text = model.model_dump_json(exclude_none=True, exclude_defaults=True)
    return _Text(text, digest_of(text))


def restored(digest: str, text: Text) -> DeskFiles | None:
    """Give the desk's files as they were; None where they were not kept whole.

    Raises:
        ValueError: what was kept does not fit this version's models.
    """
    listed = text(digest)
    if not listed:
        return None
    names = json.loads(listed)
    desk = text(names["desk"])
    licences = [text(one) for one in names["licences"]]
    partners = [text(one) for one in names["partners"]]
    if desk is None or None in licences or None in partners:
        return None
    return DeskFiles(
        Desk.model_validate_json(desk),
        tuple(Licence.model_validate_json(one or "") for one in licences),
        tuple(Partner.model_validate_json(one or "") for one in partners),
    )


class Ruled(NamedTuple):
    """The decision behind one line of an edition."""

    guid: str
    version: int
    delivered: str
    """Agreement and licence that the article keeps from before: l-1 full/v1; else empty."""
    digest: str
    """SHA-256 of the decision."""


AT_HAND = 200
"""So many snapshots are kept; feeds of a partner go together in each of their formats."""


class Snapshots:
    """Snapshots of what single partners are published by; what they share is written once."""

    def __init__(self) -> None:
        self._shared: list[tuple[DeskFiles, tuple[_Text, ...], tuple[_Text, ...]]] = []
        self._made: dict[str, tuple[DeskFiles, Partner, Snapshot]] = {}
        """By partner, of one group of feeds."""

    def of(self, files: DeskFiles, partner: Partner) -> Snapshot:
        """Give the desk, its licences, a partner, and who holds exclusives."""
        known = self._made.get(partner.id)
        if known and known[0] is files and known[1] is partner:
            return known[2]
        shared, holders = self._of(files)
        own = _text(partner)
        others = [one for one in holders if one != own]
        made = _listed(shared[0], shared[1:], [own, *others])
        if len(self._made) >= AT_HAND:
            self._made.clear()
        self._made[partner.id] = files, partner, made
        return made

    def _of(self, files: DeskFiles) -> tuple[tuple[_Text, ...], tuple[_Text, ...]]:
        for known, shared, holders in self._shared:
            if known is files:
                return shared, holders
        shared = (_text(files.desk), *(_text(one) for one in files.licences))
        excluding = {partner.id: partner for partner, _, _ in files.exclusives}
        holders = tuple(_text(one) for one in excluding.values())
        self._shared = [(files, shared, holders), *self._shared[:7]]
        return shared, holders


def _listed(desk: _Text, licences: Sequence[_Text], partners: Sequence[_Text]) -> Snapshot:
    listed = json.dumps(
        {
            "desk": desk.digest,
            "licences": [one.digest for one in licences],
            "partners": [one.digest for one in partners],
        }
    )
    every = (desk, *licences, *partners)
    return Snapshot(digest_of(listed), (listed, *(one.text for one in every)))


def rulings_text(
    asked: Class,
    manifest: Iterable[ManifestLine],
    lines: Iterable[Line],
    delivered: Mapping[str, Delivered],
    slots: Iterable[Slot],
) -> str:
    """Give the decisions behind the live lines of an edition, and the quota as it then stood."""
    decided = {one.guid: one.facts.ruling for one in lines if one.facts.ruling}
    ruled = [
        Ruled(line.guid, line.version, " ".join(delivered.get(line.guid, ())), decided[line.guid])
        for line in manifest
        if not line.withdrawn and line.guid in decided
    ]
    counted = [slot.model_dump(mode="json", exclude_none=True) for slot in slots]
    by = {"partner": asked.partner.id, "carries": sorted(asked.carries)}
    return json.dumps({"lines": ruled, "slots": counted, "moment": False, **by})


class AskedBy(NamedTuple):
    """Who decisions were asked for."""

    partner: str
    """The partner, or nobody in particular."""
    carries: frozenset[str]
    """What the formats carry, where that matters."""
    moment: bool = False
    """Whether the moment counts in the digests: earlier versions had it so."""


def ruled_of(text: str) -> tuple[tuple[Ruled, ...], tuple[Slot, ...], AskedBy]:
    """Read the decisions behind an edition, the quota as it stood, and for whom."""
    data = json.loads(text)
    lines = tuple(Ruled(*line) for line in data["lines"])
    slots = tuple(Slot.model_validate(one) for one in data["slots"])
    return (
        lines,
        slots,
        AskedBy(data["partner"], frozenset(data["carries"]), data.get("moment", True)),
    )
