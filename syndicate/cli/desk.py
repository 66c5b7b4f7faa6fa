"""`init` and `check`: begin a desk, and see whether everything on it is sound."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate import wiring
from syndicate.checks.findings import check_document
from syndicate.cli.common import Refused, counted, desk_option, json_option, now, print_json, tell
from syndicate.formats.all import FORMATS
from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Hints, Refusal
from syndicate.pipeline.publish import changed_licences
from syndicate.sources import collecting
from syndicate.sources.desk_folder import read
from syndicate.targets.new_desk import create


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", prompt="Publisher's name", help="The publisher, as it is credited.")
@click.option("--domain", prompt="Domain", help="A domain the publisher owns.")
@click.option("--contact", prompt="Contact address", help="Whom partners write to.")
def init(folder: Path, name: str, domain: str, contact: str) -> None:
    """Begin a desk in a new folder, with one licence and one partner to change.

    \b
    syndicate init mydesk --name "My Post" --domain post.example --contact desk@post.example
    """
    for path in create(folder, name, domain, contact, now().year):
        click.echo(f"wrote {path}")
    click.echo(
        f"next: put articles into {folder / 'articles'}, then syndicate regenerate --desk {folder}"
    )


@click.command()
@desk_option
@json_option
def check(desk: Path, *, as_json: bool) -> None:
    """Check the desk's files, the articles in its inbox and every published document.

    Prints a line for each fault: where, what, how to mend it.
    """
    found = read(desk)
    faults = [{"where": "desk", "says": line} for line in found.errors]
    checked = 0
    if found.files:
        faults += _inbox_faults(desk, found.files.desk)
        place = wiring.target(desk, found.files.desk)
        changed = changed_licences(found.files, place)
        faults += [{"where": "desk", "says": one.says} for one in changed]
        formats = {fmt.suffix: fmt.name for fmt in FORMATS.values()}
        for path in place.paths():
            name = formats.get(path.rpartition("/")[2].partition(".")[2])
            data = place.get(path)
            if name is None or data is None:
                continue
            checked += 1
            faults += [{"where": path, "says": str(one)} for one in check_document(data, name)]
    if as_json:
        print_json({"faults": faults, "warnings": found.warnings, "documents": checked})
    else:
        for line in found.warnings:
            tell(f"warning: {line}")
        for fault in faults:
            tell(f"{fault['where']}: {fault['says']}")
        click.echo(f"{checked} documents checked, {counted(len(faults), 'fault')}")
    if faults:
        raise Refused(counted(len(faults), "fault"))


def _inbox_faults(folder: Path, desk: Desk) -> list[dict[str, str]]:
    inbox = folder / desk.inbox
    drafts = collecting.collect([inbox] if inbox.is_dir() else [], desk, Hints())
    refusals = [one for one in drafts if isinstance(one, Refusal)]
    return [{"where": one.where, "says": f"{one.code} {one.told}"} for one in refusals]
