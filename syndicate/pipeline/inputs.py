"""What decisions were made with: the desk's files as texts, each kept once under its SHA-256."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from syndicate.licensing.govern import Delivered, Ruling
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.receipt import ManifestLine, Slot
from syndicate.pipeline.items import digest_of

Text = Callable[[str], str | None]
"""Gives a kept text by its SHA-256."""


class Snapshot(NamedTuple):
    """The desk's files at a moment."""

    digest: str
    """Of the list of all files."""
    texts: tuple[str, ...]
    """The list, and each file."""


def snapshot(files: DeskFiles) -> Snapshot:
    """Give the desk's files as texts."""
    desk = _text(files.desk)
    licences = [_text(one) for one in files.licences]
    partners = [_text(one) for one in files.partners]
    listed = json.dumps(
        {
            "desk": digest_of(desk),
            "licences": [digest_of(one) for one in licences],
            "partners": [digest_of(one) for one in partners],
        }
    )
    return Snapshot(digest_of(listed), (listed, desk, *licences, *partners))


def _text(model: Desk | Licence | Partner) -> str:
    return model.model_dump_json(exclude_none=True, exclude_defaults=True)


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


def rulings_text(
    lines: Iterable[ManifestLine],
    rulings: Mapping[str, Ruling],
    delivered: Mapping[str, Delivered],
    slots: Iterable[Slot],
) -> str:
    """Give the decisions behind the live lines of an edition, and the quota as it then stood."""
    ruled = [
        Ruled(
            line.guid,
            line.version,
            " ".join(delivered.get(line.guid, ())),
            digest_of_ruling(ruling),
        )
        for line in lines
        if not line.withdrawn and (ruling := rulings.get(line.guid))
    ]
    counted = [slot.model_dump(mode="json", exclude_none=True) for slot in slots]
    return json.dumps({"lines": ruled, "slots": counted})


def ruled_of(text: str) -> tuple[tuple[Ruled, ...], tuple[Slot, ...]]:
    """Read the decisions behind an edition, and the quota as it stood."""
    data = json.loads(text)
    lines = tuple(Ruled(*line) for line in data["lines"])
    return lines, tuple(Slot.model_validate(one) for one in data["slots"])


def digest_of_ruling(ruling: Ruling) -> str:
    """Give the SHA-256 of a decision with everything in it."""
    return digest_of(ruling.decision.model_dump_json(exclude_none=True))
