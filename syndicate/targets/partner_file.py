"""A partner's file with the state of an agreement changed: everything else stays as it is written.

Comments, order and spelling stay (https://tomlkit.readthedocs.io/). The file is replaced whole or
not at all, and is on disk when `replace` returns.
"""

from __future__ import annotations

import fcntl
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Item

from syndicate.model.errors import BadDesk, NotFound
from syndicate.model.partner import AgreementState, Partner
from syndicate.targets._files import replace_file, write_file

_FOLDER = "partners"
_MARK = "\ufeff"


class PartnerFile(NamedTuple):
    """The file of a partner."""

    name: str
    """Its path below the desk."""
    text: str
    """What it says, as it is written."""


@contextmanager
def locked(desk: Path) -> Iterator[None]:
    """Keep other commands from changing partner files meanwhile. Raises BadDesk."""
    with _told(desk / _FOLDER):
        folder = os.open(desk / _FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for left in (desk / _FOLDER).glob(".*.toml.*.tmp"):  # of a command that died
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(folder)


def find(desk: Path, agreement: str) -> PartnerFile:
    """Give the file that holds an agreement.

    Raises:
        NotFound: no readable file holds it.
        BadDesk: the folder cannot be read.
    """
    known: list[str] = []
    with _told(desk / _FOLDER):
        paths = sorted(p for p in (desk / _FOLDER).glob("*.toml") if p.is_file())
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8")
            ids = [one.get("id") for one in _agreements(tomllib.loads(_plain(text)))]
        except (OSError, ValueError, RecursionError):
            continue  # `check` says what is wrong with it
        if agreement in ids:
            return PartnerFile(f"{_FOLDER}/{path.name}", text)
        known += [str(one) for one in ids if one]
    raise NotFound(f"no agreement {agreement!r}", mend=f"use one of: {', '.join(known) or 'none'}")


def with_state(
    file: PartnerFile, agreement: str, state: AgreementState, since: datetime, reason: str = ""
) -> str:
    """Give the text of a file with an agreement's state changed, and the reason beside it.

    Raises:
        BadDesk: the file is written in a way that cannot be changed safely.
    """
    moment = since.astimezone(UTC).replace(microsecond=0)
    plain = _plain(file.text)
    try:
        document = tomlkit.parse(plain)
        table = next(one for one in _agreements(document) if one.get("id") == agreement)
        table["state"] = str(state)
        table["state_since"] = moment
        if not isinstance(table, InlineTable):
            _comment(table["state_since"], reason)
        text = tomlkit.dumps(document)
        _same_but(tomllib.loads(plain), tomllib.loads(text), agreement, str(state), moment)
    except (TOMLKitError, ValueError, StopIteration) as err:
        mend = f'write state = "{state}" and state_since by hand'
        raise BadDesk("cannot be changed safely", where=file.name, mend=mend) from err
    text = text.replace("\n", "\r\n") if "\r\n" in file.text else text
    return (_MARK if file.text.startswith(_MARK) else "") + text


def _comment(item: Item, text: str) -> None:
    """Let the comment beside a value be exactly this."""
    item.trivia.comment_ws, item.trivia.comment = "", ""
    if text:
        item.comment(text)


def new(desk: Path, partner: Partner) -> PartnerFile:
    """Give the file of a partner that the desk has none of yet; nothing is written.

    Raises:
        BadDesk: there is a file of that name.
    """
    name = f"{_FOLDER}/{partner.id}.toml"
    if is_there(desk, partner.id):
        raise BadDesk("is there already", where=name, mend="choose another id for the partner")
    data = partner.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return PartnerFile(name, tomlkit.dumps(data))


def is_there(desk: Path, partner: str) -> bool:
    """Say whether something lies where the file of a new partner would."""
    path = desk / _FOLDER / f"{partner}.toml"
    return path.exists() or path.is_symlink()


def write_new(desk: Path, file: PartnerFile) -> None:
    """Write a new file; durable on return. Raises TargetFailed."""
    write_file(desk / file.name, file.text.encode("utf-8"))


def replace(desk: Path, file: PartnerFile, text: str) -> None:
    """Put a new text in the place of a file; durable on return. Raises TargetFailed."""
    replace_file(desk / file.name, text.encode("utf-8"))


def _plain(text: str) -> str:
    return text.removeprefix(_MARK).replace("\r\n", "\n").replace("\r", "\n")


def _agreements(data: Mapping[str, Any]) -> list[Any]:
    found = data.get("agreements", [])
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _same_but(
    before: dict[str, Any], after: dict[str, Any], agreement: str, state: str, since: datetime
) -> None:
    """Make sure that nothing else was changed."""
    for one in _agreements(before):
        if one.get("id") == agreement:
            one |= {"state": state, "state_since": since}
    if before != after:
        raise ValueError("something else changed too")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        says = (err.strerror or str(err)).lower()
        raise BadDesk(says, where=str(path), mend="make it a readable folder") from err
