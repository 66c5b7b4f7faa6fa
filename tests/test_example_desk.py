"""The example desk: every file is valid, and every story it promises to show is really there."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import frontmatter
import pytest

from syndicate.model.article import Article, PubStatus
from syndicate.model.base import text_of
from syndicate.model.body import (
    Block,
    Embed,
    Gallery,
    MediaBase,
    Picture,
    Table,
    texts_of,
)
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.moments import Window
from syndicate.model.partner import Agreement, Partner
from syndicate.model.rights import AiPurpose, Onward, PartKind, PartRights
from syndicate.model.territory import Territory

ROOT = Path(__file__).parent.parent
FEEDS = ROOT / "feeds"
TOPICS = ROOT.parent / "shared" / "standards" / "newscodes" / "mediatopics-2025-03-31.tsv"
TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
RELEASE = datetime(2026, 11, 20, 6, tzinfo=UTC)
PICTURES = {PartKind.IMAGE, PartKind.GRAPHIC}


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def read_article(path: Path) -> Article:
    """Read an article; of Markdown only the front matter counts here, the body stays plain."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return Article.model_validate_json(text)
    post = frontmatter.loads(text)
    body = [{"type": "paragraph", "text": one} for one in post.content.split("\n\n")]
    return Article.model_validate({**post.metadata, "body": body})


LICENCES = sorted((FEEDS / "licences").glob("*"))
PARTNERS = sorted((FEEDS / "partners").glob("*"))
ARTICLES = sorted((FEEDS / "articles").glob("*"))


def desk_files() -> DeskFiles:
    return DeskFiles(
        Desk.model_validate(toml(FEEDS / "desk.toml")),
        tuple(Licence.model_validate(toml(path)) for path in LICENCES),
        tuple(Partner.model_validate(toml(path)) for path in PARTNERS),
    )


def all_articles() -> dict[str, Article]:
    """Read every article version, by its file name."""
    return {path.name: read_article(path) for path in ARTICLES}


@pytest.fixture(scope="module")
def files() -> DeskFiles:
    return desk_files()


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return all_articles()


def blocks(articles: dict[str, Article]) -> Iterator[tuple[str, Block, PartRights]]:
    for name, article in articles.items():
        for block in article.blocks():
            yield name, block, block.rights or PartRights()


def where(articles: dict[str, Article], *, own: bool | None, onward: Onward) -> list[str]:
    """Name the files with a picture of these rights."""
    return [
        name
        for name, block, rights in blocks(articles)
        if isinstance(block, Picture) and (rights.own, rights.onward) == (own, onward)
    ]


def agreements(files: DeskFiles) -> Iterator[tuple[Partner, Agreement, Licence]]:
    for partner in files.partners:
        for agreement in partner.agreements:
            licence = files.licence(agreement.licence, agreement.licence_version)
            assert licence is not None, f"{agreement.id} names a licence the desk does not hold"
            yield partner, agreement, licence


def partner_under(files: DeskFiles, licence: str) -> list[str]:
    return [one.id for one, agreement, terms in agreements(files) if terms.id == licence]


# Every file


def test_the_desk_is_valid_and_names_only_places_and_agreements_it_declares(
    files: DeskFiles, articles: dict[str, Article]
) -> None:
    territories = [Territory(), *(one.territory for one in files.licences)]
    territories += [agreement.territory for _, agreement, _ in agreements(files)]
    territories += [one.territory for one in files.desk.source_agreements]
    assert [
        files.groups.undeclared(one) for one in territories if files.groups.undeclared(one)
    ] == []
    owners = {one.id: one.owner for one in files.desk.source_agreements}
    for name, _, rights in blocks(articles):
        if rights.source_agreement:
            assert owners.get(rights.source_agreement) == rights.owner, name


@pytest.mark.parametrize("path", LICENCES, ids=lambda path: path.name)
def test_a_licence_is_valid_and_its_file_is_named_for_it(path: Path) -> None:
    licence = Licence.model_validate(toml(path))
    assert path.name == f"{licence.id}-v{licence.version}.toml"
    assert {text.language for text in licence.text_terms if not text.confidential} >= {
        "en",
        licence.language,
    }
    assert AiPurpose.TRAIN not in licence.ai.allowed
    assert licence.public or (licence.takedown_sla and licence.correction_sla)


@pytest.mark.parametrize("path", PARTNERS, ids=lambda path: path.name)
def test_a_partner_is_valid_and_can_read_the_formats_of_its_feeds(path: Path) -> None:
    partner = Partner.model_validate(toml(path))
    assert path.name == f"{partner.id}.toml"
    assert partner.feeds
    assert all(set(feed.formats) <= set(partner.can_ingest) for feed in partner.feeds)
    assert all(agreement.price for agreement in partner.agreements)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_an_article_is_valid_dated_before_today_and_of_believable_length(path: Path) -> None:
    article = read_article(path)
    stem, _, version = path.stem.partition(".v")
    assert re.fullmatch(r"[a-z0-9-]+", stem)
    assert article.version == int(version or 1)
    assert article.guid.startswith("tag:longshore.example,2025:")
    assert datetime(2026, 11, 1, tzinfo=UTC) < article.first_created
    assert article.version_created < TODAY - timedelta(days=2)
    if article.pub_status is PubStatus.USABLE:
        words = sum(len(text_of(t).split()) for b in article.body for t in texts_of(b))
        assert 250 <= words <= 600
        assert article.bylines
        assert article.summary
        assert article.subjects


