"""Fragments and envelopes: an article rendered once stands in any feed of its frame."""

from __future__ import annotations

import hashlib
from itertools import combinations
from typing import Any

import pytest
from lxml import etree

from syndicate.formats.all import FORMATS
from syndicate.formats.base import Format, Frame, Piece, fragment_key, piece_of, written_by
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.errors import RenderFailed
from tests.builders import a_head, a_tombstone
from tests.formats.feeds import a_full_entry
from tests.golden.cases import CASES, HERE, composed

PLAIN = [case for case in CASES if '"story"' not in (HERE / case / "case.json").read_text("utf-8")]
EVERY = pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: str(fmt.name))

OTHER_HEADS: dict[str, dict[str, Any]] = {
    "id": {"id": "tag:harbour.example,2024:feed/other"},
    "title": {"title": "Other"},
    "description": {"description": "Other"},
    "path": {"self_url": "https://feeds.harbour.example/other/one.xml"},
    "logo": {"logo": "https://harbour.example/other.png"},
    "contact": {"contact": "other@harbour.example"},
    "rights": {"rights": "© Other"},
    "licence": {"licence_url": "https://feeds.harbour.example/licences/other/v1.html"},
    "end": {"valid_until": "2031-01-01T00:00:00Z"},
    "updated": {"updated": "2027-01-01T00:00:00Z"},
    "dir": {"dir": "rtl"},
}
MATTERS: dict[str, tuple[str, dict[str, Any]]] = {
    "language": ("rss", {"language": "fr"}),
    "origin": ("rss", {"self_url": "https://harbour.example/golden.rss"}),
    "publisher": ("newsml-g2", {"publisher": "Other Post"}),
    "site": ("newsml-g2", {"site_url": "https://other.example/"}),
    "authority": ("newsml-g2", {"id": "tag:other.example,2024:feed/all"}),
    "renditions": ("newsml-g2", {"renditions": ("text", "nitf")}),
    "software": ("newsml-g2", {"generator_version": "9.9.9"}),
}


def fragments(
    fmt: Format, head: FeedHead, entries: tuple[Entry, ...], stones: tuple[Tombstone, ...] = ()
) -> list[tuple[Piece, bytes]]:
    frame = fmt.frame(head)
    made: list[tuple[Piece, bytes]] = []
    for stone in stones:
        data = fmt.stone(frame, stone)
        made.append((piece_of(stone, data), data))
    for entry in entries:
        data = fmt.fragment(frame, entry)
        made.append((piece_of(entry, data), data))
    return made


def joined(
    fmt: Format, head: FeedHead, entries: tuple[Entry, ...], stones: tuple[Tombstone, ...] = ()
) -> bytes:
    made = fragments(fmt, head, entries, stones)
    opening, between, closing = fmt.envelope(head, stones, [piece for piece, _ in made])
    return opening + between.join(data for _, data in made) + closing


@pytest.mark.parametrize("case", PLAIN)
@EVERY
def test_a_document_is_its_envelope_around_its_fragments(case: str, fmt: Format) -> None:
    head, made = composed(case, fmt)
    whole = fmt.render(head, made.entries, made.tombstones)
    assert joined(fmt, head, made.entries, made.tombstones) == whole


@EVERY
def test_a_fragment_has_no_white_space_around_it_and_declares_no_namespace_of_the_root(
    fmt: Format,
) -> None:
    for _, data in fragments(fmt, a_head(), (a_full_entry(),), (a_tombstone(),)):
        assert data == data.strip()
        assert (data[:1], data[-1:]) == (b"<", b">")
        inner = data.replace(b' xmlns="http://www.w3.org/1999/xhtml"', b"")
        assert b" xmlns" not in inner


@pytest.mark.parametrize("change", OTHER_HEADS.values(), ids=OTHER_HEADS)
@EVERY
def test_what_is_only_the_feeds_own_changes_no_frame_and_no_fragment(
    fmt: Format, change: dict[str, Any]
) -> None:
    entries, stones = (a_full_entry(),), (a_tombstone(),)
    assert fmt.frame(a_head(**change)) == fmt.frame(a_head())
    other = fragments(fmt, a_head(**change), entries, stones)
    assert other == fragments(fmt, a_head(), entries, stones)


@pytest.mark.parametrize(("name", "change"), MATTERS.values(), ids=MATTERS)
def test_what_a_fragment_states_of_its_feed_is_in_the_frame(
    name: str, change: dict[str, Any]
) -> None:
    fmt = FORMATS[name]
    entry = a_full_entry(canonical_url="https://harbour.example/cities/wall")
    assert fmt.frame(a_head(**change)) != fmt.frame(a_head())
    assert fragments(fmt, a_head(**change), (entry,)) != fragments(fmt, a_head(), (entry,))


@EVERY
def test_frames_are_as_small_as_the_format_allows(fmt: Format) -> None:
    stated = {name for name, value in fmt.frame(a_head())._asdict().items() if value}
    assert (
        stated
        == {
            "rss": {"language", "origin"},
            "atom": set(),
            "newsml-g2": set(Frame._fields) - {"language", "origin"},
        }[fmt.name]
    )


@EVERY
def test_an_envelope_refuses_a_guid_that_stands_twice(fmt: Format) -> None:
    pieces = [Piece("tag:x,2026:1", "0" * 64), Piece("tag:x,2026:1", "1" * 64)]
    with pytest.raises(RenderFailed, match="twice") as refused:
        fmt.envelope(a_head(), (), pieces)
    assert refused.value.where == "tag:x,2026:1"


@EVERY
def test_an_envelope_depends_on_pieces_and_not_on_their_bytes(fmt: Format) -> None:
    pieces = [Piece("tag:x,2026:1", hashlib.sha256(b"x").hexdigest())]
    opening, between, closing = fmt.envelope(a_head(), (), pieces)
    assert etree.fromstring(opening + between.join([b"<x/>", b"<x/>"]) + closing) is not None


def test_a_message_states_the_most_urgent_of_its_pieces_and_an_id_of_their_digests() -> None:
    fmt = FORMATS["newsml-g2"]

    def opening(*pieces: Piece) -> bytes:
        return fmt.envelope(a_head(), (), pieces).opening

    one, two = Piece("a", "0" * 64, 5), Piece("b", "1" * 64, 2)
    assert b"<priority>2</priority>" in opening(one, two)
    assert b"<priority>" not in opening(Piece("a", "0" * 64))
    ids = {opening(*p).partition(b"transmitId>")[2][:120] for p in ((), (one,), (one, two))}
    assert len(ids) == 3
    assert opening(one, two) != opening(two, one)
    assert opening(one) != opening(one._replace(digest="2" * 64))


def test_a_key_changes_with_everything_a_fragment_follows_from() -> None:
    rss, frame = FORMATS["rss"], Frame(language="en", origin="https://a.example")
    keys = [
        fragment_key(written_by(rss, frame, "Line"), "one"),
        fragment_key(written_by(rss, frame, "Tombstone"), "one"),
        fragment_key(written_by(rss, frame, "Line"), "another"),
        fragment_key(written_by(rss, frame._replace(language="fr"), "Line"), "one"),
        fragment_key(written_by(rss._replace(version=rss.version + 1), frame, "Line"), "one"),
        fragment_key(written_by(FORMATS["atom"], frame, "Line"), "one"),
    ]
    assert all(len(key) == 64 for key in keys)
    assert all(one != other for one, other in combinations(keys, 2))
    assert fragment_key(written_by(rss, frame, "Line"), "one") == keys[0]
