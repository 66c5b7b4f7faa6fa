"""The description of the interface for programs: OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1).

It is made of the models that requests are checked with and answers are made of, so it cannot say
anything else than they do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from syndicate.model.base import Model
from syndicate.web.api.answers import Problem
from syndicate.web.api.examples import EXAMPLES, PATH_EXAMPLES
from syndicate.web.api.problems import KINDS, PROBLEM
from syndicate.web.api.reading import DESCRIPTION
from syndicate.web.api.table import OPERATIONS, Operation

VERSION = "1.0.0"
"""Its major number counts up when a program that was right would no longer be."""
_JSON = "application/json"
_SCHEMAS = "#/components/schemas/"
_SECURITY: list[dict[str, list[str]]] = [{"basic": []}, {"bearer": []}]
_PATH_PATTERNS = {"feed": "^[a-z0-9][a-z0-9-]{0,63}$", "notice": "^n-[0-9a-f]{16}$"}
_SAYS = (
    "What a partner's program asks for itself. Each request carries its key; nothing is "
    "remembered between two. Whatever is refused says why by a stable code and how to mend it "
    "(RFC 9457). Unknown parameters and unknown fields of a body are refused; fields may be "
    "added to answers, so leave aside those you do not know."
)
_ALLOWED = {"type": "string", "description": "The methods that there are."}
_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"type": "string", "description": "How a key may be sent."}},
    405: {"Allow": _ALLOWED},
    429: {"Retry-After": {"type": "integer", "minimum": 1, "description": "Seconds to wait."}},
    503: {"Retry-After": {"type": "integer", "minimum": 1, "description": "Seconds to wait."}},
}


@lru_cache(4)
def description(url: str, publisher: str) -> bytes:
    """Give the description of the interface at an address, as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    paths[DESCRIPTION] = {"get": _itself()}
    says = {
        "openapi": "3.1.0",
        "info": {"title": f"{publisher}: feeds", "version": VERSION, "description": _SAYS},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _schemes()},
    }
    return json.dumps(says, ensure_ascii=False, sort_keys=True).encode()


def _schemas() -> dict[str, Any]:
    wanted: list[tuple[type[Model], JsonSchemaMode]] = [(Problem, "serialization")]
    for one in OPERATIONS:
        wanted.append((one.gives, "serialization"))
        if one.takes:
            wanted.append((one.takes, "validation"))
    _, found = models_json_schema(wanted, ref_template=f"{_SCHEMAS}{{model}}")
    made: dict[str, Any] = found["$defs"]
    return made


def _schemes() -> dict[str, Any]:
    key = "The key that the feeds are fetched with"
    return {
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": f"{key}, as the password of the partner's id.",
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": f"{key}."},
    }


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.says,
        "description": one.more,
        "security": [] if one.is_open else _SECURITY,
        "parameters": [*_in_path(one), *_in_query(one)],
        "responses": dict(_responses(one)),
    }
    if one.takes:
        found["requestBody"] = {"required": True, "content": _content(one.takes)}
    return found


def _in_path(one: Operation) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", one.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"Which {name}.",
            "schema": {"type": "string", "pattern": _PATH_PATTERNS[name]},
            "example": PATH_EXAMPLES[name],
        }


def _in_query(one: Operation) -> Iterator[dict[str, Any]]:
    for parameter in one.parameters:
        yield {
            "name": parameter.name,
            "in": "query",
            "required": False,
            "description": parameter.says,
            "schema": dict(parameter.schema),
        }


def _content(model: type[Model]) -> dict[str, Any]:
    example = EXAMPLES[model].model_dump(mode="json", exclude_defaults=True)
    return {_JSON: {"schema": {"$ref": f"{_SCHEMAS}{model.__name__}"}, "example": example}}


def codes_of(one: Operation) -> tuple[str, ...]:
    """Give the codes of all that can be wrong with it."""
    found = ["query-unknown", "query-twice", "method-not-allowed", "too-often", "record-away"]
    found += [] if one.is_open else ["key-missing", "key-unknown"]
    found += ["query-wrong"] if one.parameters else []
    found += ["not-found"] if "{" in one.path else []
    found += ["cursor-unknown"] if one.may_conflict else []
    found += ["not-json", "too-large", "media-type", "fields-wrong"] if one.takes else []
    return tuple(found)


def _responses(one: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    yield str(one.status), {"description": one.says, "content": _content(one.gives)}
    yield from _problems(codes_of(one))


def _problems(codes: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a response for each status, with an example of each code."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(int(KINDS[code].status), []).append(code)
    for status, some in sorted(by_status.items()):
        examples = {code: {"value": _example(code)} for code in some}
        content = {PROBLEM: {"schema": {"$ref": f"{_SCHEMAS}Problem"}, "examples": examples}}
        says = " Or: ".join(KINDS[code].title for code in some)
        found: dict[str, Any] = {"description": says, "content": content}
        if headers := _HEADERS.get(status):
            found["headers"] = {
                name: {
                    "required": True,
                    "description": schema["description"],
                    "schema": {k: v for k, v in schema.items() if k != "description"},
                }
                for name, schema in headers.items()
            }
        yield str(status), found


def _example(code: str) -> dict[str, Any]:
    kind = KINDS[code]
    says = Problem(title=kind.title, status=int(kind.status), code=code, mend=kind.mend)
    return says.model_dump(mode="json", exclude_defaults=True)


def _itself() -> dict[str, Any]:
    says = "This description"
    return {
        "operationId": "description",
        "summary": says,
        "security": [],
        "responses": {
            "200": {
                "description": says,
                "content": {_JSON: {"schema": {"type": "object"}}},
            },
            **dict(_problems(("query-unknown", "method-not-allowed", "too-often"))),
        },
    }
