"""Lists, tables, captions and figures while they are read: they take in the text inside them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Protocol

from syndicate.model.base import plain_line, text_of
from syndicate.model.body import (
    Block,
    Direction,
    Embed,
    Gallery,
    ListBlock,
    MediaBase,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from syndicate.sources.credits import taken_apart


class Sink(Protocol):
    """Takes every text until its own closing tag."""

    def start(self, tag: str) -> None:
        """Notice an opening tag inside."""

    def end(self, tag: str) -> bool:
        """Notice a closing tag; True where it is the sink's own."""

    def add(self, text: str) -> None:
        """Take a run of inline HTML."""

    def blocks(self, language: str | None, direction: Direction | None) -> Iterator[Block]:
        """Give what it has become."""


class ListItems:
    """A list; lists inside it become items of it."""

    def __init__(self, tag: str) -> None:
        self._ordered = tag == "ol"
        self._lists = 1
        self._items: list[str] = []
        self._fresh = True

    def start(self, tag: str) -> None:
        """Notice an opening tag inside."""
        self._lists += tag in {"ul", "ol", "menu", "dir"}
        self._fresh = self._fresh or tag == "li"

    def end(self, tag: str) -> bool:
        """Notice a closing tag."""
        self._lists -= tag in {"ul", "ol", "menu", "dir"}
        self._fresh = self._fresh or tag == "li"
        return not self._lists

    def add(self, text: str) -> None:
        """Take a run of inline HTML."""
        if self._fresh or not self._items:
            self._items.append(text)
        else:
            self._items[-1] += f"<br>{text}"
        self._fresh = False

    def blocks(self, language: str | None, direction: Direction | None) -> Iterator[Block]:
        """Give the list, unless it is empty."""
        if self._items:
            yield ListBlock(
                ordered=self._ordered, items=tuple(self._items), language=language, dir=direction
            )


class TableCells:
    """A table; the text of tables inside it stays in the cell they stand in."""

    def __init__(self) -> None:
        self._tables = 1
        self._rows: list[list[str]] = []
        self._heads: list[bool] = []
        self._caption: list[str] = []
        self._in_caption = False

    def start(self, tag: str) -> None:
        """Notice an opening tag inside."""
        self._tables += tag == "table"
        if self._tables > 1:
            return
        if tag == "tr":
            self._new_row()
        elif tag in {"td", "th"}:
            if not self._rows:
                self._new_row()
            self._rows[-1].append("")
            self._heads[-1] = self._heads[-1] and tag == "th"
        elif tag == "caption":
            self._in_caption = True

    def end(self, tag: str) -> bool:
        """Notice a closing tag."""
        self._tables -= tag == "table"
        self._in_caption = self._in_caption and tag != "caption"
        return not self._tables

    def add(self, text: str) -> None:
        """Take a run of inline HTML."""
        if self._in_caption or not (self._rows and self._rows[-1]):
            self._caption.append(text)
        else:
            before = self._rows[-1][-1]
            self._rows[-1][-1] = f"{before}<br>{text}" if before else text

    def blocks(self, language: str | None, direction: Direction | None) -> Iterator[Block]:
        """Give the table; a table without text gives nothing, without cells its caption."""
        filled = [
            (tuple(row), head)
            for row, head in zip(self._rows, self._heads, strict=True)
            if any(row)
        ]
        header: tuple[str, ...] = ()
        if len(filled) > 1 and filled[0][1]:
            header = filled.pop(0)[0]
        caption = " ".join(self._caption)
        rows = tuple(row for row, _ in filled)
        if rows:
            yield Table(
                header=header,
                rows=rows,
                caption=caption or None,
                language=language,
                dir=direction,
            )
        elif caption:
            yield Paragraph(text=caption, language=language, dir=direction)

    def _new_row(self) -> None:
        self._rows.append([])
        self._heads.append(True)


class Figure:
    """A figure: pictures or other things, with a caption."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.others: list[Block] = []
        self.texts: list[str] = []
        self.caption = ""

    def take(self, inner: Figure) -> None:
        """Take in a figure that stands inside this one: a picture of a gallery."""
        captioned = inner.captioned()
        self.pictures.extend(captioned)
        self.others.extend(inner.others)

    def captioned(self) -> list[Picture]:
        """Give the pictures, each with its caption where there is one picture only."""
        caption = self.caption or " ".join(self.texts)
        if len(self.pictures) != 1 or not caption:
            return self.pictures
        if self.caption:
            caption = " ".join((self.caption, *self.texts))
        return [with_caption(self.pictures[0], caption)]

    def blocks(self, language: str | None, direction: Direction | None) -> Iterator[Block]:
        """Give what the figure holds, the caption where it belongs."""
        pictures = self.captioned()
        caption = " ".join(text for text in (self.caption, *self.texts) if text)
        if len(pictures) > 1:
            yield Gallery(
                pictures=tuple(pictures), caption=caption or None, language=language, dir=direction
            )
        elif pictures:
            marks = {"language": language, "dir": direction}
            yield pictures[0].model_copy(update={n: v for n, v in marks.items() if v})
        elif caption:
            yield from _with_caption_of(self.others, caption, language, direction)
            return
        yield from self.others


class Caption:
    """The caption of a figure."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._texts: list[str] = []

    def start(self, tag: str) -> None:
        """Notice an opening tag inside."""

    def end(self, tag: str) -> bool:
        """Notice a closing tag."""
        return tag == "figcaption"

    def add(self, text: str) -> None:
        """Take a run of inline HTML."""
        self._texts.append(text)

    def blocks(self, language: str | None, direction: Direction | None) -> Iterator[Block]:
        """Give nothing: the text is the figure's."""
        self._figure.caption = " ".join(filter(None, (self._figure.caption, *self._texts)))
        return iter(())


def with_caption(picture: Picture, caption: str) -> Picture:
    """Give a picture its caption; the credit at its end becomes the picture's credit."""
    text, credit = taken_apart(text_of(caption))
    if not credit:
        return picture.model_copy(update={"caption": caption})
    return picture.model_copy(update={"caption": escape(text, quote=False), "credit": credit})


def _with_caption_of(
    others: list[Block], caption: str, language: str | None, direction: Direction | None
) -> Iterator[Block]:
    """Give a caption to the one thing beside it, or as a paragraph."""
    plain = plain_line(text_of(caption))
    one = others[0] if len(others) == 1 else None
    if (isinstance(one, Table) and not one.caption) or isinstance(one, MediaBase):
        yield one.model_copy(update={"caption": caption})
    elif isinstance(one, Embed) and not one.title:
        yield one.model_copy(update={"title": plain})
    elif isinstance(one, Quote) and not one.cite:
        yield one.model_copy(update={"cite": plain})
    else:
        yield from others
        yield Paragraph(text=caption, language=language, dir=direction)
