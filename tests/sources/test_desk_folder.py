"""A desk's folder: every fault one clear line, and a fault of one partner costs that one only."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from syndicate.model.errors import BadDesk
from syndicate.sources import desk_folder
from syndicate.sources.desk_folder import Read, load, load_sound
from syndicate.sources.kept_toml import KeptToml

DESK = """
name = "Harbour Post"
domain = "harbour.example"
since = 2024
contact = "licensing@harbour.example"
url = "https://harbour.example/"
base_url = "https://feeds.harbour.example/"
"""
LICENCE = """
id = "NAME"
version = 1
title = "Text"
grants = [{kind = "headline"}, {kind = "body"}]
media = ["web"]
territory = {include = ["WORLD"]}
"""
PARTNER = """
id = "NAME"
name = "The NAME"
legal_name = "NAME Ltd"
country = "GB"
contacts = {notices = "night@NAME.example"}

[[properties]]
id = "site"
kind = "site"
name = "NAME.example"
media = ["web"]

[[agreements]]
id = "agreed-NAME"
licence = "text"
licence_version = 1
properties = ["site"]
state = "active"
zone = "Europe/London"
term = {start = 2026-01-01}

[[feeds]]
id = "NAME-all"
title = "Everything"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A sound desk: one licence, the partners gazette and herald."""
    for folder in ("licences", "partners"):
        (tmp_path / folder).mkdir()
    (tmp_path / "desk.toml").write_text(DESK)
    (tmp_path / "licences" / "text.toml").write_text(LICENCE.replace("NAME", "text"))
    for name in ("gazette", "herald"):
        (tmp_path / "partners" / f"{name}.toml").write_text(PARTNER.replace("NAME", name))
    return tmp_path


def read(folder: Path, instead: Mapping[str, str] = MappingProxyType({})) -> Read:
    """Read a desk, and see that what is kept of its files gives the same."""
    plain = desk_folder.read(folder, instead)
    for _ in range(2):
        kept = KeptToml(folder.with_name(f"{folder.name}.kept"))
        assert desk_folder.read(folder, instead, kept) == plain
        kept.keep()
    return plain


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def partners_of(found: Read) -> list[str]:
    assert found.files is not None, found.errors
    return [partner.id for partner in found.files.partners]


def only_error(desk: Path) -> str:
    (line,) = read(desk).errors
    assert "\n" not in line
    return line


def test_a_sound_desk_is_read_whole(desk: Path) -> None:
    found = read(desk)
    assert (found.errors, found.unsound, partners_of(found)) == (
        (),
        frozenset(),
        ["gazette", "herald"],
    )
    assert load_sound(desk).files == load(desk)


BAD_FILES = [
    (b"a=" + b"[" * 100_000, "nested too deeply"),
    (b"a=" + b"9" * 5000, "number that is too long"),
    (b"name = 'x", "look for a missing quote, bracket or comma in or above that line"),
    (b"name = '\xff'", "save it as UTF-8"),
    (b"#" * (4 * 1024 * 1024 + 1), "split it"),
]


@pytest.mark.parametrize(("content", "says"), BAD_FILES)
def test_a_bad_file_costs_its_partner_only(desk: Path, content: bytes, says: str) -> None:
    (desk / "partners" / "herald.toml").write_bytes(content)
    found = read(desk)
    assert partners_of(found) == ["gazette"]
    assert found.unsound == {"herald"}
    line = only_error(desk)
    assert line.startswith("partners/herald.toml: ")
    assert says in line
    assert line.count("Mend: ") == 1


@pytest.mark.parametrize(("content", "says"), BAD_FILES)
def test_a_bad_desk_costs_the_desk(desk: Path, content: bytes, says: str) -> None:
    (desk / "desk.toml").write_bytes(content)
    assert read(desk).files is None
    assert says in only_error(desk)
    with pytest.raises(BadDesk, match="Mend: "):
        load_sound(desk)


@pytest.mark.parametrize(("content", "says"), BAD_FILES)
def test_what_may_be_a_public_licence_costs_every_partner(
    desk: Path, content: bytes, says: str
) -> None:
    (desk / "licences" / "third.toml").write_bytes(content)
    found = read(desk)
    assert partners_of(found) == []
    assert found.unsound == {"gazette", "herald"}
    assert says in only_error(desk)
    with pytest.raises(BadDesk, match="Mend: "):
        load(desk)


@pytest.mark.parametrize("added", ["", "public = false\n", "ai = {allowed = ['train', 'x']}\n"])
def test_a_licence_that_cannot_be_read_costs_those_that_name_it(desk: Path, added: str) -> None:
    licence = LICENCE.replace("NAME", "other").replace("title", "titel") + added
    (desk / "licences" / "other.toml").write_text(licence)
    changed(desk / "partners" / "herald.toml", 'licence = "text"', 'licence = "other"')
    found = read(desk)
    assert partners_of(found) == ["gazette"]
    assert found.unsound == {"herald"}
    assert all(line.startswith("licences/other.toml: ") for line in found.errors)


@pytest.mark.parametrize("added", ["public = true\n", "pubic = true\n", "[ai]\npublic = true\n"])
def test_a_misspelt_public_licence_costs_every_partner(desk: Path, added: str) -> None:
    licence = LICENCE.replace("NAME", "other").replace("title", "titel") + added
    (desk / "licences" / "other.toml").write_text(licence)
    found = read(desk)
    assert partners_of(found) == []
    assert found.unsound == {"gazette", "herald"}


def test_a_desk_without_the_folder_of_partners_is_not_taken_for_one_without_partners(
    desk: Path,
) -> None:
    (desk / "partners").rename(desk / "elsewhere")
    assert partners_of(read(desk)) == []
    assert "partners: there is no such folder. Mend: put it back" in only_error(desk)
    (desk / "partners").mkdir()
    assert read(desk).errors == ()


def test_a_pipe_is_refused_without_waiting(desk: Path) -> None:
    os.mkfifo(desk / "partners" / "pipe.toml")
    assert "no regular file" in only_error(desk)
    assert partners_of(read(desk)) == ["gazette", "herald"]


def test_a_folder_and_a_device_are_refused(desk: Path) -> None:
    (desk / "partners" / "folder.toml").mkdir()
    assert "no regular file" in only_error(desk)
    (desk / "partners" / "folder.toml").rmdir()
    (desk / "partners" / "device.toml").symlink_to("/dev/zero")
    assert "no regular file" in only_error(desk)


@pytest.mark.parametrize("name", ["partners/gone.toml", "licences/gone.toml", "desk.toml"])
def test_a_link_that_leads_nowhere_is_named_as_such(desk: Path, name: str) -> None:
    (desk / name).unlink(missing_ok=True)
    (desk / name).symlink_to("nowhere")
    assert only_error(desk).startswith(f"{name}: is a link that leads nowhere. Mend: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_nobody_may_read_is_named(desk: Path) -> None:
    path = desk / "partners" / "herald.toml"
    path.chmod(0)
    assert "Mend: make it readable" in only_error(desk)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_a_partners_folder_that_is_a_file_costs_every_partner(desk: Path) -> None:
    for path in (desk / "partners").iterdir():
        path.unlink()
    (desk / "partners").rmdir()
    (desk / "partners").write_text("")
    assert partners_of(read(desk)) == []
    assert "partners: " in only_error(desk)


def test_a_byte_order_mark_is_fine(desk: Path) -> None:
    path = desk / "partners" / "herald.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(desk).errors == ()


def test_no_desk_says_how_to_begin_one(tmp_path: Path) -> None:
    assert "syndicate init" in only_error(tmp_path)


def test_an_amount_with_a_huge_exponent_is_one_fault(desk: Path) -> None:
    price = '[agreements.price]\ntype = "flat_period"\nperiod = "month"\n'
    price += 'fee = {amount = "1e999999999", currency = "EUR"}\n[[feeds]]'
    changed(desk / "partners" / "herald.toml", "[[feeds]]", price)
    assert "agreements.0.price.flat_period.fee.amount: " in only_error(desk)


FIELDS = [
    (
        'legal_name = "herald Ltd"',
        'legal_nam = "x"',
        "legal_nam: no such field; did you mean legal_name?",
    ),
    (
        'zone = "Europe/London"\n',
        'timezone = "Europe/London"\n',
        "timezone: no such field; did you mean zone?",
    ),
    (
        'id = "herald-all"',
        'id = "herald-all"\nqqqq = 1',
        "feeds.0.qqqq: no such field. Mend: remove it",
    ),
    ('country = "GB"\n', "", "country: is missing. Mend: add it."),
    (
        'country = "GB"',
        'country = "UK"',
        "toml: country: 'UK' is no ISO 3166",
    ),
    ('country = "GB"', 'country = "UK"', "alpha-2 code. Mend: write GB."),
    ("2026-01-01", '"soon"', "term.start: "),
    ("2026-01-01", "9999-12-31", "Mend: write the year in full, for example 2026."),
    (
        "licence_version = 1",
        "licence_version = 2147483648",
        "see schemas/syndicate/partner.schema.json",
    ),
    ('kind = "site"', 'kind = "blog"', "see schemas/syndicate/partner.schema.json"),
    ('properties = ["site"]', 'properties = ["app"]', "Mend: add [[properties]]"),
]


@pytest.mark.parametrize(("old", "new", "says"), FIELDS)
def test_a_fault_of_a_field_says_what_to_do(desk: Path, old: str, new: str, says: str) -> None:
    changed(desk / "partners" / "herald.toml", old, new)
    found = read(desk)
    assert says in found.errors[0]
    assert all(line.count("Mend: ") == 1 and "Value error" not in line for line in found.errors)
    assert partners_of(found) == ["gazette"]
    with pytest.raises(BadDesk):
        load(desk)


def test_a_missing_zone_is_one_fault(desk: Path) -> None:
    changed(desk / "partners" / "herald.toml", 'zone = "Europe/London"\n', "")
    assert only_error(desk) == "partners/herald.toml: agreements.0.zone: is missing. Mend: add it."


def test_a_reference_to_no_licence_costs_that_partner_only(desk: Path) -> None:
    changed(desk / "partners" / "herald.toml", 'licence = "text"', 'licence = "nix"')
    found = load_sound(desk)
    assert partners_of(found) == ["gazette"]
    assert found.unsound == {"herald"}
    assert "nix/v1" in found.errors[0]


def test_an_undeclared_territory_of_an_agreement_costs_that_partner_only(desk: Path) -> None:
    changed(
        desk / "partners" / "herald.toml",
        'state = "active"',
        'state = "active"\nterritory = {include = ["X-MENA"]}',
    )
    assert partners_of(read(desk)) == ["gazette"]


def test_unsound_names_the_file_and_the_id(desk: Path) -> None:
    path = desk / "partners" / "herald.toml"
    changed(path, 'country = "GB"', 'country = "UK"')
    path.rename(path.with_name("renamed.toml"))
    assert read(desk).unsound == {"renamed", "herald"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "herald"', 'id = "gazette"'),
        ('id = "agreed-herald"', 'id = "agreed-gazette"'),
        ('id = "herald-all"', 'id = "gazette-all"'),
    ],
)
def test_an_id_used_twice_costs_all_that_use_it(desk: Path, old: str, new: str) -> None:
    third = desk / "partners" / "times.toml"
    third.write_text(PARTNER.replace("NAME", "times"))
    changed(desk / "partners" / "herald.toml", old, new)
    found = read(desk)
    assert partners_of(found) == ["times"]
    assert found.unsound == {"gazette", "herald"}


def test_an_id_that_a_faulty_file_uses_too_costs_both(desk: Path) -> None:
    path = desk / "partners" / "herald.toml"
    changed(path, 'id = "herald"', 'id = "gazette"')
    changed(path, 'country = "GB"', 'country = "UK"')
    assert partners_of(read(desk)) == []


def test_a_partner_named_id_is_not_taken_for_another(desk: Path) -> None:
    third = desk / "partners" / "id.toml"
    third.write_text(PARTNER.replace("NAME", "id").replace('licence = "text"', 'licence = "nix"'))
    assert partners_of(read(desk)) == ["gazette", "herald"]


def test_a_faulty_licence_costs_itself_and_its_partners(desk: Path) -> None:
    licence = LICENCE.replace("NAME", "mena").replace("WORLD", "X-MENA")
    (desk / "licences" / "mena.toml").write_text(licence)
    changed(desk / "partners" / "herald.toml", 'licence = "text"', 'licence = "mena"')
    found = load_sound(desk)
    assert partners_of(found) == ["gazette"]
    assert found.files is not None
    assert [licence.id for licence in found.files.licences] == ["text"]


def test_a_licence_version_that_stands_twice_costs_its_partners(desk: Path) -> None:
    (desk / "licences" / "again.toml").write_text(LICENCE.replace("NAME", "text"))
    found = read(desk)
    assert partners_of(found) == []
    assert found.unsound == {"gazette", "herald"}


def test_a_faulty_public_licence_costs_every_partner(desk: Path) -> None:
    licence = LICENCE.replace("NAME", "mena").replace("WORLD", "X-MENA")
    (desk / "licences" / "mena.toml").write_text(licence + "public = true\n")
    assert partners_of(read(desk)) == []
    assert partners_of(load_sound(desk)) == []
    with pytest.raises(BadDesk, match="X-MENA"):
        load(desk)


def test_a_licence_that_was_cut_may_have_been_public(desk: Path) -> None:
    (desk / "licences" / "other.toml").write_text('id = "other"\nversion = 1\n')
    assert partners_of(read(desk)) == []


def test_what_stands_twice_is_told_once_with_its_files(desk: Path) -> None:
    copy = (desk / "partners" / "herald.toml").read_text()
    (desk / "partners" / "second.toml").write_text(copy)
    line = only_error(desk)
    assert line.startswith("unique partner id herald: used 2 times")
    assert "partners/herald.toml and partners/second.toml" in line


def test_a_licence_that_stands_twice_is_told_with_its_files(desk: Path) -> None:
    (desk / "licences" / "again.toml").write_text(LICENCE.replace("NAME", "text"))
    assert "licences/again.toml and licences/text.toml" in only_error(desk)


def test_a_feed_id_of_two_partners_is_told_with_their_files(desk: Path) -> None:
    changed(desk / "partners" / "herald.toml", 'id = "herald-all"', 'id = "gazette-all"')
    assert "in partners/gazette.toml and partners/herald.toml" in only_error(desk)


def test_an_id_that_a_faulty_file_uses_too_is_told_with_that_file(desk: Path) -> None:
    third = desk / "partners" / "third.toml"
    third.write_text(PARTNER.replace("NAME", "herald").replace("country", "county"))
    assert any("partners/third.toml, a faulty file, uses it" in line for line in read(desk).errors)
