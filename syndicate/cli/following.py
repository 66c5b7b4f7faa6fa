"""`holders`, `history`, `notices`: who has what, what every edition changed, who was told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from syndicate import wiring
from syndicate.cli.common import (
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
)
from syndicate.model.errors import NotFound
from syndicate.model.receipt import Ack, Told
from syndicate.pipeline.explain import find_article
from syndicate.pipeline.holders import Holder, Step, steps
from syndicate.pipeline.holders import holders as found_holders


@click.command()
@click.argument("article")
@desk_option
@json_option
def holders(article: str, desk: Path, *, as_json: bool) -> None:
    """Say who could have which version of an article, since when, by which feed and format.

    From the record of what was published: also partners whose agreement has ended, and partners
    that are no longer on the desk.

    \b
    syndicate holders wall --desk feeds
    """
    found = wiring.load_sound(desk)
    if found.files is None:
        raise NotFound("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    with wiring.opened_store(desk, found.files.desk) as store:
        history = find_article(store, article)
        rows = list(found_holders(found.files, store, history[-1].guid, now()))
    if as_json:
        print_json([one._asdict() for one in rows])
        return
    click.echo(f"{history[-1].headline}\n{history[-1].guid}, version {history[-1].version}")
    columns = ("partner", "agreement", "feed", "format", "version", "since", "until", "told")
    ratios = (None, None, 1, None, None, None, None, None)
    print_table(columns, [_holder_row(one) for one in rows], ratios)
    partners = {one.partner for one in rows}
    click.echo(f"{len(partners)} partners could have it, by {len(rows)} ways")


def _holder_row(one: Holder) -> tuple[object, ...]:
    version = f"{one.version}" if not one.revision else f"{one.version} (+{one.revision})"
    until = shown(one.until) if one.until else "still there"
    told = ", ".join(one.told) or "–"
    return (
        one.partner,
        one.standing,
        one.feed,
        one.format,
        version,
        shown(one.since),
        until,
        told,
    )


@click.command()
@click.argument("feed")
@desk_option
@json_option
def history(feed: str, desk: Path, *, as_json: bool) -> None:
    """List the editions of a feed and what each changed: + added, ~ changed, - left, x withdrawn.

    \b
    syndicate history gazette-all --desk feeds
    """
    found = wiring.load_sound(desk)
    if found.files is None:
        raise NotFound("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    with wiring.opened_store(desk, found.files.desk) as store:
        editions = store.editions(feed)
        known = sorted({one for _, one, _ in store.published_feeds()})
        headlines = {one.guid: one.headline for one in store.current()}
    if not editions:
        raise NotFound(f"no edition of {feed!r}", mend=f"use one of: {', '.join(known) or 'none'}")
    names = dict.fromkeys(one.format for one in editions)
    lines = [step for name in names for step in steps([e for e in editions if e.format == name])]
    lines.sort(key=lambda step: (step.edition.at, step.edition.format, step.edition.sequence))
    if as_json:
        print_json([{**one._asdict(), "edition": one.edition} for one in lines])
        return
    columns = ("edition", "format", "recorded", "feed's time", "articles", "changes")
    print_table(columns, [_step_row(one, headlines) for one in lines], (None,) * 5 + (1,))


MOST_SHOWN = 12
"""Changes of one edition that are printed; --json gives all."""


def _step_row(step: Step, headlines: dict[str, str]) -> tuple[object, ...]:
    edition = step.edition
    marks = (("+", step.added), ("~", step.changed), ("-", step.removed), ("x", step.withdrawn))
    changes = [f"{mark} {headlines.get(g, g)}" for mark, guids in marks for g in guids]
    if len(changes) > MOST_SHOWN:
        changes = [*changes[:MOST_SHOWN], f"… and {len(changes) - MOST_SHOWN} more"]
    live = sum(not line.withdrawn for line in edition.manifest)
    return (
        edition.sequence,
        edition.format,
        shown(edition.at),
        shown(edition.updated),
        live,
        "\n".join(changes) or "terms or dates",
    )


@click.group()
def notices() -> None:
    """List what partners were told about copies they hold; note who has acknowledged."""


@notices.command("list")
@click.option("--partner", help="Only for this partner.")
@click.option("--article", help="Only about this article.")
@click.option("--open", "only_open", is_flag=True, help="Only those not acknowledged yet.")
@desk_option
@json_option
def list_notices(
    partner: str | None, article: str | None, desk: Path, *, only_open: bool, as_json: bool
) -> None:
    """List notices, oldest first. Those that should have been acknowledged by now stand out.

    \b
    syndicate notices list --open --desk feeds
    """
    files = wiring.load_sound(desk).files
    if files is None:
        raise NotFound("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    moment = now()
    with wiring.opened_store(desk, files.desk) as store:
        guid = find_article(store, article)[-1].guid if article else None
        found = [
            one
            for one in store.notices(partner, guid)
            if not only_open or (one.ack is None and one.notice.due is not None)
        ]
    if as_json:
        print_json(
            [
                {
                    **one.notice.model_dump(mode="json"),
                    "ack": one.ack,
                    "state": _state(one, moment),
                }
                for one in found
            ]
        )
        return
    columns = ("notice", "partner", "asks", "article", "why", "told", "due", "state")
    ratios = (None, None, None, 1, None, None, None, None)
    print_table(columns, [_notice_row(one, moment) for one in found], ratios)
    late = sum(_state(one, moment) == "overdue" for one in found)
    click.echo(f"{len(found)} notices, {late} overdue")
    for name in sorted({o.notice.partner for o in found if _state(o, moment) == "overdue"}):
        address = next((p.contacts.notices for p in files.partners if p.id == name), None)
        tell(f"overdue at {name}: {address or 'no address for notices on the desk'}")


def _state(one: Told, moment: datetime) -> str:
    if one.ack:
        return "acknowledged"
    if one.notice.due is None:
        return "for information"
    return "overdue" if moment >= one.notice.due else "open"


def _notice_row(one: Told, moment: datetime) -> tuple[object, ...]:
    notice = one.notice
    about = notice.headline or notice.guid
    parts = f" ({', '.join(notice.parts)})" if notice.parts else ""
    due = shown(notice.due)
    return (
        notice.id,
        notice.partner,
        notice.grade,
        f"{about}{parts}",
        notice.code,
        shown(notice.at),
        due,
        _state(one, moment),
    )


@notices.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--by", default="", help="Who acknowledged it.")
@click.option("--note", default="", help="What was said.")
@desk_option
def ack(ids: tuple[str, ...], by: str, note: str, desk: Path) -> None:
    """Note that a partner has acknowledged notices. Twice is as good as once.

    \b
    syndicate notices ack n-0123456789abcdef --by "night desk" --desk feeds
    """
    files = wiring.load_sound(desk).files
    if files is None:
        raise NotFound("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    with wiring.opened_store(desk, files.desk) as store:
        for name in ids:
            new = store.acknowledge(Ack(notice=name, at=now(), by=by, note=note))
            click.echo(f"{name}: {'acknowledged' if new else 'was acknowledged before'}")
