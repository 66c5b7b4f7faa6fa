"""IPTC Media Topics: which codes exist, which are retired, which are narrower than which.

Source: https://cv.iptc.org/newscodes/mediatopic (NewsCodes, CC BY 4.0), edition 2025-03-31.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

MEDIATOPIC = "http://cv.iptc.org/newscodes/mediatopic/"


@cache
def _table() -> Mapping[str, tuple[str, bool]]:
    text = files("syndicate.model").joinpath("mediatopics.csv").read_text("ascii")
    rows = (line.split(",") for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({code: (broader, mark == "r") for code, broader, mark in rows})


def broader_and_self(code: str) -> tuple[str, ...]:
    """Give a topic and every broader one, narrowest first."""
    found = []
    while code:
        found.append(code)
        code = _table().get(code, ("", False))[0]
    return tuple(found)


def _bare(value: object) -> object:
    return (
        value.removeprefix("medtop:").removeprefix(MEDIATOPIC) if isinstance(value, str) else value
    )


def _current(code: str) -> str:
    if code not in _table():
        raise ValueError(f"{code!r} is no IPTC Media Topic (edition 2025-03-31)")
    if _table()[code][1]:
        raise ValueError(f"Media Topic {code} is retired; use a current one")
    return code


TopicCode = Annotated[str, BeforeValidator(_bare), AfterValidator(_current)]
"""The code of a current IPTC Media Topic: 20000065, medtop:20000065 or its URI."""
