"""Files that are small and cost much, or that are no files: each by its name in the inbox."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.faults.story import an_article_of
from tests.hostile.strings import MEGABYTE

DEEP = 100_000
_FRONT = (
    "---\nguid: tag:harbour.example,2024:{name}\nheadline: {headline}\nlanguage: en\n"
    "first_created: 2025-04-30T08:00:00Z\ncanonical_url: https://harbour.example/{name}\n"
    "{more}---\n\n{text}"
)
_PAGE = (
    "{before}<html lang=en><head><title>The harbour wall moves</title>"
    '<meta property="article:published_time" content="2025-04-30T08:00:00Z">'
    "<link rel=canonical href='https://harbour.example/{name}'></head>"
    "<body><article><h1>The harbour wall moves</h1>{bomb}{text}</article></body></html>"
)
_TEXT = "<p>The wall of the harbour moved two centimetres in a week, and nobody knows why.</p>"


def article(name: str = "bomb", **changes: Any) -> bytes:
    """Give an article as JSON."""
    return json.dumps(an_article_of(name, **changes)).encode()


def markdown(text: str, name: str = "bomb", headline: str = "Deep", more: str = "") -> bytes:
    """Give an article as Markdown."""
    return _FRONT.format(name=name, headline=headline, more=more, text=text).encode()


def page(bomb: str, name: str = "bomb", before: str = "") -> bytes:
    """Give an article as a page."""
    return _PAGE.format(name=name, bomb=bomb, before=before, text=_TEXT * 6).encode()


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def _dates() -> dict[str, tuple[bytes, str]]:
    stated = {
        "zero": ("0000-00-00", "bad-first-created"),
        "nought": ("0000-00-00T00:00:00Z", "bad-first-created"),
        "far": ("99999-01-01T00:00:00Z", "bad-first-created"),
        "naive": ("2025-04-30T08:00:00", "V2"),
        "never": ("2025-02-30T00:00:00Z", "bad-first-created"),
        "zone": ("2025-04-30T08:00:00+99:99", "bad-first-created"),
        "float": (1e30, "bad-first-created"),
        "long": (10**39, "bad-first-created"),
        "word": ("now", "bad-first-created"),
        "none": ("", "bad-first-created"),
        "list": ([], "bad-first-created"),
        "true": (True, "bad-first-created"),
    }
    return {
        f"date-{name}.json": (article(first_created=value, version_created=value), code)
        for name, (value, code) in stated.items()
    }


def _json() -> dict[str, tuple[bytes, str]]:
    gallery: Any = {"type": "gallery", "pictures": []}
    for _ in range(8):
        gallery = {"type": "gallery", "pictures": [gallery]}
    one = {"type": "paragraph", "text": "x"}
    return {
        "arrays.json": (b"[" * DEEP, "bad-json"),
        "closed.json": (b"[" * DEEP + b"]" * DEEP, "bad-json"),
        "objects.json": (b'{"a":' * DEEP, "bad-json"),
        "deep.json": (article(rights=_nested(50)), "bad-json"),
        "gallery.json": (article(body=[gallery]), "bad-type"),
        "blocks.json": (article(body=[one] * 20_001), "too-many-blocks"),
        "digits.json": (b'{"version": ' + b"9" * DEEP + b"}", "bad-json"),
        "integer.json": (article(version=10**30), "bad-version"),
        "nan.json": (b'{"version": NaN}', "bad-json"),
        "infinity.json": (b'{"version": -Infinity}', "bad-json"),
        "exponent.json": (article().replace(b": 1,", b": 1e999,", 1), "bad-version"),
        "twice.json": (b'{"version": 1, "version": 2}', "bad-json"),
        "ampersands.json": (article(body=[{**one, "text": "&" * MEGABYTE}]), "bad-text"),
        "large.json": (article(body=[{**one, "text": "x" * MEGABYTE}] * 6), "too-large"),
        **_dates(),
    }


def _markdown() -> dict[str, tuple[bytes, str]]:
    aliases = "a: &a [x, x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    lists = "\n".join("  " * n + "- x" for n in range(500))
    return {
        "quotes.md": (markdown("> " * DEEP + "x"), "too-deep"),
        "items.md": (markdown("- " * DEEP + "x"), "too-deep"),
        "lists.md": (markdown(lists), "too-deep"),
        "ampersands.md": (markdown("&" * 250_000), "too-many-ampersands"),
        "large.md": (markdown("x" * MEGABYTE), "too-large"),
        "aliases.md": (markdown("x", more=aliases), "bad-front-matter"),
        "merge.md": (markdown("x", more="a: &a {b: c}\n<<: *a\n"), "bad-front-matter"),
        "flow.md": (markdown("x", headline="[" * DEEP), "bad-front-matter"),
        "mapping.md": (markdown("x", headline="{a: " * 20_000), "bad-front-matter"),
        "tag.md": (markdown("x", headline="!!python/name:os.system x"), "bad-front-matter"),
        "long.md": (markdown("x", headline="x" * 300_000), "bad-front-matter"),
    }


def _pages() -> dict[str, tuple[bytes, str]]:
    return {
        "tables.html": (page("<table><tr><td>" * DEEP), "too-many-blocks"),
        "options.html": (page("<select><option>" * 50_000), "too-many-blocks"),
        "comment.html": (page("<!--" * DEEP), "missing-body"),
        "ampersands.html": (page("&" * 250_000), "too-many-ampersands"),
        "bomb.html.gz": (gzip.compress(bytes(200 * MEGABYTE), 1), "too-large"),
        "torn.html.gz": (gzip.compress(page(""))[:-9], "unreadable"),
        "nothing.html.gz": (b"", "missing-body"),
    }


def _texts() -> dict[str, tuple[bytes, str]]:
    head = b"The harbour wall moves again\n\nThe wall moved two centimetres in a week.\n\n"
    return {
        "ampersands.txt": (head + b"Photo: " + b"&" * 2_000_000, "bad-text"),
        "lines.txt": (b"The wall moved again.\n" * 20_001, "too-many-blocks"),
        "empty.txt": (b"", "missing-body"),
        "empty.json": (b"", "bad-json"),
        "empty.md": (b"", "missing-headline"),
        "empty.html": (b"", "missing-body"),
        "utf-16.json": (article().decode().encode("utf-16-be"), "bad-json"),
        "latin-1.json": ('{"headline": "Über"}'.encode("latin-1"), "not-utf8"),
        "utf-32.json": (article().decode().encode("utf-32"), "bad-json"),
    }


BAD = {**_json(), **_markdown(), **_pages(), **_texts()}
"""The bytes of each, and the code that it is refused with."""


def _odd() -> dict[str, bytes]:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 9}">' for n in range(1, 20))
    inside = '<!DOCTYPE html [<!ENTITY e0 "ha">' + entities + "]>"
    outside = '<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return {
        "divs.html": page("<div>" * DEEP, "divs"),
        "styles.html": page("<p>" + "<b>" * DEEP, "styles"),
        "quotes.html": page("<blockquote>" * DEEP, "quotes"),
        "attributes.html": page("<p " + "a=1 " * DEEP + ">", "attributes"),
        "entities.html": page("<p>&e19;</p>", "entities", inside),
        "outside.html": page("<p>&e;</p>", "outside", outside),
        "deep.html.gz": gzip.compress(page("<div>" * 200_000, "deep")),
        "utf-16.html": page("", "page16").decode().encode("utf-16"),
        "bom.json": b"\xef\xbb\xbf" + article("bom"),
        "utf-16-bom.json": article("utf16").decode().encode("utf-16"),
        "bom.md": b"\xef\xbb\xbf" + markdown("Text.", "bom-md"),
        "utf-16.md": markdown("Text.", "md16").decode().encode("utf-16"),
        "brackets.md": markdown("[" * 9_999, "brackets"),
        "images.md": markdown("![" * 9_999, "images"),
        "stars.md": markdown("*a **b " * 5_000, "stars"),
        "hashes.md": markdown("#" * DEEP, "hashes"),
    }


ODD = _odd()
"""The bytes of what is odd and yet an article."""

NESTED = article("nested", body=[{"type": "paragraph", "text": "<b>" * DEEP + "x"}])
"""An article that is one, and that no document can hold."""
