"""YAML front matter read as plain texts, lists and mappings: no tags, no aliases, no surprises.

Every value stays the text that was written: `no` is Norwegian and not False, 12:30 is no number,
and a time without a zone reaches the model as such and is refused there (V2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import frontmatter
import yaml  # type: ignore[import-untyped]
from frontmatter.default_handlers import YAMLHandler

from syndicate.model.base import visible
from syndicate.sources.values import DEEPEST, cleaned, unique

_LONGEST = 262_144
# YAML 1.2 reads JSON, which escapes what is beyond U+FFFF as a surrogate pair (RFC 8259 section
# 7); PyYAML leaves the two halves apart, and neither is a character.
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


class FaultyFrontMatter(ValueError):
    """The front matter cannot be read."""


class _Texts(yaml.BaseLoader):  # type: ignore[misc]
    """Reads every value as text and refuses a key that stands twice."""

    def construct_scalar(self, node: Any) -> str:
        """Give a text; a character written as JSON does, in two escapes, is one again."""
        return _PAIR.sub(_joined, super().construct_scalar(node))

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        """Give a mapping."""
        pairs = [(self.construct_object(key, True), value) for key, value in node.value]
        if not all(isinstance(key, str) for key, _ in pairs):
            raise FaultyFrontMatter("a key is no text")
        return unique((key, self.construct_object(value, True)) for key, value in pairs)


class _Handler(YAMLHandler):
    def load(self, fm: str, **_: object) -> Any:
        if len(fm) > _LONGEST:
            raise FaultyFrontMatter("is longer than any front matter")
        _check(yaml.parse(fm, Loader=yaml.BaseLoader))
        fields = yaml.load(fm, Loader=_Texts)  # noqa: S506  _Texts makes nothing but texts
        if fields and not isinstance(fields, dict):
            raise FaultyFrontMatter("is no mapping of fields to values")
        return fields


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Give the fields and the text behind them; keys without a value are left out.

    Raises:
        FaultyFrontMatter: where it is no plain YAML mapping.
    """
    handler = _Handler()
    text = text.lstrip("\ufeff \r\n\t").replace("\r\n", "\n")
    if not handler.detect(text):
        return {}, text
    try:
        fields, content = frontmatter.parse(text, handler=handler)
        plain, _ = cleaned(fields)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        raise FaultyFrontMatter(visible(" ".join(str(err).split()))[:300]) from err
    return _stated(plain), content


def _check(events: Iterator[Any]) -> None:
    """Let only plain YAML pass: an alias can blow up a small file, a tag can name any type."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise FaultyFrontMatter("has an alias (*name)")
        if getattr(event, "tag", None):
            raise FaultyFrontMatter("has a tag (!name)")
        if depth > DEEPEST:
            raise FaultyFrontMatter("is nested too deeply")


def _stated(value: Any) -> Any:
    """Leave out keys without a value: `dateline:` states nothing."""
    if isinstance(value, dict):
        return {key: _stated(one) for key, one in value.items() if one not in ("", None)}
    return [_stated(one) for one in value] if isinstance(value, list) else value
