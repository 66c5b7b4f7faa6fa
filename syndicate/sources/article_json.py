"""Articles as JSON: one object, an array, or one object a line (https://jsonlines.org/).

The fields are those of schemas/syndicate/article.schema.json. Where one object is a whole file,
its guid may be left out: the file's name is its identity then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from syndicate.model.base import visible
from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources.drafting import Found, drafted
from syndicate.sources.reading import MEGABYTE, name_of, read, stem_of, too_large, utf8
from syndicate.sources.values import cleaned, unique, whole_number

FILE_LIMIT = 32 * MEGABYTE
ARTICLE_LIMIT = 5 * MEGABYTE


class ArticleJson:
    """A file that holds one article or an array of articles."""

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give every article of the file."""
        where = name_of(path)
        data = read(path, FILE_LIMIT)
        value = data if isinstance(data, Refusal) else _value(data, where)
        if isinstance(value, Refusal):
            yield value
        elif isinstance(value, list):
            for number, one in enumerate(value, 1):
                yield from _article(one, f"{where}[{number}]", None, desk, hints)
        else:
            yield from _article(value, where, stem_of(path), desk, hints)


_KINDS = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


class ArticleLines:
    """A file with one article a line; a bad line costs that line only."""

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give every article of the file."""
        data = read(path, FILE_LIMIT)
        if isinstance(data, Refusal):
            yield data
            return
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                where = f"{name_of(path)}:{number}"
                value = _value(line, where)
                if isinstance(value, Refusal):
                    yield value
                else:
                    yield from _article(value, where, None, desk, hints)


def _article(
    value: Any, where: str, stem: str | None, desk: Desk, hints: Hints
) -> Iterator[Draft | Refusal]:
    if not isinstance(value, dict):
        yield _bad(where, f"is no object but {_KINDS[type(value)]}")
        return
    try:
        fields, size = cleaned(value)
    except ValueError as err:
        yield _bad(where, str(err))
        return
    if size > ARTICLE_LIMIT:
        yield too_large(where, ARTICLE_LIMIT)
        return
    yield from drafted(Found(where, fields, stem), desk, hints)


def _bad(where: str, says: str, mend: str = "write a JSON object (RFC 8259)") -> Refusal:
    return Refusal(where, "bad-json", "file", visible(says), mend)


def _value(data: bytes, where: str) -> Any | Refusal:
    text = utf8(data, where)
    if isinstance(text, Refusal):
        return text
    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=_no_constant,
            parse_int=whole_number,
        )
    except RecursionError:
        return _bad(where, "is nested too deeply", "remove the brackets")
    except ValueError as err:
        return _bad(where, f"is no JSON: {err}"[:300])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
