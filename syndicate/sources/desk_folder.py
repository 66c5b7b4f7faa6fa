"""A desk's folder: desk.toml, licences/*.toml, partners/*.toml."""

from __future__ import annotations

import tomllib
import warnings
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from syndicate.licensing.consistency import problems
from syndicate.model.base import Model
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.errors import BadDesk, DeskWarning
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner

LARGEST = 4 * 1024 * 1024
_AnyModel = TypeVar("_AnyModel", bound=Model)


class Read(NamedTuple):
    """What a folder holds: the files where they are sound, every error, every warning."""

    files: DeskFiles | None
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def read(folder: Path) -> Read:
    """Give what a desk's folder holds; never raises for its content."""
    reader = _Reader(folder)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DeskWarning)
        desk = reader.one("desk.toml", Desk)
        licences = reader.all("licences", Licence)
        partners = reader.all("partners", Partner)
    told = [str(one.message) for one in caught if issubclass(one.category, DeskWarning)]
    if desk is None or reader.errors:
        return Read(None, tuple(reader.errors), tuple(told))
    files = DeskFiles(desk, licences, partners)
    found = problems(files)
    errors = tuple(str(one) for one in found if not one.warning)
    told += [str(one) for one in found if one.warning]
    return Read(None if errors else files, errors, tuple(told))


def load(folder: Path) -> DeskFiles:
    """Give the desk of a folder.

    Raises:
        BadDesk: the first fault found, with how many more there are.
    """
    found = read(folder)
    if found.files is None:
        more = len(found.errors) - 1
        rest = f" ({more} more: syndicate check)" if more else ""
        raise BadDesk(found.errors[0] + rest)
    return found.files


class _Reader:
    """Reads files and keeps what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[str] = []

    def one(self, name: str, model: type[_AnyModel]) -> _AnyModel | None:
        data = self._toml(name)
        if data is None:
            return None
        try:
            return model.model_validate(data)
        except ValidationError as err:
            for fault in err.errors(include_url=False):
                field = ".".join(str(step) for step in fault["loc"]) or "the whole file"
                self.errors.append(f"{name}: {field}: {fault['msg']}")
            return None

    def all(self, folder: str, model: type[_AnyModel]) -> tuple[_AnyModel, ...]:
        names = sorted(path.name for path in (self.folder / folder).glob("*.toml"))
        read = (self.one(f"{folder}/{name}", model) for name in names)
        return tuple(one for one in read if one is not None)

    def _toml(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        try:
            if path.stat().st_size > LARGEST:
                self.errors.append(f"{name}: is larger than {LARGEST} bytes. Mend: split it.")
                return None
            return tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            self.errors.append(
                f"{path}: there is no desk here. Mend: syndicate init {self.folder}"
            )
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
            self.errors.append(f"{name}: {err}. Mend: write TOML in UTF-8.")
        return None
