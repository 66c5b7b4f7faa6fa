"""Checking the pieces of a document is checking the document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree

from syndicate.checks import fragments as engine
from syndicate.checks._wrappers import WRAPPERS
from syndicate.checks.findings import PROFILES, SCHEMAS, check_document
from syndicate.checks.fragments import check_envelope, check_fragment, check_fragments
from syndicate.formats.all import FORMATS
from syndicate.formats.base import piece_of
from syndicate.model.errors import NotFound
from tests.builders import a_head, a_tombstone, an_entry
from tests.golden.cases import CASES, expected_file

ITEMS = {
    "rss": re.compile(rb"<item>.*?</item>", re.DOTALL),
    "atom": re.compile(rb"<entry[ >].*?</entry>", re.DOTALL),
    "newsml-g2": re.compile(rb"<newsItem\s.*?</newsItem>", re.DOTALL),
}
IDENTITIES = {
    "rss": re.compile(rb"<guid[^>]*>([^<]*)<"),
    "atom": re.compile(rb"<id>([^<]*)<"),
    "newsml-g2": re.compile(rb'guid="([^";]*)'),
}
WITHDRAWN = re.compile(rb"http://cv.iptc.org/newscodes/pubstatusg2/|stat:(canceled|withheld)")
EVERY = pytest.mark.parametrize("name", FORMATS)


class Pieces(NamedTuple):
    envelope: tuple[bytes, bytes, bytes]
    guids: list[str]
    fragments: list[bytes]
    stones: list[bytes]


def taken_apart(data: bytes, name: str) -> Pieces:
    """Cut a document into what it is composed of; media go with their article."""
    spans: list[tuple[str, int, int]] = []
    for found in ITEMS[name].finditer(data):
        named = IDENTITIES[name].search(found.group())
        guid = named.group(1).decode() if named else f"nobody-{found.start()}"
        if name == "newsml-g2" and spans and spans[-1][0] == guid and b";" in found.group()[:200]:
            spans[-1] = (guid, spans[-1][1], found.end())
        else:
            spans.append((guid, found.start(), found.end()))
    fragments = [data[start:end] for _, start, end in spans]
    envelope = (data[: spans[0][1]], b"\n", data[spans[-1][2] :]) if spans else (data, b"", b"")
    stones = 0
    while stones < len(fragments) and WITHDRAWN.search(fragments[stones]):
        stones += 1
    return Pieces(envelope, [guid for guid, _, _ in spans], fragments, fragments[:stones])


def found_in_pieces(data: bytes, name: str) -> list[Any]:
    pieces = taken_apart(data, name)
    found: list[Any] = [one for part in pieces.fragments for one in check_fragment(part, name)]
    return [
        *found,
        *check_envelope(pieces.envelope, name, pieces.guids, pieces.stones, len(data)),
    ]


def samples(kind: str) -> list[tuple[str, Path]]:
    return [
        (name, file)
        for name, profile in PROFILES.items()
        for file in sorted((SCHEMAS / profile.folder / kind).iterdir())
    ]


def label(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(value)


@pytest.mark.parametrize("case", CASES)
@EVERY
def test_what_is_right_as_a_whole_is_right_in_pieces(case: str, name: str) -> None:
    data = expected_file(case, FORMATS[name]).read_bytes()
    assert check_document(data, name) == ()
    assert found_in_pieces(data, name) == []


@pytest.mark.parametrize(("name", "file"), samples("should_fail"), ids=label)
def test_what_is_wrong_as_a_whole_is_wrong_in_pieces(name: str, file: Path) -> None:
    assert found_in_pieces(file.read_bytes(), name)


BREAKS: dict[str, Sequence[tuple[bytes, bytes]]] = {
    "rss": [
        (b"<guid isPermaLink", b"<guid permanent"),
        (b" GMT</pubDate>\n      <content", b"</pubDate>\n      <content"),
        (b"<ttl>5</ttl>", b""),
        (b"<ttl>5</ttl>", b"<ttl>5</ttl><ttl>5</ttl>"),
        (b"<dc:rights>", b"<dc:right>"),
        (b"<dc:creator>", b"<media:creator>"),
        (b'xmlns:dc="http://purl.org/dc/elements/1.1/"', b'xmlns:dc="http://purl.org/dc/x/"'),
        (b"https://feeds.harbour.example/licences", b"http://feeds.harbour.example/licences"),
        (b"</channel>", b"<item/></channel>"),
        (b"</channel>", b"</channel><channel/>"),
        (b"</rss>", b"</rss><!--"),
        (b"&lt;p", b"&lt;script"),
        (b"<item>", b"<item><!-- -->x"),
        (b"</language>", b"</language>&nothing;"),
        (b"<?xml version='1.0' encoding='UTF-8'?>", b"<!DOCTYPE rss>"),
        (b'rel="license" type="text/html"', b'rel="license" typ="text/html"'),
    ],
    "atom": [
        (b"<entry xml:lang", b"<entry lang"),
        (b"<published>", b"<published>x"),
        (b"<author>", b"<author/><author>"),
        (b"<rights>", b"<right>"),
        (b"</feed>", b"<entry/></feed>"),
        (b"</p>", b"</p><iframe/>"),
        (b"<p", b'<p onclick="x"'),
        (b'rel="self"', b'rel="me"'),
        (b'type="xhtml"', b'type="html"'),
        (b'xmlns="http://www.w3.org/2005/Atom"', b'xmlns="http://www.w3.org/2005/Atom/"'),
    ],
    "newsml-g2": [
        (b"<sender>", b"<sent>"),
        (b"<transmitId>", b"<transmitID>"),
        (b'version="1"', b'version="0"'),
        (b"<usageTerms", b"<terms"),
        (b"ninat:text", b"ninat:poem"),
        (b"medtop:20000430", b"medtop:1"),
        (b"stat:usable", b"stat:canceled"),
        (b"<itemSet>", b"<itemSet><packageItem/>"),
        (b"</itemSet>", b"x</itemSet>"),
        (b"Z</versionCreated>", b"</versionCreated>"),
        (b"<p>", b"<p><script/>"),
        (b' residref="', b' residref="x'),
    ],
}


@pytest.mark.parametrize("case", ["plain", "pictures", "killed", "arabic", "empty"])
@EVERY
def test_a_broken_document_is_found_whole_if_and_only_if_in_pieces(case: str, name: str) -> None:
    good = expected_file(case, FORMATS[name]).read_bytes()
    tried = 0
    for old, new in BREAKS[name]:
        for data in {good.replace(old, new, 1), good.replace(old, new)} - {good}:
            tried += 1
            found = [str(one) for one in check_document(data, name)]
            assert bool(found) == bool(found_in_pieces(data, name)), (old, new, found)
    assert tried > 4


@pytest.mark.parametrize(("name", "prefix"), [("rss", b"media"), ("atom", b"dcterms")])
def test_an_envelope_without_a_namespace_that_fragments_may_use_is_refused(
    name: str, prefix: bytes
) -> None:
    whole = expected_file("pictures", FORMATS[name]).read_bytes()
    data = re.sub(rb' xmlns:%s="[^"]*"' % prefix, b"", whole, count=1)
    assert check_document(data, name)
    assert found_in_pieces(data, name)


@EVERY
def test_an_article_twice_is_found_by_its_guid(name: str) -> None:
    data = expected_file("plain", FORMATS[name]).read_bytes()
    whole = taken_apart(data, name)
    doubled = data.replace(whole.fragments[0], whole.fragments[0] * 2)
    assert check_document(doubled, name)
    assert found_in_pieces(doubled, name)


@EVERY
def test_a_fragment_that_is_not_one_article_is_refused(name: str) -> None:
    fmt = FORMATS[name]
    frame = fmt.frame(a_head())
    one = fmt.fragment(frame, an_entry())
    other = fmt.fragment(frame, an_entry(guid="tag:harbour.example,2024:other"))
    assert check_fragment(one, name) == ()
    assert check_fragment(one, name, an_entry().guid) == ()
    assert check_fragment(one, name, "tag:harbour.example,2024:other")
    assert check_fragment(one + other, name)
    assert check_fragment(b"", name)
    assert check_fragment(b"<ttl>5</ttl>" + one, name)
    assert check_fragment(b"<!-- -->" + one, name)
    wrapper = WRAPPERS[name]
    assert check_fragment(one + wrapper.closing + wrapper.opening + one, name)


def good_ones(name: str, count: int) -> list[tuple[bytes, str | None]]:
    fmt = FORMATS[name]
    frame = fmt.frame(a_head())
    guids = [f"tag:harbour.example,2024:{number}" for number in range(count)]
    return [(fmt.fragment(frame, an_entry(guid=guid)), guid) for guid in guids]


def alone(fragments: Sequence[tuple[bytes, str | None]], name: str) -> list[Any]:
    return [check_fragment(data, name, guid) for data, guid in fragments]


@EVERY
def test_fragments_are_right_together_as_each_alone(name: str) -> None:
    fragments = [*good_ones(name, 9), (WRAPPERS[name].stand_in, None)]
    for count in range(len(fragments) + 1):
        assert check_fragments(fragments[:count], name) == [()] * count


@EVERY
@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_faulty_fragment_among_others_is_found_as_alone(name: str, place: int) -> None:
    good = good_ones(name, 7)
    data, guid = good[place]
    wrapper = WRAPPERS[name]
    faulty = [
        *(data.replace(old, new, 1) for old, new in BREAKS[name]),
        b"",
        data + data,
        data + good_ones(name, 9)[8][0],
        data[:-1],
        data + b"<!-- -->",
        data + b"<?next?>",
        b"<?next?>" + data,
        b"x" + data,
        data + wrapper.closing + wrapper.opening + data,
    ]
    for one in faulty:
        tried = [*good[:place], (one, guid), *good[place + 1 :]]
        assert check_fragments(tried, name) == alone(tried, name)
    tried = [*good[:place], (data, "tag:harbour.example,2024:other"), *good[place + 1 :]]
    assert check_fragments(tried, name) == alone(tried, name)


@EVERY
@pytest.mark.parametrize(
    ("end", "start"),
    [
        (b"<!--", b"-->"),
        (b"<x>", b"</x>"),
        (b"<x><![CDATA[", b"]]></x>"),
        (b"<?x ", b"?>"),
        (b"<?next?>", b"<!--"),
    ],
)
def test_no_fragment_reaches_into_the_next(name: str, end: bytes, start: bytes) -> None:
    good = good_ones(name, 4)
    tried = [
        good[0],
        (good[1][0] + end, good[1][1]),
        (start + good[2][0], good[2][1]),
        good[3],
    ]
    assert check_fragments(tried, name) == alone(tried, name)
    assert any(check_fragments(tried, name))


@EVERY
def test_fragments_of_two_halves_of_an_article_are_not_right_together(name: str) -> None:
    good = good_ones(name, 4)
    data, guid = good[1]
    middle = data.index(b">", len(data) // 2) + 1
    tried = [good[0], (data[:middle], guid), (data[middle:], guid), good[3]]
    assert check_fragments(tried, name) == alone(tried, name)


@EVERY
def test_an_article_twice_is_no_fault_of_its_fragments(name: str) -> None:
    twice = good_ones(name, 2) * 2
    assert check_fragments(twice, name) == [()] * 4


@EVERY
def test_many_fragments_are_looked_at_in_parts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good = good_ones(name, 9)
    monkeypatch.setattr(engine, "TOGETHER", 2 * len(good[0][0]) + 1)
    assert check_fragments(good, name) == [()] * 9
    monkeypatch.setattr(engine, "TOGETHER", 1)
    monkeypatch.setattr(engine, "MAX_BYTES", 10)
    assert [found[0].rule for found in check_fragments(good, name)] == ["size"] * 9


def test_an_empty_package_is_no_fragment() -> None:
    empty = FORMATS["newsml-g2"].render(a_head(), [], [])
    package = re.search(rb"<packageItem.*</packageItem>", empty, re.DOTALL)
    assert package
    assert check_fragment(package.group(), "newsml-g2")


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_what_is_withdrawn_must_not_stand_there_as_a_live_article(name: str) -> None:
    fmt, stone = FORMATS[name], a_tombstone()
    data = fmt.stone(fmt.frame(a_head()), stone)
    envelope = fmt.envelope(a_head(), [stone], [piece_of(stone, data)])
    assert check_envelope(envelope, name, [stone.guid], [data]) == ()
    assert [one.rule for one in check_envelope(envelope, name, [stone.guid])] == ["tombstone-live"]


@EVERY
def test_an_envelope_that_hides_its_fragments_is_refused(name: str) -> None:
    fmt = FORMATS[name]
    opening, between, closing = fmt.envelope(a_head(), [], [piece_of(an_entry(), b"")])
    guids = [an_entry().guid]
    assert check_envelope((opening, between, closing), name, guids) == ()
    assert check_envelope((opening + b"<!--", between, b"-->" + closing), name, guids)
    assert check_envelope((opening, b"x", closing), name, guids)


@EVERY
def test_what_is_too_large_is_refused_unread(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_BYTES", 10)
    assert [one.rule for one in check_fragment(b"<item" * 3, name)] == ["size"]
    assert [one.rule for one in check_envelope((b"", b"", b""), name, (), size=11)] == ["size"]


def test_a_format_without_a_profile_is_told() -> None:
    with pytest.raises(NotFound, match="no profile for the format ninjs"):
        check_fragment(b"", "ninjs")
    with pytest.raises(NotFound, match="no profile for the format ninjs"):
        check_fragments([(b"", None)] * 2, "ninjs")
    with pytest.raises(NotFound, match="no profile for the format ninjs"):
        check_envelope((b"", b"", b""), "ninjs", ())


@EVERY
def test_the_stand_in_is_a_right_fragment(name: str) -> None:
    wrapper = WRAPPERS[name]
    assert check_document(wrapper.around(wrapper.stand_in), name) == ()
    assert etree.fromstring(wrapper.around(wrapper.stand_in)).tag
    assert check_fragment(wrapper.stand_in, name) == ()
