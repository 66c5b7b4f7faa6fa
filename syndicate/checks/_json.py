"""JSON documents against a JSON Schema (https://json-schema.org/draft/2020-12).

The validator is loaded when first asked for: no command that publishes XML pays for it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from syndicate.checks.base import CheckFinding
from syndicate.model.errors import NotFound


def json_findings(data: bytes, schema: Path) -> tuple[CheckFinding, ...]:
    """Give every fault of a JSON document. Raises NotFound where no validator is installed."""
    try:
        document = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as err:
        return (CheckFinding("json-syntax", _line(err), str(err)),)
    faults = sorted(_validator(schema).iter_errors(document), key=lambda one: str(one.json_path))
    return tuple(CheckFinding("json-schema", one.json_path, one.message) for one in faults)


def _line(error: Exception) -> str:
    return f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "document"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@cache
def _validator(schema: Path) -> Any:
    try:
        from jsonschema import Draft202012Validator, validators  # noqa: PLC0415
        from referencing.jsonschema import EMPTY_REGISTRY  # noqa: PLC0415
    except ImportError as err:
        raise NotFound(
            "no JSON Schema validator is installed", mend="install the package jsonschema"
        ) from err
    read = json.loads(schema.read_bytes())
    kind = validators.validator_for(read, default=Draft202012Validator)
    return kind(read, registry=EMPTY_REGISTRY)  # a $ref never goes to the network
