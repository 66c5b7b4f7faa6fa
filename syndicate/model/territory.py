"""Territories: what a licence says (`Territory`), what that means on a day (`Area`), set algebra.

Tokens: WORLD, ISO 3166-1 alpha-2 (GB), ISO 3166-2 (CA-QC), EU (dated), X-NAME (a group that the
desk declares itself). An excluded place is excluded, whatever else includes it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pycountry
from pydantic import Field, field_validator

from syndicate.model.base import Model, Text
from syndicate.model.errors import warn

WORLD = "WORLD"
GROUPS_VERSION = "2026-01"

# Member states of the European Union: joined (1958 for the founders), left. Source: EU treaties.
_EU_JOINED = {
    date(1958, 1, 1): "BE DE FR IT LU NL",
    date(1973, 1, 1): "DK GB IE",
    date(1981, 1, 1): "GR",
    date(1986, 1, 1): "ES PT",
    date(1995, 1, 1): "AT FI SE",
    date(2004, 5, 1): "CY CZ EE HU LT LV MT PL SI SK",
    date(2007, 1, 1): "BG RO",
    date(2013, 7, 1): "HR",
}
_EU_LEFT = {"GB": date(2020, 2, 1)}


@cache
def countries() -> frozenset[str]:
    """Give all ISO 3166-1 alpha-2 codes."""
    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def alpha_3(country: str) -> str:
    """Give the ISO 3166-1 alpha-3 code of an alpha-2 code."""
    return next(land.alpha_3 for land in pycountry.countries if land.alpha_2 == country)


@cache
def _leaves() -> Mapping[str, frozenset[str]]:
    """Map every country and every subdivision to the subdivisions without children below it."""
    parents = {s.code: s.parent_code for s in pycountry.subdivisions}
    inner = {parent for parent in parents.values() if parent}
    found: dict[str, set[str]] = {}
    for code in parents.keys() - inner:
        found.setdefault(code.split("-")[0], set()).add(code)
        above: str | None = code
        while above:
            found.setdefault(above, set()).add(code)
            above = parents.get(above)
    return MappingProxyType({place: frozenset(codes) for place, codes in found.items()})


def _normalised(token: str) -> str:
    token = token.strip().upper()
    if token == "UK":
        warn("territory UK is not an ISO 3166 code; GB is meant and used")
        return "GB"
    known = (
        token in {WORLD, "EU"}
        or token in countries()
        or ("-" in token and (token in _leaves() or token.startswith("X-")))
    )
    if not known:
        raise ValueError(
            f"{token!r} is no territory: WORLD, EU, an ISO 3166-1 code (GB), an ISO 3166-2 code "
            "(CA-QC), or a group the desk declares (X-MENA; there is no standard list of MENA)"
        )
    return token


class Territory(Model):
    """Where: every included place minus every excluded place."""

    include: tuple[str, ...] = (WORLD,)
    """Places included; exclude wins where both name a place."""
    exclude: tuple[str, ...] = ()
    """Places excluded."""

    @field_validator("include", "exclude", mode="after")
    @classmethod
    def _tokens(cls, tokens: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({_normalised(token) for token in tokens}))

    def __str__(self) -> str:
        """Give the territory as it is written: GB, IE but not CA-QC."""
        plus = ", ".join(self.include) or "nowhere"
        return f"{plus} but not {', '.join(self.exclude)}" if self.exclude else plus


class Group(Model):
    """A named group of countries that a desk declares, because no standard list exists."""

    name: Annotated[str, Field(pattern=r"^X-[A-Z0-9-]{1,30}$")]
    """X- and a name: X-MENA."""
    version: Text
    """The edition of the list, named in every decision that used it."""
    members: tuple[str, ...] = Field(min_length=1)
    """ISO 3166-1 alpha-2 codes."""

    @field_validator("members", mode="after")
    @classmethod
    def _iso(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [member for member in members if member not in countries()]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no ISO 3166-1 alpha-2 code")
        return tuple(sorted(set(members)))


class Area(Model):
    """A set of places: whole countries and, where a country is split, its subdivisions."""

    whole: tuple[str, ...] = ()
    """Countries that belong to it entirely, ISO 3166-1 alpha-2, sorted."""
    parts: tuple[str, ...] = ()
    """Smallest subdivisions of countries that belong to it in part, ISO 3166-2, sorted."""

    @classmethod
    def of(cls, whole: Iterable[str], parts: Iterable[str] = ()) -> Area:
        """Build a normalised area: a country whose every subdivision is in it is whole."""
        found = set(whole)
        split: dict[str, set[str]] = {}
        for part in parts:
            split.setdefault(part.split("-")[0], set()).add(part)
        found |= {land for land, inside in split.items() if inside == _leaves()[land]}
        rest = sorted(p for land, inside in split.items() if land not in found for p in inside)
        return cls.model_construct(whole=tuple(sorted(found)), parts=tuple(rest))

    def _split(self, lands: set[str]) -> tuple[set[str], set[str]]:
        """Give the whole countries and the subdivisions, with the named countries split."""
        whole = set(self.whole)
        parts = set(self.parts)
        for land in whole & lands:
            parts |= _leaves()[land]
        return whole - lands, parts

    def _combined(self, other: Area, operation: str) -> Area:
        lands = {part.split("-")[0] for part in (*self.parts, *other.parts)}
        mine, theirs = self._split(lands), other._split(lands)
        whole, parts = (getattr(a, operation)(b) for a, b in zip(mine, theirs, strict=True))
        return Area.of(whole, parts)

    def __and__(self, other: Area) -> Area:
        """Give what both hold."""
        if self is other or other.is_world or self == other:  # most often it is the whole world
            return self
        return other if self.is_world else self._combined(other, "intersection")

    def __or__(self, other: Area) -> Area:
        """Give what either holds."""
        return self if self == other else self._combined(other, "union")

    def __sub__(self, other: Area) -> Area:
        """Give what this holds and the other does not."""
        if not other:
            return self
        return NOWHERE if self is other or self == other else self._combined(other, "difference")

    def __bool__(self) -> bool:
        """Say whether it holds any place."""
        return bool(self.whole or self.parts)

    @property
    def is_world(self) -> bool:
        """Say whether it holds every country."""
        return len(self.whole) == len(countries())

    def __str__(self) -> str:
        """Name it briefly: WORLD, WORLD but not JP, GB IE."""
        if self.is_world:
            return WORLD
        missing = EVERYWHERE - self
        if len(missing.whole) + len(missing.parts) < len(self.whole) / 2:
            return f"WORLD but not {' '.join((*missing.whole, *missing.parts))}"
        return " ".join((*self.whole, *self.parts)) or "nowhere"


EVERYWHERE = Area.of(countries())
NOWHERE = Area()


def _brussels(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("Europe/Brussels")).astimezone(UTC)


def _eu(now: datetime) -> frozenset[str]:
    joined = {
        c for day, codes in _EU_JOINED.items() if _brussels(day) <= now for c in codes.split()
    }
    return frozenset(joined - {c for c, day in _EU_LEFT.items() if _brussels(day) <= now})


@cache
def group_changes() -> tuple[datetime, ...]:
    """Give the instants at which a built-in group changes its members."""
    return tuple(sorted(_brussels(day) for day in (*_EU_JOINED, *_EU_LEFT.values())))


class Groups:
    """The group tables a decision works with: the built-in dated ones and the desk's own."""

    def __init__(self, declared: Iterable[Group] = ()) -> None:
        self._declared = {group.name: group for group in declared}
        self.version = " ".join(
            (
                f"EU/{GROUPS_VERSION}",
                *(f"{g.name}/{g.version}" for _, g in sorted(self._declared.items())),
            )
        )
        self._areas: dict[tuple[Any, ...], Area] = {}

    def undeclared(self, territory: Territory) -> tuple[str, ...]:
        """Give the X- groups that a territory names and nobody declared."""
        tokens = (*territory.include, *territory.exclude)
        return tuple(t for t in tokens if t.startswith("X-") and t not in self._declared)

    def area(self, territory: Territory, now: datetime) -> Area:
        """Give what a territory means at an instant. An undeclared group includes nothing and
        excludes everything."""
        epoch = bisect_right(group_changes(), now)
        key = (territory.include, territory.exclude, epoch)
        if key not in self._areas:
            missing = [
                t for t in territory.exclude if t.startswith("X-") and t not in self._declared
            ]
            plus = self._union(territory.include, now)
            minus = EVERYWHERE if missing else self._union(territory.exclude, now)
            self._areas[key] = plus - minus
        return self._areas[key]

    def _union(self, tokens: tuple[str, ...], now: datetime) -> Area:
        whole: set[str] = set()
        parts: set[str] = set()
        for token in tokens:
            if token == WORLD:
                whole |= countries()
            elif token == "EU":
                whole |= _eu(now)
            elif token in self._declared:
                whole |= set(self._declared[token].members)
            elif token in countries():
                whole.add(token)
            else:
                parts |= _leaves().get(token, frozenset())
        return Area.of(whole, {part for part in parts if part.split("-")[0] not in whole})


NO_GROUPS = Groups()
