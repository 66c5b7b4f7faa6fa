"""Text as it is copied out of a page: headline, standfirst, body, captions told apart.

Nothing marks them, so the shape of each line decides (line_shapes.py). What is furniture of the
page is left out and named in the remarks; what the text does not say is never made up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from syndicate.model.base import direction_of, legal_text
from syndicate.model.body import Block, Heading, ListBlock, Paragraph, Picture
from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources.credits import is_caption, taken_apart, with_rights
from syndicate.sources.drafting import Found, drafted, refusals
from syndicate.sources.line_shapes import (
    Furniture,
    authors,
    can_be_heading,
    ends_sentence,
    furniture,
    is_date,
    is_prose,
    item,
    opens_related,
)
from syndicate.sources.reading import MEGABYTE, MOST_BLOCKS, name_of, read, stem_of, too_many, utf8

FILE_LIMIT = 5 * MEGABYTE
_LONGEST_HEADLINE = 300
_LONGEST_STANDFIRST = 400
_FEWEST_HEADLINE_WORDS = 3
_ASKS = ("?", "؟", "？")
_NARROWEST, _WIDEST = 45, 100
_FEWEST_WRAPPED = 3
_QUOTED = 60
# Zero-width space, joiner, word joiner, byte order mark, direction marks: copied along unseen.
_UNSEEN = "\u200b\u200d\u2060\ufeff\u200e\u200f "
_LETTERS_LOOKED_AT = 2000


class PlainText:
    """A text file with the text of one page."""

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give the article of the file."""
        where = name_of(path)
        data = read(path, FILE_LIMIT)
        text = data if isinstance(data, Refusal) else utf8(data, where)
        if isinstance(text, Refusal):
            yield text
            return
        lines = _lines(legal_text(text))
        if len(lines) > MOST_BLOCKS:
            yield too_many(where, MOST_BLOCKS)
            return
        try:
            copied = _told_apart(lines)
        except ValidationError as err:
            yield from refusals(where, err)
            return
        fields = copied.fields
        if not fields["body"]:
            says = "no article text was found"
            yield Refusal(where, "missing-body", "body", says, "copy the whole text of the page")
            return
        fields["body"] = with_rights(fields["body"], desk)
        language = hints.language or desk.language
        if _is_rtl(text) != (direction_of(language) == "rtl"):
            fields["dir"] = "rtl" if _is_rtl(text) else "ltr"
            copied.remarks.append(f"the text is not written as {language} is (--language TAG)")
        found = Found(where, fields, stem_of(path), from_page=True, remarks=tuple(copied.remarks))
        yield from drafted(found, desk, hints)


class _Copied(NamedTuple):
    fields: dict[str, Any]
    remarks: list[str]


def _lines(text: str) -> list[str]:
    """Give the lines that say something; lines broken at a column are one line again."""
    found: list[str] = []
    for filled, group in groupby(text.splitlines(), key=lambda line: bool(line.strip())):
        if filled:
            lines = [one for line in group if (one := " ".join(line.split()).strip(_UNSEEN))]
            found.extend([" ".join(lines)] if _is_wrapped(lines) else lines)
    return found


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Say whether one paragraph was broken into lines of much the same width."""
    full = lines[:-1]
    if len(lines) < _FEWEST_WRAPPED:
        return False
    broken = sum(not ends_sentence(line) for line in full)
    return all(_NARROWEST < len(line) <= _WIDEST for line in full) and 2 * broken > len(full)


def _told_apart(lines: list[str]) -> _Copied:
    remarks: list[str] = []
    kept = list(_without_furniture(lines, remarks))
    start = _headline_at(kept)
    fields: dict[str, Any] = {}
    above = kept[: max(start, 0)]
    remarks += [f"left out above the headline: {line[:_QUOTED]!r}" for line in above]
    if 0 <= start < len(kept):
        fields["headline"] = kept[start]
    first = _prose_at(kept, start + 1)
    blocks: list[Block] = []
    _read_head(kept[start + 1 : first], fields, blocks, remarks)
    blocks.extend(_body(kept[first:], remarks))
    fields["body"] = tuple(blocks)
    return _Copied(fields, remarks)


def _without_furniture(lines: list[str], remarks: list[str]) -> Iterator[str]:
    """Give the article's lines; after "related" the titles up to the next paragraph go too."""
    related = False
    for place, line in enumerate(lines):
        kind = furniture(line)
        if kind is Furniture.REPUBLISHING and place < len(lines) // 2:
            kind = None  # news can be about republishing; the notice stands at the end
        related = opens_related(line) or (related and not is_prose(line))
        if kind or related:
            remarks.append(f"left out as {kind or Furniture.RELATED}: {line[:_QUOTED]!r}")
        else:
            yield line


