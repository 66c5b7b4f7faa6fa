"""`kill`, `withhold`, `reinstate`, `correct`, as a newsroom types them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate import wiring
from syndicate.checks.withdrawn import withdrawal_faults
from syndicate.model.article import Article, PubStatus
from tests.builders import article_data
from tests.cli.running import a_copy, data, run

NAME = ("--name", "Harbour Post", "--domain", "harbour.example", "--contact", "a@harbour.example")
WALL = "tag:harbour.example,2024:wall"
FORMATS = {"rss": "rss", "atom": "atom", "newsml.xml": "newsml-g2"}
KILL = ("--reason", "error", "--note", "The readings were of another site.")


def file_of(desk: Path, name: str = "wall", **changes: Any) -> Path:
    content = article_data(**changes)
    del content["version"]
    path = desk / "articles" / f"{name}.json"
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk with one partner, whose feeds hold one article."""
    folder = tmp_path / "desk"
    run("init", folder, *NAME)
    partner = folder / "partners" / "first-partner.toml"
    partner.write_text(partner.read_text().replace('state = "draft"', 'state = "active"'))
    file_of(folder)
    run("regenerate", "--desk", folder)
    return folder


def documents(desk: Path, partner: str = "first-partner") -> dict[str, bytes]:
    folder = desk / "public" / partner
    return {suffix: (folder / f"{partner}-all.{suffix}").read_bytes() for suffix in FORMATS}


def assert_withdrawn(desk: Path, partner: str = "first-partner") -> None:
    for suffix, content in documents(desk, partner).items():
        assert list(withdrawal_faults(content, FORMATS[suffix], WALL)) == []
        assert b"two centimetres" not in content


def history(desk: Path) -> tuple[Article, ...]:
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        return store.history(WALL)


def another_partner(desk: Path) -> Path:
    first = desk / "partners" / "first-partner.toml"
    second = desk / "partners" / "second-partner.toml"
    second.write_text(first.read_text().replace("first-partner", "second-partner"))
    return second


@pytest.mark.parametrize("name", ["wall", WALL, "https://harbour.example/cities/wall"])
def test_a_kill_withdraws_the_article_from_every_document(desk: Path, name: str) -> None:
    assert any(list(withdrawal_faults(d, FORMATS[s], WALL)) for s, d in documents(desk).items())
    found = run("kill", name, *KILL, "--desk", desk)
    assert "canceled: version 2" in found.stdout
    assert "it changed in 3 documents, for first-partner" in found.stdout
    assert_withdrawn(desk)
    assert b"The readings were of another site." in documents(desk)["newsml.xml"]


def test_a_kill_lasts_although_the_inbox_still_holds_the_file(desk: Path) -> None:
    run("kill", "wall", *KILL, "--desk", desk)
    assert "3 documents, 0 written" in run("regenerate", "--desk", desk).stdout
    assert_withdrawn(desk)


def test_a_hold_lasts_although_the_inbox_still_holds_the_file(desk: Path) -> None:
    run("withhold", "wall", "--note", "A figure is being checked.", "--desk", desk)
    assert "3 documents, 0 written" in run("regenerate", "--desk", desk).stdout
    for content in documents(desk).values():
        assert b"two centimetres" not in content
    assert b"stat:withheld" in documents(desk)["newsml.xml"]


def test_killing_twice_is_harmless(desk: Path) -> None:
    run("kill", "wall", *KILL, "--desk", desk)
    found = run("kill", "wall", "--reason", "legal", "--desk", desk)
    assert "canceled already: version 2" in found.stdout
    assert "no document changed" in found.stdout
    assert len(history(desk)) == 2


def test_a_kill_says_whom_to_ask_and_what_to_type_next(desk: Path) -> None:
    file = desk / "partners" / "first-partner.toml"
    text = file.read_text().replace('notice_channel = "feed"', "")
    text = 'notice_channel = "mail"\n' + text
    if "[contacts]" not in text:
        text = text.replace("[[properties]]", "[contacts]\n\n[[properties]]", 1)
    text = re.sub(r'(?m)^notices = ".*"\n', "", text)
    file.write_text(text.replace("[contacts]\n", '[contacts]\nnotices = "night@first.example"\n'))
    found = run("kill", "wall", *KILL, "--desk", desk).stdout
    assert found.count("withdrawn") == 3
    assert "night@first.example" in found
    assert "want a mail, and this program sends none: first-partner" in found
    assert "syndicate notices list --open --article wall" in found


def test_a_kill_is_dated_after_what_is_out_where_the_clock_was_set_back(desk: Path) -> None:
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=4)
    other = {
        "guid": "tag:harbour.example,2024:other",
        "canonical_url": "https://harbour.example/o",
    }
    other |= {"headline": "Another", "summary": "Nothing was measured."}
    file_of(desk, "other", **other, body=[{"type": "paragraph", "text": "Nothing."}])
    run("regenerate", "--at", ahead.isoformat(), "--desk", desk)
    run("kill", "wall", *KILL, "--desk", desk)
    assert history(desk)[-1].version_created >= ahead
    assert_withdrawn(desk)


