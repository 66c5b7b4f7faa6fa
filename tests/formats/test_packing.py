"""Packing: the joined gzip is read by everybody, stays one member, and stays small."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.corpus import Size, article
from syndicate.formats.all import FORMATS
from syndicate.formats.base import Envelope, Piece, piece_of
from syndicate.formats.packing import (
    NOTHING,
    Fragment,
    Packed,
    body,
    brotli,
    joined,
    packed,
    run,
    unpacked,
    zstd,
)
from syndicate.model.entry import Entry
from syndicate.model.errors import EncodingFailed
from tests.builders import a_head, an_entry, some_terms

TEXTS = (
    b"",
    b"a",
    "Größe, حجم, 規模, 👩‍🚀 \u2028 \0".encode(),
    b"<item>the harbour wall</item>\n" * 5_000,
    bytes(range(256)) * 300,
)


class Kept:
    """Pieces in memory; counts what was packed."""

    def __init__(self) -> None:
        self.packed = 0
        self.known: dict[str, Packed] = {}

    def get(self, keys: Collection[str], /) -> Mapping[str, Packed]:
        return {key: self.known[key] for key in keys if key in self.known}

    def put(self, key: str, piece: Packed, /) -> None:
        self.packed += 1
        self.known[key] = piece


def ran(texts: Sequence[bytes], between: bytes, kept: Kept, *, blind: bool = False) -> Packed:
    """Pack texts; `blind` fails where the plain bytes of anything are asked for."""
    named = {hashlib.sha256(one).hexdigest(): one for one in texts}

    def plain(keys: Collection[str]) -> Mapping[str, bytes]:
        assert not (blind and keys)
        return named

    fragments = [Fragment(hashlib.sha256(one).hexdigest(), len(one)) for one in texts]
    return run(fragments, between, kept, plain)


def the_only_member(data: bytes) -> bytes:
    """Walk a gzip as RFC 1952 says and give what its one member holds."""
    assert data[:4] == b"\x1f\x8b\x08\x00", "deflate, no flags: nothing stands behind the header"
    assert data[4:10] == b"\0\0\0\0\0\xff", "no time"
    inflate = zlib.decompressobj(-15)
    plain = inflate.decompress(data[10:])
    assert inflate.eof
    assert struct.unpack("<II", inflate.unused_data) == (zlib.crc32(plain), len(plain))
    return plain


@pytest.mark.parametrize("data", TEXTS)
def test_what_is_packed_is_unpacked(data: bytes) -> None:
    assert unpacked(packed(data)) == data
    assert packed(data)[1:] == (len(data), zlib.crc32(data))


@given(st.lists(st.binary(max_size=300) | st.sampled_from(TEXTS)), st.integers(0, 5))
def test_joined_pieces_are_one_member_that_holds_all(texts: list[bytes], split: int) -> None:
    pieces = [packed(one) for one in texts]
    plain = b"".join(texts)
    data = joined(pieces)
    assert the_only_member(data) == plain
    assert gzip.decompress(data) == zlib.decompress(data, 31) == plain
    whole = body(pieces)
    assert unpacked(whole) == plain
    assert joined([whole]) == data
    assert joined([body(pieces[:split]), body(pieces[split:])]) == data


def test_of_nothing_there_is_an_empty_member() -> None:
    assert body([]) == NOTHING == packed(b"")
    assert joined([]) == joined([NOTHING]) == joined([packed(b""), packed(b"")])
    assert the_only_member(joined([])) == b""
    assert ran([], b"\n", Kept()) == NOTHING


def test_sizes_wrap_at_four_gibibytes() -> None:
    block = packed(b"\0" * (1 << 20))
    pieces = [block] * 4097  # 4 GiB and 1 MiB
    whole = body(pieces)
    assert whole.size == (1 << 32) + (1 << 20)
    assert struct.unpack("<I", joined(pieces)[-4:]) == (1 << 20,)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one._replace(data=one.data[:-9]),
        lambda one: one._replace(data=b"\xff" + one.data[1:]),
        lambda one: one._replace(data=one.data + b"\x03\x00more"),
        lambda one: one._replace(size=one.size - 1),
        lambda one: one._replace(size=one.size + 1),
        lambda one: one._replace(crc=one.crc ^ 1),
    ],
)
def test_what_is_broken_is_refused(change: Callable[[Packed], Packed]) -> None:
    with pytest.raises(EncodingFailed):
        unpacked(change(packed(b"the harbour wall " * 1_000)))


sizes = st.integers(0, 6_000)


@given(st.lists(sizes, max_size=40), st.sets(st.integers(0, 39)), st.sampled_from((b"", b"\n  ")))
def test_a_run_is_its_fragments_whatever_was_kept(
    lengths: list[int], gone: set[int], between: bytes
) -> None:
    texts = [f"<item>{n}</item>".encode() * (length // 10) for n, length in enumerate(lengths)]
    kept = Kept()
    left = [text for place, text in enumerate(texts) if place not in gone]
    for some in (texts, left, left[1:], texts):
        whole = ran(some, between, kept)
        assert unpacked(whole) == between.join(some)
        assert whole == ran(some, between, Kept())


def test_kept_pieces_are_never_asked_for_their_bytes() -> None:
    texts = [bytes([65 + n % 20]) * 300 * (n % 40) for n in range(60)]
    kept = Kept()
    whole = ran(texts, b"\n", kept)
    assert ran(texts, b"\n", kept, blind=True) == whole


# Sizes on the bench corpus


@cache
def corpus() -> tuple[Entry, ...]:
    """Give 130 entries, newest first."""
    names = (
        *("guid", "version", "language", "headline", "summary", "bylines", "section", "keywords"),
        *("subjects", "first_created", "version_created", "canonical_url", "body"),
    )
    made = []
    for number in reversed(range(130)):
        one = article(number, Size(200, 1))
        facts = {name: getattr(one, name) for name in names}
        facts |= {"dir": "rtl" if one.language == "ar" else "ltr"}
        facts |= {"published": one.first_created, "updated": one.version_created}
        made.append(an_entry(**facts, terms=some_terms()))
    return tuple(made)


class Made:
    """The corpus in a format: an envelope, and a fragment an entry."""

    def __init__(self, name: str, short: bool) -> None:
        fmt = FORMATS[name]
        frame = fmt.frame(a_head())
        entries = corpus()
        if short:
            entries = tuple(one.model_copy(update={"body": one.body[:1]}) for one in entries)
        self.plain = [fmt.fragment(frame, one) for one in entries]
        self._of: list[Piece] = [
            piece_of(one, data) for one, data in zip(entries, self.plain, strict=True)
        ]
        self._envelope = partial(fmt.envelope, a_head(), ())

    def feed(self, places: Sequence[int]) -> tuple[Envelope, list[bytes]]:
        envelope = self._envelope([self._of[place] for place in places])
        return envelope, [self.plain[place] for place in places]


made = cache(Made)


def ratio(feed: tuple[Envelope, list[bytes]], kept: Kept) -> float:
    """Give the size of a feed against gzip -6; check that it is the feed."""
    envelope, texts = feed
    middle = ran(texts, envelope.between, kept)
    data = joined([packed(envelope.opening), middle, packed(envelope.closing)])
    plain = envelope.around(texts)
    assert gzip.decompress(data) == plain
    return len(data) / len(gzip.compress(plain, 6))


@pytest.mark.parametrize("name", FORMATS)
def test_full_text_feeds_are_within_six_per_cent_of_gzip(name: str) -> None:
    corpus_made, kept = made(name, False), Kept()
    assert ratio(corpus_made.feed(range(30, 130)), kept) <= 1.06
    for inserted in range(1, 31):
        before = kept.packed
        feed = corpus_made.feed(range(30 - inserted, 130 - inserted))
        assert ratio(feed, kept) <= 1.06
        assert kept.packed - before <= 4


@pytest.mark.parametrize("name", FORMATS)
def test_short_feeds_are_within_fifteen_per_cent_of_gzip(name: str) -> None:
    corpus_made, kept = made(name, True), Kept()
    for inserted in range(0, 31, 10):
        feed = corpus_made.feed(range(30 - inserted, 130 - inserted))
        assert ratio(feed, kept) <= 1.15


@pytest.mark.parametrize("name", FORMATS)
def test_an_article_taken_out_costs_the_pieces_behind_it(name: str) -> None:
    corpus_made, kept = made(name, False), Kept()
    ratio(corpus_made.feed(range(100)), kept)
    before = kept.packed
    assert ratio(corpus_made.feed([*range(40), *range(41, 101)]), kept) <= 1.06
    assert kept.packed - before <= 4  # and the one that came at the end


# Readers


def a_document() -> tuple[bytes, bytes]:
    """Give a feed that is joined from pieces, and its plain bytes."""
    envelope, texts = made("rss", False).feed(range(100))
    plain = envelope.around(texts)
    middle = ran(texts, envelope.between, Kept())
    return joined([packed(envelope.opening), middle, packed(envelope.closing)]), plain


def tool(name: str, package: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed (apt-get install {package})")
    return found


PAGE = """<!doctype html><p id="said"></p><script>
fetch("/feed").then(async (answer) => {
  const bytes = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (one) => one.toString(16).padStart(2, "0")).join("");
  document.getElementById("said").textContent = `${bytes.byteLength} ${hex}`;
});
</script>"""


@contextmanager
def served(data: bytes, coding: str = "gzip") -> Iterator[str]:
    """Serve a page, and at /feed bytes in a content coding; give the address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed = self.path == "/feed"
            content = data if feed else PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml" if feed else "text/html")
            self.send_header("Content-Length", str(len(content)))
            if feed:
                self.send_header("Content-Encoding", coding)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_gzip_reads_it() -> None:
    data, plain = a_document()
    assert the_only_member(data) == plain
    subprocess.run([tool("gzip", "gzip"), "-t"], input=data, check=True)
    assert subprocess.check_output(["gzip", "-dc"], input=data) == plain


