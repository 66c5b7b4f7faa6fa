"""`backup` and `restore`: a desk as one file, and a desk made of it."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.acts import archiving
from syndicate.cli.common import desk_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@desk_option
def backup(file: Path, desk: Path) -> None:
    """Write a desk into one file: its files, its inbox and its database, as they are now.

    Runs may go on meanwhile. Published documents are not in it: the next run of a restored desk
    publishes the same bytes. Keep it safe: it holds what was agreed with everybody.

    \b
    syndicate backup desk-2026-11-26.tar.gz --desk mydesk
    """
    done = archiving.backup(desk, file)
    click.echo(f"{file}: {done.files} files, {done.size / 1e6:.1f} MB")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def restore(file: Path, folder: Path) -> None:
    """Make a desk of a backup, in a new folder. Then publish it: the bytes are the same.

    \b
    syndicate restore desk-2026-11-26.tar.gz mydesk
    syndicate regenerate --desk mydesk
    """
    done = archiving.restore(file, folder)
    click.echo(f"{folder}: {done.files} files, {done.size / 1e6:.1f} MB")
    click.echo(
        f"next: syndicate audit verify --desk {folder}, syndicate regenerate --desk {folder}"
    )
