"""JSON Schemas (https://json-schema.org/draft/2020-12) of what a desk is written in.

They help editors while typing. The models are stricter: they also hold the rules between fields.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from syndicate.model.article import Article
from syndicate.model.base import Model
from syndicate.model.desk import Desk
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.request import RequestForm

NOUNS: dict[str, type[Model]] = {
    "article": Article,
    "desk": Desk,
    "licence": Licence,
    "partner": Partner,
    "request": RequestForm,
}

SHORT_FORMS: dict[str, dict[str, Any]] = {
    "Embargo": {"type": "string", "format": "date-time"},
    "Extent": {
        "type": "string",
        "pattern": r"^(full|none|words\([1-9]\d*\)|paragraphs\([1-9]\d*\))$",
    },
}
"""What the models also take in place of an object, before validation; Pydantic cannot know it."""

VERSION = 1
"""Counts up when a file that was valid would no longer be."""


def json_schemas() -> dict[str, bytes]:
    """Give the JSON Schema of every noun by its file name; the same models give the same bytes."""
    return {f"{name}.schema.json": _schema(name, noun) for name, noun in NOUNS.items()}


def _schema(name: str, noun: type[Model]) -> bytes:
    schema: dict[str, Any] = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:syndicate:schema:{name}:{VERSION}",
        **noun.model_json_schema(),
    }
    definitions = schema.get("$defs", {})
    for short in SHORT_FORMS.keys() & definitions.keys():
        definitions[short] = {"anyOf": [definitions[short], SHORT_FORMS[short]]}
    return f"{json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True)}\n".encode()
