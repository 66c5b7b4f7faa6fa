"""The rules of RSS and Atom: every sample file, and the values they judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from syndicate.checks._feed_values import (
    html_faults,
    period_fault,
    restriction_fault,
    rfc822_instant,
    rfc3339_instant,
    url_fault,
)
from syndicate.checks.base import CheckFinding
from syndicate.checks.feeds import atom_rules, rss_rules
from syndicate.formats.atom import ATOM
from syndicate.formats.base import Format
from syndicate.formats.rss import RSS
from tests.builders import a_head, a_tombstone, an_entry, at

SCHEMAS = Path(__file__).parents[2] / "schemas"
RULES: dict[str, Callable[[etree._Element], list[CheckFinding]]] = {
    "rss-2.0": rss_rules,
    "atom-1.0": atom_rules,
}
GRAMMARS = {name: etree.RelaxNG(etree.parse(SCHEMAS / name / "profile.rng")) for name in RULES}


def samples(folder: str) -> list[Path]:
    return sorted(file for name in RULES for file in (SCHEMAS / name / folder).glob("*.xml"))


def named(file: Path) -> str:
    return f"{file.parents[1].name}/{file.name}"


@pytest.mark.parametrize("file", samples("should_pass"), ids=named)
def test_a_document_in_should_pass_brings_no_finding(file: Path) -> None:
    kind = file.parents[1].name
    root = etree.parse(file).getroot()
    assert GRAMMARS[kind].validate(root), GRAMMARS[kind].error_log
    assert RULES[kind](root) == []


@pytest.mark.parametrize("file", samples("should_fail"), ids=named)
def test_a_document_in_should_fail_breaks_the_rule_it_is_named_for(file: Path) -> None:
    kind = file.parents[1].name
    root = etree.parse(file).getroot()
    rule = file.stem.partition(".")[0]
    found = {finding.rule for finding in RULES[kind](root)}
    if rule.startswith("schema-"):
        assert not GRAMMARS[kind].validate(root)
        assert found == set()
    else:
        assert found == {rule}


def test_each_rule_has_a_document_that_breaks_it() -> None:
    code = (SCHEMAS.parent / "syndicate/checks/feeds.py").read_text("utf-8")
    shared = re.findall(r"\{dialect\.name\}-([a-z-]+)", code)
    rules = {f"{name}-{rule}" for rule in shared for name in ("rss", "atom")}
    rules |= set(re.findall(r"\"((?:rss|atom)-[a-z-]+)\"", code))
    broken = {file.stem.partition(".")[0] for file in samples("should_fail")}
    assert rules - broken == {"rss-channel"}, "tested below"


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 30 Apr 2026 08:00:00 GMT",
        "Thu, 30 Apr 2026 10:00:00 +0200",
        "Thu, 30 Apr 2026 08:00:00 -0000",
    ],
)
def test_an_rfc_822_date_with_a_zone_is_read(text: str) -> None:
    assert rfc822_instant(text) == at("2026-04-30T08:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 30 Apr 26 08:00:00 GMT",
        "Thu, 30 Apr 2026 08:00:00",
        "Fri, 30 Apr 2026 08:00:00 GMT",
        "Thu, 31 Apr 2026 08:00:00 GMT",
        "Do, 30 Apr 2026 08:00:00 GMT",
        "Thu, 30 Apr 2026 25:00:00 GMT",
        "Thu, ٣٠ Apr 2026 08:00:00 GMT",
        "2026-04-30T08:00:00Z",
        "",
    ],
)
def test_what_is_no_rfc_822_date_is_refused(text: str) -> None:
    assert rfc822_instant(text) is None


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2026-04-30T08:00:00Z", True),
        ("2026-04-30T08:00:00.5+02:00", True),
        ("2026-04-30T08:00:00", False),
        ("2026-04-30 08:00:00Z", False),
        ("2026-04-30t08:00:00z", False),
        ("2026-02-30T08:00:00Z", False),
        ("2026-04-30", False),
        ("2026-04-30T08:00:00Z\n", False),
    ],
)
def test_rfc_3339_is_taken_by_its_letter(text: str, right: bool) -> None:
    assert (rfc3339_instant(text) is not None) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("start=2026-01-01T00:00:00Z; end=2027-01-01T00:00:00Z; scheme=W3C-DTF", True),
        ("end=2027-01-01T00:00:00Z; scheme=W3C-DTF", True),
        ("start=2026-01-01T00:00:00Z; scheme=W3C-DTF", True),
        ("scheme=W3C-DTF", False),
        ("start=2026-01-01T00:00:00; scheme=W3C-DTF", False),
        ("start=2026-01-01T00:00:00Z; end=2026-01-01T00:00:00Z; scheme=W3C-DTF", False),
        ("until further notice", False),
    ],
)
def test_a_period_names_its_sides_in_order(text: str, right: bool) -> None:
    assert (period_fault(text) == "") == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("https://harbour.example/x", True),
        ("http://harbour.example/x", True),
        ("/x", False),
        ("//harbour.example/x", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://u:p@harbour.example/", False),
        ("https://harbour.example/a b", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_an_address_is_absolute_and_holds_no_credential(text: str, right: bool) -> None:
    assert (url_fault(text) == "") == right


@pytest.mark.parametrize(
    ("text", "right"),
    [("GB IE", True), ("none", True), ("UK", False), ("GBR", False), ("gb", False), ("", False)],
)
def test_countries_are_iso_alpha_2(text: str, right: bool) -> None:
    assert (restriction_fault(text) == "") == right


@pytest.mark.parametrize(
    "body",
    [
        "<script>x()</script>",
        "<SCRIPT>x()</SCRIPT>",
        "<style>p{}</style>",
        "<iframe src='https://x.example/'/>",
        "<svg><a href='https://x.example/'/></svg>",
        "<p onclick='x()'>x</p>",
        "<p STYLE='x'>x</p>",
        "<a href='javascript:x()'>x</a>",
        "<a href=' JavaScript:x()'>x</a>",
        "<a href='/relative'>x</a>",
        "<img src='data:image/png;base64,AAAA'/>",
        "<p>open",
        "<p>&nbsp;</p>",
        "<!-- hidden -->",
        "<!DOCTYPE p [<!ENTITY a 'b'>]><p>&a;</p>",
        "</div><script/><div>",
        "a \udc80 b",
        "<p>&#1;</p>",
    ],
)
def test_a_body_with_something_harmful_is_refused(body: str) -> None:
    assert list(html_faults(body))


def test_a_plain_body_is_not_refused() -> None:
    body = '<p dir="rtl">a &amp; <a href="mailto:x@y.example">b</a><br/>c</p>'
    assert list(html_faults(body)) == []


def test_a_document_of_another_kind_is_a_finding_not_a_crash() -> None:
    root = etree.fromstring("<html/>")
    assert [finding.rule for finding in rss_rules(root)] == ["rss-channel"]
    assert "atom-self" in {finding.rule for finding in atom_rules(root)}


def test_a_machine_that_talks_to_itself_needs_no_https() -> None:
    head = a_head(self_url="http://localhost:8000/gazette.rss", licence_url=None)
    assert rss_rules(etree.fromstring(RSS.render(head, [an_entry()], []))) == []


@pytest.mark.parametrize("fmt", [RSS, ATOM], ids=lambda fmt: str(fmt.name))
def test_the_finding_names_the_entry_and_the_mend(fmt: Format) -> None:
    head = a_head(self_url="http://feeds.harbour.example/gazette.xml")
    root = etree.fromstring(fmt.render(head, [an_entry()], [a_tombstone()]))
    (finding,) = RULES[fmt.schema](root)
    assert finding.rule == f"{fmt.name}-https"
    assert finding.where == "feed"
    assert "Mend: serve it with https" in str(finding)
