"""Restrictions read from prose as agencies write it: "JAPAN OUT", "not Quebec", "NO ARCHIVE".

What is read here may only take away: an unknown name is ignored, and nothing that stands in a
text can open anything. Whoever received such a text still has to code it before the part goes out.

Two shapes are read, each naming places, media or the archive: a list before OUT
("AUSTRALIA, NEW ZEALAND AND UK OUT") and a list after a word of refusal ("NO USE IN JAPAN",
"not Quebec", "NO INTERNET", "no archiving"). Positive lists ("UK ONLY") and places that have no
code ("EUROPE OUT") are not read, only found (`refuses`), so that somebody reads them.
Names of places: ISO 3166-1 and ISO 3166-2 as pycountry has them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import pycountry

from syndicate.model.rights import Medium
from syndicate.model.territory import WORLD

_ARCHIVE = "archive"

_EVERYDAY_NAMES = {
    "EU": "eu|european union",
    "GB": "uk|united kingdom|britain|great britain|gb",
    "GB-ENG": "england",
    "GB-SCT": "scotland",
    "GB-WLS": "wales",
    "GB-NIR": "northern ireland|ulster",
    "US": "us|usa|united states of america|america",
    "NZ": "nz",
    "IE": "republic of ireland|eire",
    "KR": "south korea|republic of korea",
    "KP": "north korea",
    "RU": "russia",
    "TR": "turkey|turkiye",
    "AE": "uae|emirates",
    "SA": "ksa",
    "NL": "holland",
    "CI": "ivory coast",
    "CZ": "czech republic",
    "MM": "burma",
    "MO": "macau",
    "TW": "taiwan",
    "PS": "palestine",
    "CH": "swiss",
    "CD": "dr congo|drc",
    "CN": "prc|mainland china",
    WORLD: "world|worldwide|anywhere",
}

_ONLINE = (Medium.WEB, Medium.APP, Medium.SOCIAL, Medium.NEWSLETTER, Medium.PODCAST)
_MEDIA: Mapping[str, tuple[Medium, ...]] = {
    **dict.fromkeys(("internet", "online", "digital", "web", "website", "websites"), _ONLINE),
    **dict.fromkeys(("app", "apps", "mobile"), (Medium.APP,)),
    **dict.fromkeys(("print", "newspapers", "newspaper"), (Medium.PRINT, Medium.FACSIMILE)),
    **dict.fromkeys(("magazine", "magazines", "mags"), (Medium.PRINT, Medium.FACSIMILE)),
    **dict.fromkeys(("tv", "television", "radio", "broadcast"), (Medium.BROADCAST,)),
    **dict.fromkeys(("broadcasting", "broadcasters"), (Medium.BROADCAST,)),
    **dict.fromkeys(("social", "facebook", "twitter", "instagram"), (Medium.SOCIAL,)),
    **dict.fromkeys(("newsletter", "newsletters"), (Medium.NEWSLETTER,)),
    **dict.fromkeys(("podcast", "podcasts"), (Medium.PODCAST,)),
    **dict.fromkeys(("api", "resale", "sublicensing"), (Medium.API_ONWARD,)),
}

_REFUSALS = frozenset(
    [
        "no",
        "not",
        "non",
        "never",
        "except",
        "excepting",
        "excluding",
        "excludes",
        "exclude",
        "excl",
    ]
)
_FILLERS = frozenset(
    [
        "a",
        "access",
        "allowed",
        "any",
        "at",
        "available",
        "be",
        "broadcasts",
        "by",
        "client",
        "clients",
        "customers",
        "distributed",
        "distribution",
        "for",
        "from",
        "in",
        "licensed",
        "licensing",
        "media",
        "of",
        "on",
        "permitted",
        "publication",
        "publish",
        "published",
        "publishing",
        "rights",
        "sale",
        "sales",
        "territory",
        "the",
        "to",
        "use",
        "used",
        "usage",
        "uses",
        "within",
    ]
)
_JOINERS = frozenset(("and", "or", "nor", ",", "&", "plus", "the", "in", "/"))
_ARCHIVES = frozenset(["archive", "archives", "archived", "archiving", "archival", "archivals"])
# Names of subdivisions that are made of such words alone name no place by themselves.
_GENERAL = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "northern",
        "southern",
        "eastern",
        "western",
        "central",
        "centre",
        "middle",
        "upper",
        "lower",
        "nord",
        "ouest",
        "norte",
        "area",
        "capital",
        "city",
        "coast",
        "delta",
        "district",
        "gulf",
        "highlands",
        "lakes",
        "littoral",
        "maritime",
        "mountain",
        "national",
        "plateau",
        "province",
        "region",
        "river",
        "rivers",
        "savannah",
        "unity",
        "union",
        "antique",
        "bury",
        "cascade",
        "male",
        "most",
        "pool",
        "reading",
    ]
)
# ISO alpha-3 codes that are English words in the middle of such sentences.
_WORDS_NOT_CODES = frozenset(("AND", "ARE", "NOR", "PER"))
_ROOM_FOR_A_NAME = 8
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;.:&/()\n]")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_ENDS_CLAUSE = frozenset(";.:()\n")


class Restrictions(NamedTuple):
    """What texts take away."""

    exclude: tuple[str, ...] = ()
    """Territory tokens, sorted."""
    media_excluded: tuple[Medium, ...] = ()
    """Media, sorted."""
    no_archive: bool = False
    """Whether it may not be kept in an archive."""


class _Thing(NamedTuple):
    """A place, a medium or the archive, and the words it is written with."""

    names: tuple[str, ...]
    words: int


def restrictions_in(texts: tuple[str, ...]) -> Restrictions:
    """Give every restriction the texts state; linear in their length."""
    if not any(texts):  # as with nearly every part
        return Restrictions()
    found: set[str] = set()
    for text in texts:
        for clause in _clauses(text):
            found |= _before_out(clause) | _after_refusal(clause)
    media = {medium for medium in Medium if medium.value in found}
    places = found - {medium.value for medium in media} - {_ARCHIVE}
    return Restrictions(tuple(sorted(places)), tuple(sorted(media)), _ARCHIVE in found)


def refuses(words: Sequence[str]) -> bool:
    """Say whether words that stand together restrict something, known or not: EUROPE OUT, UK ONLY.

    "out of" is no refusal, nor is the "no" of a number.
    """
    said = [word for part in words for word in _words(part) if word.isalnum()]
    for at, word in enumerate(said):
        before, after = said[:at], said[at + 1 : at + 2]
        if word == "only" and before:
            return True
        if word == "out" and before and after != ["of"]:
            return True
        if word in {"no", "not"} and after and not after[0].isdigit():
            return True
    return False


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in bare if not unicodedata.combining(mark)).casefold()


def _words(text: str) -> list[str]:
    """Give the words and signs of a text, folded."""
    return _WORD.findall(_folded(text))


def _clauses(text: str) -> Iterator[list[str]]:
    """Give the words and commas of each clause."""
    text = _DOTTED.sub(lambda initials: initials[0].replace(".", ""), text)
    clause: list[str] = []
    for word in _words(text):
        if word in _ENDS_CLAUSE:
            yield clause
            clause = []
        else:
            clause.append(word)
    yield clause


def _before_out(clause: Sequence[str]) -> set[str]:
    """Give what a list before OUT names; "out of" is no refusal."""
    found: set[str] = set()
    run: set[str] = set()
    at = 0
    while at < len(clause):
        thing = _thing_at(clause, at)
        if thing:
            run.update(thing.names)
            at += thing.words
            continue
        if clause[at] == "out" and clause[at + 1 : at + 2] != ["of"]:
            found |= run
        if clause[at] not in _JOINERS:
            run = set()
        at += 1
    return found


def _after_refusal(clause: Sequence[str]) -> set[str]:
    """Give what a list after a word of refusal names."""
    found: set[str] = set()
    refusing = False
    at = 0
    while at < len(clause):
        word = clause[at]
        thing = _thing_at(clause, at) if refusing and word not in _FILLERS else None
        if thing:
            found.update(thing.names)
            at += thing.words
            continue
        if word in _REFUSALS:
            refusing = True
        elif word not in _FILLERS and word not in _JOINERS:
            refusing = False
        at += 1
    return found


def _thing_at(clause: Sequence[str], at: int) -> _Thing | None:
    """Give the longest name that begins at a word."""
    names = _names()
    for words in range(min(_ROOM_FOR_A_NAME, len(clause) - at), 0, -1):
        known = names.get(" ".join(clause[at : at + words]))
        if known:
            return _Thing(known, words)
    return None


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Map every name to what it stands for; a name of several places stands for all of them."""
    found: dict[str, set[str]] = {}
    for name, token in _place_names():
        words = " ".join(word for word in _words(name) if word != ",")
        found.setdefault(words.removeprefix("the "), set()).add(token)
    for token, everyday in _EVERYDAY_NAMES.items():
        found.update({name: {token} for name in everyday.split("|")})
    for word, media in _MEDIA.items():
        found[word] = {medium.value for medium in media}
    found.update({word: {_ARCHIVE} for word in _ARCHIVES})
    found.pop("", None)
    return MappingProxyType({name: tuple(sorted(tokens)) for name, tokens in found.items()})


def _place_names() -> Iterator[tuple[str, str]]:
    for land in pycountry.countries:
        if land.alpha_3 not in _WORDS_NOT_CODES:
            yield land.alpha_3, land.alpha_2
        for kind in ("name", "common_name", "official_name"):
            for name in _spellings(getattr(land, kind, "")):
                yield name, land.alpha_2
    for place in pycountry.subdivisions:
        for name in _spellings(place.name):
            if len(name) > len("Ain") and not _GENERAL.issuperset(_words(name)):
                yield name, place.code


def _spellings(name: str) -> Iterator[str]:
    """Give "Bolivia, Plurinational State of" as it is, without, and with, its tail in front."""
    for part in re.split(r"[()\[\]]", name):
        head, _, tail = part.partition(",")
        yield from (part.strip(), head.strip(), f"{tail} {head}".strip())