@pytest.mark.parametrize("path", [p for p in ARTICLES if p.suffix == ".md"], ids=lambda p: p.name)
def test_a_markdown_article_has_article_fields_in_front_and_no_pictures(path: Path) -> None:
    post = frontmatter.loads(path.read_text("utf-8"))
    assert set(post.metadata) <= set(Article.model_fields) - {"body"}
    assert "![" not in post.content


def test_identities_are_unique(files: DeskFiles, articles: dict[str, Article]) -> None:
    for names in (
        [one.ref for one in files.licences],
        [one.id for one in files.partners],
        [feed.id for _, feed in files.feed_list()],
        [agreement.id for _, agreement, _ in agreements(files)],
        [(one.guid, one.version) for one in articles.values()],
        [one.canonical_url for one in articles.values() if one.canonical_url and one.version == 1],
    ):
        assert len(names) == len(set(names))


def test_every_address_is_of_a_name_reserved_for_examples() -> None:
    found = set()
    for path in (FEEDS / "desk.toml", FEEDS / "README.md", *LICENCES, *PARTNERS, *ARTICLES):
        text = path.read_text("utf-8")
        found |= {urlsplit(url).hostname or "" for url in re.findall(r'https?://[^\s"<>)]+', text)}
        found |= set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text))
    strange = {host for host in found if not host.endswith(".example")}
    assert strange == {"creativecommons.org"}


def test_subjects_carry_the_topics_name_in_the_articles_language(
    articles: dict[str, Article],
) -> None:
    if not TOPICS.exists():
        pytest.skip("the IPTC table of names (../shared/standards/newscodes) is not here")
    column = {"en": "name_en-GB", "ar": "name_ar", "fr": "name_fr"}
    with TOPICS.open(encoding="utf-8") as lines:
        table = {row["qcode"][7:]: row for row in csv.DictReader(lines, delimiter="\t")}
    for name, article in articles.items():
        for subject in article.subjects:
            assert subject.name == table[subject.code][column[article.language]], name


def test_the_readme_names_every_article_partner_and_licence(files: DeskFiles) -> None:
    text = (FEEDS / "README.md").read_text("utf-8")
    names = [path.name for path in (*ARTICLES, *LICENCES, *PARTNERS)]
    assert [name for name in names if f"`{name}`" not in text] == []


# The stories the articles tell


def test_there_are_at_least_twelve_articles(articles: dict[str, Article]) -> None:
    assert len({one.guid for one in articles.values()}) >= 12


def test_one_agency_picture_has_unknown_onward_rights(articles: dict[str, Article]) -> None:
    assert where(articles, own=False, onward=Onward.UNKNOWN) == ["harbour-dredging.json"]


def test_one_agency_picture_may_go_out_with_credit_but_not_to_japan_and_not_for_ever(
    files: DeskFiles, articles: dict[str, Article]
) -> None:
    assert where(articles, own=False, onward=Onward.GRANTED) == ["tell-rumaysa-kiln.json"]
    rights = next(r for _, _, r in blocks(articles) if r.source_agreement == "vantor")
    source = next(o for o in files.desk.source_agreements if o.id == rights.source_agreement)
    assert rights.credit_line
    assert rights.territory
    assert rights.territory.exclude == source.territory.exclude == ("JP",)
    assert source.onward
    window, outer = rights.window or Window(), source.window
    assert window.closes
    assert outer.closes
    assert TODAY < window.closes < outer.closes
    assert rights.coded_by
    assert any("JAPAN OUT" in text for text in rights.restrictions)


def test_one_article_has_two_own_pictures_in_several_sizes(articles: dict[str, Article]) -> None:
    pictures = [b for b in articles["school-meals.json"].blocks() if isinstance(b, Picture)]
    assert len(pictures) == 2
    for picture in pictures:
        assert len(picture.renditions) >= 2
        assert all(r.width and r.height and r.bytes for r in picture.renditions)
        assert picture.caption
        assert picture.alt
        assert picture.credit
        assert picture.rights
        assert picture.rights.own


def test_one_article_was_embargoed_until_a_second_and_one_is_until_further_notice(
    articles: dict[str, Article],
) -> None:
    found = {name: one.embargoed for name, one in articles.items() if one.embargoed}
    assert set(found) == {"marram-prize.json", "seagrass-study.json"}
    until = found["seagrass-study.json"].until
    assert until
    assert until.at == RELEASE
    assert articles["seagrass-study.json"].version_created < RELEASE
    assert found["marram-prize.json"].open_ended


