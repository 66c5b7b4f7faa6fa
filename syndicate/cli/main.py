"""The command group, and what becomes of errors: one line, exit 1; usage is exit 2."""

from __future__ import annotations

from typing import Any

import click

from syndicate import __version__
from syndicate.cli.agreements import agreements
from syndicate.cli.amend import correct, kill, reinstate, withhold
from syndicate.cli.articles import articles, explain, ingest
from syndicate.cli.audit import audit
from syndicate.cli.desk import check, init
from syndicate.cli.following import history, holders, notices
from syndicate.cli.listing import feeds, licences, partners
from syndicate.cli.publish import regenerate
from syndicate.cli.quarantine import quarantine
from syndicate.cli.schemas import schemas
from syndicate.cli.watch import watch
from syndicate.model.errors import SyndicateError


class _Group(click.Group):
    """A group whose commands end in one clear line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SyndicateError as err:
            if ctx.params.get("debug"):
                raise
            raise click.ClickException(str(err)) from err


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show a traceback where something goes wrong.")
@click.version_option(__version__, prog_name="syndicate")
def main(*, debug: bool) -> None:
    """Licensed news feeds.

    A desk is a folder: desk.toml says who publishes, licences/ what may be granted, partners/ who
    has agreed to what, articles/ is the inbox. `regenerate` works out, part by part, what each
    partner may have now, and writes it as RSS 2.0, Atom 1.0 and NewsML-G2 below public/.

    \b
    syndicate init mydesk                       begin a desk
    syndicate ingest page.html --desk mydesk    take an article in
    syndicate regenerate --desk mydesk          publish the feeds
    syndicate explain wall gazette              why a partner gets what it gets
    syndicate kill wall --reason error          take an article back everywhere
    """


for command in (
    init,
    ingest,
    regenerate,
    check,
    explain,
    correct,
    withhold,
    kill,
    reinstate,
    holders,
    history,
    notices,
    quarantine,
    watch,
    audit,
    articles,
    partners,
    agreements,
    licences,
    feeds,
    schemas,
):
    main.add_command(command)
