"""Run a command as a user does."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from syndicate.cli import main
from syndicate.cli.main import COMMANDS

for name in set(COMMANDS.values()):  # all of them have the same clock then, also a test's
    import_module(f"syndicate.cli.{name}")

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "feeds"


def run(*arguments: object, code: int = 0, **environment: str) -> Result:
    found = CliRunner().invoke(main, [str(a) for a in arguments], env=environment)
    assert found.exit_code == code, found.output
    return found


def data(*arguments: object, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


def a_copy(folder: Path) -> Path:
    """Copy the example desk without what it published."""
    desk = folder / "desk"
    for path in sorted(EXAMPLE.rglob("*")):
        inner = path.relative_to(EXAMPLE)
        if path.is_file() and inner.parts[0] not in {"public", ".syndicate"}:
            (desk / inner).parent.mkdir(parents=True, exist_ok=True)
            (desk / inner).write_bytes(path.read_bytes())
    return desk


def a_published_copy(folder: Path) -> Path:
    """Copy the example desk and publish it."""
    desk = a_copy(folder)
    run("regenerate", "--desk", desk)
    return desk
