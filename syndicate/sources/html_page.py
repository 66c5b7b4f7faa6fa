"""A saved HTML page: what it says of itself, then its text. Nothing is fetched.

Facts come from JSON-LD (https://schema.org/NewsArticle), then from OpenGraph and other meta
elements; text that the page says is somebody else's has unknown rights, and so has every picture
that is not credited to the desk.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import html as lxml_html
from lxml.etree import LxmlError
from lxml.html import HtmlElement, HTMLParser
from pydantic import ValidationError

from syndicate.model.base import legal_text, text_of
from syndicate.model.body import Block, Gallery, Heading, Picture
from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources.blocks import TooMuch, blocks_of
from syndicate.sources.credits import with_rights
from syndicate.sources.drafting import Found, drafted, refusals
from syndicate.sources.nesting import shallow
from syndicate.sources.page_body import body_of
from syndicate.sources.page_facts import PageFacts
from syndicate.sources.page_head import PageHead
from syndicate.sources.page_pictures import leading_pictures
from syndicate.sources.reading import MEGABYTE, MOST_BLOCKS, name_of, read, stem_of, too_many

PAGE_LIMIT = 10 * MEGABYTE
_HEAD_OF_PAGE = 4096
_MOST_ELEMENTS = 40_000
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
# Encodings of pages (https://encoding.spec.whatwg.org/); others Python knows are no encodings of
# text, or dangerous (utf-7), or take for ever (punycode).
_ENCODINGS = re.compile(
    r"^(utf-?8|iso-?8859-\d{1,2}|(windows-|cp)\d{3,4}|koi8-[ru]|gb(2312|k|18030)|big5"
    r"|euc-(jp|kr)|shift[_-]jis|iso-2022-jp|macintosh|us-ascii|latin1)$",
    re.IGNORECASE,
)
_LATIN = re.compile(r"^(iso-?8859-1|us-ascii|latin1)$", re.IGNORECASE)


class HtmlPage:
    """A page saved as .html or .html.gz."""

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give the article of the page."""
        where = name_of(path)
        data = read(path, PAGE_LIMIT)
        if isinstance(data, Refusal):
            yield data
            return
        page = _parsed(_decoded(data))
        if page is None:
            yield _without_text(where)
            return
        if sum(1 for _ in page.iter()) > _MOST_ELEMENTS:
            yield too_many(where, MOST_BLOCKS)
            return
        try:
            found = _found(page, where, stem_of(path), desk, hints)
        except TooMuch as err:
            yield too_many(where, err.most, err.of_what)
            return
        except ValidationError as err:
            yield from refusals(where, err)
            return
        if found.fields["body"]:
            yield from drafted(found, desk, hints)
        else:
            yield _without_text(where)


def _without_text(where: str) -> Refusal:
    says = "no article text was found in the page"
    return Refusal(where, "missing-body", "body", says, "save the whole page, or write Markdown")


def _found(page: HtmlElement, where: str, stem: str, desk: Desk, hints: Hints) -> Found:
    head = PageHead(page, hints.url)
    facts = PageFacts(head, desk)
    fields = facts.fields
    body = body_of(page, head.base) or _described_text(head)
    if body and isinstance(body[0], Heading) and text_of(body[0].text) == fields["headline"]:
        body = body[1:]
    leading = leading_pictures(head, desk) if body else ()
    fields["body"] = with_rights(_together(leading, body), desk)
    fields["language"] = hints.language or fields["language"]
    return Found(
        where, fields, stem, from_page=True, remarks=tuple(facts.remarks), unread=facts.unread
    )


def _described_text(head: PageHead) -> tuple[Block, ...]:
    """Give the text that the page carries in its data, where nothing better was found."""
    value = head.article.get("articleBody")
    if not isinstance(value, str):
        return ()
    paragraphs = (line for line in value.splitlines() if line.strip())
    return blocks_of("".join(f"<p>{line}</p>" for line in paragraphs), head.base)


def _together(leading: tuple[Picture, ...], body: tuple[Block, ...]) -> tuple[Block, ...]:
    """Put leading pictures first; what the text shows too is told there with all that is known."""
    known = {_file(url): picture for picture in leading for url in _urls(picture)}
    shown = {_file(url) for block in body for url in _urls(block)}
    first = [one for one in leading if not shown & {_file(url) for url in _urls(one)}]
    return (*first, *(_completed(block, known) for block in body))


def _completed(block: Block, known: dict[str, Picture]) -> Block:
    if not isinstance(block, Picture):
        return block
    other = next((known[_file(url)] for url in _urls(block) if _file(url) in known), None)
    if other is None:
        return block
    names = ("caption", "credit", "alt", "rights")
    missing = {name: getattr(other, name) for name in names if not getattr(block, name)}
    return block.model_copy(update=missing)


def _urls(block: Block) -> tuple[str, ...]:
    pictures = block.pictures if isinstance(block, Gallery) else (block,)
    return tuple(
        rendition.url
        for picture in pictures
        if isinstance(picture, Picture)
        for rendition in picture.renditions
    )


def _file(url: str) -> str:
    """Give the file an address means: crops differ in their query only."""
    return url.partition("?")[0].rpartition("/")[2]


def _parsed(page: str) -> HtmlElement | None:
    parser = HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        return lxml_html.document_fromstring(
            shallow(legal_text(page)).encode("utf-8", "replace"), parser=parser
        )
    except (LxmlError, ValueError):
        return None


def _decoded(data: bytes) -> str:
    """Give the page's text: byte order mark, UTF-8 where it fits, else as the page says."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_declared(data), "replace")


def _declared(data: bytes) -> str:
    found = _CHARSET.search(data[:_HEAD_OF_PAGE])
    name = found[1].decode("ascii") if found else "windows-1252"
    if not _ENCODINGS.match(name):
        return "utf-8"
    try:
        return codecs.lookup("windows-1252" if _LATIN.match(name) else name).name
    except LookupError:
        return "utf-8"
