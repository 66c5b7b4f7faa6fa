"""Every command, as a user types it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate import wiring
from syndicate.acts.publishing import run_of
from tests.builders import article_data
from tests.cli.running import data, run

NAME = ("--name", "Harbour Post", "--domain", "harbour.example", "--contact", "a@harbour.example")
WALL = "tag:harbour.example,2024:wall"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A new desk whose partner's agreement is active, with one article in its inbox."""
    folder = tmp_path / "desk"
    run("init", folder, *NAME)
    partner = folder / "partners" / "first-partner.toml"
    partner.write_text(partner.read_text().replace('state = "draft"', 'state = "active"'))
    (folder / "articles" / "wall.json").write_text(json.dumps(article_data()))
    return folder


def test_init_makes_a_desk_that_passes_check(tmp_path: Path) -> None:
    run("init", tmp_path / "new", *NAME)
    assert "0 faults" in run("check", "--desk", tmp_path / "new").stdout
    again = run("init", tmp_path / "new", *NAME, code=1)
    assert "there is a desk already" in again.stderr


def test_init_refuses_a_domain_that_is_none(tmp_path: Path) -> None:
    found = run(
        "init",
        tmp_path / "new",
        "--name",
        'A "B" \\ C',
        "--domain",
        "no domain",
        "--contact",
        "a@b.example",
        code=1,
    )
    assert "domain" in found.stderr
    assert not (tmp_path / "new" / "desk.toml").exists()


def test_a_draft_agreement_publishes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    run("init", folder, *NAME)
    (folder / "articles" / "wall.json").write_text(json.dumps(article_data()))
    assert [one["entries"] for one in data("regenerate", "--desk", folder)] == [0, 0, 0]


def test_regenerate_publishes_and_a_second_time_writes_nothing(desk: Path) -> None:
    assert "3 documents, 3 written" in run("regenerate", "--desk", desk).stdout
    assert "3 documents, 0 written" in run("regenerate", "--desk", desk).stdout
    feed = desk / "public" / "first-partner" / "first-partner-all.rss"
    assert b"The harbour wall moves again" in feed.read_bytes()


def test_the_desk_may_be_named_by_the_environment(desk: Path) -> None:
    assert "3 written" in run("regenerate", SYNDICATE_DESK=str(desk)).stdout


def test_dry_run_says_what_would_change_and_writes_nothing(desk: Path) -> None:
    run("regenerate", "--desk", desk)
    (desk / "articles" / "other.json").write_text(
        json.dumps(
            article_data(
                guid="tag:harbour.example,2024:other",
                headline="Other",
                canonical_url="https://harbour.example/other",
            )
        )
    )
    found = run("regenerate", "--desk", desk, "--dry-run")
    assert "3 would be written" in found.stdout
    assert len(data("articles", "list", "--desk", desk)) == 1
    assert b"Other" not in (desk / "public/first-partner/first-partner-all.rss").read_bytes()


def test_a_dry_run_on_a_new_desk_leaves_nothing_behind(desk: Path) -> None:
    before = sorted(desk.rglob("*"))
    assert "3 would be written" in run("regenerate", "--desk", desk, "--dry-run").stdout
    assert sorted(desk.rglob("*")) == before


def test_an_unknown_feed_is_one_clear_line(desk: Path) -> None:
    found = run("regenerate", "--desk", desk, "--feed", "nix", code=1)
    assert found.stderr.strip() == "Error: no feed 'nix'. Mend: use one of: first-partner-all."


def test_a_naive_moment_is_a_usage_error(desk: Path) -> None:
    assert "time zone" in run("regenerate", "--desk", desk, "--at", "2026-05-01", code=2).stderr


