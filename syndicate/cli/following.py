"""`holders`, `history`, `notices`: who has what, what every edition changed, who was told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from textwrap import shorten

import click

from syndicate import wiring
from syndicate.cli.common import (
    counted,
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
)
from syndicate.model.errors import NotFound
from syndicate.model.receipt import Ack, Grade, Told
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
    if rows:
        columns = ("partner", "feed", "format", "version", "since", "until", "told")
        print_table(columns, [_holder_row(one) for one in rows])
    partners = len({one.partner for one in rows})
    ways = len({(one.feed, one.format) for one in rows})
    click.echo(f"{counted(partners, 'partner')} could have it, by {counted(ways, 'document')}")


def _holder_row(one: Holder) -> tuple[object, ...]:
    version = f"{one.version}" if not one.revision else f"{one.version} (+{one.revision})"
    until = shown(one.until) if one.until else "still there"
    told = "\n".join(one.told) or "–"
    standing = "" if one.standing == "in force" else f"\n({one.standing})"
    return (
        f"{one.partner}{standing}",
        one.feed,
        one.format,
        version,
        shown(one.since),
        until,
        told,
    )


@click.command()
@click.argument("feed")
@click.option("--last", type=click.IntRange(1), help="Only so many editions of each format.")
@desk_option
@json_option
def history(feed: str, last: int | None, desk: Path, *, as_json: bool) -> None:
    """List the editions of a feed and what each changed: + added, ~ changed, - left, x withdrawn.

    \b
    syndicate history gazette-all --last 3 --desk feeds
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
    each = [list(steps([e for e in editions if e.format == name])) for name in names]
    lines = [step for one in each for step in one[-(last or len(one)) :]]
    lines.sort(key=lambda step: (step.edition.at, step.edition.format, step.edition.sequence))
    if as_json:
        print_json([{**one._asdict(), "edition": one.edition} for one in lines])
        return
    columns = ("edition", "format", "recorded", "feed's time", "articles", "changes")
    print_table(columns, [_step_row(one, headlines) for one in lines])


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
    known = [one.id for one in files.partners]
    if partner and not found and partner not in known:
        raise NotFound(f"no partner {partner!r}", mend=f"use one of: {', '.join(known)}")
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
    if found:
        columns = ("notice", "partner", "asks", "article", "to be obeyed by", "state")
        print_table(columns, [_notice_row(one, moment) for one in found])
    late = sum(_state(one, moment) == "overdue" for one in found)
    click.echo(f"{counted(len(found), 'notice')}, {late} overdue")
    if any(_waits(one, moment) for one in found):
        click.echo(
            "when one answers: syndicate notices ack --partner ONE --article WHICH --by WHO"
        )
    for name in sorted({o.notice.partner for o in found if _state(o, moment) == "overdue"}):
        address = next((p.contacts.notices for p in files.partners if p.id == name), None)
        tell(f"overdue at {name}: {address or 'no address for notices on the desk'}")


MOST_LETTERS = 36
"""Letters of a headline in the table of notices; --json gives all."""
_PLAIN = (Grade.KILL, Grade.WITHHOLD, Grade.CORRECTION, Grade.REINSTATE)


def _state(one: Told, moment: datetime) -> str:
    if one.ack:
        return "acknowledged"
    if one.notice.due is None:
        return "for information"
    return "overdue" if moment >= one.notice.due else "open"


def _waits(one: Told, moment: datetime) -> bool:
    return _state(one, moment) in {"open", "overdue"}


def _notice_row(one: Told, moment: datetime) -> tuple[object, ...]:
    notice = one.notice
    about = shorten(notice.headline or notice.guid, MOST_LETTERS, placeholder=" …")
    parts = f"\n{', '.join(notice.parts)}" if notice.parts else ""
    why = "" if notice.grade in _PLAIN else f"\n{notice.code}"
    state = _state(one, moment)
    return (
        notice.id,
        notice.partner,
        notice.grade,
        f"{about}{parts}{why}",
        shown(notice.due),
        f"{state}\n{one.ack.by}" if one.ack and one.ack.by else state,
    )


@notices.command()
@click.argument("notice", nargs=-1)
@click.option("--partner", help="All that this partner has not acknowledged yet.")
@click.option("--article", help="With --partner: only those about this article.")
@click.option("--by", default="", help="Who acknowledged it.")
@click.option("--note", default="", help="What was said.")
@desk_option
def ack(
    notice: tuple[str, ...],
    partner: str | None,
    article: str | None,
    by: str,
    note: str,
    desk: Path,
) -> None:
    """Note that a partner has acknowledged notices. Twice is as good as once.

    \b
    syndicate notices ack n-0123456789abcdef --by "night desk" --desk feeds
    syndicate notices ack --partner gazette --article wall --by "night desk" --desk feeds
    """
    if bool(notice) == bool(partner) or (article and not partner):
        raise click.UsageError("state NOTICE, or --partner with or without --article")
    files = wiring.load_sound(desk).files
    if files is None:
        raise NotFound("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    moment = now()
    with wiring.opened_store(desk, files.desk) as store:
        guid = find_article(store, article)[-1].guid if article else None
        found = store.notices(partner, guid) if partner else ()
        for name in notice or [one.notice.id for one in found if _waits(one, moment)]:
            new = store.acknowledge(Ack(notice=name, at=moment, by=by, note=note))
            click.echo(f"{name}: {'acknowledged' if new else 'was acknowledged before'}")
        left = sum(_waits(one, moment) for one in store.notices())
    click.echo(f"{counted(left, 'notice')} not acknowledged yet")
