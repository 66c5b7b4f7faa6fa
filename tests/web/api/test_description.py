"""What the description of the JSON interface says is what the server does (schemathesis)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from syndicate.web.api.table import OPERATIONS
from tests.web.serving import Server, secret, served

ARTICLE = "https://longshore.example/coasts/port-ellery-channel"
EXAMPLES = 12
"""How many requests are made up for each operation, besides those at the edges of its schema."""


@pytest.fixture(scope="module")
def told(published: Path) -> list[events.ScenarioFinished]:
    """What came of asking all that the description allows, and much that it does not."""
    key = secret(published, "fenwold")
    with served(published, "--api-rate", "1000000") as server:
        server.until(200, "/api/feeds", authorization=f"Bearer {key}")
        found = list(_asked(server, key))
        assert server.ask("/healthz").status == 200
        assert not any("Traceback" in line for line in server.lines)
    return found


def _asked(server: Server, key: str) -> Iterator[events.ScenarioFinished]:
    description = json.loads(server.ask("/api/openapi.json").body)
    form = description["components"]["schemas"]["WantedForm"]["properties"]
    form["country"]["enum"] = form["country"]["enum"][:2]  # each would be tried by itself
    form["article"]["enum"] = ["", ARTICLE]  # no schema can say which there are
    config = SchemathesisConfig.from_dict(
        {
            "seed": 20_260_424,
            "base-url": f"http://127.0.0.1:{server.port}",
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {
                "max-examples": EXAMPLES,
                "deterministic": True,
                "database": "none",
            },
        }
    )
    schema = schemathesis.openapi.from_dict(description, config=config)
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError | events.NonFatalError), event
        if isinstance(event, events.ScenarioFinished):
            yield event


def test_no_check_fails(told: list[events.ScenarioFinished]) -> None:
    failures = {
        f"{one.failure_info.failure.title}: {one.failure_info.code_sample}"
        for scenario in told
        for checks in scenario.recorder.checks.values()
        for one in checks
        if one.failure_info
    }
    assert not failures, "\n".join(sorted(failures))


def test_every_operation_was_asked_well_and_badly(told: list[events.ScenarioFinished]) -> None:
    found: dict[str, Counter[int]] = {}
    for scenario in told:
        for id_, interaction in scenario.recorder.interactions.items():
            label = scenario.recorder.cases[id_].value.operation.label
            if interaction.response:
                found.setdefault(label, Counter())[interaction.response.status_code] += 1
    for one in OPERATIONS:
        seen = found[f"{one.method} {one.path}"]
        assert seen[one.status], (one, seen)
        assert seen[405], (one, seen)
        assert one.is_open or seen[401], (one, seen)
        assert not one.parameters or seen[400] > 5, (one, seen)
        assert not one.takes or seen[422] > 5, (one, seen)
