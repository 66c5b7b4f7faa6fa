"""Addresses of denied files: in whatever field, spelling and script, none goes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.formats.all import FORMATS
from syndicate.licensing.govern import Request
from syndicate.licensing.withdraw import tombstone
from syndicate.model.article import Article, Byline, Link, Subject
from syndicate.model.base import LONGEST_LINE, Model, inline_html
from syndicate.model.decision import Verdict
from tests.builders import NOW, a_head, a_licence, a_picture, an_article, desk_files, own
from tests.licensing.asking import decision, entry

URL = "https://img.harbour.example/wall-1600.jpg"
ENCODED = "https%3A%2F%2Fimg.harbour.example%2Fwall-1600.jpg"
PARAGRAPH = {"type": "paragraph", "text": "A plain sentence."}
FILES = "https://cdn.example/media"
TEXTS = (
    "headline",
    "summary",
    "dateline",
    "slugline",
    "section",
    "correction_note",
    "ed_note",
    "copyright_holder",
    "copyright_notice",
    "credit_line",
)


def text(run: str, *more: Any) -> str:
    """Give a paragraph as it goes out beside a denied picture."""
    return said(an_article(body=[{"type": "paragraph", "text": run}, *(more or [a_picture()])]))


def said(article: Article) -> str:
    """Give the first paragraph of an article as it goes out."""
    return next(str(b.model_dump()["text"]) for b in entry(article).body if b.id == "b1")


@pytest.mark.parametrize(
    ("run", "left"),
    [
        (f"انظر {URL}، ثم", "انظر …، ثم"),
        (f"انظر {URL}؟", "انظر …؟"),
        (f"انظر {URL}؛ وانظر", "انظر …؛ وانظر"),
        (f"وانظر{URL}و", "وانظر…و"),
        (f"見て{URL}ください", "見て…ください"),
        (f"See {URL}! There", "See …! There"),
        (f"See “{URL}” there", "See “…” there"),
        (f"See [{URL}] there", "See […] there"),
        (f"See ({URL}).", "See (…)."),
        (f"See {URL}&nbsp;there", "See …&nbsp;there"),
        (f"See {URL}?w=300&amp;q=9 there", "See … there"),
        (f"See {URL}\u200bthere", "See …\u200bthere"),
        (f"See \u2066{URL}\u2069 there", "See \u2066…\u2069 there"),
        ("See img.harbour.example/wall-1600.jpg there", "See … there"),
        ("See IMG.Harbour.example:443/wall-1600.jpg there", "See … there"),
        (f"See https://p.example/?u={URL} there", "See https://p.example/?u=… there"),
        (f"See https://p.example/?u={ENCODED} there", "See … there"),
        (f"See https://p.example/?u={ENCODED.replace('%', '%25')}&amp;x there", "See … there"),
        ("See img.harbour.example/wall-\u00ad1600.jpg there", "See … there"),
        ("See <b>img.harbour.example</b>/wall-1600.jpg there", "See … there"),
        (f'<a href="https://p.example/?u={URL}">there</a>', "<a>there</a>"),
        (f'<a href="https://p.example/?u={ENCODED}">there</a>', "<a>there</a>"),
        (f'<a href="https://p.example/" title="as {URL}؟">there</a>',
         '<a href="https://p.example/">there</a>'),
    ],
)  # fmt: skip
def test_03_a_denied_address_is_cut_out_of_whatever_stands_around_it(run: str, left: str) -> None:
    assert text(run) == inline_html(left)


@pytest.mark.parametrize(
    "run",
    [
        "See https://img.harbour.example/wall-1600.jpgx there",
        "See https://img.harbour.example/ there",
        "See https://img.harbour.example/wall there",
        "See https://other.img.harbour.example/wall-1600.jpg there",
        "See https://img.harbour.example.org/wall-1600.jpg there",
        "See https://img-harbour.example/wall-1600.jpg there",
        '<a href="https://img.harbour.example/ours.jpg">wall-1600.jpg</a>',
        "50% of &amp; 100%25 &lt;img.harbour.example&gt;",
    ],
)
def test_03_what_leads_elsewhere_stays(run: str) -> None:
    assert text(run) == inline_html(run)


def test_03_a_host_in_another_script_is_known_by_both_its_names() -> None:
    file = {"url": "https://صور.example/جدار.jpg", "type": "image/jpeg"}
    photo = a_picture(renditions=[file])
    assert text("انظر https://صور.example/جدار.jpg، ثم", photo) == "انظر … ثم"
    ascii_host = "صور".encode("idna").decode()
    assert (
        text(f"انظر https://{ascii_host}.example/%D8%AC%D8%AF%D8%A7%D8%B1.jpg", photo) == "انظر …"
    )


def plain_texts(model: type[Model]) -> set[str]:
    """Give the fields of a model that hold plain text."""
    fields = model.model_json_schema()["properties"]
    return {
        name
        for name, field in fields.items()
        if f'"maxLength": {LONGEST_LINE}' in json.dumps(field)
    }


@pytest.mark.parametrize("ending", ["", "، ثم"])
def test_03_no_field_of_an_article_leads_to_a_denied_file(ending: str) -> None:
    trace = f"see {URL}{ending}"
    changes: dict[str, Any] = dict.fromkeys(TEXTS, trace)
    changes["keywords"] = [trace]
    changes["subjects"] = [{"code": "20000430", "name": trace}]
    changes["bylines"] = [{"name": trace, "affiliation": trace, "role": trace, "uri": URL}]
    changes["links"] = [{"url": URL}, {"url": "https://a.example/", "title": trace}]
    ours = {"url": "https://img.harbour.example/ours.jpg", "type": "image/jpeg"}
    credit = {**own(), "credit_line": trace, "person_credit": f"A. {trace}"}
    photo = a_picture(id="ours", alt=trace, caption=trace, rights=credit, renditions=[ours])
    embed = {"type": "embed", "url": "https://e.example/", "title": trace, "provider": trace}
    quote = {"type": "quote", "text": trace, "cite": trace}
    body = [PARAGRAPH, photo, {**embed, "rights": own()}, quote, a_picture()]
    article = an_article(body=body, **changes)
    duties = {
        "attribute": "{headline}, by {publisher}",
        "institution_credit": True,
        "copyright_notice": True,
    }
    made = entry(article, a_licence(duties=duties))
    texts = [made.model_dump_json()]
    texts += [fmt.render(a_head(), (made,), ()).decode() for fmt in FORMATS.values()]
    assert not [text for text in texts if "wall-1600" in text]
    assert all("ours.jpg" in text for text in texts)


def test_the_test_above_names_every_plain_text_of_an_article() -> None:
    assert plain_texts(Article) == {*TEXTS, "keywords", "genre"}
    assert plain_texts(Byline) == {"name", "affiliation", "role"}
    assert plain_texts(Subject) == {"name"}
    assert plain_texts(Link) == {"title"}


# What is not printed is cut off, and a mark that joins with a letter makes another one of it.
SHOWN = st.text(st.characters(exclude_categories=("C", "M")), max_size=6)


@given(SHOWN, SHOWN, st.booleans())
def test_03_nothing_around_an_address_saves_it(before: str, after: str, inline: bool) -> None:
    if after[:1].isascii() and after[:1].isalnum():
        after = f" {after}"  # else it is another file
    if before[-1:].isascii() and (before[-1:].isalnum() or before[-1:] in ".-"):
        before += " "
    run = f"x{before if before[:1].isspace() else f' {before}'}{URL}{after}"
    changes: dict[str, Any] = {"summary": run}
    if inline:
        changes["body"] = [{"type": "paragraph", "text": run}, a_picture()]
    else:
        changes["body"] = [PARAGRAPH, a_picture()]
    assert "wall-1600" not in entry(an_article(**changes)).model_dump_json()


def file(query: str) -> list[dict[str, Any]]:
    return [{"url": f"{FILES}?{query}", "type": "image/jpeg", "width": 400, "height": 300}]


def test_a_file_that_only_its_query_names_is_not_taken_for_another() -> None:
    good = a_picture(id="good", rights=own(), renditions=file("id=1&w=400"))
    bad = a_picture(id="bad", renditions=file("id=2&w=400"))
    says = f"{FILES}?id=1 and {FILES}?w=9&amp;id=2 and {FILES}?id=22"
    article = an_article(body=[{"type": "paragraph", "text": says}, good, bad])
    assert decision(article, a_licence(required_parts=["image"])).allows("good")
    made = entry(article)
    assert [picture.id for picture in made.pictures()] == ["good"]
    assert [part.part for part in made.terms.parts] == ["good"]
    left = f"{FILES}?id=1 and … and {FILES}?id=22"
    assert said(article) == left


def test_a_smaller_file_of_a_picture_goes_where_a_larger_one_may_not() -> None:
    sizes = [
        {"url": f"https://img.example/{url}", "type": "image/jpeg", "width": n, "height": n}
        for url, n in (
            ("a?w=900", 900),
            ("a?w=90", 90),
            ("b.jpg", 900),
            ("b.jpg?w=90", 90),
            ("b.jpg.webp", 90),
        )
    ]
    photo = a_picture(id="ours", rights={**own(), "max_pixels": 100}, renditions=sizes)
    says = "https://img.example/a?w=900 https://img.example/a?w=90 https://img.example/b.jpg"
    article = an_article(body=[{"type": "paragraph", "text": says}, photo])
    made = entry(article)
    (picture,) = made.pictures()
    small = [one["url"] for one in sizes if one["width"] == 90]
    assert [one.url for one in picture.renditions] == small
    assert said(article) == "… https://img.example/a?w=90 …"


def test_03_a_file_of_an_allowed_and_a_refused_picture_stays_here() -> None:
    both = [a_picture(id="a", rights=own()), a_picture(id="b", rights={"onward": "refused"})]
    article = an_article(body=[PARAGRAPH, *both])
    assert decision(article).codes("a", Verdict.DENY) == ("FILE_SHARED",)
    assert not entry(article).pictures()
    assert not entry(article).terms.parts
    needed = decision(article, a_licence(required_parts=["headline", "image"]))
    assert needed.verdict is Verdict.DENY


def test_what_shares_its_file_with_a_held_picture_waits_with_it() -> None:
    later = {**own(), "window": {"start": "2026-06-01T00:00:00Z"}}
    both = [a_picture(id="a", rights=own()), a_picture(id="b", rights=later)]
    decided = decision(an_article(body=[PARAGRAPH, *both]))
    assert decided.codes("a", Verdict.HOLD) == ("FILE_SHARED",)


def test_an_embed_of_a_denied_file_is_denied_as_such() -> None:
    embed = {"type": "embed", "id": "post", "url": f"{URL}?w=1", "rights": own()}
    decided = decision(an_article(body=[PARAGRAPH, embed, a_picture()]))
    assert decided.codes("post", Verdict.DENY) == ("FILE_SHARED",)


def test_09_links_to_a_denied_embeds_page_stay_and_so_does_another_embed() -> None:
    watch = "https://video.example/watch?v="
    denied = {"type": "embed", "id": "denied", "url": f"{watch}AAA"}
    allowed = {"type": "embed", "id": "allowed", "url": f"{watch}CCC", "rights": own()}
    run = f'<a href="{watch}AAA">one</a> and <a href="{watch}BBB">another</a>'
    article = an_article(body=[{"type": "paragraph", "text": run}, denied, allowed])
    assert said(article) == run
    assert [block.id for block in entry(article).body if block.type == "embed"] == ["allowed"]


def test_03_a_notice_leads_to_no_file_that_the_partner_could_not_have() -> None:
    def version(number: int, **changes: Any) -> Article:
        made = f"2026-04-30T0{number}:00:00Z"
        dates = {"first_created": "2026-04-30T01:00:00Z", "version_created": made}
        ours = {"url": "https://img.harbour.example/ours.jpg", "type": "image/jpeg"}
        body = [PARAGRAPH, a_picture(id="ours", rights=own(), renditions=[ours]), a_picture()]
        return an_article(version=number, body=body, headline=f"As in {URL}", **dates, **changes)

    why = f"Remove https://img.harbour.example/ours.jpg; never print {URL}."
    killed = version(2, pub_status="canceled", ed_note=why, correction_note=why)
    files = desk_files()
    request = Request(files, files.partners[0], files.partners[0].properties[0])
    stone = tombstone(request, (version(1), killed), NOW)
    assert stone is not None
    assert stone.headline == "As in …"
    assert stone.ed_note == "Remove https://img.harbour.example/ours.jpg; never print …."
    assert "wall-1600" not in stone.model_dump_json()
