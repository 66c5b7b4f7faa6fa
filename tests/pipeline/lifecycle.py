"""A desk whose partner's agreement changes, and an article that is mended and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Grade, Notice
from tests.builders import (
    a_desk,
    a_licence,
    a_partner,
    a_picture,
    agreement_data,
    an_article,
    at,
    own,
)
from tests.pipeline.running import Running

GUID = "tag:harbour.example,2024:wall"
G2 = {"n": "http://iptc.org/std/nar/2006-10-01/"}
ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
PICTURE = a_picture(rights=own())
TEXT = {"type": "paragraph", "text": "The wall moved two centimetres."}
FIRST = at("2026-04-30T09:00Z")
LATER = at("2026-05-01T12:00Z")


def wall(version: int = 1, created: str = "2026-04-30T08:00:00Z", **changes: Any) -> Article:
    body = {"body": [TEXT, PICTURE], **changes}
    return an_article(version=version, version_created=created, **body)


def newer(n: int = 1) -> Article:
    moment = f"2026-05-01T0{n}:00:00Z"
    return an_article(
        guid=f"tag:harbour.example,2024:newer-{n}",
        headline=f"Newer article {n}",
        canonical_url=f"https://harbour.example/newer-{n}",
        first_created=moment,
        version_created=moment,
    )


class Story(Running):
    """A desk with one partner whose agreement changes from step to step."""

    def __init__(self, folder: Path, **licence: Any) -> None:
        super().__init__(folder)
        self.licence = a_licence(**licence)
        self.agree()

    def agree(self, **agreement: Any) -> None:
        self.serve(agreements=[agreement_data(**agreement)])

    def serve(self, **partner: Any) -> None:
        self.files = DeskFiles(a_desk(), (self.licence,), (a_partner(**partner),))

    def told(self, grade: Grade | None = None) -> list[Notice]:
        found = [one.notice for one in self.store.notices()]
        return [one for one in found if grade in (None, one.grade)]

    def stones(self, name: str = "gazette/gazette-all") -> list[str]:
        feed = etree.fromstring(self.read("atom", name))
        return [str(ref) for ref in feed.xpath("at:deleted-entry/@ref", namespaces=ATOM)]

    def status(self, guid: str = GUID) -> tuple[str, str]:
        """Publishing status and version of an item in NewsML-G2."""
        news = etree.fromstring(self.read("newsml.xml"))
        item = news.xpath(f"//n:newsItem[@guid='{guid}']", namespaces=G2)[0]
        status = item.xpath("n:itemMeta/n:pubStatus/@qcode", namespaces=G2)[0]
        return str(status).removeprefix("stat:"), str(item.get("version"))

    def titles(self) -> list[str]:
        feed = etree.fromstring(self.read("rss"))
        return [str(one) for one in feed.xpath("channel/item/title/text()")]


def begun(folder: Path, **licence: Any) -> Story:
    made = Story(folder, **licence)
    made.take(wall(), now=FIRST)
    made.run(FIRST)
    return made
