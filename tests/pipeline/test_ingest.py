"""What becomes of drafts: identity, versions, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.licensing.withdraw import current, reigns
from syndicate.model.article import Article
from syndicate.model.errors import NotFound
from syndicate.pipeline.explain import find_article
from syndicate.pipeline.incoming import Draft, Refusal
from syndicate.pipeline.ingest import Outcome, Taken, ingest
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, a_desk, a_picture, agency, an_article, article_data, desk_files
from tests.pipeline.running import Running, version

WALL = "tag:harbour.example,2024:wall"


@pytest.fixture
def desk(tmp_path: Path) -> Running:
    return Running(tmp_path)


def unnumbered(**changes: Any) -> Article:
    data = article_data(**changes)
    del data["version"]
    article = Article.model_validate(data)
    if "version_created" not in changes:
        article.model_fields_set.discard("version_created")
    return article


def why(outcome: Outcome) -> str:
    assert outcome.refusal is not None
    return outcome.refusal.code


def test_the_same_content_again_changes_nothing(desk: Running) -> None:
    assert desk.take(unnumbered())[0].taken is Taken.ADDED
    assert desk.take(unnumbered(), now=NOW + timedelta(days=1))[0].taken is Taken.UNCHANGED
    assert len(desk.store.history(WALL)) == 1


def test_changed_content_becomes_the_next_version_dated_now(desk: Running) -> None:
    desk.take(unnumbered())
    changed = desk.take(unnumbered(summary="Now known."))[0]
    assert (changed.taken, changed.version) == (Taken.UPDATED, 2)
    assert desk.store.history(WALL)[-1].version_created == NOW
    assert desk.store.history(WALL)[-1].first_created == an_article().first_created


def test_an_origin_stays_bound_to_its_guid(desk: Running) -> None:
    first = Draft(unnumbered(), "url:https://harbour.example/a")
    moved = Draft(
        unnumbered(guid="tag:harbour.example,2024:minted", summary="New."),
        "url:https://harbour.example/a",
    )
    done = list(ingest([first, moved], desk.files, desk.store, NOW))
    assert [one.guid for one in done] == [WALL, WALL]
    assert done[1].version == 2


def test_a_stated_version_with_other_content_is_refused(desk: Running) -> None:
    desk.take(an_article())
    assert why(desk.take(an_article(summary="Other."))[0]) == "version-conflict"
    assert desk.store.history(WALL)[0].summary == article_data()["summary"]


def test_a_lower_version_is_refused(desk: Running) -> None:
    desk.take(version(3, "2026-04-30T10:00:00Z"))
    assert why(desk.take(version(2, "2026-04-30T11:00:00Z", summary="Late."))[0]) == "V23"


def test_a_version_must_be_later_than_the_one_before(desk: Running) -> None:
    desk.take(an_article())
    again = version(2, "2026-04-30T08:00:00Z", summary="Same instant.")
    assert why(desk.take(again)[0]) == "V23"


def test_first_dates_never_change(desk: Running) -> None:
    desk.take(an_article())
    moved = version(2, "2026-04-30T10:00:00Z", first_created="2026-04-30T07:00:00Z")
    assert why(desk.take(moved)[0]) == "V24"
    republished = version(2, "2026-04-30T10:00:00Z", first_published="2026-04-30T09:00:00Z")
    assert why(desk.take(republished)[0]) == "V24"


def test_a_kill_cannot_be_scheduled(desk: Running) -> None:
    desk.take(an_article())
    later = version(2, "2026-05-02T10:00:00Z", pub_status="canceled", body=[])
    assert why(desk.take(later)[0]) == "V22"


def test_taking_the_old_file_in_again_does_not_bring_a_killed_article_back(
    desk: Running,
) -> None:
    desk.take(unnumbered())
    desk.take(version(2, "2026-05-01T10:00:00Z", pub_status="canceled", body=[]))
    assert desk.take(unnumbered())[0].taken is Taken.UNCHANGED
    assert desk.store.history(WALL)[-1].pub_status == "canceled"
    assert why(desk.take(unnumbered(summary="Edited."))[0]) == "article-killed"
    back = version(3, "2026-05-01T11:00:00Z", summary="Edited.")
    assert desk.take(back)[0].taken is Taken.UPDATED


KILLED: dict[str, Any] = {"pub_status": "canceled", "body": []}


def test_a_kill_of_long_ago_that_comes_again_kills_again(desk: Running) -> None:
    desk.take(unnumbered(), now=NOW - timedelta(hours=3))
    desk.take(unnumbered(**KILLED), now=NOW - timedelta(hours=2))
    back = version(3, "2026-05-01T11:00:00Z", summary="Back.")
    desk.take(back)
    again = desk.take(unnumbered(**KILLED))[0]
    assert (again.taken, again.version) == (Taken.UPDATED, 4)
    assert desk.store.history(WALL)[-1].pub_status == "canceled"
    assert desk.take(unnumbered(**KILLED))[0].taken is Taken.UNCHANGED


def test_a_kill_ends_a_withheld_article_too(desk: Running) -> None:
    desk.take(unnumbered(), now=NOW - timedelta(hours=3))
    desk.take(unnumbered(**KILLED), now=NOW - timedelta(hours=2))
    desk.take(version(3, "2026-05-01T11:00:00Z", pub_status="withheld"))
    assert desk.take(unnumbered(**KILLED))[0].version == 4


def test_an_old_file_changes_nothing_and_releases_nothing(desk: Running) -> None:
    desk.take(unnumbered(), now=NOW - timedelta(hours=3))
    desk.take(unnumbered(summary="Newer."), now=NOW - timedelta(hours=2))
    assert desk.take(unnumbered())[0].taken is Taken.UNCHANGED
    desk.take(version(3, "2026-05-01T11:00:00Z", pub_status="withheld"))
    assert desk.take(unnumbered())[0].taken is Taken.UNCHANGED
    assert why(desk.take(unnumbered(summary="Edited."))[0]) == "article-withheld"
    assert desk.store.history(WALL)[-1].pub_status == "withheld"
    released = version(4, "2026-05-01T11:30:00Z", summary="Edited.")
    assert desk.take(released)[0].taken is Taken.UPDATED


def test_the_dated_file_of_a_withheld_article_changes_nothing(desk: Running) -> None:
    dated = unnumbered(version_created="2026-04-30T08:00:00Z")
    desk.take(dated)
    desk.take(version(2, "2026-05-01T10:00:00Z", pub_status="withheld"))
    assert desk.take(dated)[0].taken is Taken.UNCHANGED
    released = unnumbered(version_created="2026-05-01T11:00:00Z")
    assert desk.take(released)[0].version == 3


def test_a_file_without_the_note_that_correct_added_changes_nothing(desk: Running) -> None:
    desk.take(unnumbered())
    corrected = {"summary": "Three centimetres."}
    desk.take(version(2, "2026-05-01T10:00:00Z", correction_note="It is three.", **corrected))
    assert desk.take(unnumbered(**corrected))[0].taken is Taken.UNCHANGED
    numbered = version(2, "2026-05-01T09:00:00Z", **corrected)
    assert desk.take(numbered)[0].taken is Taken.UNCHANGED
    assert len(desk.store.history(WALL)) == 2


def test_a_kill_supersedes_a_version_of_the_future(desk: Running) -> None:
    desk.take(an_article(), version(2, "2026-06-01T00:00:00Z", headline="Of the future"))
    assert desk.take(version(3, "2026-05-01T11:00:00Z", **KILLED))[0].taken is Taken.UPDATED
    history = desk.store.history(WALL)
    for moment in (NOW, NOW + timedelta(days=90)):
        newest = current(history, moment)
        assert newest is not None
        assert newest.version == 3
    assert [one.article.version for one in reigns(history)] == [1, 3]


def test_a_kill_must_follow_what_is_current(desk: Running) -> None:
    desk.take(an_article(), version(2, "2026-05-01T11:00:00Z", headline="Newer"))
    assert why(desk.take(version(3, "2026-05-01T10:00:00Z", **KILLED))[0]) == "V23"


def test_a_kill_of_a_fast_clock_counts_from_now(desk: Running) -> None:
    desk.take(an_article())
    desk.take(version(2, "2026-05-01T12:04:00Z", **KILLED))
    assert desk.store.history(WALL)[-1].version_created == NOW


class Raced(SqlStore):
    """A store where another process takes the next number first, a few times."""

    races = 0

    def put(self, article: Article, origin: str | None, at: datetime) -> None:
        if self.races:
            self.races -= 1
            other = article.model_copy(update={"summary": f"Another {self.races}."})
            super().put(other, origin, at)
        super().put(article, origin, at)


@pytest.fixture
def raced() -> Iterator[Raced]:
    store = SqlStore.open.__func__(Raced, "sqlite://")  # type: ignore[attr-defined]
    yield store
    store.close()


def test_a_lost_race_gives_the_next_number(desk: Running, raced: Raced) -> None:
    raced.races = 1
    draft = Draft(unnumbered(), f"id:{WALL}")
    (done,) = ingest([draft], desk.files, raced, NOW)
    assert (done.taken, done.version) == (Taken.UPDATED, 2)


def test_a_lost_race_for_a_stated_version_is_a_refusal(desk: Running, raced: Raced) -> None:
    raced.races = 1
    draft = Draft(an_article(), f"id:{WALL}")
    other = Draft(
        an_article(guid="tag:harbour.example,2024:b", canonical_url=None),
        "id:tag:harbour.example,2024:b",
    )
    first, second = ingest([draft, other], desk.files, raced, NOW)
    assert why(first) == "version-conflict"
    assert second.taken is Taken.ADDED


def test_a_new_identity_at_the_page_of_another_article_is_refused(desk: Running) -> None:
    desk.take(an_article())
    twin = an_article(guid="tag:harbour.example,2024:twin")
    refused = desk.take(twin)[0]
    assert why(refused) == "duplicate-url"
    assert refused.refusal is not None
    assert WALL in refused.refusal.mend
    desk.take(version(2, "2026-05-01T11:00:00Z", **KILLED))
    assert desk.take(twin)[0].taken is Taken.ADDED


def test_an_article_is_found_by_the_name_of_its_file(desk: Running) -> None:
    twin = an_article(guid="tag:harbour.example,2024:twin", canonical_url=None)
    first = Draft(an_article(), f"id:{WALL}", name="story")
    list(ingest([first], desk.files, desk.store, NOW))
    assert find_article(desk.store, "inbox/story.v2.json")[0].guid == WALL
    list(ingest([Draft(twin, f"id:{twin.guid}", name="story")], desk.files, desk.store, NOW))
    with pytest.raises(NotFound, match=f"{WALL}, {twin.guid}"):
        find_article(desk.store, "story.json")


def test_a_refusal_costs_only_itself(desk: Running) -> None:
    refused = Refusal("bad.json", "invalid", "headline", "is missing", "add it")
    drafts: list[Draft | Refusal] = [refused, Draft(an_article(), f"id:{WALL}")]
    done = list(ingest(drafts, desk.files, desk.store, NOW))
    assert [one.taken for one in done] == [Taken.REFUSED, Taken.ADDED]
    assert done[0].refusal == refused


@pytest.mark.parametrize(
    ("source", "rights", "says"),
    [
        ({"window": {"end": "2026-06-01T00:00:00Z"}}, {}, None),
        ({"window": {"end": "2026-06-01T00:00:00Z"}}, {"window": {"start": NOW}}, "V11"),
        ({"onward": False}, {}, "V34"),
        ({"id": "another"}, {}, "no source agreement"),
    ],
)
def test_odd_rights_are_remarked_on(
    tmp_path: Path, source: dict[str, Any], rights: dict[str, Any], says: str | None
) -> None:
    agreed = {"id": "norstar", "owner": "Norstar Agency", "onward": True, **source}
    desk = Running(tmp_path, desk_files(desk=a_desk(source_agreements=[agreed])))
    photo = a_picture(rights=agency(**rights))
    remarks = desk.take(an_article(body=[photo]))[0].remarks
    assert len(remarks) == (1 if says else 0)
    assert not says or says in remarks[0]
