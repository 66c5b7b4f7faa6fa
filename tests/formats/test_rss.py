"""RSS 2.0: the checklist, rights on every item, withdrawals, hostile text, what readers see."""

from __future__ import annotations

import feedparser
import pytest
from lxml import etree

from syndicate.checks.findings import check_document
from syndicate.formats.rss import RSS
from syndicate.model.errors import RenderFailed
from tests.builders import a_head, a_picture, a_tombstone, an_entry, at, some_terms
from tests.formats.feeds import HOSTILE, NS, a_full_entry, blocks, faults, official, texts, tree

ITEM = "channel/item"


def test_every_kind_of_block_and_right_gives_a_valid_feed() -> None:
    root = tree(RSS, a_full_entry(), tombstones=(a_tombstone(),))
    assert faults(RSS, root) == []
    official("rss/rss-2.0.project-draft.rng").assertValid(root)


def test_an_empty_feed_is_valid() -> None:
    assert faults(RSS, tree(RSS)) == []


def test_the_channel_is_complete() -> None:
    channel = tree(RSS, an_entry())[0]
    head = a_head()
    assert channel.findtext("title") == head.title
    assert channel.findtext("link") == head.site_url
    assert channel.findtext("description") == head.description
    assert channel.findtext("language") == "en"
    assert channel.findtext("copyright") == head.rights
    assert channel.findtext("pubDate") == "Thu, 30 Apr 2026 08:00:00 GMT"
    assert channel.findtext("lastBuildDate") == "Thu, 30 Apr 2026 08:00:00 GMT"
    assert channel.findtext("generator") == "syndicate"
    assert channel.findtext("docs") == "https://www.rssboard.org/rss-specification"
    assert channel.findtext("managingEditor") == "licensing@harbour.example (Harbour Post)"
    own, licence = channel.findall("a:link", NS)
    assert dict(own.attrib) == {
        "href": head.self_url,
        "rel": "self",
        "type": "application/rss+xml",
    }
    assert licence.get("rel") == "license"


def test_a_feed_without_description_repeats_its_title() -> None:
    root = tree(RSS, head=a_head(description=""))
    assert root.findtext("channel/description") == "Everything for the Gazette"
    assert faults(RSS, root) == []


def test_namespaces_are_declared_on_the_root_and_nowhere_else() -> None:
    data = RSS.render(a_head(), [a_full_entry()], [a_tombstone()]).decode()
    start, _, rest = data.partition("<channel>")
    assert 'xmlns:rsl="https://rslstandard.org/rsl"' in start
    assert 'xmlns:media="http://search.yahoo.com/mrss/"' in start
    assert "xmlns" not in rest
    assert "ns0:" not in rest


def test_the_item_is_complete() -> None:
    (item,) = tree(RSS, a_full_entry()).findall(ITEM)
    assert item.findtext("title") == "The harbour wall moves again"
    assert item.findtext("link") == "https://harbour.example/cities/wall"
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == ("tag:harbour.example,2024:wall", "false")
    assert item.findtext("pubDate") == "Thu, 30 Apr 2026 08:00:00 GMT"
    assert texts(item, "dc:creator") == ["Lina Maro"]
    assert texts(item, "category") == ["coastal protection", "Analysis", "Cities", "harbour"]
    domains = [one.get("domain") for one in item.findall("category")]
    assert domains == [
        "http://cv.iptc.org/newscodes/mediatopic/",
        "http://cv.iptc.org/newscodes/genre/",
        None,
        None,
    ]


def test_a_topic_without_a_name_shows_its_code() -> None:
    root = tree(RSS, an_entry(subjects=[{"code": "20000430"}]))
    assert texts(root, f"{ITEM}/category")[0] == "20000430"


def test_each_author_has_a_creator_of_their_own_and_none_has_an_address() -> None:
    root = tree(RSS, an_entry(bylines=[{"name": "Lina Maro"}, {"name": "Omar Said"}]))
    assert texts(root, f"{ITEM}/dc:creator") == ["Lina Maro", "Omar Said"]
    assert root.find(f"{ITEM}/author") is None


def test_the_copyright_holder_stands_in_for_a_missing_author() -> None:
    assert texts(tree(RSS, an_entry(bylines=[])), f"{ITEM}/dc:creator") == ["Harbour Post"]


def test_the_description_comes_before_the_full_text() -> None:
    (item,) = tree(RSS, an_entry()).findall(ITEM)
    names = [str(one.tag) for one in item]
    assert names.index("description") < names.index(f"{{{NS['content']}}}encoded")


