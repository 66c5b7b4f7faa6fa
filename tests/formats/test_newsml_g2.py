"""NewsML-G2 2.35: what a newsMessage says of entries, media and withdrawals."""

from __future__ import annotations

import pytest
from lxml import etree

from syndicate.formats.newsml_g2 import NEWSML_G2, render
from syndicate.model.entry import Terms
from syndicate.model.errors import RenderFailed
from tests.builders import a_head, a_picture, a_tombstone, an_entry, some_terms
from tests.formats.g2_help import (
    ALL_RENDITIONS,
    FOLDER,
    POWER,
    WITH_NITF,
    blocks,
    everything,
    faults,
    find,
    message,
    official,
    picture_terms,
    value,
    with_picture,
)

CASES = {
    "plain": an_entry(),
    "everything": everything(),
    "with-picture": with_picture(),
    "no-body": an_entry(body=()),
    "caption-of-nothing": an_entry(
        body=blocks(a_picture(renditions=[], caption=None, credit=None, alt=None))
    ),
    "open-ended": an_entry(embargo_open_ended=True),
    "arabic": an_entry(language="ar", dir="rtl", headline="جدار الميناء", summary="", subjects=()),
    "bare": an_entry(bylines=(), keywords=(), subjects=(), section=None, canonical_url=None),
    "two-words-of-genre": an_entry(genre="Long read"),
    "urn": an_entry(guid="urn:newsml:harbour.example:20260430:wall", body=blocks(a_picture())),
}


def test_the_format_names_its_schema_and_carries_embargoes() -> None:
    assert NEWSML_G2.name == "newsml-g2"
    assert NEWSML_G2.media_type == "application/vnd.iptc.g2.newsmessage+xml"
    assert NEWSML_G2.carries == {"embargo"}
    assert FOLDER.name == NEWSML_G2.schema


@pytest.mark.parametrize("schema", [POWER, WITH_NITF])
@pytest.mark.parametrize("case", CASES)
def test_output_validates_against_the_official_schema(case: str, schema: str) -> None:
    stones = [a_tombstone(), a_tombstone(guid="tag:harbour.example,2024:x", status="withheld")]
    data = render(a_head(renditions=ALL_RENDITIONS), [CASES[case]], stones)
    xsd = official(schema)
    assert xsd.validate(etree.fromstring(data)), xsd.error_log


@pytest.mark.parametrize("case", CASES)
def test_output_meets_our_profile_and_rules(case: str) -> None:
    data = render(a_head(renditions=ALL_RENDITIONS), [CASES[case]], [a_tombstone()])
    assert faults(data) == []


def test_a_feed_without_articles_is_an_empty_package() -> None:
    data = render(a_head(), [], [])
    assert faults(data) == []
    assert official(POWER).validate(etree.fromstring(data))
    root = etree.fromstring(data)
    assert value(root, "g:itemSet/*/@guid") == "tag:harbour.example,2024:feed/gazette-all"
    assert find(root, "//g:newsItem") == []


def test_the_header_is_complete_and_derived_from_content() -> None:
    root = message(an_entry(urgency=4), an_entry(guid="tag:harbour.example,2024:b", urgency=2))
    header = find(root, "g:header")[0]
    assert [etree.QName(one).localname for one in header] == [
        "sent",
        "catalogRef",
        "sender",
        "transmitId",
        "priority",
        "origin",
        "channel",
    ]
    assert value(header, "g:sent/text()") == "2026-04-30T08:00:00Z"
    assert value(header, "g:priority/text()") == "2"


def test_the_transmit_id_changes_with_content_and_only_with_content() -> None:
    path = "g:header/g:transmitId/text()"
    first = value(message(an_entry()), path)
    assert first == value(message(an_entry()), path)
    assert first != value(message(an_entry(headline="Another")), path)
    later = a_head(updated="2026-04-30T08:00:01Z")
    assert first != value(message(an_entry(), head=later), path)
    assert first.startswith("tag:harbour.example,2024:feed/gazette-all/20260430T080000Z/")


