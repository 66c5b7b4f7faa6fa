"""The rules of NewsML-G2 that no schema can say: each broken once, each found by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from syndicate.checks._newsml_codes import CATALOG, SCHEMES, qcode_fault, topic_fault
from syndicate.checks.newsml import newsml_rules

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "schemas" / "newsml-g2-2.35" / "should_pass"
STANDARDS = ROOT.parent / "shared" / "standards" / "newsml-g2"
G = "{http://iptc.org/std/nar/2006-10-01/}"
H = "{http://www.w3.org/1999/xhtml}"
N = "{http://iptc.org/std/NITF/2006-10-18/}"

Break = Callable[[etree._Element], None]


def good(name: str) -> etree._Element:
    return etree.parse(str(GOOD / f"{name}.xml")).getroot()


def rules(root: etree._Element) -> set[str]:
    return {finding.rule for finding in newsml_rules(root)}


def first(root: etree._Element, name: str, namespace: str = G) -> etree._Element:
    return next(root.iter(f"{namespace}{name}"))


def setting(name: str, attribute: str, value: str, namespace: str = G) -> Break:
    def do(root: etree._Element) -> None:
        first(root, name, namespace).set(attribute, value)

    return do


def saying(name: str, text: str) -> Break:
    def do(root: etree._Element) -> None:
        first(root, name).text = text

    return do


def without(name: str) -> Break:
    def do(root: etree._Element) -> None:
        for one in list(root.iter(f"{G}{name}")):
            parent = one.getparent()
            assert parent is not None
            parent.remove(one)

    return do


def doubled(root: etree._Element) -> None:
    items = first(root, "itemSet")
    items.append(etree.fromstring(etree.tostring(items[0])))


def with_in_body(name: str, namespace: str = H, **attributes: str) -> Break:
    def do(root: etree._Element) -> None:
        body = first(root, "body" if namespace == H else "body.content", namespace)
        etree.SubElement(body, f"{namespace}{name}", attributes)

    return do


def with_comment(root: etree._Element) -> None:
    first(root, "body", H).append(etree.Comment("hidden"))


def without_item_rights(root: etree._Element) -> None:
    first(root, "rightsInfo").set(
        "idrefs", next(iter(root.iter(f"{G}partMeta"))).get("partid", "")
    )


BROKEN: list[tuple[str, str, Break]] = [
    ("g2-header", "smallest", without("sender")),
    ("g2-header", "smallest", without("transmitId")),
    ("g2-header", "smallest", without("origin")),
    ("g2-header", "smallest", without("sent")),
    ("g2-header", "smallest", without("header")),
    ("g2-guid-unique", "smallest", doubled),
    ("g2-version", "smallest", setting("newsItem", "version", "0")),
    ("g2-version", "smallest", setting("newsItem", "version", "")),
    ("g2-version", "smallest", setting("newsItem", "version", "٣")),
    ("g2-zone", "smallest", saying("versionCreated", "2026-04-30T08:00:00")),
    ("g2-zone", "smallest", saying("firstCreated", "2026-04-30")),
    ("g2-zone", "smallest", saying("sent", "2026-04-30T08:00:00")),
    ("g2-zone", "embargoed", saying("embargoed", "2026-06-01T09:00:00")),
    ("g2-zone", "smallest", setting("rightsInfo", "validto", "2026-06-01")),
    ("g2-qcode", "smallest", setting("itemClass", "qcode", "ednoterole:x")),
    ("g2-qcode", "smallest", setting("itemClass", "qcode", "ninat:poem")),
    ("g2-qcode", "smallest", setting("itemClass", "qcode", "text")),
    ("g2-qcode", "three-renditions", setting("remoteContent", "rendition", "rnd:thumb")),
    ("g2-qcode", "three-renditions", setting("description", "role", "drol:x")),
    ("g2-qcode", "three-renditions", setting("link", "rel", "dpalink:x")),
    ("g2-qcode", "smallest", setting("rightsInfo", "scope", "nowhere:content")),
    ("g2-topic", "embargoed", setting("subject", "qcode", "medtop:99999999")),
    ("g2-topic", "embargoed", setting("subject", "qcode", "medtop:20000030")),
    ("g2-idrefs", "pictures-with-separate-rights", without("partMeta")),
    (
        "g2-residref",
        "pictures-with-separate-rights",
        lambda root: first(root, "itemSet").remove(first(root, "itemSet")[1]),
    ),
    ("g2-href", "smallest", setting("copyrightNotice", "href", "/licence")),
    ("g2-href", "smallest", setting("link", "href", "javascript:x()")),
    ("g2-href", "smallest", setting("link", "href", "https://[half")),
    ("g2-href", "smallest", setting("link", "href", "https://user@harbour.example/")),
    ("g2-rights", "smallest", without("rightsInfo")),
    ("g2-rights", "smallest", without("copyrightHolder")),
    ("g2-rights", "smallest", without("usageTerms")),
    ("g2-rights", "smallest", without("dataMining")),
    ("g2-rights", "withdrawn", without("rightsInfo")),
    ("g2-rights", "pictures-with-separate-rights", without_item_rights),
    ("g2-withdrawn-content", "corrected", setting("pubStatus", "qcode", "stat:canceled")),
    ("g2-withdrawn-content", "corrected", setting("pubStatus", "qcode", "stat:withheld")),
    ("g2-withdrawn-note", "withdrawn", without("edNote")),
    ("g2-embargo-note", "embargoed", without("edNote")),
    ("g2-embargo-note", "embargoed-without-end", without("edNote")),
    ("g2-inline-root", "smallest", setting("inlineXML", "contenttype", "application/nitf+xml")),
    ("g2-inline-root", "smallest", setting("inlineXML", "contenttype", "text/html")),
    ("g2-content", "smallest", with_in_body("script")),
    ("g2-content", "smallest", with_in_body("style")),
    ("g2-content", "smallest", with_in_body("iframe", src="https://e.example/")),
    ("g2-content", "smallest", with_in_body("p", onclick="x()")),
    ("g2-content", "smallest", with_in_body("p", style="color: red")),
    ("g2-content", "smallest", with_in_body("a", href="javascript:x()")),
    ("g2-content", "smallest", with_in_body("a", href="relative.html")),
    ("g2-content", "smallest", with_in_body("img", src="data:image/png;base64,x")),
    ("g2-content", "smallest", with_comment),
    ("g2-content", "three-renditions", with_in_body("script", N)),
    ("g2-content", "three-renditions", with_in_body("media-reference", N, source="x.jpg")),
]


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.xml")), ids=lambda path: path.stem)
def test_good_documents_have_no_findings(path: Path) -> None:
    assert newsml_rules(etree.parse(str(path)).getroot()) == []


@pytest.mark.parametrize(
    ("rule", "name", "spoil"), BROKEN, ids=[f"{n}-{rule}" for n, (rule, *_) in enumerate(BROKEN)]
)
def test_a_broken_rule_is_found_by_name(rule: str, name: str, spoil: Break) -> None:
    root = good(name)
    spoil(root)
    assert rules(root) == {rule}


def test_an_item_without_the_catalog_is_found() -> None:
    root = good("smallest")
    item = first(root, "newsItem")
    item.remove(first(item, "catalogRef"))
    assert rules(root) == {"g2-catalog"}


def test_two_versions_of_one_article_are_no_fault() -> None:
    root = good("smallest")
    doubled(root)
    first(root, "newsItem").set("version", "2")
    assert newsml_rules(root) == []


def test_an_offset_is_a_zone() -> None:
    root = good("smallest")
    first(root, "versionCreated").text = "2026-04-30T10:00:00+02:00"
    assert newsml_rules(root) == []


def test_a_finding_says_where_what_and_how_to_mend_it() -> None:
    root = good("smallest")
    first(root, "versionCreated").text = "2026-04-30T08:00:00"
    (finding,) = newsml_rules(root)
    assert finding.where == "tag:harbour.example,2024:wall versionCreated"
    assert "2026-04-30T08:00:00" in finding.says
    assert finding.mend


def test_every_alias_we_use_is_bound_in_the_catalog_as_we_say() -> None:
    path = STANDARDS / "catalogs" / "catalog.IPTC-G2-Standards_41.xml"
    if not path.exists():
        pytest.skip("the IPTC catalog is not beside the checkout (shared/standards/newsml-g2)")
    bound = {one.get("alias"): one.get("uri") for one in etree.parse(str(path)).iter("{*}scheme")}
    assert {alias: bound.get(alias) for alias in SCHEMES} == dict(SCHEMES)
    assert CATALOG.endswith(path.name)


def test_every_alias_that_resolves_is_one_that_is_written() -> None:
    written = {
        qcode.partition(":")[0]
        for path in GOOD.glob("*.xml")
        for one in etree.parse(str(path)).iter(f"{G}*")
        for name, qcode in one.attrib.items()
        if name in {"qcode", "role", "rel", "rendition", "type"}
    }
    assert written == set(SCHEMES)


@pytest.mark.parametrize("qcode", ["", "medtop", "medtop:", "plus:DMI-ALLOWED", "MEDTOP:1"])
def test_a_qcode_that_does_not_resolve_is_a_fault(qcode: str) -> None:
    assert qcode_fault(qcode)


def test_a_retired_topic_is_a_fault_and_a_current_one_is_none() -> None:
    assert "retired" in topic_fault("20000030")
    assert topic_fault("20000430") == ""
