"""The article's body in a page: trafilatura chooses the text, the page gives what stands in it.

https://trafilatura.readthedocs.io/ reads a page without going to the network. It knows text; so
pictures, players and posts are taken out first and put back before the text they stood before.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from copy import deepcopy
from html import escape
from typing import NamedTuple

from lxml import html as lxml_html
from lxml.html import HtmlElement

from syndicate.model.base import text_of
from syndicate.model.body import (
    Audio,
    Block,
    Embed,
    Gallery,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Video,
    texts_of,
)
from syndicate.sources.blocks import blocks_of
from syndicate.sources.foreign import is_foreign

_TEXT_TAGS = frozenset(("p", "li", "h2", "h3", "h4", "h5", "h6"))
_SHOWN = frozenset(("figure", "img", "iframe", "video", "audio", "blockquote", "div"))
_LONGEST_FIGURE = 3000
_TEXTS = (Paragraph, Heading, ListBlock, Quote)
_MEDIA = (Picture, Gallery, Video, Audio, Embed)
_HEAD_OF_TEXT = 60


class _Seen(NamedTuple):
    """Something the page shows, and the text it stands before."""

    media: tuple[Block, ...]
    before: str


def body_of(page: HtmlElement, base: str | None) -> tuple[Block, ...]:
    """Give the blocks of the article in a page; none where it has no text."""
    bare = deepcopy(page)
    for element in [one for one in bare.iter() if _is_media(one)]:
        if element.getparent() is not None:
            element.drop_tree()
    chosen = blocks_of(_chosen_html(lxml_html.tostring(bare, encoding="unicode")), base)
    texts = tuple(block for block in chosen if not isinstance(block, _MEDIA))
    return _with_media(_marked(texts, page), page, base)


def _chosen_html(page: str) -> str:
    """Give the HTML of the main text, empty where there is none or the page defeats the reader."""
    # Imported late: it takes half a second, and most runs read no page.
    from trafilatura import extract  # noqa: PLC0415

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = extract(
                page,
                output_format="html",
                favor_precision=True,
                include_comments=False,
                include_formatting=True,
                include_links=True,
                include_tables=True,
                deduplicate=False,
            )
        except Exception:  # a hostile page may break it anywhere; it is then a page without text
            return ""
    return found or ""


def _marked(blocks: tuple[Block, ...], page: HtmlElement) -> tuple[Block, ...]:
    """Give the blocks with the language and direction that the page marks them with."""
    marks = {
        _key(str(one.text_content())): (one.get("lang"), one.get("dir"))
        for one in page.iter(*_TEXT_TAGS)
        if one.get("lang") or one.get("dir")
    }
    return tuple(_remarked(block, marks) for block in blocks) if marks else blocks


def _remarked(block: Block, marks: dict[str, tuple[str | None, str | None]]) -> Block:
    language, direction = marks.get(_key_of(block), (None, None))
    if not (language or direction):
        return block
    wrapped = f'<p lang="{escape(language or "")}" dir="{escape(direction or "")}">x</p>'
    one = blocks_of(wrapped)[0]
    return block.model_copy(update={"language": one.language, "dir": one.dir})


def _with_media(
    blocks: tuple[Block, ...], page: HtmlElement, base: str | None
) -> tuple[Block, ...]:
    """Put each thing the page shows inside the article before the text it stands before."""
    places: dict[str, int] = {}
    for place, block in enumerate(blocks):
        places.setdefault(_key_of(block), place)
    found: dict[int, list[Block]] = {}
    for seen in _shown(page, base, places):
        found.setdefault(places[seen.before], []).extend(seen.media)
    return tuple(
        one for place, block in enumerate(blocks) for one in (*found.get(place, ()), block)
    )


def _shown(page: HtmlElement, base: str | None, places: dict[str, int]) -> Iterator[_Seen]:
    """Give what stands before a text of the article, the first time each is shown."""
    waiting: list[HtmlElement] = []
    begun = False
    for element in page.iter():
        if _is_media(element):
            waiting.append(element)
        elif element.tag in _TEXT_TAGS:
            key = _key(str(element.text_content()))
            if key not in places:
                continue
            inside = [one for one in waiting if _belongs(one, element, begun)]
            begun, waiting = True, []
            media = tuple(block for one in inside for block in _media(one, base))
            if media:
                yield _Seen(media, key)


def _belongs(media: HtmlElement, text: HtmlElement, begun: bool) -> bool:
    """Say whether something before a paragraph of the article is the article's too.

    It stands close to it; or it is a figure between paragraphs, or before the first one inside
    the same article element. Bare images elsewhere are teasers of other articles.
    """
    above = text.getparent()
    close = {above, above.getparent() if above is not None else None} - {None}
    if not close.isdisjoint(media.iterancestors()):
        return True
    if begun:
        return bool(media.tag != "img")
    around = set(text.iterancestors("article", "main"))
    return not around.isdisjoint(media.iterancestors("article", "main"))


def _media(element: HtmlElement, base: str | None) -> tuple[Block, ...]:
    fragment = lxml_html.tostring(element, encoding="unicode", with_tail=False)
    return tuple(one for one in blocks_of(fragment, base) if isinstance(one, _MEDIA))


def _is_media(element: HtmlElement) -> bool:
    """Say whether an element shows something, and does not stand inside another that does."""
    tag = element.tag
    if not isinstance(tag, str) or tag not in _SHOWN:
        return False
    if tag in {"blockquote", "div"} and not is_foreign(tag, dict(element.attrib)):
        return False
    if any(True for _ in element.iterancestors("figure")):
        return False
    if tag != "figure":
        return True
    holds = any(True for _ in element.iter("img", "iframe", "video", "audio", "blockquote"))
    return holds and len(str(element.text_content())) < _LONGEST_FIGURE


def _key_of(block: Block) -> str:
    if not isinstance(block, _TEXTS):
        return ""
    return _key(text_of(next(texts_of(block), "")))


def _key(text: str) -> str:
    """Give the letters and digits a text begins with: white space differs between readers."""
    return "".join(mark for mark in text if mark.isalnum())[:_HEAD_OF_TEXT]
