"""Atom 1.0: the checklist, rights on every entry, withdrawals, hostile text, what readers see."""

from __future__ import annotations

import feedparser
import pytest
from lxml import etree

from syndicate.formats._xhtml import in_xhtml, xhtml_div
from syndicate.formats.atom import ATOM
from syndicate.model.errors import RenderFailed
from tests.builders import a_head, a_picture, a_tombstone, an_entry, at, some_terms
from tests.formats.feeds import HOSTILE, NS, a_full_entry, blocks, faults, official, texts, tree

ENTRY = "a:entry"


def links(parent: etree._Element) -> list[tuple[str | None, str | None]]:
    return [(one.get("rel"), one.get("type")) for one in parent.findall("a:link", NS)]


def test_every_kind_of_block_and_right_gives_a_valid_feed() -> None:
    root = tree(ATOM, a_full_entry(), tombstones=(a_tombstone(),))
    assert faults(ATOM, root) == []
    official("atom/atom.rng").assertValid(root)


def test_an_empty_feed_is_valid() -> None:
    root = tree(ATOM, head=a_head(description="", licence_url=None))
    assert faults(ATOM, root) == []
    official("atom/atom.rng").assertValid(root)


def test_the_feed_is_complete() -> None:
    root = tree(ATOM, an_entry())
    head = a_head()
    assert root.get(f"{{{NS['xml']}}}lang") == "en"
    assert root.findtext("a:id", None, NS) == head.id
    assert root.findtext("a:title", None, NS) == head.title
    assert root.findtext("a:subtitle", None, NS) == head.description
    assert root.findtext("a:updated", None, NS) == "2026-04-30T08:00:00Z"
    assert root.findtext("a:rights", None, NS) == head.rights
    assert root.findtext("a:author/a:name", None, NS) == "Harbour Post"
    assert root.findtext("a:author/a:email", None, NS) == "licensing@harbour.example"
    generator = root.find("a:generator", NS)
    assert generator is not None
    assert (generator.text, generator.get("version")) == ("syndicate", "0.1.0")
    assert links(root) == [
        ("self", "application/atom+xml"),
        ("alternate", "text/html"),
        ("license", "text/html"),
    ]


def test_the_entry_is_complete() -> None:
    bylines = [{"name": "Lina Maro", "uri": "https://harbour.example/lina"}, {"name": "Omar Said"}]
    (entry,) = tree(ATOM, an_entry(bylines=bylines)).findall(ENTRY, NS)
    assert entry.findtext("a:id", None, NS) == "tag:harbour.example,2024:wall"
    title = entry.find("a:title", NS)
    assert title is not None
    assert (title.text, title.get("type")) == ("The harbour wall moves again", "text")
    assert entry.findtext("a:updated", None, NS) == "2026-04-30T08:00:00Z"
    assert entry.findtext("a:published", None, NS) == "2026-04-30T08:00:00Z"
    assert texts(entry, "a:author/a:name") == ["Lina Maro", "Omar Said"]
    assert texts(entry, "a:author/a:uri") == ["https://harbour.example/lina"]
    assert texts(entry, "a:summary") == ["Engineers measured two centimetres in a week."]
    topic = entry.find("a:category", NS)
    assert topic is not None
    assert dict(topic.attrib) == {
        "term": "20000430",
        "scheme": "http://cv.iptc.org/newscodes/mediatopic/",
        "label": "coastal protection",
    }


def test_content_is_the_body_with_language_and_base_in_one_div_and_nothing_added() -> None:
    entry = an_entry()
    (content,) = tree(ATOM, entry).findall(f"{ENTRY}/a:content", NS)
    assert dict(content.attrib) == {
        "type": "xhtml",
        f"{{{NS['xml']}}}lang": "en",
        f"{{{NS['xml']}}}base": "https://harbour.example/cities/wall",
    }
    (wrapper,) = content
    (div,) = wrapper
    assert (content.text, wrapper.text, wrapper.tail) == (None, None, None)
    (alone,) = etree.fromstring(in_xhtml(xhtml_div(entry)))
    assert etree.tostring(div, method="c14n", exclusive=True) == etree.tostring(
        alone, method="c14n", exclusive=True
    )


def test_an_entry_without_summary_has_no_summary() -> None:
    root = tree(ATOM, an_entry(summary=""))
    assert texts(root, f"{ENTRY}/a:summary") == []
    assert faults(ATOM, root) == []


