"""`kill --drill`: the whole path of a kill on canaries, on a copy of the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from syndicate import wiring
from syndicate.checks.withdrawn import withdrawal_faults
from syndicate.cli.common import Refused, now, print_json, print_table, tell
from syndicate.formats.all import FORMATS
from syndicate.model.article import WithdrawalReason
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.amend import kill
from syndicate.pipeline.drill import Perch, holds, perches, remains, why_not
from syndicate.pipeline.incoming import Hints
from syndicate.pipeline.ingest import Taken, ingest
from syndicate.pipeline.made import Published
from syndicate.pipeline.ports import Store
from syndicate.pipeline.versions import keep
from syndicate.sources import collecting

_T = TypeVar("_T")


class _Step(NamedTuple):
    """One step of a drill."""

    does: str
    seconds: float
    documents: int | str


class _Timed:
    """Runs steps and keeps how long each took."""

    def __init__(self) -> None:
        self.steps: list[_Step] = []

    def run(self, does: str, work: Callable[[], _T], count: Callable[[_T], int]) -> _T:
        start = now()
        found = work()
        seconds = (now() - start).total_seconds()
        self.steps.append(_Step(does, round(seconds, 3), count(found)))
        return found


class _Outcome(NamedTuple):
    """What a drill found."""

    steps: list[_Step]
    reached: list[Perch]
    unreached: list[tuple[Perch, str]]
    faults: list[str]


def drill(desk: Path, *, as_json: bool) -> None:
    """Rehearse a kill; the real store, target and inbox are not touched."""
    found = wiring.load_sound(desk)
    for line in found.errors:
        tell(f"left out: {line}")
    if found.files is None:
        raise Refused("the desk cannot be used; the lines above say why")
    with wiring.rehearsal(found.files) as (folder, files):
        done = _rehearsed(folder, files)
    _print_json(done) if as_json else _print(done)
    for line in done.faults:
        tell(line)
    if done.faults or not done.reached:
        lacking = "no document could be reached; the lines above say why"
        raise Refused(f"{len(done.faults)} faults" if done.faults else lacking)


def _rehearsed(folder: Path, files: DeskFiles) -> _Outcome:
    moment, timed = now(), _Timed()
    there = perches(files, FORMATS.values(), moment)
    canaries = {one.canary.article.guid: one.canary.article for one in there}
    for number, article in enumerate(canaries.values(), 1):
        text = article.model_dump_json(exclude_none=True, exclude={"version"})
        (folder / files.desk.inbox / f"canary-{number}.json").write_text(text, "utf-8")
    place = wiring.target(folder, files.desk)
    with wiring.opened_store(folder, files.desk) as store:
        timed.run("take in", lambda: _taken(folder, files, store), int)
        timed.run("publish", lambda: _published(folder, files, store, now()), _written)
        reached = [one for one in there if holds(place.get(one.path), one.canary)]
        missed = [one for one in there if one not in reached]
        unreached = [(one, why_not(files, one, FORMATS.values(), moment)) for one in missed]
        held = [one.canary.article.guid for one in reached]
        timed.run("kill", lambda: _killed(store, list(dict.fromkeys(held))), int)
        timed.run("publish the kill", lambda: _published(folder, files, store, now()), _written)

        def look() -> list[str]:
            return [line for one in reached for line in _faults(one, place.get(one.path))]

        faults = timed.run("look at every document", look, lambda _: len(reached))
    return _Outcome(timed.steps, reached, unreached, faults)


def _taken(folder: Path, files: DeskFiles, store: Store) -> int:
    drafts = collecting.collect([folder / files.desk.inbox], files.desk, Hints())
    done = list(ingest(drafts, files, store, now()))
    for one in done:
        if one.refusal:
            raise Refused(f"the canary was refused: {one.refusal.says}", mend=one.refusal.mend)
    return sum(one.taken is Taken.ADDED for one in done)


def _published(folder: Path, files: DeskFiles, store: Store, moment: datetime) -> list[Published]:
    run = wiring.regeneration(folder, files, store, moment, dry_run=False)
    return list(run.run())


def _written(done: list[Published]) -> int:
    return sum(one.written for one in done)


def _killed(store: Store, guids: list[str]) -> int:
    moment = now()
    for guid in guids:
        keep(
            store,
            guid,
            lambda history: kill(history, WithdrawalReason.ERROR, "Drill.", moment),
            None,
            moment,
        )
    return len(guids)


def _faults(one: Perch, data: bytes | None) -> Iterator[str]:
    found = list(remains(data, one.canary))
    if data is not None:
        found += withdrawal_faults(data, one.format, one.canary.article.guid)
    yield from (f"{one.path}: {fault}" for fault in found)


def _print(done: _Outcome) -> None:
    for one, why in done.unreached:
        click.echo(f"not reached: {one.path}: {why}")
    rows = [(one.does, f"{one.seconds:.3f}", one.documents) for one in done.steps]
    rows.append(("the kill, from order to last byte", f"{_kill_seconds(done):.3f}", ""))
    print_table(("step", "seconds", "articles or documents"), rows)
    click.echo(
        f"{len(done.reached)} documents had a canary, {len(done.unreached)} could not be reached, "
        f"{len(done.faults)} faults"
    )
    click.echo("this was a rehearsal on a copy: nothing was sent and nothing on the desk changed")


def _kill_seconds(done: _Outcome) -> float:
    return sum(one.seconds for one in done.steps if "kill" in one.does)


def _print_json(done: _Outcome) -> None:
    data: dict[str, Any] = {
        "steps": [one._asdict() for one in done.steps],
        "seconds": round(_kill_seconds(done), 3),
        "reached": [one.path for one in done.reached],
        "unreached": [{"path": one.path, "why": why} for one, why in done.unreached],
        "faults": done.faults,
    }
    print_json(data)
