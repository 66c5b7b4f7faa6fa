"""`schemas export` and `schemas fetch`: our own JSON Schemas, and the official schemas."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.checks.json_schema import json_schemas
from syndicate.checks.official import ENTRIES
from syndicate.cli.common import Refused, tell
from syndicate.sources.schema_fetch import fetch


@click.group()
def schemas() -> None:
    """Write our JSON Schemas; fetch the official schemas of the standards."""


@schemas.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write the JSON Schemas of article, licence, partner and desk into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in json_schemas().items():
        (folder / name).write_bytes(data)
        click.echo(f"wrote {folder / name}")
