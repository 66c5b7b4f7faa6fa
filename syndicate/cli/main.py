"""The command group, and what becomes of errors: one line, exit 1; usage is exit 2.

A command is loaded when it is asked for, so that none waits for what another one needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from syndicate import __version__
from syndicate.model.errors import SyndicateError
from syndicate.pipeline.garbage import seldom_sought

COMMANDS = {
    "init": "desk",
    "ingest": "articles",
    "regenerate": "regenerate",
    "check": "desk",
    "explain": "articles",
    "correct": "amend",
    "withhold": "amend",
    "kill": "amend",
    "reinstate": "amend",
    "holders": "following",
    "history": "following",
    "notices": "following",
    "quarantine": "quarantine",
    "watch": "watch",
    "serve": "serve",
    "hub": "hub",
    "requests": "requests",
    "staff": "staff",
    "backup": "backup",
    "restore": "backup",
    "usage": "usage",
    "audit": "audit",
    "articles": "articles",
    "partners": "listing",
    "agreements": "agreements",
    "licences": "listing",
    "feeds": "listing",
    "schemas": "schemas",
}
"""The module beside this one that each command is in, under its own name."""


class _Group(click.Group):
    """A group that loads its commands late, and ends in one clear line instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with seldom_sought():
            found = getattr(import_module(f"syndicate.cli.{COMMANDS[cmd_name]}"), cmd_name)
        return found if isinstance(found, click.Command) else None

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
    syndicate serve --desk mydesk               let partners fetch their feeds
    syndicate explain wall gazette              why a partner gets what it gets
    syndicate kill wall --reason error          take an article back everywhere
    """
