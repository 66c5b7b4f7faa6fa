"""How much of a body an extent leaves: in paragraphs or in words, counted from the start.

Everything counts, whether it may go out or not, so that a refused paragraph never makes room
for a later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from syndicate.model.base import text_of
from syndicate.model.body import TEXT_BLOCKS, Block, Heading, ListBlock, Table, texts_of
from syndicate.model.rights import NOTHING, Extent, ExtentUnit

_WORD = re.compile(r"\S+")


class Cut(NamedTuple):
    """Where a body ends: so many blocks whole, then so many words of the next one."""

    blocks: int
    words: int = 0


def words_in(text: str) -> int:
    """Count the words of a plain text."""
    return len(_WORD.findall(text))


def first_words(text: str, count: int) -> str:
    """Give the first words of a plain text, with … where something is cut."""
    found = list(_WORD.finditer(text))
    return text if len(found) <= count else f"{text[: found[count - 1].end()]} …"


def cut(body: Sequence[Block], extent: Extent) -> Cut:
    """Give where an extent ends a body."""
    if extent.unit is ExtentUnit.FULL:
        return Cut(len(body))
    if extent.unit is ExtentUnit.NONE or not extent.count:
        return Cut(0)
    if extent.unit is ExtentUnit.PARAGRAPHS:
        return _without_last_heading(body, _paragraphs(body, extent.count))
    return _words(body, extent.count)


def _paragraphs(body: Sequence[Block], count: int) -> int:
    for position, block in enumerate(body):
        if isinstance(block, TEXT_BLOCKS) and not isinstance(block, Heading):
            count -= 1
            if count == 0:
                return position + 1
    return len(body)


def _without_last_heading(body: Sequence[Block], end: int) -> Cut:
    while 0 < end < len(body) and isinstance(body[end - 1], Heading):
        end -= 1
    return Cut(end)


def _words(body: Sequence[Block], left: int) -> Cut:
    for position, block in enumerate(body):
        size = block_words(block)
        if size > left:
            whole = left == 0 or isinstance(block, Heading | Table)
            return _without_last_heading(body, position) if whole else Cut(position, left)
        left -= size
    return Cut(len(body))


def block_words(block: Block) -> int:
    """Count the words of a block, those of a table's cells included."""
    texts = list(texts_of(block))
    if isinstance(block, Table):
        texts += [cell for row in (block.header, *block.rows) for cell in row]
    return sum(words_in(text_of(text)) for text in texts)


def lines_of(block: Block | None) -> int:
    """Count what stands as paragraphs in a part: items of a list, rows of a table, else one."""
    if isinstance(block, ListBlock):
        return len(block.items)
    if isinstance(block, Table):
        return len(block.rows) + bool(block.header)
    return 1


def tightest(body: Sequence[Block], extents: Iterable[Extent]) -> Extent:
    """Give the extent that leaves least of a body."""
    return min(extents, key=lambda extent: (cut(body, extent), str(extent)), default=NOTHING)
