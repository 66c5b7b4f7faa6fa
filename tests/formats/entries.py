"""Entries of every shape, generated: all blocks, all fields, text that XML has to escape."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from syndicate.model.article import Article
from syndicate.model.base import INLINE_TAGS
from syndicate.model.entry import Entry, Tombstone
from tests.builders import a_tombstone, an_article, an_entry, some_terms

SCRAPS = (
    *(
        "a",
        "b c",
        " ",
        "\n",
        "\t",
        "\r",
        "\u00a0",
        "é",
        "e\u0301",
        "\u0338",
        "س",
        "👩‍🚀",
        "\u2028",
    ),
    *("&", "<", ">", '"', "'", "]]>", "\x0b", "\x85", "\ufeff", "\u202e", "&amp;", "&lt;b&gt;"),
    *(
        "<b>",
        "</b>",
        "<!-- x -->",
        "{",
        "</item>",
        "</entry>",
        "xml:lang=",
        "/>",
        "&nbsp;",
        "&#13;",
    ),
)
ATTRIBUTES = (
    *('lang="ar"', 'lang="no such"', 'dir="rtl"', 'dir="up"', 'title="a &quot;b&quot; <c>"'),
    *('href="https://x.example/?a=1&amp;b=2"', 'href="https://x.example/a b|c"', 'hreflang="fr"'),
    *('href="mailto:x@y.example"', 'hreflang="?"', 'onclick="x()"', 'title="a\tb\nc"'),
)
URLS = (
    "https://harbour.example/cities/wall",
    "https://other.example/?a=1&b='2'",
    "HTTPS://Harbour.example/é/e\u0301",
)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

texts = st.lists(st.sampled_from(SCRAPS), max_size=5).map("".join)
lines = texts.map(lambda text: f"x{text}")
maybe_lines = st.none() | lines
urls = st.sampled_from(URLS)
languages = st.sampled_from(["en", "ar", "zh-Hant", "fr-CA"])
directions = st.none() | st.sampled_from(["ltr", "rtl"])


def _element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(sorted({*INLINE_TAGS, "script", "p"}))
    attributes = st.lists(st.sampled_from(ATTRIBUTES), max_size=2).map(" ".join)
    return st.builds(
        lambda name, says, held: (
            f"<{name} {says}>{held}</{name}>" if says else f"<{name}>{held}</{name}>"
        ),
        names,
        attributes,
        inner,
    )


def _together(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=4).map("".join)


runs = st.recursive(
    _together(texts | st.just("<br>")),
    lambda inner: _together(inner | _element(inner)),
    max_leaves=6,
)


def _files(kind: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    sizes = st.none() | st.integers(1, 4000)
    file = st.fixed_dictionaries(
        {"url": urls, "type": st.sampled_from([f"{kind}/x", "application/pdf"])},
        optional={"width": sizes, "height": sizes, "bytes": st.integers(0, 9), "duration": sizes},
    )
    return st.lists(file, max_size=3)


def _block(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    spoken = {"language": st.none() | languages, "dir": directions}
    return st.fixed_dictionaries({"type": st.just(kind), **fields, **spoken})


def _medium(kind: str, files: str) -> st.SearchStrategy[dict[str, Any]]:
    said = {"caption": st.none() | runs, "alt": maybe_lines, "credit": maybe_lines}
    return _block(kind, renditions=_files(files), **said)


pictures = _medium("picture", "image")
bodies = st.lists(
    st.one_of(
        _block("paragraph", text=runs, role=st.sampled_from(["text", "correction", "duty-top"])),
        _block("heading", text=runs, level=st.integers(2, 6)),
        _block("list", items=st.lists(runs, min_size=1, max_size=2), ordered=st.booleans()),
        _block("quote", text=runs, cite=maybe_lines),
        _block(
            "table",
            header=st.lists(runs, max_size=2),
            rows=st.lists(st.lists(runs, max_size=2), min_size=1, max_size=2),
            caption=st.none() | runs,
        ),
        pictures,
        _block(
            "gallery",
            pictures=st.lists(pictures, min_size=1, max_size=2),
            caption=st.none() | runs,
        ),
        _medium("video", "video"),
        _medium("audio", "audio"),
        _block("embed", url=urls, provider=maybe_lines, title=maybe_lines),
    ),
    max_size=4,
)

_terms = st.fixed_dictionaries(
    {},
    optional={
        "title": lines,
        "jsonld_url": st.none() | urls,
        "public_url": st.none() | urls,
        "usage_terms": st.lists(
            st.fixed_dictionaries({"language": languages, "text": lines}), max_size=2
        ),
        "holder": lines,
        "notice": lines,
        "valid_from": st.none() | INSTANTS,
        "valid_until": st.none() | INSTANTS,
        "countries": st.sampled_from([None, (), ("GB",), ("FR", "GB")]),
        "ai_allowed": st.sampled_from([(), ("search",), ("index",), ("index", "input", "train")]),
        "odrl": texts,
    },
)
_part_terms = st.fixed_dictionaries(
    {"holder": lines, "own": st.booleans()},
    optional={
        "credit": lines,
        "countries": st.sampled_from([None, (), ("GB",)]),
        "valid_from": st.none() | INSTANTS,
        "valid_until": st.none() | INSTANTS,
        "person": lines,
        "usage_terms": st.lists(
            st.fixed_dictionaries({"language": languages, "text": lines}), max_size=1
        ),
    },
)
_fields = st.fixed_dictionaries(
    {
        "headline": lines,
        "language": languages,
        "dir": st.sampled_from(["ltr", "rtl"]),
        "published": INSTANTS,
        "updated": INSTANTS,
    },
    optional={
        "summary": texts,
        "bylines": st.lists(
            st.fixed_dictionaries(
                {"name": lines},
                optional={"uri": urls, "affiliation": lines, "language": languages},
            ),
            max_size=2,
        ),
        "keywords": st.lists(texts, max_size=3).map(tuple),
        "section": maybe_lines,
        "subjects": st.sampled_from(
            [(), ({"code": "20000430", "name": "a & b"},), ({"code": "20000430"},)]
        ),
        "genre": maybe_lines,
        "slugline": maybe_lines,
        "dateline": maybe_lines,
        "urgency": st.none() | st.integers(1, 9),
        "canonical_url": st.none() | urls,
        "credit_line": maybe_lines,
        "ed_note": texts,
        "correction_note": texts,
        "partial": st.booleans(),
        "expires": st.none() | INSTANTS,
        "links": st.lists(
            st.fixed_dictionaries(
                {"url": urls, "title": maybe_lines},
                optional={"rel": st.sampled_from(["related", "via", "translation"])},
            ),
            max_size=2,
        ),
        "gone": st.sampled_from([(), ({"part": "old", "kind": "image"},)]),
    },
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """An entry of any shape."""
    article: Article = an_article(body=draw(bodies))
    body = tuple(block.model_copy(update={"id": f"p{n}"}) for n, block in enumerate(article.body))
    media = [block.id for block in body if hasattr(block, "renditions")]
    parts = [{**draw(_part_terms), "part": name} for name in media if draw(st.booleans())]
    terms = some_terms(**draw(_terms), parts=parts)
    return an_entry(**draw(_fields), terms=terms, body=body)


@st.composite
def tombstones(draw: st.DrawFn) -> Tombstone:
    """A tombstone of any shape."""
    fields = st.fixed_dictionaries(
        {"language": languages, "dir": st.sampled_from(["ltr", "rtl"])},
        optional={
            "status": st.sampled_from(["canceled", "withheld"]),
            "when": INSTANTS,
            "published": INSTANTS,
            "headline": texts,
            "note": texts,
            "ed_note": texts,
            "canonical_url": st.none() | urls,
            "licence_url": st.none() | urls,
            "holder": lines,
            "notice": lines,
            "media": st.sampled_from([(), ({"part": "photo", "kind": "image"},)]),
        },
    )
    return a_tombstone(**draw(fields))