def test_rights_stand_on_every_entry() -> None:
    root = tree(ATOM, an_entry(), an_entry(guid="tag:harbour.example,2024:two"))
    for entry in root.findall(ENTRY, NS):
        assert texts(entry, "a:rights") == ["© 2026 Harbour Post. Web only. No changes."]
        licences = [one for one in entry.findall("a:link", NS) if one.get("rel") == "license"]
        assert [(one.get("type"), one.get("title")) for one in licences] == [
            ("text/html", "Full text with own pictures"),
            ("application/ld+json", "Full text with own pictures (ODRL)"),
        ]
        assert texts(entry, "dcterms:valid") == [
            "start=2026-01-01T00:00:00Z; end=2027-01-01T00:00:00Z; scheme=W3C-DTF"
        ]


def test_enclosures_come_first_and_the_one_alternate_link_last() -> None:
    (entry,) = tree(ATOM, a_full_entry()).findall(ENTRY, NS)
    rels = [rel for rel, _ in links(entry)]
    assert rels == ["enclosure"] * 3 + ["via", "license", "license", "alternate"]
    first = entry.find("a:link", NS)
    assert first is not None
    assert first.get("length") == "210000"
    assert first.get("type") == "image/jpeg"


def test_a_translation_is_a_related_link_not_a_second_alternate() -> None:
    other = {"rel": "translation", "url": "https://harbour.example/ar/wall"}
    (entry,) = tree(ATOM, an_entry(links=[other])).findall(ENTRY, NS)
    assert [rel for rel, _ in links(entry)].count("alternate") == 1
    assert links(entry)[0] == ("related", None)


def test_an_article_without_a_page_has_no_alternate_and_no_base() -> None:
    root = tree(ATOM, an_entry(canonical_url=None))
    (entry,) = root.findall(ENTRY, NS)
    assert "alternate" not in [rel for rel, _ in links(entry)]
    assert faults(ATOM, root) == []
    official("atom/atom.rng").assertValid(root)


@pytest.mark.parametrize(
    "embargo", [{"embargoed": "2026-06-01T00:00:00Z"}, {"embargo_open_ended": True}]
)
def test_an_entry_under_embargo_is_refused(embargo: dict[str, object]) -> None:
    with pytest.raises(RenderFailed, match=r"2024:wall: is under embargo, which Atom cannot"):
        ATOM.render(a_head(), [an_entry(**embargo)], [])


def test_an_article_cannot_be_live_and_withdrawn_at_once() -> None:
    with pytest.raises(RenderFailed, match="twice"):
        ATOM.render(a_head(), [an_entry()], [a_tombstone(guid=an_entry().guid)])


def test_tombstones_stand_before_the_first_entry_with_their_comment() -> None:
    root = tree(ATOM, an_entry(), tombstones=(a_tombstone(),))
    names = [etree.QName(one).localname for one in root]
    assert names.index("deleted-entry") < names.index("entry")
    (gone,) = root.findall("at:deleted-entry", NS)
    assert dict(gone.attrib) == {
        "ref": "tag:harbour.example,2024:gone",
        "when": "2026-04-30T10:00:00Z",
    }
    assert texts(gone, "at:comment") == ["A name was wrong. Remove every copy."]


def test_a_withdrawn_entry_is_reissued_no_newer_than_its_tombstone() -> None:
    root = tree(ATOM, tombstones=(a_tombstone(),))
    (entry,) = root.findall(ENTRY, NS)
    assert texts(entry, "a:id") == ["tag:harbour.example,2024:gone"]
    assert texts(entry, "a:updated") == ["2026-04-30T10:00:00Z"]
    assert texts(entry, "a:title") == ["WITHDRAWN: An article that is gone"]
    assert texts(entry, "a:content/h:div/h:div/h:p") == ["A name was wrong. Remove every copy."]
    (status,) = entry.findall("a:category", NS)
    assert status.get("scheme") == "http://cv.iptc.org/newscodes/pubstatusg2/"
    assert status.get("term") == "canceled"
    assert faults(ATOM, root) == []
    official("atom/atom.rng").assertValid(root)


def test_a_withdrawal_in_arabic_keeps_its_direction() -> None:
    stone = a_tombstone(language="ar", dir="rtl", note="احذفوا كل نسخة.", headline="الجدار")
    root = tree(ATOM, tombstones=(stone,))
    (div,) = root.findall(f"{ENTRY}/a:content/h:div/h:div", NS)
    assert (div.get("lang"), div.get("dir")) == ("ar", "rtl")
    assert texts(root, f"{ENTRY}/a:title") == ["WITHDRAWN: الجدار"]
    assert faults(ATOM, root) == []


