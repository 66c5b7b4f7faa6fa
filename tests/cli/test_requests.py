"""From a form to a valid feed in one command: with what we may give and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syndicate.checks.findings import check_document
from syndicate.sources.desk_folder import read
from tests.cli.running import a_copy, data, run

ARTICLE = "port-ellery-channel"
FORM = {
    "organisation": "The Port Times",
    "country": "GB",
    "contact": "desk@port-times.example",
    "site": "https://port-times.example/",
    "formats": ["rss", "atom"],
    "article": ARTICLE,
    "months": 6,
}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    made = a_copy(tmp_path)
    run("regenerate", "--desk", made)
    return made


def asked(desk: Path, **changes: Any) -> dict[str, Any]:
    form = desk.parent / "form.json"
    form.write_text(json.dumps({**FORM, **changes}), "utf-8")
    return dict(data("requests", "add", form, "--desk", desk))


def accepted(desk: Path, request: str, licence: str = "full-web", *more: str) -> dict[str, Any]:
    arguments = ("requests", "accept", request, "--licence", licence, *more, "--desk", desk)
    return dict(data(*arguments))


def test_the_parts_that_are_not_ours_are_named_at_once(desk: Path) -> None:
    made = asked(desk)
    assert [(one["part"], one["holder"]) for one in made["not_ours"]] == [
        ("dredger", "Ravelin Pictures")
    ]
    assert made["state"] == "open"
    assert [one["id"] for one in data("requests", "list", "--desk", desk)] == [made["id"]]


def test_whoever_is_accepted_has_a_feed_with_what_we_may_give(desk: Path) -> None:
    before = {p: p.read_bytes() for p in (desk / "public").rglob("*") if p.is_file()}
    told = accepted(desk, asked(desk)["id"])
    assert told["partner"] == "the-port-times"
    assert [one["code"] for one in told["refused"]] == ["ONWARD_UNKNOWN"]
    assert len(told["published"]) == len(told["urls"]) == 2
    for path in told["published"]:
        document = (desk / "public" / path).read_bytes()
        assert check_document(document, path.rpartition(".")[2]) == ()
        assert b"silted channel" in document
        assert b"ravelin" not in document.lower()
    assert {p: p.read_bytes() for p in before} == before  # nobody else's feed was touched
    assert read(desk).errors == ()
    explained = run("explain", ARTICLE, "the-port-times", "--desk", desk).stdout
    assert "ONWARD_UNKNOWN" in explained
    assert " 0 faults" in run("audit", "verify", "--desk", desk).output
    assert " 0 written" in run("regenerate", "--desk", desk).stdout


def test_the_key_opens_it_and_is_kept_nowhere(desk: Path) -> None:
    told = accepted(desk, asked(desk)["id"])
    [key] = data("partners", "key", "list", "the-port-times", "--desk", desk)
    assert told["secret"].startswith(f"syn_{key['id']}_")
    secret = told["secret"].rpartition("_")[2].encode()
    for path in desk.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes()


def test_a_request_is_decided_once(desk: Path) -> None:
    first, second = asked(desk)["id"], asked(desk, organisation="Other")["id"]
    accepted(desk, first)
    for command in (
        ("accept", first, "--licence", "full-web"),
        ("decline", first, "--reason", "no"),
    ):
        assert "is accepted" in run("requests", *command, "--desk", desk, code=1).output
    run("requests", "decline", second, "--reason", "We license no such site.", "--desk", desk)
    assert data("requests", "list", "--desk", desk) == []
    states = {one["id"]: one["state"] for one in data("requests", "list", "--all", "--desk", desk)}
    assert states == {first: "accepted", second: "declined"}
    shown = json.loads(run("requests", "show", second, "--desk", desk).stdout)
    assert shown["why"] == "We license no such site."


NAMES = [
    ("صحيفة الميناء", "https://mina.example/", "mina-example"),
    ("Zürich & Söhne GmbH", "https://zs.example/", "zurich-sohne-gmbh"),
    ("../../etc/passwd", "https://a.example/", "etc-passwd"),
    ("Fenwold", "https://b.example/", "fenwold-2"),
    ("🎉" * 50, "https://xn--e1afmkfd.example/", "xn-e1afmkfd-example"),
    ('A "quoted" \\ name\n[[feeds]]', "https://c.example/", "a-quoted-name-feeds"),
]


@pytest.mark.parametrize(("name", "site", "made"), NAMES)
def test_any_name_becomes_a_partner(desk: Path, name: str, site: str, made: str) -> None:
    told = accepted(desk, asked(desk, organisation=name, site=site)["id"])
    assert told["partner"] == made
    found = read(desk)
    assert found.errors == ()
    assert found.files is not None
    partner = found.files.partner(made)
    assert partner is not None
    assert partner.name == " ".join(name.split())


REFUSED = [
    ({"country": "UK"}, "GB"),
    ({"territory": ["IE", "UK"]}, "GB"),
    ({"contact": "nobody"}, "contact"),
    ({"contact": "a@b.example?bcc=c@d.example&body=x"}, "contact"),
    ({"media": []}, "media"),
    ({"months": 0}, "months"),
    ({"site": "javascript:alert(1)"}, "site"),
    ({"formats": ["word"]}, "formats"),
    ({"more": 1}, "more"),
    ({"article": "nothing-of-that-name"}, "no article"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_a_form_that_is_wrong_is_refused_in_one_line(
    desk: Path, change: dict[str, Any], says: str
) -> None:
    form = desk.parent / "form.json"
    form.write_text(json.dumps({**FORM, **change}), "utf-8")
    told = run("requests", "add", form, "--desk", desk, code=1).output
    assert says in told
    assert len(told.strip().splitlines()) == 1
    assert data("requests", "list", "--desk", desk) == []


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 50_000, '"a"', "x" * 200_000])
def test_what_is_no_form_is_refused(desk: Path, text: str) -> None:
    form = desk.parent / "form.json"
    form.write_text(text, "utf-8")
    told = run("requests", "add", form, "--desk", desk, code=1).output
    assert len(told.strip().splitlines()) == 1


def test_what_cannot_be_accepted_changes_nothing(desk: Path) -> None:
    request = asked(desk)["id"]
    partners = sorted(one.name for one in (desk / "partners").iterdir())
    tries = [
        (("--licence", "nothing"), "no licence"),
        (("--licence", "newspaper"), "has no web"),
        (("--licence", "full-web", "--as", "fenwold"), "is taken"),
        (("--licence", "full-web", "--as", "A B"), "Mend"),
    ]
    for options, says in tries:
        told = run("requests", "accept", request, *options, "--desk", desk, code=1).output
        assert says in told
    run("requests", "accept", request, "--licence", "full-web", "--dry-run", "--desk", desk)
    assert sorted(one.name for one in (desk / "partners").iterdir()) == partners
    assert json.loads(run("requests", "show", request, "--desk", desk).stdout)["state"] == "open"
    assert data("partners", "key", "list", "--desk", desk) == []


def test_it_begins_when_it_was_asked_to_and_ends_by_itself(desk: Path) -> None:
    told = accepted(desk, asked(desk, starts="2099-01-31", months=1)["id"])
    found = read(desk).files
    assert found is not None
    partner = found.partner(told["partner"])
    assert partner is not None
    term = partner.agreements[0].term
    assert (str(term.opens), str(term.closes)) == (
        "2099-01-31 00:00:00+00:00",
        "2099-02-28 00:00:00+00:00",
    )