def _headline_at(lines: list[str]) -> int:
    """Give where the headline is: the first line before the text that is more than a rubric, else
    the only line before it; -1 where several could be it."""
    short: list[int] = []
    for place, line in enumerate(lines):
        enough = len(line.split()) >= _FEWEST_HEADLINE_WORDS
        if is_date(line) or authors(line) or is_caption(line):
            continue
        if is_prose(line) and not line.endswith(_ASKS) and short:
            return short[0] if len(short) == 1 else -1
        if len(line) <= _LONGEST_HEADLINE and (enough or is_prose(line)):
            return place
        if is_prose(line):
            break
        short.append(place)
    return 0 if lines and len(lines[0]) <= _LONGEST_HEADLINE else len(lines)


def _prose_at(lines: list[str], start: int) -> int:
    """Give where the text begins: the first paragraph that no line of the page's head follows."""
    heads = [
        place
        for place, line in enumerate(lines[start : start + 8], start)
        if is_caption(line) or is_date(line) or authors(line)
    ]
    prose = [place for place in range(start, len(lines)) if _is_paragraph(lines[place])]
    if not prose:
        return start
    # One sentence between the headline and a byline, date or caption is a standfirst.
    if prose[0] == start and start + 1 in heads and len(lines[start]) <= _LONGEST_STANDFIRST:
        return prose[1] if len(prose) > 1 else start + 1
    return prose[0]


def _is_paragraph(line: str) -> bool:
    return is_prose(line) and not (is_caption(line) or is_date(line) or authors(line))


def _read_head(
    lines: list[str], fields: dict[str, Any], blocks: list[Block], remarks: list[str]
) -> None:
    """Read what stands between the headline and the text."""
    for line in lines:
        names = authors(line)
        if names:
            fields.setdefault("bylines", [{"name": name} for name in names])
        elif is_date(line):
            remarks.append(f"a time is stated, not read: {line[:_QUOTED]!r} (--first-created)")
        elif is_caption(line):
            blocks.append(_picture(line))
        elif "summary" not in fields and len(line) <= _LONGEST_STANDFIRST:
            fields["summary"] = line
        else:
            blocks.append(_paragraph(line))


def _body(lines: list[str], remarks: list[str]) -> Iterator[Block]:
    """Give the blocks of the text; short lines behind its end are left out."""
    last = max((n for n, line in enumerate(lines) if is_prose(line) or item(line)), default=-1)
    end = next((n for n, line in enumerate(lines) if n > last and not is_caption(line)), None)
    text, rest = lines[:end], lines[end:] if end is not None else []
    for listed, group in groupby(enumerate(text), key=lambda pair: _kind_of_item(pair[1])):
        pairs = list(group)
        if listed is not None and len(pairs) > 1:
            items = [found[1] for _, line in pairs if (found := item(line))]
            yield ListBlock(ordered=listed, items=tuple(escape(i, quote=False) for i in items))
        else:
            yield from (_block(text, place) for place, _ in pairs)
    remarks += [f"left out behind the text: {line[:_QUOTED]!r}" for line in rest]


def _kind_of_item(line: str) -> bool | None:
    found = item(line)
    return found[0] if found else None


def _block(lines: list[str], place: int) -> Block:
    line = lines[place]
    if is_caption(line):
        return _picture(line)
    following = lines[place + 1] if place + 1 < len(lines) else ""
    if place and can_be_heading(line) and _can_follow_heading(following):
        return Heading(text=escape(line, quote=False))
    return _paragraph(line)


def _can_follow_heading(line: str) -> bool:
    if is_caption(line) or item(line):
        return True
    return _is_paragraph(line) or line.endswith((":", "："))


def _paragraph(line: str) -> Paragraph:
    return Paragraph(text=escape(line, quote=False))


def _picture(line: str) -> Picture:
    """Give a picture of which only the caption was copied."""
    caption = taken_apart(line)
    return Picture(caption=escape(caption.text, quote=False), credit=caption.credit)


def _is_rtl(text: str) -> bool:
    letters = [unicodedata.bidirectional(mark) for mark in text[:_LETTERS_LOOKED_AT]]
    return sum(one in {"R", "AL"} for one in letters) > letters.count("L")
