"""Models to rows and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from syndicate.model.article import Article
from syndicate.model.credential import Credential
from syndicate.model.errors import StoreFailed
from syndicate.model.moments import EARLIEST
from syndicate.model.receipt import (
    Ack,
    Edition,
    Holding,
    Isolated,
    Item,
    ManifestLine,
    Notice,
    Slot,
    Way,
    agreement_called,
)
from syndicate.model.request import LicenceRequest


def instant(moment: datetime) -> str:
    """Give an instant in the fixed width of the tables: 2026-05-01T12:00:00.000000Z."""
    return _written(moment.astimezone(UTC))


@lru_cache(1_000)
def _written(moment: datetime) -> str:
    """Give an instant in UTC: elsewhere two that are an hour apart may be equal (PEP 495)."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def storable(origin: str) -> str:
    """Give text any database takes: file names may hold bytes that are no UTF-8."""
    return origin.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def digest_of(text: str) -> str:
    """Give the SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def article_row(article: Article, text: str, at: datetime) -> dict[str, Any]:
    """Give the row of an article whose canonical JSON is `text`."""
    return {
        "guid": article.guid,
        "version": article.version,
        "digest": digest_of(text),
        "first_created": instant(article.first_created),
        "version_created": instant(article.version_created),
        "pub_status": str(article.pub_status),
        "json": text,
        "stored_at": instant(at),
    }


def article_of(row: Any) -> Article:
    """Give the article of a row. Raises StoreFailed where it is none."""
    with _told(f"{row.guid} version {row.version}"):
        return Article.model_validate_json(row.json)


def edition_content(row: Any, manifest: str) -> str:
    """Give the digest of an edition: its row, and what its lines come to."""
    names = ("feed", "format", "sequence", "partner", "digest", "at", "updated", "json")
    kept = [getattr(row, name) for name in (*names, "manifest", "inputs", "rulings")]
    return digest_of(json.dumps([*kept, manifest]))


def edition_row(edition: Edition, manifest: str) -> dict[str, Any]:
    """Give the row of an edition; its manifest stands in rows of its own."""
    return {
        "feed": edition.feed,
        "format": edition.format,
        "sequence": edition.sequence,
        "partner": edition.partner,
        "digest": edition.digest,
        "manifest": manifest,
        "at": instant(edition.at),
        "updated": instant(edition.updated),
        "json": edition.model_dump_json(exclude={"manifest"}, exclude_none=True),
        "inputs": edition.inputs,
        "rulings": edition.rulings,
    }


def line_rows(edition: Edition, manifest: str) -> list[dict[str, Any]]:
    """Give the rows of an edition's manifest."""
    return [
        {"manifest": manifest, "position": place, **line.model_dump()}
        for place, line in enumerate(edition.manifest)
    ]


def line_of(row: Any) -> ManifestLine:
    """Give the manifest line of a row."""
    return ManifestLine(
        guid=row.guid,
        version=row.version,
        withdrawn=row.withdrawn,
        revision=row.revision,
        item=row.item,
    )


def edition_of(row: Any, manifest: tuple[ManifestLine, ...]) -> Edition:
    """Give the edition of a row and its manifest. Raises StoreFailed where it is none."""
    with _told(f"edition {row.sequence} of feed {row.feed}, {row.format}"):
        return Edition.model_validate({**json.loads(row.json), "manifest": manifest})


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except ValueError as err:
        raise StoreFailed(
            "what is stored does not fit this version's models",
            where=place,
            mend="use the version of syndicate that wrote it",
        ) from err


_OWN = {"feed", "format", "partner"}
"""What of a holding is not the stream's."""
_NOBODY = json.dumps(dict.fromkeys(sorted(_OWN), ""))[1:]
"""The same of no feed, as the end of a JSON object."""


def holding_row(holding: Holding, stream: int) -> dict[str, Any]:
    """Give the row of a holding in a stream."""
    shown = [holding.stays_until]
    if holding.withdrawn:
        shown.append(holding.withdrawn.kept_until)
    until = max((one for one in shown if one), default=None)
    due = None if holding.withdrawn else holding.due
    return {
        "stream": stream,
        "guid": holding.guid,
        "terms": f"{holding.agreement} {holding.licence}",
        "due": instant(due) if due else None,
        "shown_until": instant(until) if until else None,
        "json": holding.model_dump_json(exclude=_OWN, exclude_none=True),
    }