def test_curl_reads_it() -> None:
    data, plain = a_document()
    with served(data) as address:
        command = [tool("curl", "curl"), "-sS", "--noproxy", "*", "--compressed"]
        assert subprocess.check_output([*command, f"{address}feed"]) == plain


NODE = """
const zlib = require("node:zlib"), http = require("node:http");
const address = process.argv[1];
http.get(address, (answer) => {
  const parts = [];
  answer.on("data", (one) => parts.push(one)).on("end", async () => {
    const unzipped = zlib.gunzipSync(Buffer.concat(parts));
    const fetched = Buffer.from(await (await fetch(address)).arrayBuffer());
    if (!unzipped.equals(fetched)) throw new Error("they differ");
    process.stdout.write(fetched);
  });
});
"""


def test_node_reads_it() -> None:
    data, plain = a_document()
    with served(data) as address:
        got = subprocess.check_output([tool("node", "nodejs"), "-e", NODE, f"{address}feed"])
    assert got == plain


def in_chromium(data: bytes, coding: str, profile: Path) -> str:
    """Give length and SHA-256 of what a page in Chromium is handed."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000")
    browser = [tool("chromium", "chromium"), *options, f"--user-data-dir={profile}"]
    with served(data, coding) as address:
        dom = subprocess.run(
            [*browser, "--dump-dom", address], capture_output=True, check=True, timeout=120
        ).stdout.decode()
    return dom.partition('id="said">')[2].partition("<")[0]


def test_chromium_reads_it(tmp_path: Path) -> None:
    data, plain = a_document()
    said = f"{len(plain)} {hashlib.sha256(plain).hexdigest()}"
    assert in_chromium(data, "gzip", tmp_path) == said


# The other encodings


@pytest.mark.parametrize(("encode", "coding"), [(zstd, "zstd"), (brotli, "br")])
def test_the_other_encodings_are_read(
    encode: Callable[[bytes], bytes], coding: str, tmp_path: Path
) -> None:
    _, plain = a_document()
    data = encode(plain)
    assert data == encode(plain)
    assert len(data) < len(gzip.compress(plain, 6)) * 1.05
    said = f"{len(plain)} {hashlib.sha256(plain).hexdigest()}"
    assert in_chromium(data, coding, tmp_path) == said


def test_an_encoding_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("brotli", "backports", "backports.zstd", "compression", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    for encode in (zstd, brotli):
        with pytest.raises(EncodingFailed, match=r"not installed\. Mend: pip install 'syndicate"):
            encode(b"")
