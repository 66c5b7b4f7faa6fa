"""Plain values out of files: no key twice, nothing too deep, no character that breaks XML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syndicate.model.base import ILLEGAL_XML

DEEPEST = 32
_MOST_DIGITS = 40


def unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Give an object of which no key stands twice (RFC 8259 section 4 leaves the meaning open).

    Raises:
        ValueError: where one does.
    """
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:60]!r} stands twice")
        found[key] = value
    return found


def whole_number(text: str) -> int:
    """Give a number as JSON and TOML write it.

    Raises:
        ValueError: where it has more digits than any number here.
    """
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(text):,} digits")
    return int(text)


def cleaned(value: Any, depth: int = 0) -> tuple[Any, int]:
    """Give a value without characters that no XML holds, and how many characters it has.

    Raises:
        ValueError: where it is nested more deeply than any article is.
    """
    if isinstance(value, str):
        return ILLEGAL_XML.sub("", value), len(value)
    if not isinstance(value, dict | list):
        return value, 1
    if depth > DEEPEST:
        raise ValueError("is nested too deeply")
    if isinstance(value, list):
        items = [cleaned(item, depth + 1) for item in value]
        return [item for item, _ in items], sum(size for _, size in items) + 1
    pairs = {ILLEGAL_XML.sub("", key): cleaned(one, depth + 1) for key, one in value.items()}
    return {key: item for key, (item, _) in pairs.items()}, sum(size for _, size in pairs.values())