def test_an_item_states_identity_conformance_language_and_catalog() -> None:
    item = find(message(an_entry(version=7)), "//g:newsItem")[0]
    assert dict(item.attrib) == {
        "guid": "tag:harbour.example,2024:wall",
        "version": "7",
        "standard": "NewsML-G2",
        "standardversion": "2.35",
        "conformance": "power",
        "{http://www.w3.org/XML/1998/namespace}lang": "en",
        "dir": "ltr",
    }
    assert value(item, "g:catalogRef/@href").endswith("catalog.IPTC-G2-Standards_41.xml")


def test_item_metadata_stands_in_the_order_of_the_standard() -> None:
    meta = find(message(everything()), "//g:newsItem[1]/g:itemMeta")[0]
    names = list(dict.fromkeys(etree.QName(one).localname for one in meta))
    assert names == [
        "itemClass",
        "provider",
        "versionCreated",
        "firstCreated",
        "embargoed",
        "pubStatus",
        "generator",
        "profile",
        "service",
        "title",
        "edNote",
        "signal",
        "expires",
        "link",
    ]


def test_rights_carry_holder_notice_terms_policy_validity_and_mining() -> None:
    info = find(message(an_entry()), "//g:rightsInfo")[0]
    assert info.get("validfrom") == "2026-01-01T00:00:00Z"
    assert info.get("validto") == "2027-01-01T00:00:00Z"
    assert value(info, "g:copyrightHolder/@uri") == "https://harbour.example/"
    assert value(info, "g:copyrightHolder/g:name/text()") == "Harbour Post"
    licence = "https://feeds.harbour.example/licences/full/v1"
    assert value(info, "g:copyrightNotice/@href") == f"{licence}.html"
    assert value(info, "g:usageTerms/text()") == "Web only. No changes."
    assert find(info, "g:link/@rel") == ["irel:rightspolicy"] * 2
    assert find(info, "g:link/@href") == [f"{licence}.html", f"{licence}.jsonld"]
    assert value(info, "g:rightsExpressionData/@langid") == "http://www.w3.org/ns/odrl/2/"
    assert value(info, "g:dataMining/@uri") == "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"


def test_usage_terms_state_their_language_and_direction() -> None:
    texts = [{"language": "en", "text": "Web only."}, {"language": "ar", "text": "الويب فقط."}]
    terms = Terms.model_validate(some_terms(usage_terms=texts))
    root = message(an_entry(terms=terms))
    assert find(root, "//g:usageTerms/@xml:lang") == ["en", "ar"]
    assert find(root, "//g:usageTerms/@dir") == ["ltr", "rtl"]


def test_terms_without_words_point_to_the_licence() -> None:
    terms = Terms.model_validate(some_terms(usage_terms=[], jsonld_url=None, odrl=""))
    root = message(an_entry(terms=terms))
    assert "licences/full/v1.html" in value(root, "//g:usageTerms/text()")
    assert find(root, "//g:rightsExpressionData") == []


def test_the_odrl_policy_survives_byte_for_byte() -> None:
    policy = '{"a":"<b> & ]]> \\"q\\" e\u0301 \u0627\u0644 😀",\n\t"n": 1,\r\n "s":"  x  "}'
    terms = Terms.model_validate(some_terms(odrl=policy))
    root = message(an_entry(terms=terms))
    assert find(root, "//g:rightsExpressionData")[0].text == policy


def test_a_picture_is_an_item_with_rights_of_its_own() -> None:
    root = message(with_picture())
    article, picture = find(root, "//g:newsItem")
    assert picture.get("guid") == "tag:harbour.example,2024:wall;photo"
    assert value(picture, "g:itemMeta/g:itemClass/@qcode") == "ninat:picture"
    assert value(picture, "g:rightsInfo/g:copyrightHolder/g:name/text()") == "Norstar Agency"
    assert find(picture, "g:rightsInfo/g:copyrightHolder/@uri") == []
    assert value(picture, "g:rightsInfo/@validto") == "2026-06-01T00:00:00Z"
    assert value(picture, "g:rightsInfo/g:usageTerms/text()") == "Web only, not in Japan."
    policy = value(picture, "g:rightsInfo/g:rightsExpressionData/text()")
    assert policy == picture_terms()["odrl"]
    assert value(picture, "g:contentMeta/g:creditline/text()") == "Lina Maro / Norstar"
    caption = value(picture, "g:contentMeta/g:description[@role='drol:caption']/text()")
    assert caption == "The harbour wall at low tide"
    alt = "g:contentMeta/g:description[contains(@roleuri,'AltText')]/text()"
    assert value(picture, alt) == "The old harbour wall"
    assert value(article, "g:itemMeta/g:itemClass/@qcode") == "ninat:text"
    link = find(article, "g:itemMeta/g:link[@residref]")[0]
    assert (link.get("rel"), link.get("residref")) == ("irel:associatedWith", picture.get("guid"))


