"""`requests`: who asks for a licence; from the request to a partner, its feed and its key."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from syndicate import wiring
from syndicate.acts.granting import Grant, Granted, planned_file
from syndicate.acts.granting import accept as granted
from syndicate.acts.granting import decline as declined
from syndicate.cli.common import (
    Refused,
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
)
from syndicate.cli.keys import chance
from syndicate.model.article import Article
from syndicate.model.decision import Verdict
from syndicate.model.request import LicenceRequest, RequestForm, RequestState
from syndicate.pipeline.explain import find_article
from syndicate.pipeline.ports import Store
from syndicate.pipeline.requests import find_request, foreign_parts, received
from syndicate.sources.field_faults import field_faults

LONGEST = 100_000
"""Bytes of a form, at most."""


@click.group()
def requests() -> None:
    """Take requests for licences; accept one, and it is a partner with a feed and a key."""


@requests.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@desk_option
@json_option
def add(file: Path, desk: Path, *, as_json: bool) -> None:
    """Take a request in: the answers of a form, as JSON (schemas/syndicate/request.schema.json).

    Names at once the parts of the article that are not ours to give.

    \b
    syndicate requests add form.json
    """
    form = _form(file)
    head = wiring.load_desk(desk)
    with wiring.opened_store(desk, head) as store:
        article = _article(store, form) if form.article else None
        parts = list(foreign_parts(article, head, now())) if article else []
        if article:  # by whatever end of a name it was found
            form = form.model_copy(update={"article": article.guid})
        made = received(form, now(), secrets.token_bytes(4))
        store.keep_request(made, made.at)
    if as_json:
        print_json({**_told(made), "not_ours": [one._asdict() for one in parts]})
        return
    click.echo(f"{made.id}: {form.organisation} asks for {form.site}")
    for one in parts:
        click.echo(f"not ours to give: {one.part} ({one.holder}) {one.says}".rstrip())
    click.echo(f"next: syndicate requests accept {made.id} --licence NAME")


def _form(file: Path) -> RequestForm:
    """Give the form of a file. Raises Refused."""
    try:
        text = sys.stdin.read(LONGEST + 1) if str(file) == "-" else file.read_text("utf-8")
        if len(text) > LONGEST:
            raise Refused("is too long for a form", where=str(file), mend="shorten it")
        return RequestForm.model_validate(json.loads(text))
    except ValidationError as err:
        faults = field_faults(err, RequestForm, "schemas/syndicate/request.schema.json")
        raise Refused(str(next(iter(faults))), where=str(file)) from err
    except OSError as err:
        says = f"cannot be read: {err.strerror}"
        raise Refused(says, where=str(file), mend="name the file of a form, or -") from err
    except (ValueError, RecursionError) as err:
        says = str(err).splitlines()[0]
        raise Refused(f"is no form ({says})", where=str(file), mend="write JSON") from err


def _article(store: Store, form: RequestForm) -> Article:
    return find_article(store, form.article)[-1]


@requests.command("list")
@click.option("--all", "all_", is_flag=True, help="Those that were decided, too.")
@desk_option
@json_option
def list_requests(desk: Path, *, all_: bool, as_json: bool) -> None:
    """List the requests that are open."""
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        found = [one for one in store.requests() if all_ or one.state is RequestState.OPEN]
    if as_json:
        print_json([_told(one) for one in found])
        return
    columns = ("request", "since", "organisation", "for", "media", "months", "state")
    print_table(columns, [_row(one) for one in found])
    click.echo(f"{len(found)} requests")


def _row(one: LicenceRequest) -> tuple[object, ...]:
    form = one.form
    state = f"{one.state}: {one.partner or one.why}" if one.decided_at else one.state
    media = ", ".join(form.media)
    return one.id, shown(one.at), form.organisation, form.site, media, form.months, state


def _told(one: LicenceRequest) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude_none=True)


@requests.command()
@click.argument("request", metavar="REQUEST")
@desk_option
@json_option
def show(request: str, desk: Path, *, as_json: bool) -> None:
    """Show all that a request says, as JSON."""
    del as_json  # it is never anything else; stated as for all that reads
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        print_json(_told(find_request(store.requests(), request)))


@requests.command()
@click.argument("request", metavar="REQUEST")
@click.option("--reason", required=True, help="Why; kept with the request.")
@desk_option
def decline(request: str, reason: str, desk: Path) -> None:
    """Decline a request.

    \b
    syndicate requests decline r-1a2b3c4d --reason "We license no video."
    """
    done = declined(desk, request, reason, now)
    click.echo(f"{done.id} of {done.form.organisation}: declined")


@requests.command()
@click.argument("request", metavar="REQUEST")
@click.option(
    "--licence", "licence_name", required=True, help="NAME, or NAME/vN; else the newest."
)
@click.option("--as", "name", default="", help="The partner's id; made of its name otherwise.")
@click.option("--dry-run", is_flag=True, help="Show the partner's file; write nothing.")
@desk_option
@json_option
def accept(
    request: str, licence_name: str, name: str, desk: Path, *, dry_run: bool, as_json: bool
) -> None:
    """Make a partner of a request: its file, its agreement, its feed, its key; and publish.

    Says of the article that was asked about which parts go out and which do not.

    \b
    syndicate requests accept r-1a2b3c4d --licence full-web
    """
    grant = Grant(licence_name, name)
    if dry_run:
        click.echo(planned_file(desk, request, grant, now), nl=False)
        return
    done = granted(desk, request, grant, now, chance)
    _print(done, as_json=as_json)
    if done.attempt.failures:
        raise Refused(done.attempt.failures[0], mend="mend it, then syndicate regenerate")


def _print(granted: Granted, *, as_json: bool) -> None:
    partner, decision = granted.partner, granted.decision
    denied = [
        {"part": one.part, "code": one.code, "says": one.says}
        for one in (decision.findings if decision else ())
        if one.effect is not Verdict.ALLOW
    ]
    written = [one.path for one in granted.attempt.done if one.written]
    if as_json:
        told = {"partner": partner.id, "secret": granted.secret, "urls": granted.urls}
        print_json({**told, "published": written, "refused": denied})
        return
    agreement = partner.agreements[0]
    click.echo(f"partner {partner.id}: agreement {agreement.id} on {agreement.licence}, until "
               f"{shown(agreement.term.closes)}; partners/{partner.id}.toml")  # fmt: skip
    click.echo(granted.secret)
    tell("Shown this once: give it to the partner by a way that nobody else reads.")
    for url in granted.urls:
        click.echo(f"  curl -u {partner.id} {url}")
    if decision:
        click.echo(f"the article that was asked about: {decision.verdict}")
    for one in denied:
        click.echo(f"  not in it: {one['part'] or 'the whole'}, {one['code']}: {one['says']}")
    click.echo(f"published: {', '.join(written) or 'nothing'}")
