"""The official schemas of the standards: which file, where published, which version, SHA-256."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Annotated

from pydantic import Field

from syndicate.checks.findings import SCHEMAS
from syndicate.model.base import MaybeText, Model, Text, Url


class OfficialSchema(Model):
    """One file that a standard body publishes."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Folder and name it is kept under; files that include each other share a folder."""
    standard: Text
    """What it is the schema of."""
    version: Text
    """Which version of the standard."""
    publisher: Text
    """Whose standard."""
    licence: Text
    """Under which licence the file is published."""
    url: Url
    """Where the standard body publishes it."""
    mirror: Url | None = None
    """The standard body's own repository, at the commit the checksum was taken from."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Checksum of the file, byte for byte."""
    fetch: bool = True
    """Whether the file is published on its own and can be downloaded."""
    note: MaybeText = ""
    """What the checksum is of where that is not the published file."""


class Manifest(Model):
    """The file schemas/official.toml."""

    schemas: tuple[OfficialSchema, ...]
    """One entry a file."""


@cache
def official_schemas() -> tuple[OfficialSchema, ...]:
    """Give every entry of schemas/official.toml."""
    text = (SCHEMAS / "official.toml").read_text("utf-8")
    return Manifest.model_validate(tomllib.loads(text)).schemas
