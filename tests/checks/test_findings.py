from __future__ import annotations

import json
from pathlib import Path

import pytest

from syndicate.checks import findings as engine
from syndicate.checks.findings import PROFILES, SCHEMAS, check_document, findings
from syndicate.formats.all import FORMATS
from syndicate.model.errors import NotFound


def samples(kind: str) -> list[tuple[str, Path]]:
    return [
        (name, file)
        for name, profile in PROFILES.items()
        for file in sorted((SCHEMAS / profile.folder / kind).iterdir())
    ]


RIGHT = samples("should_pass")
WRONG = samples("should_fail")


def label(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(value)


GRAMMAR = """<element name="feed" xmlns="http://relaxng.org/ns/structure/1.0">
  <attribute name="version"><value>1</value></attribute>
  <element name="title"><text/></element>
  <zeroOrMore><element name="entry"><interleave>
    <element name="id"><text/></element>
    <optional><element name="note"><text/></element></optional>
  </interleave></element></zeroOrMore>
</element>"""


@pytest.fixture
def grammar(tmp_path: Path) -> Path:
    path = tmp_path / "feed.rng"
    path.write_text(GRAMMAR)
    return path


def told(data: str, schema: Path) -> list[tuple[str, str]]:
    return [(one.rule, one.where) for one in findings(data.encode(), schema)]


@pytest.mark.parametrize(("name", "file"), RIGHT, ids=label)
def test_what_should_pass_passes(name: str, file: Path) -> None:
    assert check_document(file.read_bytes(), name) == ()


@pytest.mark.parametrize(("name", "file"), WRONG, ids=label)
def test_what_should_fail_fails_with_a_finding_that_says_where(name: str, file: Path) -> None:
    found = check_document(file.read_bytes(), name)
    assert found
    assert all(one.rule and one.where and one.says for one in found)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.folder)
def test_every_profile_has_a_readme_and_files_of_both_kinds(profile: engine.Profile) -> None:
    folder = SCHEMAS / profile.folder
    assert (folder / "README.md").is_file()
    assert list((folder / "should_pass").iterdir())
    assert list((folder / "should_fail").iterdir())


def test_every_format_has_its_profile() -> None:
    assert {name: one.schema for name, one in FORMATS.items()} == {
        name: profile.folder for name, profile in PROFILES.items()
    }


@pytest.mark.parametrize(("name", "file"), [*RIGHT, *WRONG], ids=label)
def test_a_document_of_another_format_is_refused_without_a_crash(name: str, file: Path) -> None:
    for other in PROFILES.keys() - {name}:
        assert check_document(file.read_bytes(), other)


def test_a_valid_document_has_no_findings(grammar: Path) -> None:
    assert told("<feed version='1'><title/><entry><note/><id/></entry></feed>", grammar) == []


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("<entry><id/>\n<bogus/></entry>", "line 4: feed/entry[2]/bogus"),
        ("<entry><id/><note/>\n<note/></entry>", "line 4: feed/entry[2]/note[2]"),
        ("<entry><id>\n<b/></id></entry>", "line 4: feed/entry[2]/id/b"),
        ("<entry x='1'><id/></entry>", "line 3: feed/entry[2]"),
        ("<entry><note/></entry>", "line 3: feed/entry[2]"),
    ],
)
def test_the_innermost_fault_in_an_interleave_is_named(
    grammar: Path, entry: str, place: str
) -> None:
    document = f"<feed version='1'><title/>\n<entry><id/></entry>\n{entry}</feed>"
    assert told(document, grammar) == [("relax-ng", place)]


def test_a_wrong_attribute_is_named_with_its_value(grammar: Path) -> None:
    found = findings(b"<feed version='1' lang='x'><title/></feed>", grammar)
    assert [one.says.partition(" (")[0] for one in found] == ["attribute lang='x' is wrong"]


def test_what_the_validator_says_of_the_culprit_is_kept(grammar: Path) -> None:
    found = findings(b"<feed version='1'><title/><entry><note/></entry></feed>", grammar)
    assert "Expecting an element id" in found[0].says


def test_two_faults_are_both_reported(grammar: Path) -> None:
    document = b"<feed version='2'><title/><entry><id/><bogus/></entry></feed>"
    found = findings(document, grammar)
    assert found
    assert {one.rule for one in found} == {"relax-ng"}
    assert any("feed" in one.where for one in found)


def test_a_large_refused_document_is_not_searched_for_ever(grammar: Path) -> None:
    entries = "<entry><id/></entry>" * 2_000
    document = f"<feed version='1'><title/>{entries}<entry><bogus/></entry></feed>"
    places = told(document, grammar)
    assert any("feed/entry[2001]" in where for _, where in places)


