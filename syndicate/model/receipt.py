"""Proof of what was published: editions of feeds."""

from __future__ import annotations

from syndicate.model.base import Model
from syndicate.model.moments import Instant


class ManifestLine(Model):
    """One article in an edition."""

    guid: str
    """The article."""
    version: int
    """Its version."""
    withdrawn: bool = False
    """Whether it stood there as a withdrawal notice."""


class Edition(Model):
    """A published state of one feed in one format."""

    feed: str
    """The feed."""
    partner: str
    """Whose feed."""
    format: str
    """In which format."""
    sequence: int
    """Counts up for each feed and format."""
    digest: str
    """SHA-256 of the bytes, hexadecimal."""
    manifest: tuple[ManifestLine, ...]
    """What stood in it, in order."""
    at: Instant
    """When it was recorded; always before the bytes were put."""
    updated: Instant
    """The feed's own time; never goes back from edition to edition."""
