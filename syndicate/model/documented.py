"""What the fields of a model mean, read from their docstrings when somebody asks.

A JSON Schema says it; nothing else needs it, and reading it takes a tenth of the time in which a
command starts.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise

from pydantic import BaseModel


def docstrings_of(model: type[BaseModel]) -> dict[str, str]:
    """Give what the docstring below each field says, those of its bases too, by name."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if issubclass(one, BaseModel) and one is not BaseModel:
            found.update(_below(textwrap.dedent(inspect.getsource(one))))
    return found


def _below(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.parse(source).body:
        for field, after in pairwise(node.body if isinstance(node, ast.ClassDef) else ()):
            match field, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    yield name, inspect.cleandoc(text)