def test_no_desk_is_one_clear_line(tmp_path: Path) -> None:
    found = run("regenerate", "--desk", tmp_path, code=1)
    assert found.stderr.startswith("Error: ")
    assert "syndicate init" in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_refused_article_is_reported_and_the_others_are_taken(desk: Path) -> None:
    (desk / "articles" / "bad.json").write_text('{"headline": 7}')
    found = run("regenerate", "--desk", desk, code=1)
    assert "refused" in found.stderr
    assert "Mend:" in found.stderr
    assert "3 written" in found.stdout


def test_ingest_takes_lines_and_reports_every_bad_one(desk: Path, tmp_path: Path) -> None:
    lines = [
        article_data(guid="tag:harbour.example,2024:one"),
        {"guid": "tag:harbour.example,2024:two"},
        article_data(guid="tag:harbour.example,2024:three", subjects=[{"code": "99999999"}]),
    ]
    path = tmp_path / "batch.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\nnot json\n")
    found = run("ingest", path, "--desk", desk, code=1)
    assert "batch.jsonl:2" in found.stderr
    assert "subjects" in found.stderr
    assert "batch.jsonl:4" in found.stderr
    assert [one["guid"] for one in data("articles", "list", "--desk", desk)] == [
        "tag:harbour.example,2024:one"
    ]


def test_explain_says_for_every_part_what_goes_and_why(desk: Path) -> None:
    run("regenerate", "--desk", desk)
    found = run("explain", "wall", "first-partner", "--desk", desk)
    assert "allow under agreement first-partner-1/v1, licence text/v1" in found.stdout
    (one,) = data("explain", WALL, "first-partner", "--desk", desk)
    assert one["decision"]["verdict"] == "allow"
    assert {part["part"] for part in one["decision"]["parts"]} == {
        "headline",
        "summary",
        "body",
        "b1",
        "b2",
        "b3",
    }


def test_explain_at_an_earlier_moment(desk: Path) -> None:
    run("regenerate", "--desk", desk)
    moment = "2026-04-30T07:00:00Z"
    found = run("explain", "wall", "first-partner", "--desk", desk, "--at", moment, code=1)
    assert "did not exist then" in found.stderr


@pytest.mark.parametrize("names", [("nix", "first-partner"), ("wall", "nix")])
def test_explain_of_nothing_is_one_clear_line(desk: Path, names: tuple[str, str]) -> None:
    run("regenerate", "--desk", desk)
    found = run("explain", *names, "--desk", desk, code=1)
    assert "'nix'" in found.stderr
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize("what", ["articles", "partners", "licences", "feeds"])
def test_lists_print_tables_and_json(desk: Path, what: str) -> None:
    run("regenerate", "--desk", desk)
    assert len(data(what, "list", "--desk", desk)) == 1
    assert run(what, "list", "--desk", desk).stdout.strip()


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("articles", "wall"),
        ("partners", "first-partner"),
        ("licences", "text/v1"),
        ("feeds", "first-partner-all"),
    ],
)
def test_shows_print_tables_and_json(desk: Path, what: str, name: str) -> None:
    run("regenerate", "--desk", desk)
    assert data(what, "show", name, "--desk", desk)
    assert run(what, "show", name, "--desk", desk).stdout.strip()
    assert "nix" in run(what, "show", "nix", "--desk", desk, code=1).stderr


def test_no_listing_shows_a_price(desk: Path) -> None:
    partner = desk / "partners" / "first-partner.toml"
    text = partner.read_text().replace(
        'zone = "UTC"',
        'zone = "UTC"\nprice = { type = "flat_period", period = "year", '
        'fee = { amount = "98765.43", currency = "EUR" } }',
    )
    partner.write_text(text)
    run("regenerate", "--desk", desk)
    for words in (
        ("partners", "list"),
        ("partners", "show", "first-partner"),
        ("explain", "wall", "first-partner"),
    ):
        assert "98765" not in run(*words, "--desk", desk).stdout
        assert "98765" not in run(*words, "--desk", desk, "--json").stdout
    for path in (desk / "public").rglob("*"):
        assert not path.is_file() or b"98765" not in path.read_bytes()


