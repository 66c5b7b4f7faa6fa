"""`audit`: prove from the record what was decided, published, told and acknowledged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syndicate import wiring
from syndicate.cli.common import (
    Refused,
    counted,
    desk_option,
    json_option,
    print_json,
    print_table,
    shown,
    tell,
    watched,
)
from syndicate.formats.all import FORMATS
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound
from syndicate.pipeline.audit import Part, parts, verify
from syndicate.pipeline.audit_findings import AuditFinding
from syndicate.pipeline.explain import find_article
from syndicate.pipeline.timeline import KINDS, Moment, timeline


@click.group()
def audit() -> None:
    """Prove from the record what was decided and published, who was told and who answered.

    \b
    syndicate audit verify --desk feeds
    syndicate audit log --article wall --desk feeds
    """


def _files(desk: Path) -> DeskFiles:
    files = wiring.load_sound(desk).files
    if files is None:
        raise NotFound("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    return files


@audit.command("verify")
@click.option("--feed", "only", help="Only this feed; the log is read whole all the same.")
@desk_option
@json_option
def verify_all(only: str | None, desk: Path, *, as_json: bool) -> None:
    """Look for edits, cuts and swaps in the record; decide everything again.

    The log is one chain, whose end is noted outside of the database. All that is kept stands in
    it, every edition is decided again from what was kept, and the documents are those of the
    newest editions. Prints a line for each finding: code, where, what, how to mend it. What is
    only to be known is no fault.

    Keep the printed end of the log somewhere else too: who can change the database and the note
    beside it cannot change that one.

    \b
    syndicate audit verify --desk feeds
    syndicate audit verify --feed gazette-all --desk feeds
    """
    files = _files(desk)
    place = wiring.target(desk, files.desk)
    with wiring.opened_store(desk, files.desk, cut=True) as store:
        known = sorted({feed for _, feed, _ in store.published_feeds()})
        if only is not None and only not in known:
            mend = f"use one of: {', '.join(known) or 'none'}"
            raise NotFound(f"no edition of {only!r}", mend=mend)
        looks = verify(store, place, files, FORMATS, only)
        found = list(watched(looks, "looking at the record", lambda: parts(store, only)))
    findings = [finding for part in found for finding in part.findings]
    faults = [one for one in findings if one.is_fault]
    if as_json:
        print_json({"findings": [_as_data(one) for one in findings], **_figures(found)})
    else:
        _print(found, findings, len(faults))
    if faults:
        raise Refused(counted(len(faults), "fault"))


def _as_data(one: AuditFinding) -> dict[str, Any]:
    return {**one._asdict(), "mend": one.mend, "fault": one.is_fault}


def _figures(found: list[Part]) -> dict[str, int | str]:
    """Give the sums of all parts."""
    names = ("lines", "kept", "editions", "decisions", "documents")
    sums = {name: sum(getattr(part, name) for part in found) for name in names}
    return {**sums, "end": next((part.end for part in found if part.end), "")}


def _print(found: list[Part], findings: list[AuditFinding], faults: int) -> None:
    for one in findings:
        tell(str(one) if one.is_fault else f"to be known: {one}")
    sums = _figures(found)
    click.echo(
        f"{sums['lines']} lines of the log, {sums['kept']} things kept, {sums['editions']} "
        f"editions, {sums['decisions']} decisions made again, {sums['documents']} documents: "
        f"{counted(faults, 'fault')}"
    )
    if sums["end"]:
        click.echo(f"end of the log: {sums['end']}")


@audit.command()
@click.option("--article", help="Only what is about this article.")
@click.option("--kind", help="Only lines of this kind: article, edition, notice, ack, …")
@desk_option
@json_option
def log(article: str | None, kind: str | None, desk: Path, *, as_json: bool) -> None:
    """Print the log: what was kept, published, told and acknowledged, and when. Oldest first.

    Each line holds the digest of the one before, so that none can be changed unseen: see
    `syndicate audit verify`. --json gives all digests in full.

    \b
    syndicate audit log --article wall --desk feeds
    syndicate audit log --kind ack --json --desk feeds
    """
    if kind not in (None, *KINDS):
        raise NotFound(f"no kind {kind!r}", mend=f"use one of: {', '.join(sorted(KINDS))}")
    files = _files(desk)
    with wiring.opened_store(desk, files.desk, cut=True) as store:
        history = find_article(store, article) if article else ()
        lines = [one for one in timeline(store, history) if kind in (None, one.event.kind)]
    if as_json:
        print_json([{**one.event.model_dump(mode="json"), "says": one.says} for one in lines])
        return
    if history:
        click.echo(f"{history[-1].headline}\n{history[-1].guid}")
    columns = ("line", "when", "kind", "about", "what", "digest")
    print_table(columns, [_row(one) for one in lines], (None, None, None, 2, 3, None))
    click.echo(f"{len(lines)} lines")


SHORT = 12
"""Characters of a digest that are printed in a table."""


def _row(one: Moment) -> tuple[object, ...]:
    event = one.event
    when, subject = shown(event.at), event.subject
    if event.kind in {"text", "item"}:
        subject = subject[:SHORT]
    return event.serial, when, event.kind, subject, one.says, event.digest[:SHORT]
