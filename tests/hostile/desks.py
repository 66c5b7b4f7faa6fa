"""Publish an inbox and look at what came out, as a partner's parsers do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import feedparser
from lxml import etree

from tests.faults.commands import Ended, Running, run
from tests.faults.story import AFTER, an_article_of, write_desk

ALL = '["rss", "atom", "newsml-g2"]'
SUFFIXES = ("rss", "atom", "newsml.xml")
G2 = "{http://iptc.org/std/nar/2006-10-01/}"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
GOOD = "The good article beside them"
ADDRESSES = ("href", "src", "poster", "data")


class Came(NamedTuple):
    """What came of an inbox."""

    desk: Path
    ended: Ended

    def tree(self, suffix: str) -> Any:
        data = (self.desk / "public" / "gazette" / f"gazette-all.{suffix}").read_bytes()
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))

    def headlines(self, suffix: str) -> dict[str, str]:
        """Give the headline of every article by its guid."""
        found = {}
        for item in self.tree(suffix).iter("item", f"{ATOM}entry", f"{G2}newsItem"):
            name = item.get("guid") or item.findtext("guid") or item.findtext(f"{ATOM}id")
            if ";" in name:  # a picture, an item of its own in NewsML-G2
                continue
            found[name] = (
                item.findtext("title")
                or item.findtext(f"{ATOM}title")
                or item.findtext(f".//{G2}headline")
            )
        return found

    def refused(self) -> dict[str, str]:
        """Give the last reason for each refused line or file, by its place in the inbox."""
        told = {}
        for line in self.ended.err.splitlines():
            if line.startswith("refused "):
                place, _, why = line.removeprefix("refused ").partition(": ")
                told[place.removeprefix(f"{self.desk}/articles/")] = why
        return told


def a_desk(folder: Path, renditions: str = '["xhtml"]') -> Path:
    """Make a desk with one partner that gets everything."""
    write_desk(folder, {"gazette": {"all": ALL}})
    with (folder / "partners" / "gazette.toml").open("a") as file:
        file.write(f"renditions = {renditions}\n")
    licence = folder / "licences" / "full-v1.toml"
    more = "".join(f', {{kind = "{kind}"}}' for kind in ("data", "embed", "video", "audio"))
    granted = '{kind = "image"}'
    licence.write_text(licence.read_text().replace(granted, granted + more))
    return folder


def write_good(desk: Path) -> None:
    """Put an article without a fault into the inbox."""
    data = an_article_of("good", headline=GOOD)
    (desk / "articles" / "good.json").write_text(json.dumps(data))


def write_lines(desk: Path, name: str, articles: Iterable[dict[str, Any]]) -> None:
    """Put articles into the inbox, one a line."""
    lines = (json.dumps(one) for one in articles)
    (desk / "articles" / name).write_text("\n".join(lines))


def published(desk: Path) -> Came:
    """Regenerate; check that nothing crashed, that every fault is one line with its mend, and that
    every parser reads what came out.
    """
    return looked_at(desk, begun(desk).wait())


def begun(desk: Path) -> Running:
    """Begin to regenerate; two at once take half the time on two cores."""
    return Running("regenerate", "--desk", desk, "--at", AFTER).go()


def looked_at(desk: Path, ended: Ended) -> Came:
    """Give what came of a regeneration, checked as `published` says."""
    assert "Traceback" not in ended.err, ended.err[-4000:]
    assert ended.code in {0, 1}, ended
    assert "not published" not in ended.err, ended.err[-4000:]
    *lines, last = ended.err.splitlines() or [""]
    assert all(line.startswith(("refused ", "quarantined ")) for line in lines), ended.err[-4000:]
    assert all(line.isprintable() for line in lines), ended.err[-4000:]
    assert all("Mend: " in line for line in lines if line.startswith("refused ")), lines
    assert bool(ended.code) == last.startswith("Error: something was refused"), ended.err[-4000:]
    came = Came(desk, ended)
    assert_readable(came)
    return came


def assert_readable(came: Came) -> None:
    """Check all documents with lxml and with feedparser; the run itself checked our own rules."""
    for suffix in SUFFIXES:
        _assert_harmless(came.tree(suffix))
    for held in came.tree("rss").iter(CONTENT):
        _assert_harmless(etree.fromstring(held.text, etree.XMLParser(huge_tree=True)))
    for suffix in ("rss", "atom"):
        data = (came.desk / "public" / "gazette" / f"gazette-all.{suffix}").read_bytes()
        # As it is: what feedparser would clean away must not be there, see _assert_harmless.
        read = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
        assert not read.bozo, (suffix, read.get("bozo_exception"))
        assert {entry.id for entry in read.entries} == set(came.headlines(suffix))


def _assert_harmless(tree: Any) -> None:
    for one in tree.iter(etree.Element):
        name = etree.QName(one).localname
        assert name not in {"script", "iframe", "object", "style", "svg"}
        assert not any(name.startswith("on") for name in one.attrib), etree.tostring(one)
        for name in ADDRESSES:
            kind = one.get(name, "https:").partition(":")[0]
            assert kind in {"https", "http", "mailto", "tel"}, etree.tostring(one)


def everywhere_good(came: Came) -> None:
    """Check that the good article stands in every document."""
    for suffix in SUFFIXES:
        assert GOOD in came.headlines(suffix).values(), suffix


def assert_settled(came: Came) -> None:
    """Check that another run writes nothing, refusals or not, and that all documents are sound."""
    again = run("regenerate", "--desk", came.desk, "--at", AFTER, code=None)
    assert " 0 written" in again.out
    checked = run("check", "--desk", came.desk, code=None)
    faults = [line for line in checked.err.splitlines() if line.startswith("gazette/")]
    assert "3 documents checked" in checked.out, checked
    assert not faults, faults[:5]
