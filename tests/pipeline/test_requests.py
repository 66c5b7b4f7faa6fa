"""What somebody who asks for a licence is told of an article: all that no licence lets go."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from syndicate.licensing.question import Ground, parts_of
from syndicate.model.article import Article
from syndicate.model.body import MEDIA_KINDS, Gallery
from syndicate.model.rights import PartKind
from syndicate.pipeline.requests import foreign_parts
from tests.builders import NOW, a_desk, a_picture, agency, an_article
from tests.licensing.asking import decision
from tests.strategies import article_dicts

NOT_OURS = {"ONWARD_REFUSED", "ONWARD_UNKNOWN", "PART_EXPIRED"}
"""Codes of what no licence lets go."""
WIRE = {"owner": "Corvane", "own": False, "onward": "refused"}


def told(article: Article, **desk: Any) -> list[tuple[str, str]]:
    return [(one.part, one.holder) for one in foreign_parts(article, a_desk(**desk), NOW)]


def with_body(*blocks: dict[str, Any], **changes: Any) -> Article:
    return an_article(body=list(blocks), **changes)


def a_paragraph(name: str, **rights: Any) -> dict[str, Any]:
    made = {"type": "paragraph", "id": name, "text": f"Text of {name}."}
    return {**made, "rights": rights} if rights else made


@settings(deadline=None)
@given(article_dicts())
def test_what_is_named_is_what_the_decision_keeps_from_everybody(data: dict[str, Any]) -> None:
    article = an_article(**data)
    found = {one.part or "" for one in decision(article).findings if one.code in NOT_OURS}
    named = {part for part, _ in told(article)}
    text = Ground(PartKind.BODY, (article.rights,)).permission
    for part in parts_of(article):
        if isinstance(part.block, Gallery):
            continue
        above = "article" in named and part.kind not in MEDIA_KINDS
        inherits = above and part.ground.permission == text
        assert (part.name in named or inherits) == bool(found & {part.name, ""}), part.name


def test_a_paragraph_of_a_wire_and_an_embed_are_named_as_pictures_are() -> None:
    clip = {"type": "embed", "id": "clip", "url": "https://v.example/1", "provider": "Viewtube"}
    made = with_body(a_paragraph("b1"), a_paragraph("wire", **WIRE), clip)
    assert told(made) == [("wire", "Corvane"), ("clip", "unknown")]


def test_a_picture_that_an_agency_lets_us_pass_on_is_not_named() -> None:
    made = with_body(a_picture(rights=agency()))
    norstar = {"id": "norstar", "owner": "Norstar Agency"}
    assert told(made) == []
    named = [("photo", "Norstar Agency")]
    assert told(made, source_agreements=[{**norstar, "onward": False}]) == named
    over = {"end": "2026-04-01T00:00:00Z"}
    assert told(made, source_agreements=[{**norstar, "onward": True, "window": over}]) == named
    assert told(made, source_agreements=[]) == named


def test_an_article_that_is_not_ours_is_named_once_for_all_its_text() -> None:
    blocks = a_paragraph("b1"), a_paragraph("b2"), a_picture(rights=agency())
    assert told(with_body(*blocks, rights=WIRE)) == [("article", "Corvane")]


def test_no_word_of_a_text_that_stays_here_is_told() -> None:
    [one] = foreign_parts(with_body(a_paragraph("wire", **WIRE)), a_desk(), NOW)
    assert (one.kind, one.says) == ("body", "")