def holding_of(row: Any, way: Way | None = None) -> Holding:
    """Give the holding of a row: a stream's, or a feed's own. Raises StoreFailed."""
    with _told(f"holding of {row.guid} in stream {row.stream}"):
        if way is None:
            return Holding.model_validate_json(f"{row.json[:-1]},{_NOBODY}")
        data = {**json.loads(row.json), **{name: getattr(way, name) for name in _OWN}}
        data["agreement"] = agreement_called(way.names, data.get("agreement", ""))
        return Holding.model_validate(data)


def way_row(way: Way, stream: int) -> dict[str, Any]:
    """Give the row of a way, in a stream."""
    return {
        **way._asdict(),
        "stream": stream,
        "names": json.dumps(way.names),
        "updated": instant(way.updated or way.due or EARLIEST),
        "due": instant(way.due) if way.due else None,
    }


def way_of(row: Any) -> Way:
    """Give the way of a row, which holds the columns in the order of a Way."""
    feed, name, partner, stream, names, asked, head, digest, manifest, updated, *rest = row
    sequence, put, due, entries, stones, stamp = rest
    return Way(
        feed, name, partner, stream, tuple(json.loads(names)), asked, head, digest, manifest,
        datetime.fromisoformat(updated), sequence, put,
        datetime.fromisoformat(due) if due else None, entries, stones, stamp,
    )  # fmt: skip


def item_row(item: Item) -> dict[str, Any]:
    """Give the row of an item."""
    text = item.model_dump_json(exclude_none=True)
    return {"digest": item.digest, "guid": item.guid, "json": text}


def item_of(row: Any) -> Item:
    """Give the item of a row. Raises StoreFailed where it is none."""
    with _told(f"item {row.digest}"):
        return Item.model_validate_json(row.json)


def notice_row(notice: Notice) -> dict[str, Any]:
    """Give the row of a notice."""
    return {
        "id": notice.id,
        "partner": notice.partner,
        "guid": notice.guid,
        "at": instant(notice.at),
        "json": notice.model_dump_json(exclude_none=True),
    }


def notice_of(row: Any) -> Notice:
    """Give the notice of a row. Raises StoreFailed where it is none."""
    with _told(f"notice {row.id}"):
        return Notice.model_validate_json(row.json)


def ack_of(text: str) -> Ack:
    """Give the acknowledgement of a text. Raises StoreFailed where it is none."""
    with _told("acknowledgement"):
        return Ack.model_validate_json(text)


def credential_row(credential: Credential) -> dict[str, Any]:
    """Give the row of a credential."""
    return {
        "id": credential.id,
        "partner": credential.partner,
        "json": credential.model_dump_json(exclude_none=True),
    }


def credential_of(row: Any) -> Credential:
    """Give the credential of a row. Raises StoreFailed where it is none."""
    with _told(f"credential {row.id}"):
        return Credential.model_validate_json(row.json)


def request_row(request: LicenceRequest) -> dict[str, Any]:
    """Give the row of a request."""
    text = request.model_dump_json(exclude_none=True)
    return {"id": request.id, "at": instant(request.at), "json": text}


def request_of(row: Any) -> LicenceRequest:
    """Give the request of a row. Raises StoreFailed where it is none."""
    with _told(f"request {row.id}"):
        return LicenceRequest.model_validate_json(row.json)


def slot_row(slot: Slot) -> dict[str, Any]:
    """Give the row of a slot."""
    return {
        "agreement": slot.agreement,
        "property": slot.property,
        "guid": slot.guid,
        "at": instant(slot.at),
        "returned_at": instant(slot.returned_at) if slot.returned_at else None,
        "overage": slot.overage,
        "json": slot.model_dump_json(exclude_none=True),
    }


def slot_of(row: Any) -> Slot:
    """Give the slot of a row. Raises StoreFailed where it is none."""
    with _told(f"slot {row.agreement} {row.guid}"):
        return Slot.model_validate_json(row.json)


def isolated_row(one: Isolated) -> dict[str, Any]:
    """Give the row of something in quarantine."""
    return {
        "place": storable(one.place),
        "subject": storable(one.subject),
        "code": one.code,
        "json": one.model_dump_json(exclude_none=True),
    }


def isolated_of(row: Any) -> Isolated:
    """Give what is in quarantine. Raises StoreFailed where it is none."""
    with _told(f"quarantine {row.subject}"):
        return Isolated.model_validate_json(row.json)
