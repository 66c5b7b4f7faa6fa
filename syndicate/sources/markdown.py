"""Articles in Markdown (https://spec.commonmark.org/, with tables) behind YAML front matter.

The keys of the front matter are the fields of schemas/syndicate/article.schema.json, `body`
excepted. Without a headline there, a first heading `# …` is the headline. HTML is not read.

- A paragraph that is only an image is a picture: `![alt text](address "caption")`.
- `pictures:` in the front matter says more of a picture, by its address or by a name that stands
  in the place of the address: `pictures: {wall: {credit: …, rights: …, renditions: […]}}`.
- A line of its own `embed: https://… Title` is an embed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import ValidationError

from syndicate.model.base import text_of
from syndicate.model.body import Block, Heading, Picture
from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources.blocks import TooMuch, blocks_of
from syndicate.sources.drafting import Found, drafted, refusals
from syndicate.sources.front_matter import FaultyFrontMatter, front_matter
from syndicate.sources.reading import MEGABYTE, name_of, read, stem_of, too_many, utf8

FILE_LIMIT = MEGABYTE
# The parser passes over what is nested more deeply, without a word.
_DEEPEST = 20
# RFC 2606: .invalid never exists, so a picture's name cannot be taken for an address.
_NAMED = "https://picture.invalid/"
_EMBED = re.compile(r"^embed:\s*<?(https?://[^\s<>]{1,2048})>?(?:\s+(.{1,300}))?$")
_ONE_IMAGE = ("image",)


class TooDeep(ValueError):
    """Blocks are nested so deep that text would be lost."""


class Markdown:
    """A Markdown file with front matter."""

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give the article of the file."""
        where = name_of(path)
        data = read(path, FILE_LIMIT)
        text = data if isinstance(data, Refusal) else utf8(data, where)
        if isinstance(text, Refusal):
            yield text
            return
        try:
            fields, content = front_matter(text)
            found = Found(where, _fields(fields, content, hints), stem_of(path))
        except FaultyFrontMatter as err:
            mend = "write plain YAML: keys, texts, lists, no anchors, no tags"
            yield Refusal(where, "bad-front-matter", "front matter", str(err), mend)
        except TooMuch as err:
            yield too_many(where, err.most, err.of_what)
        except TooDeep:
            says = "lists and quotes are nested more deeply than can be read"
            yield Refusal(where, "too-deep", "body", says, "write them less deeply nested")
        except ValidationError as err:
            yield from refusals(where, err)
        else:
            yield from drafted(found, desk, hints)


def _fields(fields: dict[str, Any], content: str, hints: Hints) -> dict[str, Any]:
    """Give the article's fields, the body among them.

    Raises:
        FaultyFrontMatter: where `pictures` is no mapping, or names what the text does not show.
        TooMuch: where it is longer than any article.
        TooDeep: where lists or quotes are nested beyond all sense.
        ValidationError: where a block or a picture breaks a rule of the model.
    """
    if "body" in fields:
        raise FaultyFrontMatter(
            "body is no key of the front matter: the text below it is the body"
        )
    described = fields.pop("pictures", None) or {}
    if not isinstance(described, dict) or not all(isinstance(d, dict) for d in described.values()):
        raise FaultyFrontMatter("pictures is no mapping of names to what is known of each")
    base = fields.get("canonical_url") or hints.url
    blocks = blocks_of(
        _html(content, frozenset(name for name in described if "://" not in name)),
        str(base) if base else None,
    )
    head = blocks[0] if blocks else None
    if "headline" not in fields and isinstance(head, Heading) and content.lstrip()[:2] == "# ":
        fields["headline"] = text_of(head.text)
        blocks = blocks[1:]
    missing = set(described) - {_name(block) for block in blocks}
    if missing:
        raise FaultyFrontMatter(f"pictures names {sorted(missing)[0]!r}, which the text does not")
    fields["body"] = tuple(_described(block, described) for block in blocks)
    return fields


def _html(content: str, named: frozenset[str]) -> str:
    """Give the HTML of Markdown, pictures as figures, embeds as frames, no HTML of the author."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable("table")
    tokens = parser.parse(content)
    if any(token.nesting > 0 and token.level >= _DEEPEST - 1 for token in tokens):
        raise TooDeep
    for token in tokens:
        if token.type == "inline":
            _rename(token.children or [], named)
            figure = _figure(token) or _frame(token)
            if figure:
                token.children = [Token("html_inline", "", 0, content=figure)]
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return rendered


def _rename(children: Sequence[Token], named: frozenset[str]) -> None:
    for child in children:
        if child.type == "image" and child.attrs.get("src") in named:
            child.attrs["src"] = _NAMED + _hex(str(child.attrs["src"]))


def _figure(token: Token) -> str | None:
    """Give the figure of a paragraph that is only an image."""
    children = token.children or []
    if tuple(child.type for child in children) != _ONE_IMAGE:
        return None
    image = children[0]
    src, title = str(image.attrs.get("src", "")), str(image.attrs.get("title", ""))
    caption = f"<figcaption>{escape(title)}</figcaption>" if title else ""
    shown = f'<img src="{escape(src)}" alt="{escape(image.content)}">'
    return f"</p><figure>{shown}{caption}</figure><p>"


def _frame(token: Token) -> str | None:
    """Give the frame of a paragraph that is only `embed: ADDRESS`."""
    found = _EMBED.match(token.content)
    if not found:
        return None
    title = escape(found[2] or "")
    return f'</p><iframe src="{escape(found[1])}" title="{title}"></iframe><p>'


def _described(block: Block, described: Mapping[str, Any]) -> Block:
    """Give a picture with what the front matter knows of it; its statements win."""
    known = described.get(_name(block))
    if not isinstance(block, Picture) or known is None:
        return block
    stated = block.model_dump(exclude_unset=True)
    if stated["renditions"][0]["url"].startswith(_NAMED):
        stated["renditions"] = ()
    return Picture.model_validate({**stated, **known})


def _name(block: Block) -> str:
    """Give the name or the address that a picture goes by."""
    if not isinstance(block, Picture) or not block.renditions:
        return ""
    url = block.renditions[0].url
    return bytes.fromhex(url[len(_NAMED) :]).decode() if url.startswith(_NAMED) else url


def _hex(name: str) -> str:
    return name.encode("utf-8", "replace").hex()