def test_check_finds_a_document_that_was_tampered_with(desk: Path) -> None:
    run("regenerate", "--desk", desk)
    feed = desk / "public" / "first-partner" / "first-partner-all.atom"
    feed.write_bytes(feed.read_bytes().replace(b"<updated>2026-04-30T08:00:00Z", b"<updated>now"))
    found = run("check", "--desk", desk, code=1)
    assert "first-partner-all.atom" in found.stderr


def test_check_names_every_fault_of_the_desk_files(desk: Path) -> None:
    licence = desk / "licences" / "text-v1.toml"
    licence.write_text(licence.read_text().replace('"WORLD"', '"MENA"') + "\nnope = 1\n")
    found = run("check", "--desk", desk, code=1)
    assert "territory.include" in found.stderr
    assert "nope" in found.stderr


def test_check_reads_the_inbox_too(desk: Path) -> None:
    (desk / "articles" / "bad.json").write_text('{"headline": 7}')
    found = run("check", "--desk", desk, code=1)
    assert "bad.json" in found.stderr
    assert "Mend:" in found.stderr


def test_a_dry_run_names_what_each_partner_would_gain_and_lose(desk: Path) -> None:
    run("regenerate", "--desk", desk)
    killed = article_data(
        version=2, version_created="2026-05-01T08:00:00Z", pub_status="canceled", body=[]
    )
    (desk / "articles" / "wall.v2.json").write_text(json.dumps(killed))
    found = run("regenerate", "--desk", desk, "--dry-run", "--at", "2026-05-02T08:00:00Z")
    assert f"first-partner-all ~ {WALL}, The harbour wall moves again" in found.stdout


FUTURE = "2199-01-01T00:00:00Z"
PAST = "2026-05-01T00:00:00Z"


def test_another_moment_is_not_published_by_mistake(desk: Path) -> None:
    ahead = run("regenerate", "--desk", desk, "--at", FUTURE, code=1)
    assert "--dry-run" in ahead.stderr
    assert not (desk / "public" / "first-partner").exists()
    run("regenerate", "--desk", desk)
    back = run("regenerate", "--desk", desk, "--at", PAST, code=1)
    assert "--rewind" in back.stderr
    run("regenerate", "--desk", desk, "--at", FUTURE, "--dry-run")
    run("regenerate", "--desk", desk, "--at", PAST, "--dry-run")
    run("regenerate", "--desk", desk, "--at", PAST, "--rewind")
    run("regenerate", "--desk", desk, "--at", FUTURE, "--rewind", code=1)


def test_a_clock_that_goes_back_changes_nothing(desk: Path) -> None:
    embargoed = article_data(embargoed="2197-01-01T00:00:00Z")
    (desk / "articles" / "wall.json").write_text(json.dumps(embargoed))
    run("ingest", desk / "articles", "--desk", desk)
    files = wiring.load(desk)
    with wiring.opened_store(desk, files.desk) as store:
        ahead = datetime(2198, 1, 1, tzinfo=UTC)
        list(wiring.regeneration(desk, files, store, ahead, dry_run=False).run())
    found = run("regenerate", "--desk", desk)
    assert "3 documents, 0 written" in found.stdout
    assert "later than the clock" in found.stderr


def test_an_agreement_that_ends_while_a_run_waits_for_its_turn_has_ended_for_it(
    desk: Path,
) -> None:
    run("regenerate", "--desk", desk)
    partner, found = desk / "partners" / "first-partner.toml", wiring.load_sound(desk)
    assert found.files is not None
    with wiring.opened_store(desk, found.files.desk) as store:
        waiting = run_of(desk, found, store, datetime.now(UTC))
        partner.write_text(partner.read_text().replace('"active"', '"terminated"'))
        done = list(waiting.run())
    assert [one.entries for one in done] == [0, 0, 0]