def test_orders_that_follow_at_once_are_each_later_than_the_last(desk: Path) -> None:
    for words in (("withhold", "wall"), ("reinstate", "wall"), ("kill", "wall", *KILL)):
        run(*words, "--desk", desk)
    seconds = [one.version_created.replace(microsecond=0) for one in history(desk)]
    assert seconds == sorted(set(seconds))
    assert_withdrawn(desk)


def test_orders_and_runs_at_once_end_in_one_kill(desk: Path) -> None:
    file_of(desk, summary="Engineers measured two centimetres, at last.")
    orders = [("kill", "wall", *KILL), ("regenerate",)] * 2
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "syndicate", *words, "--desk", str(desk)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for words in orders
    ]
    for one in started:
        one.communicate()
    assert [one.returncode for one in started[::2]] == [0, 0]
    assert [one.pub_status for one in history(desk)].count(PubStatus.CANCELED) == 1
    assert history(desk)[-1].pub_status == PubStatus.CANCELED
    assert_withdrawn(desk)


def test_a_kill_needs_no_sound_desk_but_says_what_was_not_published(desk: Path) -> None:
    (desk / "licences" / "text-v1.toml").write_text("not toml")
    found = run("kill", "wall", *KILL, "--desk", desk, code=1)
    assert "canceled: version 2" in found.stdout
    assert "not published: licences/text-v1.toml" in found.stderr
    assert history(desk)[-1].pub_status == "canceled"


def test_a_broken_partner_file_does_not_keep_others_from_being_told(desk: Path) -> None:
    another_partner(desk)
    run("regenerate", "--desk", desk)
    (desk / "partners" / "first-partner.toml").write_text("not toml")
    found = run("kill", "wall", *KILL, "--desk", desk, code=1)
    assert "partners/first-partner.toml" in found.stderr
    assert_withdrawn(desk, "second-partner")


def test_a_folder_that_cannot_be_written_does_not_keep_others_from_being_told(
    desk: Path,
) -> None:
    another_partner(desk)
    run("regenerate", "--desk", desk)
    folder = desk / "public" / "first-partner"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("a file where a folder is needed")
    found = run("kill", "wall", *KILL, "--desk", desk, code=1)
    assert "not published" in found.stderr
    assert "version 2 is kept" in found.stderr
    assert_withdrawn(desk, "second-partner")
    folder.unlink()
    assert "canceled already" in run("kill", "wall", *KILL, "--desk", desk).stdout
    assert_withdrawn(desk)


def test_an_embargoed_article_can_be_killed_and_never_goes_out(desk: Path) -> None:
    guid = "tag:harbour.example,2024:secret"
    secret = {"guid": guid, "canonical_url": "https://harbour.example/secret"}
    file_of(desk, "secret", embargoed="2199-01-01T00:00:00Z", **secret)
    run("regenerate", "--desk", desk)
    assert data("kill", "secret", *KILL, "--desk", desk)["pub_status"] == "canceled"
    run("regenerate", "--desk", desk)
    for content in documents(desk).values():
        assert guid.encode() not in content


def test_without_publishing_the_version_is_kept_for_the_next_run(desk: Path) -> None:
    before = documents(desk)
    found = run("kill", "wall", *KILL, "--desk", desk, "--no-publish")
    assert "not published yet" in found.stdout
    assert documents(desk) == before
    run("regenerate", "--desk", desk)
    assert_withdrawn(desk)


def test_an_ambiguous_name_is_refused_with_the_candidates(desk: Path) -> None:
    for n in ("one", "two"):
        file_of(
            desk,
            n,
            guid=f"tag:harbour.example,2024:{n}/same",
            canonical_url=f"https://harbour.example/{n}",
        )
    run("regenerate", "--desk", desk)
    found = run("kill", "same", *KILL, "--desk", desk, code=1)
    assert "tag:harbour.example,2024:one/same, tag:harbour.example,2024:two/same" in found.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("kill", "wall"),
        ("kill", "--reason", "error"),
        ("kill", "wall", "--reason", "mood"),
        ("kill", "wall", "--reason", "error", "--drill"),
        ("correct", "wall", "--note", "x"),
        ("correct", "wall", "f.json", "--replace", "a", "b", "--note", "x"),
        ("correct", "wall", "--replace", "a", "b"),
        ("correct", "wall", "--replace", "a", "b", "--note", " "),
        ("correct", "wall", "--replace", "", "b", "--note", "x"),
        ("correct", "wall", "--replace", "a", "a", "--note", "x"),
    ],
)
def test_orders_that_lack_something_are_usage_errors(desk: Path, words: tuple[str, ...]) -> None:
    run(*words, "--desk", desk, code=2)
    assert len(history(desk)) == 1


