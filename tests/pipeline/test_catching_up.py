"""What came while a run read, or waited for its turn, is not undone by it; nor missed later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.formats.all import FORMATS
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.inputs import snapshot
from syndicate.pipeline.publish import Basis, Regeneration
from tests.builders import (
    NOW,
    a_desk,
    a_licence,
    a_partner,
    agreement_data,
    an_article,
    desk_files,
)
from tests.pipeline.naive import Naive
from tests.pipeline.running import OTHER, Running, version

SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)
BODY = b"centimetres in a week"
"""Words of both articles."""


def a_run(desk: Running, at: timedelta, **options: Any) -> Callable[[], list[Any]]:
    """Give a run that begins now and gets its turn when it is called."""
    run = Regeneration(
        desk.files,
        desk.store,
        desk.target,
        FORMATS,
        NOW + at,
        digest=snapshot(desk.files).digest,
        **options,
    )
    return lambda: list(run.run())


def kill(desk: Running, at: timedelta, **which: Any) -> None:
    moment = NOW + at
    desk.store.put(version(2, moment.isoformat(), pub_status="canceled", **which), None, moment)


def test_a_run_that_began_before_a_kill_and_ends_after_it_does_not_undo_it(
    tmp_path: Path,
) -> None:
    desk = Running(tmp_path)
    desk.take(an_article())
    desk.run()
    slow = a_run(desk, SOON - NOW)
    kill(desk, LATER - NOW)
    desk.run(LATER)
    assert BODY not in desk.read()
    slow()
    assert BODY not in desk.read()
    assert not [one for one in desk.store.notices() if one.notice.grade == "reinstate"]


def test_two_kills_published_in_the_other_order_both_stay(tmp_path: Path) -> None:
    desk = Running(tmp_path)
    desk.take(an_article(), an_article(**OTHER))
    desk.run()
    first = a_run(desk, SOON - NOW)
    kill(desk, SOON - NOW)
    kill(desk, LATER - NOW, **OTHER)
    desk.run(LATER)
    first()
    assert BODY not in desk.read()


def test_a_run_that_read_a_partner_before_it_was_terminated_gives_it_nothing(
    tmp_path: Path,
) -> None:
    desk = Running(tmp_path)
    desk.take(an_article())
    over = desk_files(partner=a_partner(agreements=[agreement_data(state="terminated")]))
    late = a_run(desk, SOON - NOW, renewed=lambda: Basis(over, digest=snapshot(over).digest))
    late()
    assert desk.read().count(b"<item>") == 0


def test_a_moment_that_has_passed_is_published_again_on_purpose_alone(tmp_path: Path) -> None:
    desk = Running(tmp_path)
    desk.take(an_article())
    desk.run()
    kill(desk, SOON - NOW)
    desk.run(LATER)
    desk.run(NOW + timedelta(seconds=1), rewind=True)
    assert BODY in desk.read()


def left_out(desk: Running) -> None:
    """A partner's file cannot be read while an article arrives."""
    whole = desk.files
    herald = a_partner(id="herald", agreements=[agreement_data(id="herald-1")])
    herald = herald.model_copy(
        update={"feeds": tuple(one.model_copy(update={"id": "h"}) for one in herald.feeds)}
    )
    desk.files = DeskFiles(whole.desk, whole.licences, (herald,))
    desk.take(an_article())
    desk.run(SOON, unsound=True)
    desk.files = whole


def licence_changed(desk: Running) -> None:
    """A licence in force is edited while an article arrives, then put back."""
    whole = desk.files
    changed = tuple(one.model_copy(update={"title": "Other"}) for one in whole.licences)
    desk.files = DeskFiles(whole.desk, changed, whole.partners)
    desk.take(an_article())
    assert all(one.failure for one in desk.run(SOON))
    desk.files = whole


@pytest.mark.parametrize("happens", [left_out, licence_changed])
def test_a_feed_that_was_passed_over_gets_what_arrived_meanwhile(
    tmp_path: Path, happens: Callable[[Running], None]
) -> None:
    desk = Running(tmp_path)
    desk.run()
    happens(desk)
    desk.run(LATER)
    assert desk.read().count(b"<item>") == 1


def test_what_keeps_older_terms_is_still_found_by_them(tmp_path: Path) -> None:
    licences = tuple(
        a_licence(version=number, covers={"sections": [section]})
        for number, section in ((1, "Cities"), (2, "Sport"))
    )

    def files(number: int) -> DeskFiles:
        partner = a_partner(agreements=[agreement_data(licence_version=number)])
        return DeskFiles(a_desk(), licences, (partner,))

    articles = [an_article(), an_article(**{**OTHER, "section": "Sport"})]
    desk, naive = Running(tmp_path, files(1)), Naive()
    desk.take(*articles)
    for hours, number in ((0, 1), (1, 2)):
        desk.files, now = files(number), NOW + timedelta(hours=hours)
        desk.run(now)
        wanted = naive.publish(desk.files, articles, now)
        assert {path: (desk.folder / path).read_bytes() for path in wanted} == wanted
    assert desk.read().count(b"<item>") == 2