def test_namespaced_elements_are_named_without_stars(tmp_path: Path) -> None:
    schema = tmp_path / "s.rng"
    schema.write_text(
        '<element name="feed" ns="urn:a" xmlns="http://relaxng.org/ns/structure/1.0">'
        '<oneOrMore><element name="entry"><attribute name="a"/></element></oneOrMore></element>'
    )
    assert told("<feed xmlns='urn:a'>\n<entry a=''/>\n<entry/></feed>", schema) == [
        ("relax-ng", "line 3: feed/entry[2]")
    ]
    assert told("<x:feed xmlns:x='urn:a'><x:entry/></x:feed>", schema) == [
        ("relax-ng", "line 1: feed/entry")
    ]


def test_xml_schema_findings_say_line_and_place(tmp_path: Path) -> None:
    schema = tmp_path / "s.xsd"
    schema.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="feed">'
        '<xs:complexType><xs:sequence><xs:element name="n" type="xs:int" maxOccurs="9"/>'
        "</xs:sequence></xs:complexType></xs:element></xs:schema>"
    )
    assert told("<feed><n>1</n></feed>", schema) == []
    assert told("<feed><n>1</n>\n<n>x</n>\n<n>y</n></feed>", schema) == [
        ("xml-schema", "line 2: feed/n[2]"),
        ("xml-schema", "line 3: feed/n[3]"),
    ]


def test_json_findings_say_the_path(tmp_path: Path) -> None:
    schema = tmp_path / "s.json"
    schema.write_text(
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "properties": {"a": {"items": {"type": "integer"}}},
            }
        )
    )
    assert told('{"a": [1, 2]}', schema) == []
    assert told('{"a": [1, "x"]}', schema) == [("json-schema", "$.a[1]")]
    assert told('{"a":\n nope}', schema) == [("json-syntax", "line 2")]
    assert told("\x00\xff", schema)[0][0] == "json-syntax"
    assert told("NaN", schema)[0][0] == "json-syntax"
    assert told("[" * 100_000, schema)[0][0] == "json-syntax"


@pytest.mark.parametrize("schema", ["none.rng", "README.md", ""])
def test_an_unknown_schema_is_told(schema: str) -> None:
    with pytest.raises(NotFound, match="there is no schema of this name"):
        findings(b"<feed/>", SCHEMAS / schema)


def test_a_format_without_a_profile_is_told() -> None:
    with pytest.raises(NotFound, match=r"no profile for the format ninjs\.? Mend: use one of rss"):
        check_document(b"{}", "ninjs")


@pytest.mark.parametrize(
    "data", [b"", b"no xml", b"<feed>", b"<a/><b/>", b"\xff\xfe", b"<a>&nbsp;</a>", b"<a>\x00</a>"]
)
def test_what_is_no_xml_is_a_finding(grammar: Path, data: bytes) -> None:
    assert [one.rule for one in findings(data, grammar)] == ["xml-syntax"]
    assert [one.rule for one in check_document(data, "rss")] == ["xml-syntax"]


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    "data",
    [
        "<!DOCTYPE feed><feed version='1'><title/></feed>",
        "<!DOCTYPE feed SYSTEM 'file:///etc/passwd'><feed version='1'><title/></feed>",
        "<!DOCTYPE feed [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
        "<feed version='1'><title>&x;</title></feed>",
        f"<!DOCTYPE feed [{BOMB}]><feed version='1'><title>&e9;</title></feed>",
        f"<!DOCTYPE feed [{BOMB}]><feed version='&e9;'><title/></feed>",
    ],
    ids=["bare", "external", "file", "bomb", "bomb-in-attribute"],
)
def test_a_doctype_is_refused(grammar: Path, data: str) -> None:
    found = findings(data.encode(), grammar)
    assert [one.rule for one in found] in (["xml-doctype"], ["xml-syntax"])
    assert "root:" not in str(found)


def test_too_large_a_document_is_refused_unread(
    grammar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAX_BYTES", 10)
    assert [one.rule for one in findings(b"<feed" * 3, grammar)] == ["size"]
    assert [one.rule for one in check_document(b"<feed" * 3, "atom")] == ["size"]


def test_more_text_in_one_place_than_readers_take_has_its_mend(grammar: Path) -> None:
    data = b"<feed version='1'><title>" + b"x" * 10_000_001 + b"</title></feed>"
    (found,) = findings(data, grammar)
    assert (found.rule, found.mend) == ("xml-syntax", "shorten the text")