def test_the_article_says_which_part_has_other_rights() -> None:
    article = find(message(with_picture()), "//g:newsItem")[0]
    own, part = find(article, "g:rightsInfo")
    assert own.get("idrefs") is None
    assert part.get("idrefs") == value(article, "g:partMeta/@partid")


def test_part_ids_of_two_articles_with_equal_part_names_differ() -> None:
    root = message(with_picture(), with_picture(guid="tag:harbour.example,2024:other"))
    ids = find(root, "//g:partMeta/@partid")
    assert len(ids) == len(set(ids)) == 2


def test_a_picture_without_rights_of_its_own_has_the_articles() -> None:
    root = message(an_entry(body=blocks(a_picture())))
    article, picture = find(root, "//g:newsItem")
    said = [etree.tostring(find(one, "g:rightsInfo")[0]) for one in (article, picture)]
    assert said[0] == said[1]
    assert find(article, "g:partMeta") == []


def test_renditions_are_named_by_size_whatever_their_order() -> None:
    sizes = [(400, 21), (3000, 900), (1600, 210), (120, 4)]
    files = [
        {"url": f"https://i.example/{w}", "type": "image/jpeg", "width": w, "bytes": b}
        for w, b in sizes
    ]
    root = message(an_entry(body=blocks(a_picture(renditions=files))))
    remote = find(root, "//g:remoteContent")
    assert [(one.get("rendition"), one.get("width")) for one in remote] == [
        ("rnd:highRes", "3000"),
        ("rnd:web", "1600"),
        ("rnd:web", "400"),
        ("rnd:thumbnail", "120"),
    ]
    assert remote[0].get("size") == "900"


def test_every_medium_with_a_file_is_an_item_and_no_other() -> None:
    root = message(everything())
    assert find(root, "//g:newsItem/g:itemMeta/g:itemClass/@qcode") == [
        "ninat:text",
        "ninat:picture",
        "ninat:picture",
        "ninat:graphic",
        "ninat:video",
        "ninat:audio",
    ]
    assert not [guid for guid in find(root, "//g:newsItem/@guid") if guid.endswith("/lost")]


def test_terms_of_a_part_that_is_gone_leave_no_trace() -> None:
    terms = Terms.model_validate(some_terms(parts=[picture_terms(holder="Gone Agency")]))
    data = render(a_head(renditions=ALL_RENDITIONS), [an_entry(terms=terms)], [])
    assert b"Gone Agency" not in data
    assert faults(data) == []


def test_an_embargo_is_told_to_machines_and_people_on_every_item() -> None:
    root = message(with_picture(embargoed="2026-06-01T11:00:00+02:00"))
    assert find(root, "//g:embargoed/text()") == ["2026-06-01T09:00:00Z"] * 2
    notes = find(root, "//g:edNote[contains(@roleuri,'embargo')]/text()")
    assert len(notes) == 2
    assert all("2026-06-01T09:00:00Z" in note for note in notes)


def test_an_embargo_without_end_is_the_empty_element() -> None:
    root = message(an_entry(embargo_open_ended=True))
    (element,) = find(root, "//g:embargoed")
    assert element.text is None
    assert "until further notice" in value(root, "//g:edNote/text()")


def test_no_embargo_no_element() -> None:
    assert find(message(an_entry()), "//g:embargoed") == []


def test_a_correction_is_signalled_and_explained() -> None:
    root = message(an_entry(version=2, signal="correction", correction_note="Two, not three."))
    assert value(root, "//g:signal/@qcode") == "sig:correction"
    (note,) = find(root, "//g:edNote")
    assert note.text == "Two, not three."
    assert note.get("roleuri") == "tag:harbour.example,2024:ednote/correction"