def test_rights_stand_on_every_item() -> None:
    root = tree(RSS, an_entry(), an_entry(guid="tag:harbour.example,2024:two"))
    for item in root.findall(ITEM):
        assert texts(item, "dc:rights") == ["© 2026 Harbour Post. Web only. No changes."]
        assert texts(item, "dcterms:rightsHolder") == ["Harbour Post"]
        assert texts(item, "dcterms:license") == [some_terms()["url"]]
        assert texts(item, "dcterms:valid") == [
            "start=2026-01-01T00:00:00Z; end=2027-01-01T00:00:00Z; scheme=W3C-DTF"
        ]
        links = [(one.get("rel"), one.get("type")) for one in item.findall("a:link", NS)]
        assert links == [("license", "text/html"), ("license", "application/ld+json")]


def test_terms_in_the_articles_language_are_preferred() -> None:
    words = [{"language": "en", "text": "Web only."}, {"language": "ar", "text": "للويب فقط."}]
    root = tree(RSS, an_entry(language="ar", dir="rtl", terms=some_terms(usage_terms=words)))
    assert texts(root, f"{ITEM}/dc:rights") == ["© 2026 Harbour Post. للويب فقط."]
    assert texts(root, f"{ITEM}/dc:language") == ["ar"]


def test_a_public_licence_is_named_for_machines() -> None:
    url = "https://creativecommons.org/licenses/by-nd/4.0/"
    (item,) = tree(RSS, an_entry(terms=some_terms(public_url=url))).findall(ITEM)
    assert texts(item, "cc:license") == [url]
    assert url in [one.get("href") for one in item.findall("a:link", NS)]


def test_an_open_validity_is_left_out() -> None:
    root = tree(RSS, an_entry(terms=some_terms(valid_from=None, valid_until=None)))
    assert root.find(f"{ITEM}/dcterms:valid", NS) is None


def test_an_update_keeps_guid_and_date_and_says_when_it_changed() -> None:
    before = tree(RSS, an_entry())
    after = tree(RSS, an_entry(version=2, updated="2026-04-30T12:30:00Z"))
    for path in (f"{ITEM}/guid", f"{ITEM}/pubDate"):
        assert texts(before, path) == texts(after, path)
    assert texts(after, f"{ITEM}/dcterms:modified") == ["2026-04-30T12:30:00Z"]


def test_the_lead_picture_is_the_one_enclosure() -> None:
    root = tree(RSS, a_full_entry())
    (one,) = root.findall(f"{ITEM}/enclosure")
    assert dict(one.attrib) == {
        "url": "https://img.harbour.example/wall-1600.jpg",
        "length": "210000",
        "type": "image/jpeg",
    }


def test_a_file_of_unknown_size_is_no_enclosure() -> None:
    files = [{"url": "https://img.harbour.example/a.jpg", "type": "image/jpeg"}]
    root = tree(RSS, an_entry(body=blocks(a_picture(renditions=files))))
    assert root.find(f"{ITEM}/enclosure") is None
    assert root.find(f"{ITEM}/media:content", NS) is not None
    assert faults(RSS, root) == []


def test_several_files_of_one_picture_are_a_group_and_one_file_is_not() -> None:
    (item,) = tree(RSS, a_full_entry()).findall(ITEM)
    (group,) = item.findall("media:group", NS)
    assert [one.get("isDefault") for one in group.findall("media:content", NS)] == [
        "true",
        "false",
    ]
    assert len(item.findall("media:content", NS)) == 2


def test_a_picture_carries_its_own_credit_holder_places_and_end() -> None:
    (item,) = tree(RSS, a_full_entry()).findall(ITEM)
    (group,) = item.findall("media:group", NS)
    (credit,) = group.findall("media:credit", NS)
    assert credit.text == "Lina Maro / Norstar"
    assert dict(credit.attrib) == {"role": "photographer", "scheme": "urn:ebu"}
    assert texts(group, "media:copyright") == ["Norstar Agency"]
    assert texts(group, "media:title") == ["The old harbour wall"]
    assert texts(group, "media:description") == ["The harbour wall at low tide"]
    assert texts(group, "dcterms:valid") == ["end=2026-12-01T00:00:00Z; scheme=W3C-DTF"]


def test_a_pictures_places_are_never_wider_than_the_articles() -> None:
    (item,) = tree(RSS, a_full_entry()).findall(ITEM)
    assert texts(item, "media:group/media:restriction") == ["GB IE"]
    assert texts(item, "media:content/media:restriction") == ["FR GB IE", "FR GB IE"]


def test_places_without_a_country_in_common_allow_none() -> None:
    terms = some_terms(
        countries=["FR"],
        parts=[{"part": "photo", "holder": "X", "own": True, "countries": ["GB"]}],
    )
    root = tree(RSS, an_entry(body=blocks(a_picture()), terms=terms))
    assert texts(root, f"{ITEM}/media:group/media:restriction") == ["none"]
    assert faults(RSS, root) == []


