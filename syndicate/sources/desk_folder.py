"""A desk's folder: desk.toml, licences/*.toml, partners/*.toml.

A fault in a partner's file, or between it and others, costs that partner only; a licence that
cannot be read costs those that name it. One that is public, or may be, serves everybody: it costs
all partners, as a folder does that cannot be read. What they hold is still followed up out of the
record. Only without desk.toml is there no desk.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from syndicate.licensing.consistency import Problem, problems
from syndicate.model.base import Model, visible
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.errors import BadDesk, DeskWarning
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.roster import Roster
from syndicate.sources import shared_ids
from syndicate.sources.field_faults import field_faults
from syndicate.sources.kept_toml import KeptToml, Sound, digest_of_texts
from syndicate.sources.reading import NoFile, name_of, opened

LARGEST = 4 * 1024 * 1024
_AnyModel = TypeVar("_AnyModel", bound=Model)


class Read(NamedTuple):
    """What a folder holds: the files as far as they are sound, every error, every warning."""

    files: DeskFiles | None
    """The desk with its sound partners only; None where desk.toml is not sound."""
    errors: tuple[str, ...]
    """A line for each fault."""
    warnings: tuple[str, ...]
    """A line for each oddity."""
    unsound: frozenset[str] = frozenset()
    """Partners left out: the names of their files without .toml and, where readable, their ids."""
    between: tuple[Problem, ...] = ()
    """What is wrong or odd between the files, before partners were left out."""
    digest: str = ""
    """Of the names and texts of all files; empty where they could not all be read."""
    looks: tuple[str, ...] = ()
    """How the files looked before any was read."""


def read(
    folder: Path,
    instead: Mapping[str, str] = MappingProxyType({}),
    kept: KeptToml | None = None,
) -> Read:
    """Give what a desk's folder holds; never raises for its content.

    `instead` gives the text of files as if they held it, and were there:
    {"partners/gazette.toml": …}. `kept` may know already what they hold, and learns what they hold
    now; it is the caller's to keep.
    """
    kept = kept or KeptToml()
    same = None if instead else kept.same()
    if same:
        return _recalled(kept, same)
    reader = _Reader(folder, kept, instead)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DeskWarning)
        desk = reader.one("desk.toml", Desk)
        licences = reader.all("licences", Licence)
        partners = reader.all("partners", Partner)
    told = [str(one.message) for one in caught if issubclass(one.category, DeskWarning)]
    if desk is None:
        return Read(None, tuple(reader.errors), tuple(told), frozenset(reader.unsound))
    files = DeskFiles(desk, tuple(licences.values()), tuple(partners.values()))
    digest = "" if reader.errors else digest_of_texts(reader.texts)
    found = () if digest and kept.was_sound(digest) else problems(files)
    if digest and not found and not told:
        kept.is_sound(reader.texts, files.outlines)
    faults = [one for one in found if not one.warning]
    shared = shared_ids.owners(faults, partners, licences)
    faults += shared_ids.taken_ids(partners, reader.unsound_ids)
    untold = (
        one for one in faults if not (reader.has_told(one) or shared_ids.follows(one, shared))
    )
    errors = (*reader.errors, *(str(shared_ids.placed(one, shared)) for one in untold))
    told += [str(one) for one in found if one.warning]
    out = {partner for fault in faults for partner in _concerned(fault, files)}
    if reader.costs_all or any(_costs_all(fault, files) for fault in faults):
        out = {partner.id for partner in files.partners}
    names = {stem for stem, partner in partners.items() if partner.id in out}
    unsound = frozenset({*reader.unsound, *names, *out})
    sound = _without(files, out, faults)
    return Read(sound, errors, tuple(told), unsound, found, digest)


def _recalled(kept: KeptToml, same: Sound) -> Read:
    """Give a desk that was sound and whose files look the same; partners are read when asked for.

    Nothing of it can be unsound now: what a text holds, and whether that is sound, follows from
    the text.
    """

    def one(name: str, model: type[_AnyModel]) -> _AnyModel:
        return model.model_validate(kept.data(same.files[name]))

    names = [name for name in same.files if name.startswith("licences/")]
    licences = tuple(one(name, Licence) for name in names)
    named = [name for name, _ in same.partners]
    roster = Roster(
        (outline for _, outline in same.partners), lambda place: one(named[place], Partner)
    )
    files = DeskFiles(one("desk.toml", Desk), licences, roster)
    return Read(files, (), (), digest=same.digest)


def load(folder: Path) -> DeskFiles:
    """Give the desk of a folder, where all of it is sound.

    Raises:
        BadDesk: the first fault found, with how many more there are.
    """
    found = read(folder)
    if found.files is None or found.errors:
        raise _bad(found)
    return found.files


def load_sound(folder: Path, kept: KeptToml | None = None) -> Read:
    """Give what is sound of a desk: `files` is never None, `unsound` names partners left out.

    Raises:
        BadDesk: desk.toml is not sound.
    """
    found = read(folder, kept=kept)
    if found.files is None:
        raise _bad(found)
    return found


def load_desk(folder: Path) -> Desk:
    """Give desk.toml alone, whatever is wrong with the other files. Raises BadDesk."""
    reader = _Reader(folder, KeptToml())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeskWarning)
        desk = reader.one("desk.toml", Desk)
    if desk is None:
        raise BadDesk(reader.errors[0])
    return desk


def store_named(folder: Path) -> str | None:
    """Give the store that desk.toml names, whatever else is wrong in it; None where that is not
    to be seen."""
    try:
        data = _parsed(_text(folder / "desk.toml"))
    except (_Unreadable, FileNotFoundError):
        return None
    unknown = [name for name in data if name not in Desk.model_fields]
    if difflib.get_close_matches("store", unknown):
        return None
    found = data.get("store", Desk.model_fields["store"].default)
    return found if isinstance(found, str) else None


def _bad(found: Read) -> BadDesk:
    more = len(found.errors) - 1
    return BadDesk(found.errors[0] + (f" ({more} more: syndicate check)" if more else ""))


def _concerned(fault: Problem, files: DeskFiles) -> set[str]:
    """Give the ids of the partners that a fault between files makes unsound."""
    if fault.rule == "unique":
        return _sharing(fault.where, files)
    kind, name, *_ = fault.where.split()
    if kind == "partner":
        return {name}
    return {partner.id for partner in files.partners if name in shared_ids.licences_of(partner)}


def _sharing(where: str, files: DeskFiles) -> set[str]:
    """Give the ids of the partners that share what should be one partner's alone."""
    what, _, name = where.rpartition(" ")
    return {
        partner.id
        for partner in files.partners
        if name in shared_ids.own(partner, what) or name in shared_ids.licences_of(partner)
    }


