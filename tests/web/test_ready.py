"""Answers that are ready: they stay as long as they are true, and each is counted."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.stores.sql import SqlStore
from syndicate.web.answer import FRESH, answered
from syndicate.web.asked import asked
from syndicate.web.held import Shelf
from syndicate.web.ready import lasts
from syndicate.web.tally import Tally, counted
from tests.cli.running import run
from tests.web.answering import BODY, FEED, KEY, NOW, catalog
from tests.web.serving import bearer, served
from tests.web.test_hostile import answer, answers_to, asks, connected

RSS = "/fenwold/fenwold-text.rss"
TIMES = 30
SECONDS = st.integers(-2 * FRESH, 3 * FRESH).map(lambda number: timedelta(seconds=number / 2))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    root = tmp_path_factory.mktemp("public")
    (root / FEED).parent.mkdir()
    (root / FEED).write_bytes(BODY)
    os.utime(root / FEED, (0, 0))
    return Shelf(root)


@settings(deadline=None)
@given(SECONDS, SECONDS, SECONDS, SECONDS)
def test_an_answer_stays_the_same_for_as_long_as_it_lasts(
    shelf: Shelf, due: timedelta, ends: timedelta, first: timedelta, more: timedelta
) -> None:
    known = catalog(NOW + due)
    key = KEY.credential.model_copy(update={"ends_at": NOW + ends})
    known = known._replace(credentials={key.id: key})
    request = asked("GET", f"/{FEED}", [(b"authorization", f"Bearer {KEY.secret}".encode())])
    at, later = NOW + first, NOW + first + abs(more)
    found = answered(request, known, shelf, at)
    if found.tag and later < lasts(found, known.feeds[FEED], at):
        assert answered(request, known, shelf, later) == found


def test_every_answer_that_arrived_was_counted_whatever_becomes_of_the_server(desk: Path) -> None:
    key = bearer(desk, "fenwold")["authorization"]
    other = bearer(desk, "fenwold")["authorization"]
    with served(desk) as server:
        server.until(200, RSS, authorization=other)
        request = asks().replace(b"KEY", key.encode())
        with connected(server) as one, one.makefile("rb") as lines:
            for _ in range(TIMES):
                one.sendall(request)
                assert answer(lines)[0] == 200
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    beside = desk / ".syndicate" / "desk.db"
    store = SqlStore.open(f"sqlite:///{beside}")
    try:
        mine = key.partition("syn_")[2][:8]
        found = [one.fetched for one in counted(beside, store) if one.credential == mine]
        assert found == [TIMES]
        assert Tally(beside).fold(store) > TIMES
    finally:
        store.close()


def test_the_same_request_is_answered_by_what_is_true_now(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    request = asks().replace(b"KEY", key["authorization"].encode())
    with served(desk) as server:
        server.until(200, RSS, **key)

        def said() -> tuple[int, bytes]:
            return answers_to(server, request)[0]

        before = said()
        assert said() == before
        run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
        after = said()
        assert b"WITHDRAWN:" in after[1]
        assert said() == after == (200, (desk / "public" / RSS[1:]).read_bytes())
        mine = key["authorization"].partition("syn_")[2][:8]
        run("partners", "key", "revoke", mine, "--desk", desk)
        server.until(401, RSS, **key)
        assert said()[0] == 401
