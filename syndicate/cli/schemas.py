"""`schemas export` and `schemas fetch`: our own JSON Schemas, and the official schemas."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.checks.json_schema import json_schemas
from syndicate.checks.official import official_schemas
from syndicate.cli.common import Refused
from syndicate.sources.schema_fetch import careful_opener, fetch


@click.group()
def schemas() -> None:
    """Write our JSON Schemas; fetch the official schemas of the standards."""


@schemas.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write the JSON Schemas of article, licence, partner, desk and request into FOLDER."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in json_schemas().items():
            (folder / name).write_bytes(data)
            click.echo(f"wrote {folder / name}")
    except OSError as err:
        says = f"cannot write: {err.strerror}"
        raise Refused(says, where=str(folder), mend="choose a folder you may write") from err


@schemas.command("fetch")
@click.argument("folder", type=click.Path(path_type=Path))
def fetch_official(folder: Path) -> None:
    """Download the official schemas into FOLDER, each only with the right checksum.

    The list is schemas/official.toml: published address, version, SHA-256.
    """
    done = fetch(official_schemas(), folder, careful_opener())
    for one in done:
        click.echo(str(one))
    bad = sum(not one.good for one in done)
    if bad:
        raise Refused(f"{bad} of {len(done)} files were not fetched", mend="try again online")
