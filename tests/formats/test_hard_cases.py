"""Hard cases 27, 73, 76, 77 and 78 of the domain, as far as bytes can show them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from syndicate.formats.all import FORMATS
from syndicate.formats.rss import RSS
from syndicate.pipeline.compose import compose, request_of
from syndicate.pipeline.heads import head_of
from syndicate.pipeline.pool import Everything
from tests.builders import NOW, a_desk, a_head, a_licence, a_partner, an_article, an_entry, at
from tests.builders import desk_files as files_of
from tests.licensing.asking import entry

RSL = "{https://rslstandard.org/rsl}"
ATOM = "{http://www.w3.org/2005/Atom}"


def rss(made: Any, **head: Any) -> etree._Element:
    return etree.fromstring(RSS.render(a_head(**head), (made,), ()))


@pytest.mark.parametrize("name", list(FORMATS))
def test_73_text_that_looks_like_markup_is_escaped_and_the_terms_stay(name: str) -> None:
    hostile = an_article(
        headline="</usageTerms></rightsInfo> ]]> <!-- ",
        summary="]]> </description>",
        body=[{"type": "paragraph", "text": "</usageTerms> ]]> <?php ?> &bogus;"}],
    )
    made = entry(hostile)
    root = etree.fromstring(FORMATS[name].render(a_head(), (made,), ()))
    text = "".join(str(t) for t in root.itertext())
    assert made.terms.usage_terms[0].text in text
    assert "</usageTerms></rightsInfo>" in text or "‹/usageTerms›‹/rightsInfo›" in text


def test_76_the_licence_link_never_replaces_the_channel_link() -> None:
    root = rss(an_entry())
    assert root.findtext("channel/link") == "https://harbour.example/"
    links = root.findall(f"channel/{ATOM}link")
    assert {link.get("rel") for link in links} == {"self", "license"}


def same_origin(**licence: Any) -> etree._Element:
    """A feed on the publisher's own origin, where RSL may stand in the item."""
    files = files_of(a_licence(**licence), desk=a_desk(base_url="https://harbour.example/feeds/"))
    partner, feed = files.feed_list()[0]
    pool = Everything([(an_article(),)], NOW)
    composed = compose(request_of(files, partner, feed, frozenset()), feed, pool, NOW)
    head = head_of(files, partner, feed, RSS, composed)
    return etree.fromstring(RSS.render(head, composed.entries, ()))


def test_77_rsl_is_never_free_by_omission() -> None:
    (licence,) = same_origin().iter(f"{RSL}license")
    assert licence.findtext(f"{RSL}prohibits") == "ai-all"
    payment = licence.find(f"{RSL}payment")
    assert payment is not None
    assert payment.get("type") not in {None, "free"}


def test_77_search_allowed_and_ai_prohibited_stand_together() -> None:
    (licence,) = same_origin(ai={"allowed": ["search", "index"]}).iter(f"{RSL}license")
    assert "ai-train" in str(licence.findtext(f"{RSL}prohibits"))
    assert not [p for p in licence.iter(f"{RSL}permits") if "all" in str(p.text).split()]


@pytest.mark.parametrize(
    ("allowed", "forbidden", "words", "plus"),
    [
        ([], {"index": [], "mine": []}, "No use for text and data mining", "PROHIBITED"),
        (["search", "index"], {"mine": []}, "indexing and search", "EXCEPTSEARCHENGINEINDEXING"),
        (["search"], {"index": ["search"], "mine": []}, "for search only", "EXCEPTSEARCH"),
        (["input"], {"index": [], "mine": ["input"]}, "for AI input only", "SEECONSTRAINT"),
        (["input", "train"], {"index": []}, "AI input and training", "SEECONSTRAINT"),
        (["search", "index", "input", "train"], {}, "Machine use allowed.", "DMI-ALLOWED"),
    ],
)
def test_78_odrl_words_and_plus_say_the_same_about_machines(
    allowed: list[str], forbidden: dict[str, list[str]], words: str, plus: str
) -> None:
    terms = entry(licence=a_licence(ai={"allowed": allowed})).terms
    found = {}
    for rule in json.loads(terms.odrl)["prohibition"]:
        action = str(rule["action"])
        name = "mine" if "tdmrep#mine" in action else action
        purposes = rule.get("constraint", [{"rightOperand": []}])[0]["rightOperand"]
        found[name] = [one["@id"].rpartition("#use-")[2] for one in purposes]
    assert {name: uses for name, uses in found.items() if name in {"index", "mine"}} == forbidden
    assert words in terms.usage_terms[0].text
    assert plus in terms.data_mining


def test_27_one_moment_holds_for_the_whole_document() -> None:
    """A licence that ends while a feed is built is in force for all of it, or for none."""
    end = at("2026-05-01T12:00:00Z")
    term = {"start": "2026-01-01T00:00:00Z", "end": end.isoformat()}
    agreement = {
        "id": "l-1",
        "licence": "full",
        "licence_version": 1,
        "properties": ["site"],
        "state": "active",
        "zone": "UTC",
        "term": term,
    }
    files = files_of(partner=a_partner(agreements=[agreement]))
    partner, feed = files.feed_list()[0]
    request = request_of(files, partner, feed, frozenset())
    many = [(an_article(guid=f"tag:harbour.example,2024:n{n}"),) for n in range(20)]
    early = at("2026-05-01T11:59:58Z")
    before = compose(request, feed, Everything(many, early), early)
    after = compose(request, feed, Everything(many, end), end)
    assert (len(before.entries), len(after.entries)) == (20, 0)
    assert before.next_change == end