def _faulty_licences(faults: Iterable[Problem]) -> set[str]:
    wheres = [fault.where.removeprefix("licence version ") for fault in faults]
    return {where.removeprefix("licence ").split()[0] for where in wheres if "/v" in where}


def _costs_all(fault: Problem, files: DeskFiles) -> bool:
    """Say whether a fault reaches every partner: a public licence serves them all."""
    if not fault.where.startswith("licence "):
        return not fault.where.startswith(("partner ", "agreement id ", "feed id "))
    refs = _faulty_licences([fault])
    return any(licence.public for licence in files.licences if licence.ref in refs)


def _without(files: DeskFiles, out: set[str], faults: Iterable[Problem]) -> DeskFiles:
    refs = _faulty_licences(fault for fault in faults if fault.where.startswith("licence "))
    return DeskFiles(
        files.desk,
        tuple(licence for licence in files.licences if licence.ref not in refs),
        tuple(partner for partner in files.partners if partner.id not in out),
    )


def _is_cut(data: dict[str, Any]) -> bool:
    """Say whether a licence lacks more than was misspelt: what else it said is not known."""
    required = {name for name, field in Licence.model_fields.items() if field.is_required()}
    return len(required - data.keys()) > len(data.keys() - Licence.model_fields.keys())


def _may_be_public(data: Any) -> bool:
    """Say whether what a faulty licence holds may be meant as `public = true`, misspelt too."""
    if not isinstance(data, dict):
        return False
    named = difflib.get_close_matches("public", map(str, data), 1)
    inner = any(_may_be_public(value) for value in data.values())
    return inner or any(data[name] is not False for name in named)


class _Unreadable(Exception):
    """A file that holds no TOML; says so, with the mend."""