def test_no_places_stated_means_no_restriction() -> None:
    root = tree(RSS, an_entry(body=blocks(a_picture())))
    assert root.find(f".//{{{NS['media']}}}restriction") is None


def test_media_elements_the_w3c_validator_refuses_are_not_written() -> None:
    data = RSS.render(a_head(), [a_full_entry()], [])
    assert b"media:license" not in data
    assert b"media:rights" not in data


SAME_ORIGIN = "https://feeds.harbour.example/cities/wall"


def test_machine_use_is_forbidden_where_the_feed_may_speak_for_the_page() -> None:
    root = tree(RSS, an_entry(canonical_url=SAME_ORIGIN))
    (rsl,) = root.findall(f"{ITEM}/rsl:content", NS)
    assert rsl.get("url") == SAME_ORIGIN
    assert texts(rsl, "rsl:license/rsl:prohibits") == ["ai-all"]
    assert texts(rsl, "rsl:license/rsl:payment/rsl:custom") == [some_terms()["url"]]


def test_machine_use_of_a_page_elsewhere_is_left_to_the_linked_licence() -> None:
    assert tree(RSS, an_entry()).find(f"{ITEM}/rsl:content", NS) is None
    near = "https://feeds.harbour.example.evil.example/x"
    assert tree(RSS, an_entry(canonical_url=near)).find(f"{ITEM}/rsl:content", NS) is None


def test_only_machine_uses_not_allowed_are_forbidden_and_never_search() -> None:
    terms = some_terms(ai_allowed=["search", "index"])
    root = tree(RSS, an_entry(canonical_url=SAME_ORIGIN, terms=terms))
    assert texts(root, f"{ITEM}/rsl:content/rsl:license/rsl:prohibits") == ["ai-input ai-train"]
    terms = some_terms(ai_allowed=["index", "input", "train"])
    root = tree(RSS, an_entry(canonical_url=SAME_ORIGIN, terms=terms))
    assert root.find(f"{ITEM}/rsl:content", NS) is None


def test_a_public_licence_asks_for_attribution_not_money() -> None:
    url = "https://creativecommons.org/licenses/by-nd/4.0/"
    root = tree(RSS, an_entry(canonical_url=SAME_ORIGIN, terms=some_terms(public_url=url)))
    (payment,) = root.findall(f"{ITEM}/rsl:content/rsl:license/rsl:payment", NS)
    assert payment.get("type") == "attribution"
    assert texts(payment, "rsl:standard") == [url]


@pytest.mark.parametrize(
    "embargo", [{"embargoed": "2026-06-01T00:00:00Z"}, {"embargo_open_ended": True}]
)
def test_an_entry_under_embargo_is_refused(embargo: dict[str, object]) -> None:
    with pytest.raises(RenderFailed, match=r"2024:wall: is under embargo, which RSS cannot carry"):
        RSS.render(a_head(), [an_entry(**embargo)], [])


def test_a_date_no_news_has_is_refused() -> None:
    old = an_entry(first_created="1970-01-01T00:00:00Z", published="1970-01-01T00:00:00Z")
    with pytest.raises(RenderFailed, match="before 1990"):
        RSS.render(a_head(), [old], [])


def test_an_article_cannot_be_live_and_withdrawn_at_once() -> None:
    with pytest.raises(RenderFailed, match="twice"):
        RSS.render(a_head(), [an_entry()], [a_tombstone(guid=an_entry().guid)])


def test_a_withdrawn_article_is_an_emptied_item_under_its_guid() -> None:
    root = tree(RSS, an_entry(), tombstones=(a_tombstone(),))
    stub = root.findall(ITEM)[0]
    note = "A name was wrong. Remove every copy."
    assert stub.findtext("title") == "WITHDRAWN: An article that is gone"
    assert stub.findtext("guid") == "tag:harbour.example,2024:gone"
    assert stub.findtext("pubDate") == "Wed, 29 Apr 2026 10:00:00 GMT"
    assert stub.findtext("description") == note
    assert texts(stub, "content:encoded") == [f'<div lang="en" dir="ltr"><p>{note}</p></div>']
    assert texts(stub, "dcterms:modified") == ["2026-04-30T10:00:00Z"]
    (status,) = stub.findall("category")
    assert status.get("domain") == "http://cv.iptc.org/newscodes/pubstatusg2/"
    assert status.text == "canceled"
    (gone,) = root.findall("channel/at:deleted-entry", NS)
    assert gone.get("ref") == "tag:harbour.example,2024:gone"
    assert gone.get("when") == "2026-04-30T10:00:00Z"


