"""What fields mean: their docstrings, read when a schema is asked for."""

from __future__ import annotations

import subprocess
import sys

from syndicate.checks.json_schema import NOUNS
from syndicate.model.base import Model
from syndicate.model.documented import docstrings_of


class Ship(Model):
    """A ship."""

    name: str
    """What is painted
    on its bow."""
    flag: str = "GB"
    """Where it is at home."""
    silent: int = 0


class Ferry(Ship):
    """A ship that goes to and fro."""

    flag: str = "FR"
    """Where its ferry line is at home."""


def test_docstrings_are_found_those_of_bases_too() -> None:
    found = {"name": "What is painted\non its bow.", "flag": "Where its ferry line is at home."}
    assert docstrings_of(Ferry) == found
    properties = Ferry.model_json_schema()["properties"]
    assert {name: one.get("description") for name, one in properties.items()} == {
        **found,
        "silent": None,
    }


def test_every_field_of_every_schema_is_explained() -> None:
    for noun in NOUNS.values():
        properties = noun.model_json_schema()["properties"]
        assert [name for name, one in properties.items() if not one.get("description")] == []


def test_nothing_reads_docstrings_where_no_schema_is_asked_for() -> None:
    code = (
        "import inspect, syndicate.cli.main, syndicate.wiring\n"
        "inspect.getsource = None\n"
        "from syndicate.model.article import Article\n"
        "try: Article.model_json_schema()\n"
        "except TypeError: print('read now')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "read now\n"
