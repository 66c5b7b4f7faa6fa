from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from lxml import etree

from syndicate.checks.findings import PROFILES, SCHEMAS, findings
from syndicate.checks.official import OfficialSchema, official_schemas

STANDARDS = Path(__file__).parents[3] / "shared" / "standards"


def copy_of(entry: OfficialSchema) -> Path:
    folder, name = entry.file.split("/")
    found = sorted(STANDARDS.glob(f"{folder}*/**/{name}"))
    if not found:
        pytest.skip(f"no copy of {entry.file} in ../shared/standards to compare with")
    return found[0]


@pytest.mark.parametrize("entry", official_schemas(), ids=lambda one: one.file)
def test_checksums_are_those_of_the_copies(entry: OfficialSchema) -> None:
    data = copy_of(entry).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry.sha256


@pytest.mark.parametrize("entry", official_schemas(), ids=lambda one: one.file)
def test_every_entry_is_fetched_by_https_or_says_why_not(entry: OfficialSchema) -> None:
    assert entry.url.startswith("https://")
    assert entry.mirror is None or entry.mirror.startswith("https://")
    assert entry.fetch or entry.note


def test_no_file_is_named_twice() -> None:
    files = [entry.file for entry in official_schemas()]
    assert len(set(files)) == len(files) > 5


def test_none_of_them_is_copied_into_this_repository() -> None:
    official = {entry.sha256 for entry in official_schemas()}
    kept = [one for one in SCHEMAS.rglob("*") if one.is_file()]
    assert kept
    assert [one for one in kept if hashlib.sha256(one.read_bytes()).hexdigest() in official] == []


@pytest.mark.parametrize("file", sorted((SCHEMAS / "atom-1.0/should_pass").iterdir()), ids=str)
def test_what_our_atom_profile_takes_the_official_one_takes_too(file: Path) -> None:
    schema = STANDARDS / "atom" / "atom.rng"
    if not schema.exists():
        pytest.skip("no ../shared/standards/atom/atom.rng")
    assert findings(_without_tombstones(file.read_bytes()), schema) == ()


def _without_tombstones(data: bytes) -> bytes:
    """RFC 4287's grammar allows extension elements in a feed, but only before its entries."""
    root = etree.fromstring(data)
    for one in root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry"):
        root.remove(one)
    return etree.tostring(root)


@pytest.mark.parametrize(
    "file", sorted((SCHEMAS / PROFILES["newsml-g2"].folder / "should_pass").iterdir()), ids=str
)
def test_what_our_newsml_profile_takes_the_official_one_takes_too(file: Path) -> None:
    schema = STANDARDS / "newsml-g2" / "schema" / "G2-nitf-odrl-driver.project.xsd"
    if not schema.exists():
        pytest.skip("no ../shared/standards/newsml-g2/schema")
    assert findings(file.read_bytes(), schema) == ()