def test_a_right_to_left_entry_in_a_left_to_right_feed() -> None:
    entry = an_entry(
        language="ar",
        dir="rtl",
        headline="الجدار يتحرك",
        body=blocks({"type": "paragraph", "text": 'تحرك <span dir="ltr">Wall</span>'}),
    )
    root = tree(ATOM, an_entry(guid="tag:harbour.example,2024:en"), entry)
    english, arabic = root.findall(ENTRY, NS)
    assert english.get(f"{{{NS['xml']}}}lang") == "en"
    assert arabic.get(f"{{{NS['xml']}}}lang") == "ar"
    assert texts(arabic, "a:title") == ["الجدار يتحرك"]
    div = arabic.find("a:content/h:div/h:div", NS)
    assert div is not None
    assert div.get("dir") == "rtl"
    (span,) = div.iterfind(".//h:span", NS)
    assert span.get("dir") == "ltr"
    assert faults(ATOM, root) == []


def test_hostile_text_everywhere_gives_a_valid_feed() -> None:
    entry = an_entry(
        headline=HOSTILE,
        summary=HOSTILE,
        section=HOSTILE,
        keywords=[HOSTILE],
        bylines=[{"name": HOSTILE}],
        body=blocks(
            {"type": "paragraph", "text": HOSTILE + "<script>alert(1)</script>"},
            a_picture(alt=HOSTILE, caption=HOSTILE, credit=HOSTILE),
        ),
        terms=some_terms(notice=HOSTILE, holder=HOSTILE, title=HOSTILE),
    )
    stone = a_tombstone(headline=HOSTILE, note=HOSTILE)
    root = tree(ATOM, entry, tombstones=(stone,), head=a_head(title=HOSTILE, description=HOSTILE))
    assert faults(ATOM, root) == []
    official("atom/atom.rng").assertValid(root)
    assert "alert(1)" not in etree.tostring(root, encoding="unicode")
    assert texts(root, f"{ENTRY}/a:title")[1] == entry.headline


def test_a_megabyte_of_body_is_one_valid_entry() -> None:
    body = blocks({"type": "paragraph", "text": "<b>wall</b> &amp; <i>sea</i> " * 40_000})
    root = tree(ATOM, an_entry(body=body))
    assert len(etree.tostring(root)) > 1_000_000
    assert faults(ATOM, root) == []


def test_feedparser_reads_back_what_was_written() -> None:
    data = ATOM.render(a_head(), [a_full_entry(headline="Tom & Jerry")], [a_tombstone()])
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo
    assert feed.feed.id == a_head().id
    assert feed.feed.title == "Everything for the Gazette"
    assert feed.feed.link == "https://harbour.example/"
    stub, entry = feed.entries
    assert stub.title == "WITHDRAWN: An article that is gone"
    assert stub.content[0].value.count("<p>") == 1
    assert entry.id == "tag:harbour.example,2024:wall"
    assert entry.title == "Tom & Jerry"
    assert entry.link == "https://harbour.example/cities/wall"
    assert entry.summary == "Engineers measured two centimetres in a week."
    assert entry.published_parsed[:6] == (2026, 4, 30, 8, 0, 0)
    assert entry.updated_parsed[:6] == (2026, 4, 30, 8, 0, 0)
    body = entry.content[0].value
    assert "<em>moved</em> &amp; fell." in body
    assert 'dir="ltr"' in body.partition(">")[0], "a reader drops Atom's own div"
    assert [one.href for one in entry.enclosures] == [
        "https://img.harbour.example/wall-1600.jpg",
        "https://img.harbour.example/wall-400.jpg",
        "https://img.harbour.example/wall.mp4",
    ]
    assert entry.author == "Lina Maro"
    assert next(tag.label or tag.term for tag in entry.tags) == "coastal protection"


def test_an_update_moves_updated_and_nothing_of_its_identity() -> None:
    before = tree(ATOM, an_entry())
    after = tree(ATOM, an_entry(version=2, updated="2026-04-30T12:30:00.900000Z"))
    for path in (f"{ENTRY}/a:id", f"{ENTRY}/a:published"):
        assert texts(before, path) == texts(after, path)
    assert texts(after, f"{ENTRY}/a:updated") == ["2026-04-30T12:30:00Z"]


def test_the_agreements_end_stands_on_the_feed() -> None:
    root = tree(ATOM, head=a_head(valid_until=at("2027-01-01T00:00Z")))
    assert texts(root, "dcterms:valid") == ["end=2027-01-01T00:00:00Z; scheme=W3C-DTF"]
    assert faults(ATOM, root) == []