def test_a_withdrawal_that_may_say_nothing_still_says_remove() -> None:
    stone = a_tombstone(headline="", note="", language="ar", dir="rtl", status="withheld")
    root = tree(RSS, tombstones=(stone,))
    (stub,) = root.findall(ITEM)
    assert stub.findtext("title") == "WITHDRAWN"
    assert stub.findtext("description") == "This article was withdrawn. Remove every copy of it."
    assert '<div lang="en" dir="ltr">' in texts(stub, "content:encoded")[0]
    assert stub.findtext("category") == "withheld"
    assert faults(RSS, root) == []


def test_a_right_to_left_body_says_so_and_the_title_has_no_marks_added() -> None:
    entry = an_entry(
        language="ar",
        dir="rtl",
        headline="الجدار يتحرك",
        summary="سنتيمتران",
        body=blocks(
            {"type": "paragraph", "text": 'تحرك <bdi lang="en">Wall</bdi>'},
            {"type": "paragraph", "text": "In English.", "language": "en"},
        ),
    )
    root = tree(RSS, entry)
    assert faults(RSS, root) == []
    assert root.findtext(f"{ITEM}/title") == "الجدار يتحرك"
    body = texts(root, f"{ITEM}/content:encoded")[0]
    assert body.startswith('<div lang="ar" dir="rtl">')
    assert '<p lang="en" dir="ltr">In English.</p>' in body


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
    root = tree(RSS, entry, tombstones=(stone,), head=a_head(title=HOSTILE, description=HOSTILE))
    assert faults(RSS, root) == []
    assert "alert(1)" not in etree.tostring(root, encoding="unicode")


def test_what_looks_like_a_tag_in_a_title_is_shown_not_run() -> None:
    root = tree(RSS, an_entry(headline="Why <script> is 1 < 2 & more"))
    assert root.findtext(f"{ITEM}/title") == "Why ‹script› is 1 < 2 & more"
    root = tree(RSS, an_entry(headline="1 < 2 & 3 > 2"))
    assert root.findtext(f"{ITEM}/title") == "1 < 2 & 3 > 2"


def test_a_megabyte_of_body_is_one_valid_item() -> None:
    body = blocks(*[{"type": "paragraph", "text": "<b>wall</b> &amp; sea " * 500}] * 100)
    root = tree(RSS, an_entry(body=body))
    assert len(texts(root, f"{ITEM}/content:encoded")[0]) > 1_000_000
    assert faults(RSS, root) == []


def test_feedparser_reads_back_what_was_written() -> None:
    data = RSS.render(a_head(), [a_full_entry(headline="Tom & Jerry")], [a_tombstone()])
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo
    assert feed.feed.title == "Everything for the Gazette"
    assert feed.feed.link == "https://harbour.example/"
    stub, entry = feed.entries
    assert stub.id == "tag:harbour.example,2024:gone"
    assert stub.content[0].value.count("<p>") == 1
    assert entry.title == "Tom & Jerry"
    assert entry.id == "tag:harbour.example,2024:wall"
    assert entry.link == "https://harbour.example/cities/wall"
    assert entry.summary == "Engineers measured two centimetres in a week."
    assert entry.published_parsed[:6] == (2026, 4, 30, 8, 0, 0)
    assert [one.value for one in entry.content] == texts(
        etree.fromstring(data), f"{ITEM}/content:encoded"
    )[1:]
    assert entry.enclosures[0].href == "https://img.harbour.example/wall-1600.jpg"
    assert [tag.term for tag in entry.tags][:1] == ["coastal protection"]
    assert entry.author == "Lina Maro"


def test_entries_stand_in_the_order_given_and_withdrawals_before_them() -> None:
    guids = [f"tag:harbour.example,2024:{name}" for name in "cab"]
    root = tree(RSS, *(an_entry(guid=guid) for guid in guids), tombstones=(a_tombstone(),))
    assert texts(root, f"{ITEM}/guid") == ["tag:harbour.example,2024:gone", *guids]


def test_the_agreements_end_stands_on_the_channel() -> None:
    root = tree(RSS, head=a_head(valid_until=at("2027-01-01T00:00Z")))
    assert texts(root, "channel/dcterms:valid") == ["end=2027-01-01T00:00:00Z; scheme=W3C-DTF"]
    assert faults(RSS, root) == []


def test_a_permission_that_ended_before_publication_is_told_all_the_same() -> None:
    stone = a_tombstone(published=at("2026-05-02T00:00:00Z"), when=at("2026-05-01T00:00:00Z"))
    data = RSS.render(a_head(), [], [stone])
    assert check_document(data, "rss") == ()
    assert b"<pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate>" in data.partition(b"<item>")[2]
