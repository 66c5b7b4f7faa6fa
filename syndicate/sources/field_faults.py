"""What the models say about a field, in words for the person who wrote the file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syndicate.model.base import Model, one_line

_OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "title": "headline",
        "description": "summary",
        "author": "bylines",
        "authors": "bylines",
        "byline": "bylines",
        "date": "first_created",
        "published": "first_published",
        "url": "canonical_url",
        "lang": "language",
        "tags": "keywords",
        "content": "body",
        "license": "licence",
        "timezone": "zone",
    }
)
"""What other programs call our fields, where the letters do not tell."""

MENDS = (
    ("missing", "add it"),
    ("datetime", "write for example 2026-04-24T00:00:00Z"),
    ("timezone", "write for example 2026-04-24T00:00:00Z"),
    ("time_delta", "write an ISO 8601 length of time, for example P30D"),
    ("bool", "write true or false"),
)
_RULE = re.compile(r"^V\d+$")
_LONG = 300


class FieldFault(NamedTuple):
    """What is wrong with one field."""

    field: str
    """The way to it; empty for the whole."""
    says: str
    """What is wrong."""
    mend: str
    """What to do about it."""

    def __str__(self) -> str:
        """One line: field, what is wrong, the mend."""
        ends = "" if self.says.endswith("?") else "."
        return f"{self.field or 'the whole file'}: {self.says}{ends} Mend: {self.mend}."


def field_faults(err: ValidationError, model: type[Model], schema: str) -> Iterator[FieldFault]:
    """Give every fault; `schema` is where the fields are described.

    Unknown fields come first: a field that is missing is often one of them, misspelt.
    """
    faults = err.errors(include_url=False, include_input=False)
    for fault in sorted(faults, key=lambda one: one["type"] != "extra_forbidden"):
        yield FieldFault(".".join(_steps(fault["loc"])), *_said(fault, model, schema))


def _said(fault: ErrorDetails, model: type[Model], schema: str) -> tuple[str, str]:
    """Give what is wrong, and the mend."""
    kind = fault["type"]
    says = _shown(fault["msg"]).removeprefix("Value error, ")
    if stated := fault.get("ctx", {}).get("mend"):
        says = _shown(fault["msg"].removesuffix(f". Mend: {stated}."))
        return says if _RULE.match(kind) else says.removeprefix(f"{kind}: "), _shown(stated)
    if kind == "extra_forbidden":
        meant = meant_field(model, fault["loc"])
        says = f"no such field; did you mean {meant}?" if meant else "no such field"
        return says, f"{f'rename it to {meant}' if meant else 'remove it'}; see {schema}"
    if size := size_fault(fault):
        return size[0], f"{size[1]}; see {schema}"
    mend = next((mend for begin, mend in MENDS if kind.startswith(begin)), f"see {schema}")
    return "is missing" if kind == "missing" else says, mend


def _shown(text: str) -> str:
    """Give a text in which nothing hides, and which is not endless."""
    return one_line(text)[:_LONG]


def size_fault(fault: ErrorDetails) -> tuple[str, str] | None:
    """Give what is wrong with something empty or too long, and the mend; None for other faults."""
    if fault["type"] == "too_short":
        return "is empty", "write something, or leave it out"
    if fault["type"] != "too_long":
        return None
    length, most = (fault["ctx"][name] for name in ("actual_length", "max_length"))
    return f"is {length:,} long, more than {most:,}", "shorten it"


def _steps(loc: tuple[int | str, ...]) -> list[str]:
    """Give the way to a field as people write it: a moment is stated as a whole, not its at."""
    return [
        _shown(str(step))
        for before, step in zip((None, *loc), loc, strict=False)
        if not (step == "at" and before in {"start", "end", "until"})
    ]


def meant_field(model: type[Model], loc: tuple[int | str, ...]) -> str | None:
    """Give the field that was probably meant by an unknown one, None where nothing is near."""
    level = _level(model, loc[:-1])
    names = {name for one in level for name in one.model_fields}
    leaf = str(loc[-1]) if loc else ""
    other = _OTHER_NAMES.get(leaf.lower())
    if other in names:
        return other
    return next(iter(difflib.get_close_matches(leaf[:80], sorted(names), 1)), None)


def _level(model: type[Model], loc: Iterable[int | str]) -> set[type[Model]]:
    """Give the models that may stand at a place; numbers and tags of a union lead nowhere."""
    level: set[type[Model]] = {model}
    for step in loc:
        fields = [one.model_fields[step] for one in level if step in one.model_fields]
        if fields:
            level = {inner for field in fields for inner in _models(field.annotation)}
    return level


def _models(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
