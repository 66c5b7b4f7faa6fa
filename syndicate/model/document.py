"""What is published: a feed's head, and a document of bytes at a path."""

from __future__ import annotations

import hashlib
from typing import Annotated, NamedTuple

from pydantic import Field

from syndicate.model.base import LangTag, MaybeText, Model, Text, Url
from syndicate.model.body import Direction
from syndicate.model.moments import Instant


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
    renditions: tuple[str, ...] = ("xhtml",)
    """Alternate renditions in NewsML-G2: xhtml, nitf, text."""
    generator_version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+")] = "0.1.0"
    """Version of this software."""


class Document(NamedTuple):
    """Bytes at a path of the target."""

    path: str
    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()
