"""Models to rows and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from syndicate.model.article import Article
from syndicate.model.errors import StoreFailed
from syndicate.model.receipt import Edition, ManifestLine


def instant(moment: datetime) -> str:
    """Give an instant in the fixed width of the tables: 2026-05-01T12:00:00.000000Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


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


def manifest_of(edition: Edition) -> str:
    """Give the digest of what stands in an edition, in order."""
    lines = [[line.guid, line.version, line.withdrawn] for line in edition.manifest]
    return digest_of(json.dumps(lines))


def edition_row(edition: Edition) -> dict[str, Any]:
    """Give the row of an edition; its manifest stands in rows of its own."""
    return {
        "feed": edition.feed,
        "format": edition.format,
        "sequence": edition.sequence,
        "partner": edition.partner,
        "digest": edition.digest,
        "manifest": manifest_of(edition),
        "at": instant(edition.at),
        "updated": instant(edition.updated),
        "json": edition.model_dump_json(exclude={"manifest"}, exclude_none=True),
    }


def line_rows(edition: Edition) -> list[dict[str, Any]]:
    """Give the rows of an edition's manifest."""
    manifest = manifest_of(edition)
    return [
        {"manifest": manifest, "position": place, **line.model_dump()}
        for place, line in enumerate(edition.manifest)
    ]


def line_of(row: Any) -> ManifestLine:
    """Give the manifest line of a row."""
    return ManifestLine(guid=row.guid, version=row.version, withdrawn=row.withdrawn)


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
