"""`partners`, `licences`, `feeds`: list and show what the desk's files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syndicate import wiring
from syndicate.cli.common import (
    Refused,
    desk_option,
    json_option,
    print_json,
    print_table,
    shown,
)
from syndicate.cli.keys import key
from syndicate.formats.all import FORMATS
from syndicate.licensing.conflicts import RULES
from syndicate.licensing.problem import Problem
from syndicate.model.errors import NotFound
from syndicate.model.partner import Agreement, Partner
from syndicate.pipeline.explain import find_partner
from syndicate.pipeline.heads import path_of


@click.group()
def partners() -> None:
    """List and show partners; give them keys."""


partners.add_command(key)


@partners.command("list")
@desk_option
@json_option
def list_partners(desk: Path, *, as_json: bool) -> None:
    """List every partner with its agreements."""
    files = wiring.load(desk)
    if as_json:
        print_json([_open_part(one) for one in files.partners])
        return
    rows = [
        (one.id, one.name, one.country, one.state, _agreed(one), len(one.feeds))
        for one in files.partners
    ]
    print_table(("partner", "name", "country", "state", "agreements", "feeds"), rows)


def _agreed(partner: Partner) -> str:
    return "; ".join(_term(agreement) for agreement in partner.agreements) or "none"


def _term(agreement: Agreement) -> str:
    until = shown(agreement.term.closes)
    licence = f"{agreement.licence}/v{agreement.licence_version}"
    return f"{agreement.id}: {licence}, {agreement.state} until {until}"


def _open_part(partner: Partner) -> dict[str, Any]:
    """Give what may be shown of a partner: everything but prices."""
    data = partner.model_dump(mode="json", exclude={"credit_limit"}, exclude_none=True)
    for agreement in data["agreements"]:
        agreement.pop("price", None)
    return data


@partners.command("show")
@click.argument("partner")
@desk_option
@json_option
def show_partner(partner: str, desk: Path, *, as_json: bool) -> None:
    """Show one partner: properties, agreements, feeds."""
    files = wiring.load(desk)
    one = find_partner(files, partner)
    if as_json:
        print_json(_open_part(one))
        return
    click.echo(f"{one.name} ({one.legal_name}, {one.country}), {one.state}")
    print_table(
        ("property", "name", "media", "territory"),
        [(p.id, p.name, ", ".join(p.media), p.territory) for p in one.properties],
    )
    print_table(
        ("agreement", "licence", "state", "from", "until", "priority"),
        [
            (
                a.ref,
                f"{a.licence}/v{a.licence_version}",
                a.state,
                shown(a.term.opens),
                shown(a.term.closes),
                a.priority,
            )
            for a in one.agreements
        ],
    )
    print_table(
        ("feed", "title", "files"),
        [
            (f.id, f.title, " ".join(path_of(one.id, f.id, FORMATS[n]) for n in f.formats))
            for f in one.feeds
        ],
    )


@click.group()
def licences() -> None:
    """List and show licence terms."""


@licences.command("list")
@desk_option
@json_option
def list_licences(desk: Path, *, as_json: bool) -> None:
    """List every licence version."""
    files = wiring.load(desk)
    if as_json:
        print_json(list(files.licences))
        return
    rows = [
        (
            one.ref,
            one.title,
            ", ".join(f"{g.kind} {g.extent}" for g in one.grants),
            one.territory,
            ", ".join(one.media),
        )
        for one in files.licences
    ]
    print_table(("licence", "title", "grants", "territory", "media"), rows)


@licences.command("show")
@click.argument("licence")
@desk_option
@json_option
def show_licence(licence: str, desk: Path, *, as_json: bool) -> None:
    """Show one licence: its id, or id/vN for one version; the newest when not stated."""
    files = wiring.load(desk)
    found = [one for one in files.licences if licence in (one.id, one.ref)]
    if not found:
        known = ", ".join(one.ref for one in files.licences)
        raise NotFound(f"no licence {licence!r}", mend=f"use one of: {known}")
    newest = max(found, key=lambda one: one.version)
    if as_json:
        print_json(newest)
        return
    data = newest.model_dump(mode="json", exclude_none=True)
    print_table(("field", "says"), [(name, _said(value)) for name, value in data.items()])


@licences.command("conflicts")
@desk_option
@json_option
def list_conflicts(desk: Path, *, as_json: bool) -> None:
    """Name promises that contradict each other; fails where one must be mended."""
    found = [one for one in wiring.load_sound(desk).between if one.rule in RULES]
    if as_json:
        print_json([one._asdict() for one in found])
    elif found:
        columns = ("rule", "who", "what overlaps", "from", "mend")
        rows = [(_weight(one), one.where, one.says, shown(one.since), one.mend) for one in found]
        print_table(columns, rows, (1, 3, 5, 2, 4))
    else:
        click.echo("no conflicts")
    errors = sum(not one.warning for one in found)
    if errors:
        raise Refused(f"{errors} {'conflict' if errors == 1 else 'conflicts'}")


def _weight(one: Problem) -> str:
    return f"{one.rule} warning" if one.warning else one.rule


def _said(value: Any) -> str:
    """Write a value of a model as people write it, not as a program does."""
    if isinstance(value, dict):
        pairs = ((name, _said(inner)) for name, inner in value.items())
        return "\n".join(f"{name}: {inner}" for name, inner in pairs if inner)
    if isinstance(value, list):
        whole = all(isinstance(one, str) for one in value)
        return (", " if whole else "\n").join(
            _said(one).replace("\n", ", ") if not whole else str(one) for one in value
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


@click.group()
def feeds() -> None:
    """List and show feeds."""


@feeds.command("list")
@desk_option
@json_option
def list_feeds(desk: Path, *, as_json: bool) -> None:
    """List every feed with its published files."""
    files = wiring.load(desk)
    data = [
        {
            "feed": feed.id,
            "partner": partner.id,
            "title": feed.title,
            "urls": [
                files.desk.url_of(path_of(partner.id, feed.id, FORMATS[n])) for n in feed.formats
            ],
        }
        for partner, feed in files.feed_list()
    ]
    if as_json:
        print_json(data)
        return
    rows = [(d["feed"], d["partner"], d["title"], "\n".join(d["urls"])) for d in data]
    print_table(("feed", "partner", "title", "addresses"), rows)


@feeds.command("show")
@click.argument("feed")
@desk_option
@json_option
def show_feed(feed: str, desk: Path, *, as_json: bool) -> None:
    """Show one feed: what it selects, in which order, in which formats."""
    files = wiring.load(desk)
    for partner, one in files.feed_list():
        if one.id == feed:
            data = one.model_dump(mode="json", exclude_none=True)
            if as_json:
                print_json({"partner": partner.id, **data})
            else:
                rows = [("partner", partner.id), *((k, _said(v)) for k, v in data.items())]
                print_table(("field", "says"), rows)
            return
    known = ", ".join(one.id for _, one in files.feed_list())
    raise NotFound(f"no feed {feed!r}", mend=f"use one of: {known}")
