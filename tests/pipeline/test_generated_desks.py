"""Any desk, through any changes: the engine gives the bytes of the plain way, at every step.

The plain way (`naive.py`) decides and renders everything for every feed by itself.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from syndicate import wiring
from syndicate.formats.all import FORMATS
from syndicate.model.article import Article
from syndicate.pipeline.ingest import ingest
from syndicate.pipeline.made import Published
from syndicate.pipeline.publish import Regeneration
from syndicate.sources import collecting
from syndicate.stores.sql import SqlStore
from syndicate.targets.folder import FolderTarget
from tests.cli.running import a_copy
from tests.pipeline.desks import DrawnDesk
from tests.pipeline.naive import Naive
from tests.pipeline.running import Running
from tests.test_example_desk import TODAY

WAITS = {
    "none": timedelta(0),
    "a second": timedelta(seconds=1),
    "hours": timedelta(hours=6),
    "days": timedelta(days=3),
    "a month": timedelta(days=31),
}
"""How long it may take to the next moment; the instants of change are tried as well."""


def later(now: datetime, wait: str, done: list[Published]) -> datetime:
    """Give the next moment: after a while, at the next change by time alone, or just before."""
    if wait in WAITS:
        return now + WAITS[wait]
    edge = min((one.next_change for one in done if one.next_change), default=now)
    return edge if wait == "edge" else max(now, edge - timedelta(microseconds=1))


def published(
    desk: Running, now: datetime, store: SqlStore | None = None, folder: Path | None = None
) -> list[Published]:
    """Publish with the desk's own objects, or with others."""
    target = FolderTarget(folder) if folder else desk.target
    done = list(Regeneration(desk.files, store or desk.store, target, FORMATS, now).run())
    for one in done:
        assert not one.failure, one.failure
        assert not one.quarantined, one.quarantined
    return done


def same_as_plain(desk: Running, plain: Naive, articles: list[Article], now: datetime) -> None:
    for path, data in plain.publish(desk.files, articles, now).items():
        assert (desk.folder / path).read_bytes() == data, path


def nothing_left(desk: Running, now: datetime) -> None:
    """Run again: with the same objects, then with new ones that know nothing."""
    before = desk.state()
    assert not [one.path for one in published(desk, now) if one.written]
    with closing(desk.store.scratch()) as store:
        again = published(desk, now, store, desk.folder)
    assert not [one.path for one in again if one.written]
    assert desk.state() == before


def same_elsewhere(desk: Running, now: datetime, folder: Path) -> None:
    """Publish into an empty folder: all that is on the desk stands there, and is the same."""
    with closing(desk.store.scratch()) as store:
        for one in published(desk, now, store, folder):
            assert (folder / one.path).read_bytes() == (desk.folder / one.path).read_bytes()


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,  # the same desks in every run; take it out to be given new ones
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_any_desk_is_published_as_the_plain_way_does(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        desk = Running(Path(name))
        drawn, plain = DrawnDesk(data.draw, desk.store), Naive()
        done: list[Published] = []
        for step in range(data.draw(st.integers(2, 5))):
            if step:
                told = [drawn.change() for _ in range(data.draw(st.sampled_from([0, 1, 1, 2, 3])))]
                wait = data.draw(st.sampled_from([*WAITS, "edge", "just before"]))
                drawn.now = later(drawn.now, wait, done)
                note(f"{drawn.now}: {', '.join(told)}")
            desk.files = drawn.files
            done = published(desk, drawn.now)
            same_as_plain(desk, plain, drawn.articles(), drawn.now)
            nothing_left(desk, drawn.now)
        same_elsewhere(desk, drawn.now, Path(name) / "elsewhere")
        desk.store.close()


def test_the_example_desk_is_published_as_the_plain_way_does(tmp_path: Path) -> None:
    folder, plain = a_copy(tmp_path), Naive()
    files = wiring.load(folder)
    with wiring.opened_store(folder, files.desk) as store:
        drafts = collecting.collect_inbox(folder / files.desk.inbox, files.desk)
        assert not [one.refusal for one in ingest(drafts, files, store, TODAY) if one.refusal]
        articles = [one for guid in store.guids() for one in store.history(guid)]
    for moment in (TODAY, TODAY + timedelta(days=10), TODAY + timedelta(days=400)):
        with wiring.opened_store(folder, files.desk) as store:
            run = wiring.regeneration(folder, files, store, moment, dry_run=False)
            assert not [one for one in run.run() if one.failure or one.quarantined]
            assert not [one.path for one in run.run() if one.written]
        for path, data in plain.publish(files, articles, moment).items():
            assert (folder / files.desk.target / path).read_bytes() == data, path
