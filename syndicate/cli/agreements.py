"""`agreements`: list them, and activate, suspend or end one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from syndicate import wiring
from syndicate.acts.publishing import Attempt, publish_change
from syndicate.cli.common import (
    Moment,
    Refused,
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
)
from syndicate.cli.publish import present
from syndicate.formats.all import FORMATS
from syndicate.model.base import plain_line
from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.pipeline.agreements import (
    Fate,
    Move,
    fates,
    find_agreement,
    out_now,
    state_after,
)
from syndicate.pipeline.incoming import Refusal
from syndicate.sources.desk_folder import Read, read
from syndicate.targets import partner_file

_F = TypeVar("_F", bound=Callable[..., Any])
_DAY = timedelta(days=1)


@click.group()
def agreements() -> None:
    """List agreements; activate, suspend or end one."""


@agreements.command("list")
@desk_option
@json_option
def list_agreements(desk: Path, *, as_json: bool) -> None:
    """List every agreement: its terms, its state, and in how many days it ends.

    \b
    syndicate agreements list --desk feeds
    """
    files, moment = wiring.load(desk), now()
    rows = [_row(partner, one, moment) for partner in files.partners for one in partner.agreements]
    if as_json:
        print_json([one._asdict() for one in rows])
        return
    columns = (
        "agreement",
        "partner",
        "licence",
        "state",
        "since",
        "from",
        "until",
        "ends in days",
    )
    print_table(columns, [tuple(_cell(value) for value in one) for one in rows])


class _Row(NamedTuple):
    agreement: str
    partner: str
    licence: str
    state: str
    since: datetime | None
    starts: datetime | None
    ends: datetime | None
    ends_in_days: int | None


def _row(partner: Partner, one: Agreement, moment: datetime) -> _Row:
    end, state = one.term.closes, str(one.state)
    if one.state is AgreementState.ACTIVE and one.term.is_over(moment):
        state = "expired"
    left = max(0, (end - moment) // _DAY) if end else None
    licence = f"{one.licence}/v{one.licence_version}"
    return _Row(one.id, partner.id, licence, state, one.state_since, one.term.opens, end, left)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return shown(value)
    return "–" if value is None else value


def _options(command: _F) -> _F:
    for add in (
        json_option,
        desk_option,
        click.option("--no-publish", is_flag=True, help="Only change the file."),
        click.option("--dry-run", is_flag=True, help="Say what it would do; write nothing."),
        click.option("--at", type=Moment(), help="Since when (RFC 3339); now when not stated."),
        click.option("--reason", default="", help="Kept as a comment in the partner's file."),
        click.argument("agreement"),
    ):
        command = add(command)
    return command


@agreements.command()
@_options
def activate(**words: Any) -> None:
    """Let an agreement run: a draft, or one that was suspended.

    What is missing for it is said and nothing is changed.

    \b
    syndicate agreements activate gazette-2026
    """
    _move(Move.ACTIVATE, **words)


@agreements.command()
@_options
def suspend(**words: Any) -> None:
    """Suspend an agreement: nothing new goes out until it is activated again.

    What is out stays or must be taken down, as the licence says (on_suspend); the table says
    which. With --at in the future it happens by itself then.

    \b
    syndicate agreements suspend gazette-2026 --reason "Two invoices are open." --dry-run
    """
    _move(Move.SUSPEND, **words)


@agreements.command()
@_options
def end(**words: Any) -> None:
    """End an agreement for good.

    What is out stays, or must be taken down at once or after the sell-off days, as the licence
    says (after_end); the table says which. The partner's feeds go on with notices only.

    \b
    syndicate agreements end gazette-2026 --reason "Notice was given."
    """
    _move(Move.END, **words)


def _move(
    move: Move,
    agreement: str,
    reason: str,
    at: datetime | None,
    desk: Path,
    *,
    dry_run: bool,
    no_publish: bool,
    as_json: bool,
) -> None:
    clock = now()
    since = at or clock
    before = read(desk)
    with partner_file.locked(desk):
        file = partner_file.find(desk, agreement)
        one = _sound(before, agreement, file.name)
        state = state_after(one, move, since, clock)
        if isinstance(state, Refusal):
            raise Refused(f"{state.field}: {state.says}", where=state.where, mend=state.mend)
        after = before
        if state is not None:
            text = partner_file.with_state(file, agreement, state, since, plain_line(reason))
            after = read(desk, {file.name: text})
            _no_new_faults(before, after)
        out = _fates(desk, before.files, after.files, agreement, max(since, clock))
        if state is not None and not dry_run:
            partner_file.replace(desk, file, text)
            word = f"{one.state} to {state}, since {shown(since)}. {plain_line(reason)}".strip()
            with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
                store.note("agreement", agreement, word, clock)
    attempt = Attempt((), ())
    if not (dry_run or no_publish):
        attempt = _published(desk)
    word = _word(one, state, since, dry_run=dry_run)
    told = (word, out, attempt)
    _print_json(agreement, *told) if as_json else _print(agreement, *told)
    for line in attempt.failures:
        tell(f"not published: {line}")
    if attempt.failures:
        says = "the file is changed, but not everything was published"
        raise Refused(says, mend="mend what the lines above say, then syndicate regenerate")


def _sound(before: Read, name: str, file: str) -> Agreement:
    """Give an agreement of a partner whose file is sound as it stands."""
    if before.files is None:
        raise Refused(before.errors[0])
    known = {a.id for partner in before.files.partners for a in partner.agreements}
    if name not in known:
        first = next((line for line in before.errors if line.startswith(file)), "see: check")
        raise Refused(f"{file} is not sound: {first}")
    return find_agreement(before.files, name)[1]


def _no_new_faults(before: Read, after: Read) -> None:
    """Refuse a change that the desk as a whole does not bear."""
    new = [line for line in after.errors if line not in before.errors]
    for line in new[1:]:
        tell(line)
    if new:
        raise Refused(new[0])


def _fates(
    desk: Path, before: DeskFiles | None, after: DeskFiles | None, agreement: str, when: datetime
) -> list[Fate]:
    if before is None or after is None:
        return []
    partner = find_agreement(before, agreement)[0]
    with wiring.opened_store(desk, before.desk) as store:
        out = list(out_now(partner, FORMATS.values(), store, now()))
    return list(fates(after, agreement, out, when))


def _published(desk: Path) -> Attempt:
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        return publish_change(desk, store, present(store), now())


def _word(one: Agreement, state: AgreementState | None, since: datetime, *, dry_run: bool) -> str:
    if state is None:
        return f"{one.state} already, since {shown(one.state_since)}"
    return f"{one.state} {'would become' if dry_run else 'became'} {state}, since {shown(since)}"


def _print(agreement: str, word: str, out: list[Fate], attempt: Attempt) -> None:
    click.echo(f"{agreement}: {word}")
    feeds: dict[Fate, list[str]] = {}
    for one in out:
        feeds.setdefault(one._replace(feed="", code=""), []).append(one.feed)
    if feeds:
        rows = [
            (one.headline, one.version, one.what, shown(one.since), ", ".join(names))
            for one, names in feeds.items()
        ]
        columns = ("article", "version", "what is out", "from", "feeds")
        print_table(columns, rows, ratios=(4, None, None, None, 2))
    count = Counter(one.what for one in feeds)
    are = "1 article is" if len(feeds) == 1 else f"{len(feeds)} articles are"
    click.echo(
        f"{are} out: {count['stays']} stay, {count['may stay']} may stay "
        f"where they are published, {count['take down']} must be taken down"
    )
    changed = sum(one.written for one in attempt.done)
    if attempt.done:
        click.echo(f"{len(attempt.done)} documents, {changed} written")
    later = [one.since for one in feeds if one.what == "take down" and one.since]
    if later and min(later) > now():
        click.echo(
            f"partners are told to take down at {shown(min(later))}, "
            "by syndicate watch, or by syndicate regenerate --due run then"
        )


def _print_json(agreement: str, word: str, out: list[Fate], attempt: Attempt) -> None:
    print_json(
        {
            "agreement": agreement,
            "says": word,
            "out": [one._asdict() for one in out],
            "documents": [one._asdict() for one in attempt.done],
            "failures": attempt.failures,
        }
    )
