"""The next version of an article that is taken back, held, brought back or corrected."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syndicate.licensing.withdraw import current
from syndicate.model.article import Article, PubStatus, WithdrawalReason
from syndicate.pipeline.amend import (
    Replacement,
    correct,
    from_file,
    kill,
    other_words,
    reinstate,
    replaced,
    withhold,
)
from syndicate.pipeline.incoming import Draft, Refusal
from syndicate.pipeline.ingest import Taken
from syndicate.pipeline.versions import History, Kept, keep
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, a_picture, an_article, own
from tests.pipeline.running import Running, version

WALL = "tag:harbour.example,2024:wall"
ERROR = WithdrawalReason.ERROR
LATER = NOW + timedelta(hours=1)
SECOND = timedelta(seconds=1)


def killed(*history: Article) -> Article:
    return kill(history, ERROR, "It is wrong.", NOW)


def swapped(*pairs: tuple[str, str], article: Article | None = None) -> Article | Refusal:
    change = replaced(Replacement(*pair) for pair in pairs)
    return correct((article or an_article(),), change, "A note.", NOW)


def code(found: Article | Refusal) -> str:
    assert isinstance(found, Refusal)
    return found.code


def test_a_kill_carries_nothing_but_who_it_is_and_why() -> None:
    found = killed(an_article(embargoed="2027-01-01T00:00:00Z", expires="2027-02-01T00:00:00Z"))
    assert (found.guid, found.version, found.version_created) == (WALL, 2, NOW)
    assert (found.pub_status, found.withdrawal_reason) == (PubStatus.CANCELED, ERROR)
    assert (found.body, found.summary, found.bylines, found.keywords) == ((), "", (), ())
    assert (found.embargoed, found.expires, found.ed_note) == (None, None, "It is wrong.")
    assert found.first_created == an_article().first_created


def test_a_killed_article_with_a_legal_order_on_a_part_can_be_killed() -> None:
    order = {"id": "o", "authority": "A court", "territory": {"include": ["GB"]}, "parts": ["b1"]}
    assert killed(an_article(orders=[order])).orders == ()


def test_killing_twice_gives_the_same_version() -> None:
    first = killed(an_article())
    assert killed(an_article(), first) is first


def test_a_kill_wins_over_a_version_dated_in_the_future() -> None:
    history = (an_article(), version(2, "2027-01-01T00:00:00Z", headline="Of the future"))
    found = killed(*history)
    assert (found.version, found.version_created) == (3, NOW)
    assert found.headline == an_article().headline
    for moment in (NOW, NOW + timedelta(days=900)):
        assert current((*history, found), moment) == found


def test_a_kill_of_what_was_not_created_yet_keeps_it_from_ever_going_out() -> None:
    future = an_article(
        first_created="2027-01-01T00:00:00Z", version_created="2027-01-01T00:00:00Z"
    )
    found = killed(future)
    assert current((future, found), NOW) is None
    assert current((future, found), NOW + timedelta(days=900)) == found


def test_no_version_shares_its_second_with_the_one_before() -> None:
    just_now = an_article(version_created=(NOW + timedelta(milliseconds=300)).isoformat())
    found = kill((just_now,), ERROR, "", NOW + timedelta(milliseconds=700))
    assert found.version_created == NOW + SECOND


def test_a_hold_can_be_killed_and_a_kill_not_held() -> None:
    held = withhold((an_article(),), ERROR, "", NOW)
    assert isinstance(held, Article)
    assert (held.pub_status, held.version) == (PubStatus.WITHHELD, 2)
    assert withhold((an_article(), held), ERROR, "", LATER) is held
    dead = kill((an_article(), held), ERROR, "", LATER)
    assert (dead.pub_status, dead.version) == (PubStatus.CANCELED, 3)
    assert code(withhold((an_article(), held, dead), ERROR, "", LATER)) == "article-killed"


def test_reinstating_brings_the_last_usable_content_back_as_a_new_version() -> None:
    second = version(2, "2026-05-01T09:00:00Z", summary="Three centimetres.")
    history = (an_article(), second, kill((an_article(), second), ERROR, "", NOW))
    assert code(reinstate(history, "Right after all.", LATER)) == "article-killed"
    found = reinstate(history, "Right after all.", LATER, even_killed=True)
    assert isinstance(found, Article)
    assert (found.version, found.version_created) == (4, LATER)
    assert (found.summary, found.body) == (second.summary, second.body)
    assert (found.pub_status, found.withdrawal_reason) == (PubStatus.USABLE, None)
    assert found.ed_note == "Right after all."


def test_reinstating_does_not_bring_back_what_was_never_current() -> None:
    future = version(2, "2026-06-01T00:00:00Z", headline="Of the future")
    history = (an_article(), future, kill((an_article(), future), ERROR, "", NOW))
    found = reinstate(history, "", NOW + timedelta(days=90), even_killed=True)
    assert isinstance(found, Article)
    assert found.headline == an_article().headline


def test_reinstating_keeps_an_embargo() -> None:
    embargoed = an_article(embargoed="2027-01-01T00:00:00Z")
    held = withhold((embargoed,), ERROR, "", NOW)
    assert isinstance(held, Article)
    found = reinstate((embargoed, held), "", LATER)
    assert isinstance(found, Article)
    assert found.embargoed == embargoed.embargoed


def test_what_is_usable_needs_no_reinstating() -> None:
    article = an_article()
    assert reinstate((article,), "", NOW) is article


def test_nothing_usable_cannot_come_back() -> None:
    held = an_article(pub_status="withheld")
    assert code(reinstate((held,), "", NOW)) == "never-usable"


def test_words_are_replaced_and_the_readers_are_told() -> None:
    found = swapped(("two centimetres in a week", "three centimetres in a week"))
    assert isinstance(found, Article)
    assert found.summary == "Engineers measured three centimetres in a week."
    assert (found.version, found.correction_note) == (2, "A note.")
    assert found.body == an_article().body


FIELDS: list[tuple[str, dict[str, Any]]] = [
    ("headline", {"headline": "A zorn here"}),
    ("dateline", {"dateline": "ZORN, zorn"}),
    ("byline", {"bylines": [{"name": "Lina zorn"}]}),
    ("list", {"body": [{"type": "list", "items": ["one", "zorn"]}]}),
    ("cell", {"body": [{"type": "table", "rows": [["a", "zorn"]]}]}),
    ("caption", {"body": [a_picture(caption="A <em>zorn</em>")]}),
    ("alt", {"body": [a_picture(alt="A zorn")]}),
    ("gallery", {"body": [{"type": "gallery", "pictures": [a_picture(credit="zorn")]}]}),
]


@pytest.mark.parametrize("changes", [one for _, one in FIELDS], ids=[name for name, _ in FIELDS])
def test_every_text_can_be_corrected(changes: dict[str, Any]) -> None:
    found = swapped(("zorn", "wrath"), article=an_article(**changes))
    assert isinstance(found, Article)
    said = found.model_dump_json()
    assert "wrath" in said
    assert "zorn" not in said


@pytest.mark.parametrize("old", ["centimetres", "nowhere at all", "moved two centimetres"])
def test_words_that_do_not_stand_there_once_are_refused(old: str) -> None:
    assert code(swapped((old, "x"))) == "replace"


def test_plain_words_meet_markup_as_plain_words() -> None:
    body = [{"type": "paragraph", "text": 'Tom &amp; Jerry, <a href="https://tom.example/">x</a>'}]
    found = swapped(("Tom & Jerry", "Tom <b> & Spike"), article=an_article(body=body))
    assert isinstance(found, Article)
    (paragraph,) = found.body
    assert getattr(paragraph, "text", "").startswith("Tom &lt;b&gt; &amp; Spike, <a href=")
    assert code(swapped(("tom.example", "x"), article=an_article(body=body))) == "replace"


def test_rights_are_no_text() -> None:
    rights = {**own(), "credit_line": "zorn"}
    assert code(swapped(("zorn", "x"), article=an_article(rights=rights))) == "replace"


def test_a_replacement_that_leaves_no_headline_is_refused() -> None:
    found = swapped(("The harbour wall moves again", " "))
    assert isinstance(found, Refusal)
    assert found.field == "headline"


def a_file(**changes: Any) -> Draft:
    return Draft(an_article(**changes), f"id:{changes.get('guid', WALL)}")


def test_a_file_gives_the_corrected_article() -> None:
    history = (an_article(first_published="2026-04-30T09:00:00Z"),)
    found = correct(history, from_file([a_file(summary="Three.")], "w.json"), "Three.", NOW)
    assert isinstance(found, Article)
    assert (found.summary, found.version, found.version_created) == ("Three.", 2, NOW)
    assert found.first_published == history[0].first_published
    again = correct((*history, found), from_file([a_file(summary="Three.")], ""), "Three.", LATER)
    assert again is found


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        ([a_file(guid="tag:harbour.example,2024:other")], "other-article"),
        ([], "other-article"),
        ([a_file(), a_file()], "other-article"),
        ([Refusal("w.json", "bad-json", "file", "is no JSON", "write JSON")], "bad-json"),
        ([a_file(pub_status="canceled", body=[])], "not-usable"),
        ([a_file(first_created="2026-04-29T08:00:00Z")], "V24"),
    ],
)
def test_a_file_that_is_no_correction_is_refused(drafts: list[Draft], expected: str) -> None:
    assert code(correct((an_article(),), from_file(drafts, "w.json"), "A note.", NOW)) == expected


def test_a_withheld_article_is_released_by_a_correction_only_on_purpose() -> None:
    held = withhold((an_article(),), ERROR, "", NOW)
    assert isinstance(held, Article)
    change = replaced([Replacement("two centimetres in", "three centimetres in")])
    assert code(correct((an_article(), held), change, "n", LATER)) == "article-withheld"
    found = correct((an_article(), held), change, "n", LATER, release=True)
    assert isinstance(found, Article)
    assert (found.pub_status, found.version) == (PubStatus.USABLE, 3)
    assert "three centimetres" in found.summary
    dead = kill((an_article(), held), ERROR, "", LATER)
    assert (
        code(correct((an_article(), held, dead), change, "n", LATER, release=True))
        == "article-killed"
    )


def test_a_correction_does_not_jump_over_a_version_that_is_to_come() -> None:
    history = (an_article(), version(2, "2026-06-01T00:00:00Z", headline="Of the future"))
    assert code(correct(history, replaced([Replacement("again", "once")]), "n", NOW)) == "V23"


def test_the_old_file_in_the_inbox_does_not_undo_a_kill_or_a_hold(tmp_path: Path) -> None:
    desk = Running(tmp_path)
    file = an_article()
    file.model_fields_set.discard("version")
    desk.take(file)
    for order in (withhold, kill):
        keep(desk.store, WALL, partial(order, reason=ERROR, note="", now=LATER), None, LATER)
        assert desk.take(file, now=LATER)[0].taken is Taken.UNCHANGED
        assert desk.store.history(WALL)[-1].pub_status is not PubStatus.USABLE


def test_a_file_in_the_inbox_that_says_other_words_is_found(tmp_path: Path) -> None:
    desk = Running(tmp_path)
    desk.take(an_article())
    corrected = swapped(("two centimetres in", "three centimetres in"))
    assert isinstance(corrected, Article)
    same = Draft(corrected.changed(correction_note=""), f"id:{WALL}")
    old, bad = a_file(), Refusal("x.json", "bad-json", "file", "", "")
    assert list(other_words([old, same, bad], corrected, desk.store)) == [old]


def test_orders_given_at_once_are_all_kept_in_turn(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = SqlStore.open(url)
    store.put(an_article(), None, NOW)
    words = ["The harbour wall", "Engineers", "Lina Maro", "What comes next", "Nobody knows"]

    def one(word: str) -> Kept:
        mine = SqlStore.open(url)

        def order(history: History) -> Article | Refusal:
            return correct(history, replaced([Replacement(word, "X" + word)]), word, LATER)

        try:
            return keep(mine, WALL, order, None, LATER)
        finally:
            mine.close()

    with ThreadPoolExecutor(len(words)) as pool:
        done = list(pool.map(one, words))
    history = store.history(WALL)
    store.close()
    assert all(kept.is_new for kept in done)
    assert [one.version for one in history] == [1, 2, 3, 4, 5, 6]
    assert len({one.version_created for one in history}) == len(history)
    assert all(f"X{word}" in history[-1].model_dump_json() for word in words)