def test_one_article_was_corrected_and_says_what_was_wrong(articles: dict[str, Article]) -> None:
    first, second = articles["bus-lanes.v1.json"], articles["bus-lanes.v2.json"]
    assert [n for n, one in articles.items() if one.correction_note] == ["bus-lanes.v2.json"]
    assert first.guid == second.guid
    assert first.first_created == second.first_created < second.version_created
    assert first.headline != second.headline
    assert "41 per cent" in text_of(next(texts_of(first.body[0])))
    assert "14 per cent" in text_of(next(texts_of(second.body[0])))


def test_one_article_was_killed_after_it_had_gone_out(articles: dict[str, Article]) -> None:
    first, second = articles["bathing-water.v1.json"], articles["bathing-water.v2.json"]
    assert [n for n, a in articles.items() if a.pub_status is PubStatus.CANCELED] == [
        "bathing-water.v2.json"
    ]
    assert first.guid == second.guid
    assert first.pub_status is PubStatus.USABLE
    assert second.ed_note
    assert second.body == ()


def test_arabic_articles_run_right_to_left_with_latin_names_and_numbers_inside(
    articles: dict[str, Article],
) -> None:
    arabic = [one for one in articles.values() if one.language == "ar"]
    assert len(arabic) >= 2
    for article in arabic:
        text = " ".join(text for block in article.body for text in texts_of(block))
        assert article.direction == "rtl"
        assert re.search(r'dir="ltr">[^<]*[A-Za-z]', text)
        assert re.search(r"\d", text)
        assert all(re.search("[\u0600-\u06ff]", one.name) for one in article.bylines)


def test_one_article_is_french(articles: dict[str, Article]) -> None:
    assert [n for n, a in articles.items() if a.language == "fr"] == ["cinema-ambulant.md"]


def test_one_article_quotes_a_wire_that_is_refused_and_stands_without_it(
    articles: dict[str, Article],
) -> None:
    found = [
        (name, rights)
        for name, block, rights in blocks(articles)
        if block.kind is PartKind.BODY and rights.own is False
    ]
    assert [name for name, _ in found] == ["ferry-timetable.json"]
    assert found[0][1].onward is Onward.REFUSED
    assert found[0][1].severable


def test_one_article_has_a_table_our_own_chart_and_a_strangers_video(
    articles: dict[str, Article],
) -> None:
    assert {n for n, block, _ in blocks(articles) if isinstance(block, Table)} == {
        "spring-tides.json"
    }
    embeds = [(n, rights) for n, block, rights in blocks(articles) if isinstance(block, Embed)]
    assert {name for name, _ in embeds} == {"spring-tides.json"}
    assert [(r.own, r.onward) for _, r in embeds] == [(True, Onward.GRANTED), (None, None)]


def test_one_article_is_free_in_text_but_has_a_picture_that_is_not(
    files: DeskFiles, articles: dict[str, Article]
) -> None:
    free = {name: one for name, one in articles.items() if one.licence}
    assert set(free) == {"flood-maps.json"}
    article = free["flood-maps.json"]
    licence = files.public_licence(article.licence or "")
    assert licence
    assert set(article.products) & set(licence.covers.products)
    assert not PICTURES & {grant.kind for grant in licence.grants}
    assert any(isinstance(block, Picture) for block in article.blocks())
    assert all(byline.affiliation for byline in article.bylines)


def test_nothing_else_is_covered_by_the_free_licence(
    files: DeskFiles, articles: dict[str, Article]
) -> None:
    licence = files.public_licence("cc-by-nd")
    assert licence
    assert licence.covers.products
    open_ones = [n for n, a in articles.items() if set(a.products) & set(licence.covers.products)]
    assert open_ones == ["flood-maps.json"]


def test_one_gallery_mixes_our_own_picture_with_an_agencys(articles: dict[str, Article]) -> None:
    galleries = [(n, block) for n, block, _ in blocks(articles) if isinstance(block, Gallery)]
    assert [name for name, _ in galleries] == ["kilmarra-floodlights.json"]
    rights = [picture.rights or PartRights() for picture in galleries[0][1].pictures]
    assert [one.onward for one in rights] == [Onward.GRANTED, Onward.REFUSED]
    assert [one.own for one in rights] == [True, False]


def test_one_columnist_keeps_her_text(articles: dict[str, Article]) -> None:
    reserved = [n for n, a in articles.items() if any(b.syndication == "no" for b in a.bylines)]
    assert reserved == ["slow-street-column.md"]


def test_every_picture_is_described_and_no_file_of_an_agency_is_ours(
    articles: dict[str, Article],
) -> None:
    for name, block, rights in blocks(articles):
        if isinstance(block, MediaBase):
            assert block.renditions, name
            assert block.alt, name
            assert block.caption, name
            assert rights.own is not None, name
