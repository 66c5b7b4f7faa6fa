"""The main job on the example desk: what each partner's published bytes hold, and do not."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import a_copy, data, run

NOW = "2026-11-23T12:00:00Z"
GUID = "tag:longshore.example,2025:"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = a_copy(tmp_path_factory.mktemp("example"))
    run("regenerate", "--desk", folder, "--at", NOW)
    return folder


@pytest.fixture(scope="module")
def articles(desk: Path) -> frozenset[str]:
    return frozenset(one["guid"] for one in data("articles", "list", "--desk", desk))


def documents(desk: Path, partner: str = "*") -> Iterator[tuple[str, str]]:
    for path in sorted((desk / "public").glob(f"{partner}/*.*")):
        if path.suffix == ".gz":
            assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()
        else:
            yield f"{path.parent.name}/{path.name}", path.read_text("utf-8")


def test_every_document_passes_its_check(desk: Path) -> None:
    assert "19 documents checked, 0 faults" in run("check", "--desk", desk).stdout


def test_a_second_run_writes_no_file(desk: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (desk / "public").rglob("*.*") if p.is_file()}
    assert "19 documents, 0 written" in run("regenerate", "--desk", desk, "--at", NOW).stdout
    assert {p: p.stat().st_mtime_ns for p in before} == before


@pytest.mark.parametrize(
    "word", ["ravelin", "Ravelin", "Corvane", "clipcove", "z6r1b9", "u8k5d1", "98,000"]
)
def test_what_nobody_may_have_is_in_no_published_byte(desk: Path, word: str) -> None:
    found = [name for name, text in documents(desk) if word in text]
    if word == "z6r1b9":  # the open-ended embargo: the newspaper gets it ahead, marked
        assert found == ["deichbote/deichbote-print.newsml.xml"]
    else:
        assert found == []


def test_the_partner_whose_agreement_has_ended_gets_the_kill_and_nothing_else(
    desk: Path, articles: frozenset[str]
) -> None:
    texts = [text for _, text in documents(desk, "mangrove")]
    assert len(texts) == 2
    for text in texts:
        assert {guid for guid in articles if guid in text} == {GUID + "w1g5y7"}


def test_text_only_for_two_countries_has_no_picture(desk: Path) -> None:
    for _, text in documents(desk, "fenwold"):
        assert "<img" not in text
        assert "media:content" not in text
        assert "United Kingdom" in text


def test_extracts_hold_two_paragraphs_and_a_link(desk: Path) -> None:
    for _, text in documents(desk, "quad-notes"):
        assert "Parts of the original are left out." in text
        assert "Read the original at Longshore Dispatch" in text


def test_the_arabic_portal_gets_arabic_from_right_to_left(desk: Path) -> None:
    for name, text in documents(desk, "marfa"):
        assert 'dir="rtl"' in text, name
        assert "النطاق" in text


def test_the_kill_reached_those_who_held_it(desk: Path) -> None:
    killed = GUID + "w1g5y7"
    holders = {name.split("/")[0] for name, text in documents(desk) if killed in text}
    assert {
        "worldfold",
        "fenwold",
        "quad-notes",
        "deichbote",
        "nagisa",
        "mangrove",
    } == holders


def test_the_embargoed_article_appears_at_that_second(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    name = desk / "public" / "worldfold" / "worldfold-all.rss"

    def at(moment: str) -> bytes:
        run("regenerate", "--desk", desk, "--at", moment, "--feed", "worldfold-all")
        return name.read_bytes()

    before = at("2026-11-20T05:59:59Z")
    assert (GUID + "m2c8x5").encode() not in before
    assert (GUID + "m2c8x5").encode() in at("2026-11-20T06:00:00Z")


def test_no_partner_is_named_in_anothers_feed_or_in_a_licence(desk: Path) -> None:
    names = {p["id"]: p["name"] for p in data("partners", "list", "--desk", desk)}
    texts = dict(documents(desk))
    for path in sorted((desk / "public" / "licences").rglob("*.*")):
        texts[f"licences/{path.name}"] = path.read_text("utf-8")
    for path_name, text in texts.items():
        for partner, name in names.items():
            if not path_name.startswith(partner):
                assert name not in text, (path_name, name)


def explained(desk: Path, article: str, partner: str, **options: Any) -> dict[str, Any]:
    found = data("explain", article, partner, "--desk", desk, "--at", NOW, *options.values())
    return {part["part"]: part["verdict"] for part in found[0]["decision"]["parts"]}


def test_explain_says_why_the_agency_photo_stays_here(desk: Path) -> None:
    assert explained(desk, "k3v9w2", "worldfold")["dredger"] == "deny"
    assert explained(desk, "k3v9w2", "worldfold")["body"] == "allow"