def second_partner(desk: Path) -> Path:
    first = desk / "partners" / "first-partner.toml"
    second = desk / "partners" / "second-partner.toml"
    second.write_text(first.read_text().replace("first-partner", "second-partner"))
    return second


def test_a_bad_partner_file_costs_that_partner_only(desk: Path) -> None:
    second = second_partner(desk)
    run("regenerate", "--desk", desk)
    kept = (desk / "public/second-partner/second-partner-all.rss").read_bytes()
    second.write_text("not toml")
    killed = article_data(
        version=2, version_created="2026-05-01T08:00:00Z", pub_status="canceled", body=[]
    )
    (desk / "articles" / "wall.v2.json").write_text(json.dumps(killed))
    found = run("regenerate", "--desk", desk, code=1)
    assert "second-partner.toml" in found.stderr
    wall = b"The wall moved"
    assert wall not in (desk / "public/first-partner/first-partner-all.rss").read_bytes()
    # Its last good files say who it is: nothing new, and what is taken back is taken back.
    assert b"The wall moved" in kept
    assert wall not in (desk / "public/second-partner/second-partner-all.rss").read_bytes()


def test_a_removed_partner_goes_on_with_notices(desk: Path) -> None:
    second = second_partner(desk)
    run("regenerate", "--desk", desk)
    second.unlink()
    found = run("regenerate", "--desk", desk)
    assert "second-partner-all is no longer on the desk" in found.stderr
    feed = (desk / "public/second-partner/second-partner-all.rss").read_text("utf-8")
    assert "WITHDRAWN: The harbour wall moves again" in feed
    assert "two</strong> centimetres" not in feed
    again = run("regenerate", "--desk", desk)
    assert " 0 written" in again.stdout


def test_a_changed_licence_in_force_is_a_fault(desk: Path) -> None:
    run("regenerate", "--desk", desk)
    licence = desk / "licences" / "text-v1.toml"
    licence.write_text(licence.read_text().replace('"WORLD"', '"GB"'))
    assert "version 2" in run("check", "--desk", desk, code=1).stderr
    assert "version 2" in run("regenerate", "--desk", desk, code=1).stderr


def test_explain_of_a_killed_article_says_that_and_no_more(desk: Path) -> None:
    killed = article_data(
        version=2, version_created="2026-05-01T08:00:00Z", pub_status="canceled", body=[]
    )
    (desk / "articles" / "wall.v2.json").write_text(json.dumps(killed))
    run("regenerate", "--desk", desk)
    moment = "2026-05-02T08:00:00Z"
    told = run("explain", "wall", "first-partner", "--desk", desk, "--at", moment).stdout
    assert "ITEM_KILLED" in told
    assert "withdrawal notice since" in told
    assert "granted" not in told
    assert "headline" not in told


def test_explain_finds_an_article_by_its_file(desk: Path) -> None:
    inbox = desk / "articles"
    (inbox / "wall.json").rename(inbox / "story-of-the-day.json")
    run("regenerate", "--desk", desk)
    name = inbox / "story-of-the-day.json"
    assert data("explain", name, "first-partner", "--desk", desk)[0]["article"] == WALL


def test_regenerate_warns_of_what_is_accepted_but_odd(desk: Path) -> None:
    licence = desk / "licences" / "text-v1.toml"
    licence.write_text(licence.read_text().replace('"WORLD"', '"UK"'))
    assert "warning: territory UK" in run("regenerate", "--desk", desk).stderr


def test_our_schemas_are_exported(tmp_path: Path) -> None:
    run("schemas", "export", tmp_path)
    assert json.loads((tmp_path / "article.schema.json").read_text())["title"] == "Article"


def test_help_teaches_every_command() -> None:
    words = run("--help").stdout
    for name in (
        "init",
        "ingest",
        "regenerate",
        "check",
        "explain",
        "articles",
        "partners",
        "licences",
        "feeds",
        "schemas",
    ):
        assert name in words
        assert len(run(name, "--help").stdout) > 150
