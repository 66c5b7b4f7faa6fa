"""What a request to the interface says: its parameters and its body, each checked before use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from email.message import Message
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request

from syndicate.formats.all import FORMATS
from syndicate.model.base import Model
from syndicate.sources.field_faults import field_faults
from syndicate.web.api.answers import Fault
from syndicate.web.api.problems import Wrong

_M = TypeVar("_M", bound=Model)
LARGEST = 100_000
"""Bytes of a body, at most."""
MOST = 200
"""Things on a page, at most."""
PAGE = 50
"""Things on a page, where nobody says how many."""
DESCRIPTION = "/api/openapi.json"
_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_LIMIT = r"^[1-9][0-9]{0,2}$"


class Parameter(NamedTuple):
    """A parameter in the query of a request."""

    name: str
    says: str
    """What it does."""
    schema: Mapping[str, Any]
    """JSON Schema of its value."""
    pattern: str
    """How it is written."""
    read: Callable[[str], Any]
    """Gives its value. Raises ValueError."""
    mend: str
    """How to write it."""

    def value(self, text: str) -> Any:
        """Give the value that was stated. Raises Wrong."""
        try:
            if not re.fullmatch(self.pattern, text):
                raise ValueError(text)
            return self.read(text)
        except ValueError as err:
            raise Wrong("query-wrong", f"correct {self.name}: {self.mend}") from err


def _limit(text: str) -> int:
    found = int(text)
    if found > MOST:
        raise ValueError(text)
    return found


def _day(name: str, says: str) -> Parameter:
    schema = {"type": "string", "format": "date", "pattern": _DAY}
    return Parameter(name, says, schema, _DAY, date.fromisoformat, "write for example 2026-04-24")


def after(says: str, pattern: str) -> Parameter:
    """Give the parameter that says where a page begins."""
    mend = "send what next said"
    return Parameter("after", says, {"type": "string", "pattern": pattern}, pattern, str, mend)


LIMIT = Parameter(
    "limit",
    "How many at most.",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
    _LIMIT,
    _limit,
    f"write a number from 1 to {MOST}",
)
FORMAT = Parameter(
    "format",
    "In which of its formats; its first when not stated.",
    {"type": "string", "enum": list(FORMATS)},
    "|".join(FORMATS),
    str,
    f"write one of: {', '.join(FORMATS)}",
)
OPEN = Parameter(
    "open",
    "true: only what you must still obey; false: only the rest.",
    {"type": "boolean"},
    "true|false",
    lambda text: text == "true",
    "write true or false",
)
SINCE = _day("since", "From this day on (UTC).")
UNTIL = _day("until", "To this day, inclusive (UTC).")


def query_of(request: Request, parameters: Iterable[Parameter]) -> Mapping[str, Any]:
    """Give the parameters that were stated. Raises Wrong."""
    known = {one.name: one for one in parameters}
    found: dict[str, Any] = {}
    for name, text in parse_qsl(request.url.query, keep_blank_values=True):
        if name not in known:
            allowed = ", ".join(known)
            instead = f"; there are: {allowed}" if allowed else ""
            raise Wrong("query-unknown", f"leave {_quoted(name)} out{instead}")
        if name in found:
            raise Wrong("query-twice", f"state {name} once")
        found[name] = known[name].value(text)
    return found


def _quoted(name: str) -> str:
    """Give the name of a stranger's parameter as far as it can be shown."""
    return ascii(name[:100])


async def body_of(request: Request, model: type[_M]) -> _M:
    """Give what a request says in its body. Raises Wrong."""
    _check_type(request)
    data = await _read(request)
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as err:
        if any(one["type"] == "json_invalid" for one in err.errors(include_url=False)):
            raise Wrong("not-json") from err
        found = field_faults(err, model, DESCRIPTION)
        faults = tuple(Fault(field=o.field, says=o.says, mend=o.mend) for o in found)
        raise Wrong("fields-wrong", faults=faults) from err


def _check_type(request: Request) -> None:
    """Refuse what is no JSON, or is packed (RFC 9110, sections 8.3, 8.4 and 15.5.16)."""
    stated = Message()
    stated["content-type"] = request.headers.get("content-type", "")
    coding = request.headers.get("content-encoding", "identity")
    charset = str(stated.get_param("charset", "utf-8")).lower()
    is_json = stated.get_content_type() == "application/json" and charset in {"utf-8", "us-ascii"}
    if not is_json:
        raise Wrong("media-type", headers=[("accept", "application/json")])
    if coding.strip().lower() != "identity":
        raise Wrong("media-type", headers=[("accept-encoding", "identity")])


async def _read(request: Request) -> bytes:
    """Give the body; what is too large is not read to its end. Raises Wrong."""
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > LARGEST:
        raise Wrong("too-large", f"send at most {LARGEST} bytes")
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            raise Wrong("too-large", f"send at most {LARGEST} bytes")
    return bytes(found)
