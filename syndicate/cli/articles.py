"""`ingest`, `explain` and `articles`: what comes in, and why it goes where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from syndicate import wiring
from syndicate.cli.common import (
    Moment,
    Refused,
    at_option,
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
    watched,
)
from syndicate.formats.all import FORMATS
from syndicate.model.base import text_of
from syndicate.model.decision import Decision, Finding, PartDecision, Verdict
from syndicate.model.rights import ExtentUnit
from syndicate.pipeline.explain import Explanation, find_article, find_partner
from syndicate.pipeline.explain import explain as explained
from syndicate.pipeline.incoming import Hints
from syndicate.pipeline.ingest import Outcome, Taken
from syndicate.pipeline.ingest import ingest as taken_in
from syndicate.sources import collecting

Row = tuple[object, ...]
SNIPPET = 40


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@desk_option
@click.option("--at", type=Moment(), help="Take them in as of this instant instead of now.")
@click.option("--guid", help="Identity, where the source states none (tag: URI).")
@click.option("--language", help="BCP 47 tag, where the source states none.")
@click.option("--byline", multiple=True, help="Author's name; repeat for several.")
@click.option("--first-created", type=Moment(), help="When it was first made.")
@click.option("--version-created", type=Moment(), help="When this version was made.")
@click.option("--url", help="Its page at the publisher.")
@click.option("--section", help="The publisher's section.")
@json_option
def ingest(
    paths: tuple[Path, ...], desk: Path, at: datetime | None, *, as_json: bool, **hints: Any
) -> None:
    """Take articles in: files or folders.

    Reads article JSON (.json, .jsonl), Markdown with front matter (.md), saved pages (.html,
    .html.gz) and text copied from a page (.txt). The same content again changes nothing; changed
    content becomes the next version. What a source does not say is asked for, never invented.

    \b
    syndicate ingest article.txt --url https://example.org/a --first-created 2026-05-01T08:00:00Z
    """
    stated = _stated(hints)
    files = wiring.load(desk)
    with wiring.opened_store(desk, files.desk) as store:
        drafts = watched(
            collecting.collect(paths, files.desk, stated),
            "taking in",
            lambda: collecting.count(paths),
        )
        done = list(taken_in(drafts, files, store, at or now()))
    if as_json:
        print_json([_told(one) for one in done])
    else:
        columns = ("", "article", "version", "headline")
        rows = [(o.taken, o.guid or o.where, o.version or "", o.headline) for o in done]
        print_table(columns, rows)
    refused = told_refusals(done)
    for one in done:
        for remark in one.remarks:
            tell(f"{one.where}: {remark}")
    if refused:
        taken = sum(one.taken is not Taken.REFUSED for one in done)
        raise Refused(f"{refused} refused, {taken} taken; the lines above say what")


def _stated(hints: dict[str, Any]) -> Hints:
    """Give what the options state; one that cannot be used is a usage error."""
    try:
        return Hints.model_validate(
            {name: value for name, value in hints.items() if value not in (None, ())}
        )
    except ValidationError as err:
        fault = err.errors(include_url=False, include_input=False)[0]
        says = fault["msg"].removeprefix(f"{fault['type']}: ").removeprefix("Value error, ")
        if fault["loc"][0] == "language":
            says = "write a BCP 47 tag, for example en or ar-EG"
        option = f"--{str(fault['loc'][0]).replace('_', '-')}"
        raise click.BadParameter(says, param_hint=option) from err


def _told(one: Outcome) -> dict[str, Any]:
    refusal = one.refusal._asdict() if one.refusal else None
    return {**one._asdict(), "refusal": refusal}


def told_refusals(outcomes: Iterable[Outcome]) -> int:
    """Print a line for every fault of a refused article; give how many articles were refused."""
    refused = set()
    for one in outcomes:
        if one.taken is Taken.REFUSED and one.refusal:
            why = one.refusal
            refused.add(why.where)
            tell(f"refused {why.where}: {why.code} {why.told}")
    return len(refused)


@click.command()
@click.argument("article")
@click.argument("partner")
@desk_option
@at_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="rss",
    show_default=True,
    help="The format asked about; only some can carry an embargo.",
)
@json_option
def explain(
    article: str, partner: str, desk: Path, at: datetime | None, format_name: str, *, as_json: bool
) -> None:
    """Say, for an article and a partner, what goes out, what does not, and why.

    ARTICLE is a guid or the end of one, a URL or the end of one, or the file it came from. For
    every part: the verdict, the clause, when it changes by itself, what would have to change.
    """
    files = wiring.load(desk)
    who = find_partner(files, partner)
    carries = FORMATS[format_name].carries
    with wiring.opened_store(desk, files.desk) as store:
        history = find_article(store, article)
        found = list(explained(files, store, history, who, at or now(), carries))
    if as_json:
        print_json([_data(one) for one in found])
        return
    fed = [one for one in found if one.feeds]
    for one in fed or found:
        _print(one, who.name, format_name)
    for one in found if fed else ():
        if not one.feeds:
            verdict = one.decision.verdict
            click.echo(f"no feed picks it for {one.property.name}; it would be: {verdict}")


def _data(one: Explanation) -> dict[str, Any]:
    return {
        "article": one.article.guid,
        "headline": one.article.headline,
        "property": one.property.id,
        "feeds": one.feeds,
        "decision": one.decision,
        "tombstone": one.tombstone,
    }


def _print(one: Explanation, partner: str, format_name: str) -> None:
    decision = one.decision
    click.echo(f"{one.article.headline}")
    click.echo(f"{decision.guid}, version {decision.version}")
    click.echo(
        f"for {partner}, {one.property.name} ({', '.join(one.feeds) or 'no feed picks it'}), "
        f"as {format_name} at {shown(decision.now)}"
    )
    click.echo(
        f"{decision.verdict} under agreement {decision.agreement or 'none'}, "
        f"licence {decision.licence or 'none'}; next change by time alone: "
        f"{shown(decision.next_change)}"
    )
    if one.tombstone:
        click.echo(f"withdrawal notice since {shown(one.tombstone.when)}: {one.tombstone.note}")
    whole = [f for f in decision.findings if f.part is None]
    taken_back = [f for f in whole if f.code in {"ITEM_KILLED", "ITEM_WITHHELD"}]
    rows = [_finding_row("the article", f) for f in taken_back or whole]
    print_table(
        ("part", "verdict", "why, and by which clause", "changes", "to change it"),
        rows if taken_back else [*rows, *_part_rows(one)],
        ratios=(3, None, 5, 3, 4),
    )
    for part, owed in groupby(decision.duties, key=lambda duty: duty.part):
        if decision.verdict is Verdict.ALLOW:
            words = "; ".join(f"{d.code} {d.value}".strip() for d in owed)
            click.echo(f"duties{f' for {part}' if part else ''}: {words}")
    click.echo("")


def _finding_row(name: str, found: Finding) -> Row:
    moment = found.opens or found.closes
    changes = shown(moment) if moment else ""
    why = f"{found.code}: {found.says} ({found.source})"
    return (name, found.effect, why, changes, found.mend)


def _part_rows(one: Explanation) -> Iterator[Row]:
    """Give a row for each part and finding; neighbours of the same fate share one."""
    words = {block.id: _opening(block) for block in one.article.blocks()}
    run: list[str] = []
    for _, group in groupby(one.decision.parts, key=lambda part: _fate(one.decision, part)):
        parts = list(group)
        rows = _fate(one.decision, parts[0])
        run = [part.part for part in parts]
        name = f"{run[0]} ({parts[0].kind})" if len(run) == 1 else f"{run[0]} to {run[-1]}"
        if len(run) == 1 and words.get(run[0]):
            name += f" {words[run[0]]}"
        if parts[0].dependents:
            name += " with " + ", ".join(d.partition(".")[2] for d in parts[0].dependents)
        for n, row in enumerate(rows):
            yield (name if n == 0 else "", *row[1:])


def _opening(block: Any) -> str:
    """Give the first words of a block, so that one sees which it is."""
    text = text_of(str(getattr(block, "text", None) or getattr(block, "caption", None) or ""))
    return f"“{text[:SNIPPET].rstrip()}…”" if len(text) > SNIPPET else text and f"“{text}”"


def _fate(decision: Decision, part: PartDecision) -> tuple[Row, ...]:
    found = [f for f in decision.findings if f.part == part.part]
    if found:
        return tuple(_finding_row("", f) for f in found)
    extent = "" if part.extent.unit is ExtentUnit.FULL else f", {part.extent}"
    clause = f"granted: licence {decision.licence} grants {part.kind}{extent}"
    until = f"until {shown(part.valid_until)}" if part.valid_until else ""
    return (("", part.verdict, clause, until, ""),)


@click.group()
def articles() -> None:
    """List and show the articles in the store."""


@articles.command("list")
@desk_option
@json_option
def list_articles(desk: Path, *, as_json: bool) -> None:
    """List every article in its newest version."""
    files = wiring.load(desk)
    with wiring.opened_store(desk, files.desk) as store:
        found = list(store.current())
    if as_json:
        print_json([_summary(one) for one in found])
        return
    rows = [
        (a.guid, a.version, a.pub_status, a.language, shown(a.version_created), a.headline)
        for a in found
    ]
    print_table(("article", "version", "status", "lang", "version created", "headline"), rows)


def _summary(article: Any) -> dict[str, Any]:
    names = ("guid", "version", "pub_status", "language", "version_created", "headline")
    return {name: getattr(article, name) for name in names}


@articles.command("show")
@click.argument("article")
@desk_option
@json_option
def show_article(article: str, desk: Path, *, as_json: bool) -> None:
    """Show an article: its versions and its parts."""
    files = wiring.load(desk)
    with wiring.opened_store(desk, files.desk) as store:
        history = find_article(store, article)
    if as_json:
        print_json(list(history))
        return
    newest = history[-1]
    click.echo(f"{newest.headline}\n{newest.guid}\n{newest.summary}")
    rows = [
        (a.version, a.pub_status, shown(a.version_created), a.correction_note or a.ed_note)
        for a in history
    ]
    print_table(("version", "status", "created", "note"), rows)
    parts = [
        (b.id, b.type, str(getattr(b, "text", "") or getattr(b, "caption", "") or ""))
        for b in newest.blocks()
    ]
    print_table(("part", "type", "text"), parts)
