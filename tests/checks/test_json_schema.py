from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from syndicate.checks.findings import SCHEMAS, findings
from syndicate.checks.json_schema import NOUNS, SHORT_FORMS, json_schemas
from tests.builders import (
    a_desk,
    article_data,
    licence_data,
    partner_data,
)

DESK = Path(__file__).parents[2] / "feeds"


@pytest.mark.parametrize(("name", "data"), json_schemas().items())
def test_the_committed_schemas_are_not_stale(name: str, data: bytes) -> None:
    assert (SCHEMAS / "syndicate" / name).read_bytes() == data, (
        "run: syndicate schemas export schemas/syndicate"
    )


def test_nothing_else_is_kept_beside_them() -> None:
    kept = {one.name for one in (SCHEMAS / "syndicate").iterdir()}
    assert kept == {"README.md", *json_schemas()}


@pytest.mark.parametrize(("name", "data"), json_schemas().items())
def test_they_are_schemas_of_the_2020_draft_with_a_stable_id(name: str, data: bytes) -> None:
    schema = json.loads(data)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:syndicate:schema:{name.removesuffix('.schema.json')}:1"
    assert data.endswith(b"}\n")
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("name", "data"), json_schemas().items())
def test_every_field_is_described(name: str, data: bytes) -> None:
    schema = json.loads(data)
    nouns = [schema, *(_whole(one) for one in schema.get("$defs", {}).values())]
    lacking = [
        f"{noun.get('title')}.{field}"
        for noun in nouns
        for field, about in noun.get("properties", {}).items()
        if not {"description", "$ref"} & about.keys()  # a $ref leads to a description
    ]
    assert lacking == []


def _whole(definition: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = definition.get("anyOf", [definition])[0]
    return whole


FIRST_TWO = {"kind": "body", "extent": "paragraphs(2)"}


def _files() -> Iterator[tuple[str, Path]]:
    yield from (("article", one) for one in sorted((DESK / "articles").glob("*.json")))
    yield from (("licence", one) for one in sorted((DESK / "licences").glob("*.toml")))
    yield from (("partner", one) for one in sorted((DESK / "partners").glob("*.toml")))
    yield "desk", DESK / "desk.toml"


@pytest.mark.parametrize(
    ("noun", "file"), list(_files()), ids=lambda one: getattr(one, "stem", one)
)
def test_the_example_desk_is_valid(noun: str, file: Path) -> None:
    text = file.read_text("utf-8")
    data = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    assert _faults(noun, data) == []


@pytest.mark.parametrize(
    ("noun", "data"),
    [
        ("article", article_data()),
        ("article", article_data(embargoed="2026-05-01T00:00:00Z")),
        ("article", article_data(headline_rights={"max_extent": "words(5)"})),
        ("licence", licence_data(required_parts=[], grants=[FIRST_TWO])),
        ("licence", licence_data()),
        ("partner", partner_data()),
        ("desk", a_desk().model_dump(mode="json", exclude_unset=True)),
    ],
)
def test_what_the_models_take_is_valid(noun: str, data: dict[str, Any]) -> None:
    NOUNS[noun].model_validate(data)
    assert _faults(noun, data) == []


@pytest.mark.parametrize(
    ("noun", "data"),
    [
        ("article", article_data(guid="https://harbour.example/wall")),
        ("article", article_data(colour="red")),
        ("article", article_data(headline_rights={"max_extent": "words(0)"})),
        ("licence", licence_data(grants=[])),
        ("partner", partner_data(country="Britain")),
        ("desk", {}),
    ],
)
def test_what_the_models_refuse_is_refused(noun: str, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        NOUNS[noun].model_validate(data)
    assert _faults(noun, data)


def test_every_short_form_is_one_of_a_model() -> None:
    defined = {name for one in json_schemas().values() for name in json.loads(one)["$defs"]}
    assert defined >= SHORT_FORMS.keys()


def _faults(noun: str, data: dict[str, Any]) -> list[str]:
    text = json.dumps(data, default=lambda moment: moment.isoformat())
    schema = SCHEMAS / "syndicate" / f"{noun}.schema.json"
    return [str(one) for one in findings(text.encode(), schema)]
