"""`kill`, `withhold`, `reinstate`, `correct`: what changes an article that is out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from syndicate.acts.orders import Order, Ordered, Reached, carry_out
from syndicate.cli.common import (
    Refused,
    counted,
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
)
from syndicate.cli.drill import drill
from syndicate.model.article import Article, WithdrawalReason
from syndicate.model.base import plain_line
from syndicate.model.desk import Desk
from syndicate.pipeline import amend
from syndicate.pipeline.incoming import Hints
from syndicate.pipeline.versions import History
from syndicate.sources import collecting

_REASONS = click.Choice([str(one) for one in WithdrawalReason])
_no_publish = click.option(
    "--no-publish", is_flag=True, help="Only keep the version; the next regenerate publishes it."
)


@click.command()
@click.argument("article", required=False)
@click.option(
    "--reason",
    type=_REASONS,
    help="error: it is wrong. legal: an order or a claim. rights: they were revoked. refile: "
    "another article replaces it. Kept, never published.",
)
@click.option(
    "--note",
    default="",
    help="For the partners' editors, where a format can say it; never for readers.",
)
@click.option("--drill", "is_drill", is_flag=True, help="Rehearse on a canary; nothing is real.")
@_no_publish
@desk_option
@json_option
def kill(
    article: str | None,
    reason: str | None,
    note: str,
    desk: Path,
    *,
    is_drill: bool,
    no_publish: bool,
    as_json: bool,
) -> None:
    """Take an article back everywhere, now and for good.

    Whoever could have it gets a withdrawal in its feeds: whatever its embargo, quota or delay,
    and also after the agreement has ended. ARTICLE is a guid or its end, a URL, or a file name.
    A second time changes nothing and publishes what could not be published the first time.

    \b
    syndicate kill wall --reason error --note "The readings were of another site."
    syndicate kill --drill
    """
    if is_drill:
        if article is not None or no_publish:
            raise click.UsageError("--drill is a rehearsal: it takes no ARTICLE")
        drill(desk, as_json=as_json)
        return
    if article is None or reason is None:
        lacking = "ARTICLE" if article is None else "--reason"
        raise click.UsageError(f"{lacking} is missing; see: syndicate kill --help")
    order = partial(amend.kill, reason=WithdrawalReason(reason), note=plain_line(note))
    _amend(desk, article, lambda *_: order, publish=not no_publish, as_json=as_json)


@click.command()
@click.argument("article")
@click.option("--reason", type=_REASONS, default="error", show_default=True, help="As for kill.")
@click.option(
    "--note",
    default="",
    help="For the partners' editors, where a format can say it; never for readers.",
)
@_no_publish
@desk_option
@json_option
def withhold(
    article: str, reason: str, note: str, desk: Path, *, no_publish: bool, as_json: bool
) -> None:
    """Hold an article back while somebody looks: partners take it down until further notice.

    `reinstate` sends it out again as it was, `correct --release` corrected, `kill` ends it.

    \b
    syndicate withhold wall --note "A figure is being checked."
    """
    order = partial(amend.withhold, reason=WithdrawalReason(reason), note=plain_line(note))
    _amend(desk, article, lambda *_: order, publish=not no_publish, as_json=as_json)


@click.command()
@click.argument("article")
@click.option(
    "--note",
    default="",
    help="For the partners' editors, where a format can say it; never for readers.",
)
@click.option("--killed", is_flag=True, help="Bring it back although it was killed.")
@_no_publish
@desk_option
@json_option
def reinstate(
    article: str, note: str, desk: Path, *, killed: bool, no_publish: bool, as_json: bool
) -> None:
    """Send an article out again that was withheld or killed: its last usable content.

    It becomes a new version under the same identity and goes to whoever may have it now.

    \b
    syndicate reinstate wall --note "The figure is right."
    syndicate reinstate wall --killed --note "The claim was dropped."
    """
    order = partial(amend.reinstate, note=plain_line(note), even_killed=killed)
    _amend(desk, article, lambda *_: order, publish=not no_publish, as_json=as_json, inbox=True)


@click.command()
@click.argument("article")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--replace",
    "pairs",
    nargs=2,
    multiple=True,
    metavar="OLD NEW",
    help="Plain words in headline, summary, author, text, caption or credit; repeat for several.",
)
@click.option("--note", required=True, help="What was wrong and is now right; readers see it.")
@click.option("--release", is_flag=True, help="Send it out although it is withheld.")
@click.option("--killed", is_flag=True, help="Send it out although it was killed.")
@_no_publish
@desk_option
@json_option
def correct(
    article: str,
    file: Path | None,
    pairs: tuple[tuple[str, str], ...],
    note: str,
    desk: Path,
    *,
    release: bool,
    killed: bool,
    no_publish: bool,
    as_json: bool,
) -> None:
    """Correct an article that is out, from FILE or word by word.

    FILE is the whole corrected article, in any form that `ingest` reads. With --replace each OLD
    must stand in the article exactly once. Partners get the corrected version, marked as one.

    \b
    syndicate correct wall wall.json --note "The wall moved three centimetres, not two."
    syndicate correct wall --replace "two centimetres" "three centimetres" --note "Three, not two."
    """
    note = plain_line(note)
    if not note:
        raise click.BadParameter("say what was wrong and is now right", param_hint="--note")
    if (file is None) is (not pairs):
        raise click.UsageError("state FILE or --replace OLD NEW, one of them")
    if any(not old or old == new for old, new in pairs):
        raise click.BadParameter("OLD is empty, or the same as NEW", param_hint="--replace")

    def made(known: Desk, history: History) -> amend.Order:
        change = amend.replaced(amend.Replacement(*pair) for pair in pairs)
        if file is not None:
            drafts = collecting.collect([file], known, _hints(history[-1]))
            change = amend.from_file(drafts, str(file))
        return partial(
            amend.correct, change=change, note=note, release=release, even_killed=killed
        )

    _amend(desk, article, made, publish=not no_publish, as_json=as_json, inbox=True)


def _hints(article: Article) -> Hints:
    """Give what a file that is known to be of an article need not say again."""
    return Hints(
        guid=article.guid,
        language=article.language,
        first_created=article.first_created,
        url=article.canonical_url,
        section=article.section,
        products=article.products,
    )


def _amend(
    desk: Path,
    name: str,
    order: Order,
    *,
    publish: bool,
    as_json: bool,
    inbox: bool = False,
) -> None:
    """Carry an order out, then say what became of it."""
    done = carry_out(desk, name, order, now, publish=publish, inbox=inbox)
    for one in done.undone_by:
        tell(
            f"warning: {one} in the inbox says other words. Mend: change it too, "
            "or its next change undoes this."
        )
    if as_json:
        _print_json(done)
    else:
        _print(done, publish=publish)
    for line in done.attempt.failures:
        tell(f"not published: {line}")
    if done.attempt.failures:
        says = f"version {done.article.version} is kept, but not everything was published"
        raise Refused(says, mend="mend what the lines above say, then syndicate regenerate")


def _print(ordered: Ordered, *, publish: bool) -> None:
    article, attempt = ordered.article, ordered.attempt
    was = "" if ordered.kept.is_new else " already"
    click.echo(f"{article.headline}\n{article.guid}")
    click.echo(
        f"{article.pub_status}{was}: version {article.version}, {shown(article.version_created)}"
    )
    if not publish:
        click.echo("not published yet: syndicate regenerate")
        return
    changes = list(ordered.changes())
    if changes:
        rows = [(one.partner, one.feed, one.format, how, one.path) for one, how in changes]
        print_table(("partner", "feed", "format", "there", "file"), rows)
        partners = ", ".join(sorted({one.partner for one, _ in changes}))
        click.echo(f"it changed in {counted(len(changes), 'document')}, for {partners}")
    elif not attempt.failures:
        click.echo("no document changed: they say so already, or never had it")
    _print_reached(ordered.reached)


def _print_reached(reached: Reached) -> None:
    """Say who could have it, and who was told what by when."""
    click.echo(f"could have it: {', '.join(reached.holders) or 'nobody'}")
    rows = [
        (one.id, one.partner, one.grade, shown(one.due), reached.address(one.partner))
        for one in reached.notices()
    ]
    if not rows:
        return
    print_table(("notice", "partner", "asks", "to be obeyed by", "who to ask"), rows)
    if by_mail := reached.by_mail():
        click.echo(f"want a mail, and this program sends none: {', '.join(by_mail)}")
    name = reached.told[0].notice.guid.rpartition(":")[2]
    click.echo(f"who has what: syndicate holders {name}")
    click.echo(f"who has not answered: syndicate notices list --open --article {name}")


def _print_json(ordered: Ordered) -> None:
    article = ordered.article
    print_json(
        {
            "article": article.guid,
            "version": article.version,
            "pub_status": article.pub_status,
            "version_created": article.version_created,
            "is_new": ordered.kept.is_new,
            "documents": [one._asdict() for one in ordered.attempt.done],
            "failures": ordered.attempt.failures,
            "holders": ordered.reached.holders,
            "notices": [one.notice for one in ordered.reached.told],
        }
    )
