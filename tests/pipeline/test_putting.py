"""Documents are put by a thread: the same documents, the same record, the same failures."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bench.corpus import NOW, THREE, Size
from bench.desk import BenchDesk
from syndicate.formats.all import FORMATS
from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed
from syndicate.pipeline import putting
from syndicate.pipeline.publish import Regeneration
from syndicate.targets.folder import FolderTarget
from tests.pipeline.test_ahead import documents

SIZE = Size(20, 12, THREE, 10)


class Watched(FolderTarget):
    """A target that knows who puts."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.by: set[bool] = set()
        """Whether the main thread put."""
        self.calls: list[int] = []
        """How many documents were put at once."""

    def put_all(self, documents: Iterable[Document]) -> Iterator[bool]:
        documents = list(documents)
        if any(one.path.startswith("partner-") for one in documents):
            self.by.add(threading.current_thread() is threading.main_thread())
            self.calls.append(len(documents))
        yield from super().put_all(documents)


def run(desk: BenchDesk, target: FolderTarget, seconds: int = 0) -> int:
    now = NOW + timedelta(seconds=seconds)
    found = list(Regeneration(desk.files, desk.store, target, FORMATS, now).run())
    assert not [one for one in found if one.failure]
    assert len({one.path for one in found}) == len(found) == 36
    assert all(one.put == one.sequence for one in desk.store.ways())
    return sum(one.written for one in found)


def made(folder: Path) -> BenchDesk:
    return BenchDesk(folder, SIZE, lambda _, things, __: things)


@pytest.mark.parametrize(("many", "most"), [(1, 10**9), (10, 10**9), (10**9, 10**9), (1, 0)])
def test_whoever_puts_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, most: int
) -> None:
    found = []
    for name in ("usual", "other"):
        with closing(made(tmp_path / name)) as desk:
            target = Watched(tmp_path / name / "public")
            assert run(desk, target) == 36
            assert run(desk, target, 1) == 0
            desk.change_hot()
            assert 0 < run(desk, target, 2) < 36
        found.append((documents(tmp_path / name), target.by))
        monkeypatch.setattr(putting, "MANY", many)
        monkeypatch.setattr(putting, "MOST", most)
    assert found[0][0] == found[1][0]
    assert found[0][1] == {True}, "few are put without a thread"
    assert (False in found[1][1]) == (many <= 36 and most > 0)


def test_documents_of_several_groups_are_put_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting, "MANY", 10)
    size = Size(80, 12, THREE, 10)
    with closing(BenchDesk(tmp_path, size, lambda _, things, __: things)) as desk:
        target = Watched(tmp_path / "public")
        assert run(desk, target) == 36
        groups = len({one.stream for one in desk.store.ways()})
    assert groups >= 8
    assert len(target.calls) < groups
    assert sum(target.calls) == 36
    assert all(10 <= one < 20 for one in target.calls[:-1])


def test_what_a_thread_cannot_put_ends_the_run_and_is_put_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting, "MANY", 10)
    with closing(made(tmp_path)) as desk:
        target = Watched(tmp_path / "public")
        odd = tmp_path / "public/partner-2/feed-2.rss"
        odd.mkdir(parents=True)
        with pytest.raises(TargetFailed, match=r"feed-2\.rss"):
            run(desk, target)
        assert False in target.by
        assert threading.active_count() == 1
        with target.lock():
            pass
        odd.rmdir()
        assert 0 < run(desk, target, 1) <= 36
        assert run(desk, target, 2) == 0