def test_an_update_is_signalled() -> None:
    assert value(message(an_entry(signal="update")), "//g:signal/@qcode") == "sig:update"


def test_what_is_left_out_is_said_and_not_named() -> None:
    root = message(an_entry(partial=True))
    assert "leaves out parts" in value(root, "//g:edNote/text()")


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_a_tombstone_has_the_guid_a_reason_and_no_content(status: str) -> None:
    stone = a_tombstone(status=status, note="", headline="", version=9)
    item = find(message(stones=[stone]), "//g:newsItem")[0]
    assert (item.get("guid"), item.get("version")) == (stone.guid, "9")
    assert value(item, "g:itemMeta/g:pubStatus/@qcode") == f"stat:{status}"
    assert find(item, "g:itemMeta/g:edNote")
    assert find(item, "g:contentSet | g:contentMeta/g:headline") == []
    assert value(item, "g:rightsInfo/g:copyrightHolder/g:name/text()") == "Harbour Post"


def test_withdrawals_stand_before_articles_which_keep_their_order() -> None:
    entries = [an_entry(guid=f"tag:harbour.example,2024:{name}") for name in "cab"]
    guids = find(message(*entries, stones=[a_tombstone()]), "//g:newsItem/@guid")
    assert [guid.rpartition(":")[2] for guid in guids] == ["gone", "c", "a", "b"]


def test_an_arabic_entry_is_right_to_left_everywhere() -> None:
    entry = an_entry(
        language="ar", dir="rtl", headline="جدار الميناء", subjects=[{"code": "20000430"}]
    )
    item = find(message(entry), "//g:newsItem")[0]
    assert (item.get("dir"), value(item, "@xml:lang")) == ("rtl", "ar")
    assert value(item, ".//h:html/@dir") == "rtl"
    assert value(item, ".//g:language/@tag") == "ar"
    assert find(item, ".//g:subject/g:name") == []


def test_english_notes_inside_an_arabic_item_say_so() -> None:
    root = message(an_entry(language="ar", dir="rtl", partial=True, ed_note="للمحررين"))
    assert find(root, "//g:edNote/@xml:lang") == ["ar", "en"]
    assert find(root, "//g:edNote/@dir") == ["rtl", "ltr"]


def test_subjects_are_media_topics_with_names() -> None:
    root = message(an_entry())
    (subject,) = find(root, "//g:subject")
    assert (subject.get("qcode"), subject.get("type")) == ("medtop:20000430", "cpnat:abstract")
    assert value(subject, "g:name[@xml:lang='en']/text()") == "coastal protection"


def test_renditions_follow_the_order_asked_for() -> None:
    root = message(an_entry(), head=a_head(renditions=("text", "nitf", "xhtml", "text")))
    kinds = find(root, "//g:contentSet/*/@contenttype")
    assert kinds == ["text/plain", "application/nitf+xml", "application/xhtml+xml"]
    assert set(find(root, "//g:contentSet/*/@wordcount")) == {"13"}


def test_an_unknown_rendition_is_refused_with_the_article() -> None:
    with pytest.raises(RenderFailed) as caught:
        render(a_head(renditions=("docx",)), [an_entry()], [])
    assert caught.value.where == "tag:harbour.example,2024:wall"
    assert "docx" in str(caught.value)


def test_the_xhtml_rendition_is_one_html_with_headline_and_blocks() -> None:
    root = message(everything())
    assert value(root, "//h:html/h:head/h:title/text()") == "The harbour wall moves again"
    names = [etree.QName(one).localname for one in find(root, "//h:body/*")]
    assert names[:7] == ["p", "p", "h2", "ul", "ol", "blockquote", "table"]
    assert names[7:] == ["figure", "figure", "div", "figure", "figure", "p", "p"]


def test_the_plain_text_keeps_every_block() -> None:
    text = value(message(everything()), "//g:inlineData/text()")
    for said in ("H2O", "What next", "– two", "1. first", "— An engineer", "Week\tcm", "Tides"):
        assert said in text
    assert "The harbour wall at low tide / Lina Maro / Norstar" in text
    assert "Where: https://maps.example/w" in text
    assert "<" not in text