def test_a_withheld_article_comes_back_as_a_new_version(desk: Path) -> None:
    run("withhold", "wall", "--desk", desk)
    found = data("reinstate", "wall", "--note", "It is right.", "--desk", desk)
    assert (found["version"], found["pub_status"], found["failures"]) == (3, "usable", [])
    for content in documents(desk).values():
        assert content.count(WALL.encode())
        assert b"centimetres" in content
    assert "0 written" in run("regenerate", "--desk", desk).stdout


def test_a_killed_article_comes_back_only_on_purpose(desk: Path) -> None:
    run("kill", "wall", *KILL, "--desk", desk)
    refused = run("reinstate", "wall", "--desk", desk, code=1)
    assert "add --killed" in refused.stderr
    run("reinstate", "wall", "--killed", "--desk", desk)
    assert history(desk)[-1].body == history(desk)[0].body


def test_a_correction_by_words_tells_the_readers(desk: Path) -> None:
    words = ("--replace", "centimetres in a week", "millimetres in a week")
    found = run("correct", "wall", *words, "--note", "It is millimetres.", "--desk", desk)
    assert "usable: version 2" in found.stdout
    assert "says other words" in found.stderr
    for content in documents(desk).values():
        assert b"It is millimetres." in content
        assert b"millimetres in a week" in content
    assert "0 written" in run("regenerate", "--desk", desk).stdout


def test_a_correction_from_the_file_in_the_inbox_is_made_once(desk: Path) -> None:
    path = file_of(desk, summary="Engineers measured two millimetres.")
    note = ("--note", "It is millimetres.", "--desk", desk)
    found = run("correct", "wall", path, *note)
    assert "says other words" not in found.stderr
    assert "usable already: version 2" in run("correct", "wall", path, *note).stdout
    assert "0 written" in run("regenerate", "--desk", desk).stdout
    assert [one.correction_note for one in history(desk)] == ["", "It is millimetres."]


def test_a_correction_from_text_copied_from_a_page(desk: Path, tmp_path: Path) -> None:
    path = tmp_path / "wall.txt"
    path.write_text(
        "The harbour wall moves again\n\nBy Lina Maro\n\nThe wall moved two millimetres.\n"
    )
    run("correct", "wall", path, "--note", "It is millimetres.", "--desk", desk)
    newest = history(desk)[-1]
    assert newest.version == 2
    assert newest.first_created == history(desk)[0].first_created
    assert "millimetres" in newest.model_dump_json()


def test_the_file_of_another_article_is_no_correction(desk: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(article_data(guid="tag:harbour.example,2024:other")))
    found = run("correct", "wall", path, "--note", "x", "--desk", desk, code=1)
    assert "other-article" in found.stderr
    assert found.stderr.count("\n") == 1
    assert len(history(desk)) == 1


def test_words_that_stand_there_twice_are_refused_in_one_line(desk: Path) -> None:
    words = ("--replace", "centimetres", "millimetres", "--note", "x")
    found = run("correct", "wall", *words, "--desk", desk, code=1)
    assert "'centimetres' stands 2 times, not once" in found.stderr
    assert found.stderr.count("\n") == 1


def everything(desk: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(desk.rglob("*")) if path.is_file()}


def test_a_drill_takes_a_canary_back_and_touches_nothing_real(desk: Path) -> None:
    before = everything(desk)
    found = data("kill", "--drill", "--desk", desk)
    assert everything(desk) == before
    assert [step["does"] for step in found["steps"]] == [
        "take in",
        "publish",
        "kill",
        "publish the kill",
        "look at every document",
    ]
    assert sorted(found["reached"]) == [
        f"first-partner/first-partner-all.{suffix}" for suffix in ("atom", "newsml.xml", "rss")
    ]
    assert (found["unreached"], found["faults"]) == ([], [])


def test_a_drill_touches_nothing_at_the_absolute_addresses_of_a_desk(
    desk: Path, tmp_path: Path
) -> None:
    real = tmp_path / "www"
    settings = desk / "desk.toml"
    lines = f'target = "{real}"\nstore = "sqlite:///{tmp_path / "real.db"}"\n'
    settings.write_text(lines + settings.read_text())
    run("kill", "--drill", "--desk", desk)
    assert not real.exists()
    assert not (tmp_path / "real.db").exists()


def test_a_drill_on_the_example_desk_says_whom_it_could_not_reach(tmp_path: Path) -> None:
    found = data("kill", "--drill", "--desk", a_copy(tmp_path))
    assert found["faults"] == []
    feeds = {path.rpartition("/")[2].partition(".")[0] for path in found["reached"]}
    assert {"worldfold-all", "worldfold-science", "marfa-arabic", "nagisa-english"} <= feeds
    assert {"civic-shelf-open", "quad-notes-extracts", "fenwold-text"} <= feeds
    for one in found["unreached"]:
        assert one["path"].startswith("mangrove/")
        assert "AGREEMENT_EXPIRED" in one["why"]


def test_a_drill_that_reaches_nobody_fails(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    run("init", folder, *NAME)
    found = run("kill", "--drill", "--desk", folder, code=1)
    assert "no document could be reached" in found.stderr
    assert "not reached: first-partner/first-partner-all.rss" in found.stdout
