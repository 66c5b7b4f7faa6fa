"""What is published: a feed's head, and a document of bytes at a path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, NamedTuple

from pydantic import Field

from syndicate.model.base import LangTag, MaybeText, Model, Text, Url
from syndicate.model.body import Direction
from syndicate.model.moments import Instant


class Archives(Model):
    """Where the older documents of a feed are (RFC 5005, section 4)."""

    previous: Url | None = None
    """The archive with what was given out before this document (rel prev-archive)."""
    following: Url | None = None
    """The archive after this one (rel next-archive)."""
    current: Url | None = None
    """The feed's own document; stated where this one is an archive, and nowhere else."""


class FeedHead(Model):
    """The envelope of a feed: what is the partner's own."""

    id: str
    """Identity of the feed for ever: a tag: URI."""
    title: Text
    """Title."""
    description: MaybeText = ""
    """One sentence."""
    language: LangTag
    """Main language."""
    dir: Direction
    """Direction of title and description."""
    self_url: Url
    """Where this document is fetched."""
    site_url: Url
    """The publisher's home page (Atom alternate, RSS channel link)."""
    logo: Url | None = None
    """The publisher's logo (Atom logo, RSS channel image)."""
    publisher: Text
    """Who publishes (Atom author, NewsML-G2 provider and sender)."""
    contact: Text
    """Mail address."""
    rights: Text
    """Copyright notice of the feed as a whole."""
    licence_url: Url | None = None
    """The licence document."""
    valid_until: Instant | None = None
    """End of the agreement; None when unbounded or there is none."""
    updated: Instant
    """Last change of the content; never the time of the run."""
    archives: Archives | None = None
    """Its older documents; None where there are none, or the format has none."""
    renditions: tuple[str, ...] = ("xhtml",)
    """Alternate renditions in NewsML-G2: xhtml, nitf, text."""
    generator_version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+")] = "0.1.0"
    """Version of this software."""


ENDINGS: Mapping[str, str] = MappingProxyType({"br": ".br", "zstd": ".zst", "gzip": ".gz"})
"""Content codings (RFC 9110, section 8.4.1), and what each adds to the path of a document."""


def document_digest(opening: bytes, makeup: str, closing: bytes) -> str:
    """Give the SHA-256 of a document by its parts, so that what feeds share is digested once.

    `makeup` is the SHA-256 of the text that names the fragments between opening and closing, each
    by its length and its own SHA-256.
    """
    ends = (hashlib.sha256(one).hexdigest() for one in (opening, closing))
    return hashlib.sha256(f"{next(ends)} {makeup} {next(ends)}".encode()).hexdigest()


def is_made_up(data: bytes, digest: str, makeup: str, opening: int) -> bool:
    """Say whether bytes are the document of a digest, whose opening has so many bytes.

    Raises:
        ValueError: `makeup` is no such text.
    """
    told = json.loads(makeup)
    between = str(told["between"]).encode()
    place = opening
    for number, (size, fragment) in enumerate(told["fragments"]):
        if number:
            if data[place : place + len(between)] != between:
                return False
            place += len(between)
        if hashlib.sha256(data[place : place + size]).hexdigest() != fragment:
            return False
        place += size
    named = hashlib.sha256(makeup.encode()).hexdigest()
    return document_digest(data[:opening], named, data[place:]) == digest


class Document(NamedTuple):
    """Bytes at a path of the target."""

    path: str
    media_type: str
    data: bytes
    encodings: tuple[tuple[str, bytes], ...] = ()
    """The same bytes in content codings, published beside it: ("gzip", …) as path.gz."""
    plain: bool = True
    """Whether the plain bytes are published; where not, the gzip stands for them."""

    @property
    def digest(self) -> str:
        """SHA-256 of the plain bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    def files(self) -> tuple[tuple[str, bytes], ...]:
        """Give (what is added to the path, bytes) of every file; the last stands for the others.

        Raises ValueError for a coding nobody knows, and where nothing would stand for it.
        """
        coded = dict(self.encodings)
        if not coded.keys() <= ENDINGS.keys() or not (self.plain or "gzip" in coded):
            raise ValueError(f"{self.path} cannot be published as {sorted(coded)} alone")
        files = [(end, coded[coding]) for coding, end in ENDINGS.items() if coding in coded]
        return (*files, ("", self.data)) if self.plain else tuple(files)