class _Reader:
    """Reads files and keeps what is wrong with them."""

    def __init__(
        self, folder: Path, kept: KeptToml, instead: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.folder = folder
        self.kept = kept
        self.texts: list[tuple[str, str]] = []
        """The name and text of every file that could be read."""
        self.instead = instead
        self.errors: list[str] = []
        self.costs_all = False
        """Whether something that cannot be read may concern every partner."""
        self.unread: set[str] = set()
        """Licence versions that are there and cannot be read."""
        self.unsound: set[str] = set()
        self.unsound_ids: dict[str, str] = {}
        """The ids in faulty files of partners, with the file."""

    def one(self, name: str, model: type[_AnyModel]) -> _AnyModel | None:
        """Give what a file holds; None, with its faults kept, where it is not sound."""
        data: dict[str, Any] = {}
        schema = f"schemas/syndicate/{model.__name__.lower()}.schema.json"
        try:
            text = self.instead.get(name)
            text = _text(self.folder / name) if text is None else text
            self.texts.append((name, text))
            data = self.kept.parsed(text, _parsed)
            return model.model_validate(data)
        except FileNotFoundError:
            self.errors.append(self._absent(name))
        except _Unreadable as err:
            self.errors.append(f"{name}: {err}")
        except ValidationError as err:
            self.errors.extend(f"{name}: {line}" for line in field_faults(err, model, schema))
        except (ArithmeticError, RecursionError, ValueError) as err:
            says = f"holds a value that cannot be used ({type(err).__name__})"
            self.errors.append(f"{name}: {says}. Mend: see {schema}.")
        if model is Partner:
            self._keep_names(name, data)
        elif model is Licence:
            self.unread.add(f"{data.get('id')}/v{data.get('version', 1)}")
            self.costs_all |= _is_cut(data) or _may_be_public(data)
        return None

    def all(self, folder: str, model: type[_AnyModel]) -> dict[str, _AnyModel]:
        """Give every sound file of a folder by its name without .toml, in that order."""
        try:
            there = os.listdir(self.folder / folder)
        except FileNotFoundError:
            if folder == "partners" and os.path.lexists(self.folder / "desk.toml"):
                mend = "put it back, or make it where there is no partner yet"
                self._costs_all(f"{folder}: there is no such folder. Mend: {mend}.")
            return {}
        except OSError as err:
            self._costs_all(f"{folder}: {err.strerror}. Mend: make it a readable folder.")
            return {}
        told = (name.rpartition("/") for name in self.instead)
        there += [name for inside, _, name in told if inside == folder]
        names = sorted({name for name in there if name.endswith(".toml")})
        read = {name.removesuffix(".toml"): self.one(f"{folder}/{name}", model) for name in names}
        return {stem: one for stem, one in read.items() if one is not None}

    def has_told(self, fault: Problem) -> bool:
        """Say whether a fault follows from a licence whose own fault is told already."""
        missing = fault.rule == "reference" and fault.says.rpartition(" ")[2]
        return missing in self.unread or bool(missing and self.costs_all)

    def _costs_all(self, error: str) -> None:
        self.costs_all = True
        self.errors.append(error)

    def _keep_names(self, name: str, data: dict[str, Any]) -> None:
        self.unsound.add(name_of(Path(name)).rpartition("/")[2].removesuffix(".toml"))
        if isinstance(data.get("id"), str):
            self.unsound_ids[data["id"]] = visible(name)
            self.unsound.add(data["id"])

    def _absent(self, name: str) -> str:
        path = self.folder / name
        if name == "desk.toml" and not path.is_symlink():
            return f"{path}: there is no desk here. Mend: syndicate init {self.folder}"
        return f"{name}: is a link that leads nowhere. Mend: remove it or mend the link."


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except tomllib.TOMLDecodeError as err:
        mend = "look for a missing quote, bracket or comma in or above that line"
        raise _Unreadable(f"is no TOML: {err}. Mend: {mend}.") from err
    except RecursionError as err:
        raise _Unreadable("is nested too deeply. Mend: remove the brackets.") from err
    except (ValueError, ArithmeticError) as err:
        raise _Unreadable("holds a number that is too long. Mend: shorten it.") from err


def _text(path: Path) -> str:
    try:
        with opened(path) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _Unreadable(f"is larger than {LARGEST} bytes. Mend: split it.")
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise
    except NoFile as err:
        raise _Unreadable(f"{err}. Mend: put a TOML file there.") from err
    except OSError as err:
        raise _Unreadable(f"{err.strerror}. Mend: make it readable.") from err
    except UnicodeDecodeError as err:
        says = f"is not UTF-8 (byte {err.start})"
        raise _Unreadable(f"{says}. Mend: save it as UTF-8.") from err
