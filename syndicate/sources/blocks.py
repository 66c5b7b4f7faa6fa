"""A fragment of HTML as blocks: nothing harmful stays, no text is lost.

The fragment is made shallow, sanitised by an allow-list (nh3), then read tag by tag, without a
tree, so that neither depth nor faulty markup can bring it down. https://html.spec.whatwg.org/
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

import nh3

from syndicate.model.base import INLINE_TAGS, ROOM_FOR_INLINE, legal_text, plain_line, text_of
from syndicate.model.body import Block, Direction, Heading, Paragraph, Quote
from syndicate.sources.addresses import absolute
from syndicate.sources.containers import Caption, Figure, ListItems, Sink, TableCells
from syndicate.sources.foreign import Foreign, is_foreign, picture_of
from syndicate.sources.nesting import shallow
from syndicate.sources.reading import MOST_BLOCKS
from syndicate.sources.runs import Run

_BLOCK_TAGS = frozenset(
    """address article aside blockquote caption center dd details dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu ol p pre search
    section summary table tbody td tfoot th thead tr ul""".split()  # noqa: SIM905  one a line is long
)
_MEDIA_TAGS = frozenset(("audio", "iframe", "img", "picture", "source", "video"))
_DROPPED = frozenset(
    """button canvas datalist embed head input math nav noembed noscript object script select style
    svg template textarea title xmp""".split()  # noqa: SIM905
)
_CLEANER = nh3.Cleaner(
    tags=set(INLINE_TAGS | _BLOCK_TAGS | _MEDIA_TAGS | {"br"}),
    clean_content_tags=set(_DROPPED),
    attributes={
        "*": {"dir", "lang", "class"},
        "a": {"href", "hreflang", "title"},
        "abbr": {"title"},
        "img": {"src", "srcset", "data-src", "data-original", "data-srcset", "alt"}
        | {"width", "height"},
        "source": {"src", "srcset", "type"},
        "video": {"src", "title"},
        "audio": {"src", "title"},
        "iframe": {"src", "data-src", "title"},
        "blockquote": {"cite", "data-instgrm-permalink"},
        "div": {"data-href"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="pass_through",
    link_rel=None,
    strip_comments=True,
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_HEADING = re.compile(r"^h[1-6]$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


MOST_AMPERSANDS = 200_000
"""The most of a fragment: nh3 needs time in the square of their number between two tags."""


class TooMuch(ValueError):
    """The fragment has more of something than any article."""

    def __init__(self, most: int = MOST_BLOCKS, of_what: str = "paragraphs or other blocks"):
        super().__init__(f"more than {most} {of_what}")
        self.most, self.of_what = most, of_what


def blocks_of(fragment: str, base: str | None = None) -> tuple[Block, ...]:
    """Give the blocks of an HTML fragment; links are made absolute against `base`.

    Pictures, videos, sounds and embeds have no rights yet: unknown.

    Raises:
        TooMuch: beyond MOST_BLOCKS, or more ampersands than can be read in good time.
        ValidationError: where a block breaks a rule of the model.
    """
    if fragment.count("&") > MOST_AMPERSANDS:
        raise TooMuch(MOST_AMPERSANDS, "ampersands")
    reader = _Reader(base)
    reader.feed(_CLEANER.clean(shallow(legal_text(fragment))))
    reader.close()
    return reader.finished()


class _Frame(NamedTuple):
    tag: str
    language: str | None
    direction: Direction | None


class _Reader(HTMLParser):
    """Reads sanitised, balanced HTML into blocks."""

    def __init__(self, base: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._blocks: list[Block] = []
        self._frames = [_Frame("", None, None)]
        self._run = Run()
        self._sink: Sink | None = None
        self._figures: list[Figure] = []
        self._foreign: Foreign | None = None
        self._waiting: list[Block] = []
        self._given = 0

    def finished(self) -> tuple[Block, ...]:
        """Give the blocks after the last tag."""
        self._flush()
        return tuple((*self._blocks, *self._waiting))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read an opening tag."""
        values = {name: value or "" for name, value in attrs}
        if self._foreign:
            self._foreign.start(tag, values)
        elif is_foreign(tag, values):
            self._flush()
            self._foreign = Foreign(tag, values, self._base)
        elif tag in _BLOCK_TAGS:
            self._open(tag, values)
        else:
            self._start_inline(tag, values)

    def handle_endtag(self, tag: str) -> None:
        """Read a closing tag."""
        if self._foreign:
            if self._foreign.end(tag):
                self._give(*self._foreign.blocks())
                self._foreign = None
        elif tag in INLINE_TAGS:
            self._run.close(tag)
        elif tag in _BLOCK_TAGS:
            self._close(tag)

    def handle_data(self, data: str) -> None:
        """Read text."""
        if self._foreign:
            self._foreign.text(data)
        elif self._inside("pre"):
            lines = data.split("\n")
            for number, line in enumerate(lines):
                if number and self._run.line_break():
                    self._flush()
                self._run.text(line)
        else:
            self._run.text(_SPACE.sub(" ", data))
        if self._run.size > ROOM_FOR_INLINE:
            self._flush()  # nobody writes such a paragraph; better two than none

    def _start_inline(self, tag: str, values: dict[str, str]) -> None:
        if tag == "br":
            if self._run.line_break():
                self._flush()
        elif tag == "img":
            self._picture(values)
        elif tag in INLINE_TAGS:
            if "href" in values:
                values["href"] = self._link(values["href"])
            self._run.open(tag, values)

    def _open(self, tag: str, values: dict[str, str]) -> None:
        self._flush()
        above = self._frames[-1]
        language = values.get("lang", "")
        direction = values.get("dir", "").lower()
        self._frames.append(
            _Frame(
                tag,
                language if _LANGUAGE.match(language) else above.language,
                "rtl" if direction == "rtl" else "ltr" if direction == "ltr" else above.direction,
            )
        )
        if self._sink:
            self._sink.start(tag)
        elif tag in {"ul", "ol", "menu", "dir"}:
            self._sink = ListItems(tag)
        elif tag == "table":
            self._sink = TableCells()
        elif tag == "figcaption" and self._figures:
            self._sink = Caption(self._figures[-1])
        elif tag == "figure":
            self._figures.append(Figure())

    def _close(self, tag: str) -> None:
        self._flush()
        if len(self._frames) > 1:
            frame = self._frames.pop()
        if self._sink:
            if self._sink.end(tag):
                sink, self._sink = self._sink, None
                self._give(*sink.blocks(frame.language, frame.direction))
                self._give(*self._take_waiting())
        elif tag == "figure" and self._figures:
            figure = self._figures.pop()
            if self._figures and figure.pictures:
                self._figures[-1].take(figure)
            else:
                self._give(*figure.blocks(frame.language, frame.direction))

    def _give(self, *blocks: Block) -> None:
        """Put blocks where they belong: into the figure that is open, or into the body."""
        self._given += len(blocks)
        if self._given > MOST_BLOCKS:
            raise TooMuch
        if self._sink:
            self._waiting.extend(blocks)
        elif self._figures:
            self._figures[-1].others.extend(blocks)
        else:
            self._blocks.extend(blocks)

    def _take_waiting(self) -> list[Block]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _picture(self, values: dict[str, str]) -> None:
        picture = picture_of(values, self._base)
        if picture and self._figures:
            self._figures[-1].pictures.append(picture)
        elif picture:
            self._waiting.append(picture)

    def _link(self, href: str) -> str:
        address = href.strip()
        if address.lower().startswith(("mailto:", "tel:")):
            return address
        return absolute(address, self._base) or ""

    def _inside(self, *tags: str) -> bool:
        return any(frame.tag in tags for frame in self._frames)

    def _flush(self) -> None:
        """Finish the run of text that is open, then what waits behind it."""
        text = self._run.taken()
        if self._sink:
            if text:
                self._sink.add(text)
            return
        if text:
            self._finish(text)
        self._give(*self._take_waiting())

    def _finish(self, text: str) -> None:
        """Give a text as what the tags around it say it is."""
        frame = self._frames[-1]
        heading = next((f.tag for f in reversed(self._frames) if _HEADING.match(f.tag)), None)
        if heading:
            level = max(2, int(heading[1]))
            self._give(
                Heading(level=level, text=text, language=frame.language, dir=frame.direction)
            )
        elif self._inside("blockquote"):
            if not self._cites(text):
                self._give(Quote(text=text, language=frame.language, dir=frame.direction))
        elif self._figures:
            self._figures[-1].texts.append(text)
        else:
            self._give(Paragraph(text=text, language=frame.language, dir=frame.direction))

    def _cites(self, text: str) -> bool:
        """Say whether a text names who is quoted, and was added to the quotation before it."""
        given = self._figures[-1].others if self._figures else self._blocks
        last = given[-1] if given else None
        name = plain_line(text_of(text)).lstrip("–—- ")
        says_who = self._inside("footer") or text.startswith("<cite>")
        if not (says_who and name and isinstance(last, Quote)) or last.cite:
            return False
        given[-1] = last.model_copy(update={"cite": name})
        return True
