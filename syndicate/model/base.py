"""What every model shares: frozen, closed, documented; text types that cannot hold harm."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import nh3
from babel import Locale, UnknownLocaleError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from syndicate.model.documented import docstrings_of
from syndicate.model.errors import broken_rule

# XML 1.0 fifth edition, production [2] Char: everything outside it breaks a whole document.
ILLEGAL_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Model(BaseModel):
    """A frozen noun: unknown fields are refused, the docstring of a field is its documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say of each field what its docstring says."""
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in docstrings_of(cls).items():
            if name in cls.model_fields:
                fields[cls.model_fields[name].alias or name].setdefault("description", text)
        return schema

    def changed(self, **changes: Any) -> Any:
        """Give a validated copy with some fields changed."""
        return type(self).model_validate({**self.model_dump(exclude_unset=True), **changes})

    def twin(self, **changes: Any) -> Self:
        """Give a copy with some fields set to what is valid already: nothing is checked again.

        As model_copy does it, in a third of the time.
        """
        made = object.__new__(type(self))
        object.__setattr__(made, "__dict__", {**self.__dict__, **changes})
        object.__setattr__(made, "__pydantic_fields_set__", {*self.model_fields_set, *changes})
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OPENS = frozenset("\u2066\u2067\u2068")
_CLOSES = "\u2069"


def legal_text(value: str) -> str:
    """Give text that any XML 1.0 document can hold, and that turns nothing round but itself: NFC,
    without illegal characters, with isolates that are closed."""
    if not value.isprintable():  # what is printable is legal; most text is
        value = ILLEGAL_XML.sub("", value)
        if _TURNS.search(value):
            value = _turned_back(value)
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _turned_back(value: str) -> str:
    """Give text without embeddings and overrides, its isolates closed (UAX #9, 2.4 and 2.7).

    What follows a text in a page or a table would be written backwards otherwise.
    """
    kept, depth = [], 0
    for mark in value:
        if mark in _OPENS:
            depth += 1
        elif mark == _CLOSES:
            if not depth:
                continue
            depth -= 1
        elif _TURNS.match(mark):
            continue
        kept.append(mark)
    return "".join(kept) + _CLOSES * depth


def plain_line(value: Any) -> Any:
    """Give one line of plain legal text; white space is collapsed."""
    return _collapsed(legal_text(value)) if isinstance(value, str) else value


def _collapsed(text: str) -> str:
    """Give text with one space for any white space, and none around it."""
    if "  " in text or not text.isprintable():  # the only white space that is printable is a space
        return " ".join(text.split())
    return text.strip()


def visible(value: str) -> str:
    """Give text in which nothing hides, for what is told about names and values of strangers.

    What does not show by itself (a line break, a control character, a mark that turns the
    direction, half of a surrogate pair) is written as its escape.
    """
    return "".join(one if one.isprintable() else _escaped(one) for one in value)


def one_line(value: str) -> str:
    """Give what is told about something strange in one line, in which nothing hides."""
    return visible(_collapsed(value))


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")


LONGEST_LINE = 16_384
"""The most characters of one line of text: no person writes more, no feed can hold many."""

Text = Annotated[str, BeforeValidator(plain_line), Field(min_length=1, max_length=LONGEST_LINE)]
"""One line of plain text, never markup; not empty."""

MaybeText = Annotated[str, BeforeValidator(plain_line), Field(max_length=LONGEST_LINE)]
"""One line of plain text, never markup; may be empty."""

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""A short name that is safe as a file name: small letters, digits, hyphens."""

LARGEST_NUMBER = 2**31 - 1
"""The largest whole number: what a column of any database and any reader of JSON holds."""

Count = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
"""A whole number from 1 on."""

CountFromZero = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
"""A whole number from 0 on."""

MOST_DAYS = 36_500
"""The longest time that anything is counted in days: a hundred years."""

Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
"""A number of days, at most a hundred years."""

ROOM_FOR_INLINE = 1_048_576

MOST_AMPERSANDS = 50_000
"""The most of a run: nh3 needs time in the square of their number between two tags."""

INLINE_TAGS = frozenset(
    (
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    )
)
"""The elements that stay in a run of inline HTML, line breaks aside."""

_INLINE = nh3.Cleaner(
    tags={*INLINE_TAGS, "br"},
    clean_content_tags={"script", "style", "svg", "math", "iframe", "object", "template"},
    attributes={
        "*": {"dir", "lang"},
        "a": {"href", "hreflang", "title"},
        "abbr": {"title"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel=None,
    strip_comments=True,
)

_REFERENCE = "&(?:amp|lt|gt);"
_TEXT = f"[^<>&]*(?:{_REFERENCE}[^<>&]*)*"
_LINK = r"https?://(?:[a-z0-9]+[.-])+[a-z]{2,}(?:/[A-Za-z0-9/._~%=?,;:@!$+()*#-]*)?"
_PIECES = (
    _REFERENCE,
    "<br>",
    *(f"<{tag}>{_TEXT}</{tag}>" for tag in sorted(INLINE_TAGS - {"a"})),
    f'<a href="{_LINK}">{_TEXT}</a>',
)
CLEAN = re.compile(f"[^<>&]*(?:(?:{'|'.join(_PIECES)})[^<>&]*)*")
"""Printable runs that the cleaner leaves as they are: text, bare elements and absolute links, none
inside another. A test holds it to that."""


def is_clean(run: str) -> bool:
    """Say whether a run is so plain that there is nothing to clean; most are."""
    return run.isprintable() and CLEAN.fullmatch(run) is not None


def cleaned(run: str) -> str:
    """Give what the cleaner leaves of a legal run.

    Normalising may join the end of a tag with the sign behind it, which makes other markup: what
    changes by that is cleaned again, and what never rests loses its markup.
    """
    for _ in range(ROUNDS):
        made = _INLINE.clean(run)
        run = legal_text(made)
        if run == made:
            return run
    return html.escape(_TAG.sub("", run), quote=False)


ROUNDS = 4


def inline_html(value: Any) -> Any:
    """Give inline HTML cut down to an allow-list: no script, style, event, relative link."""
    if not isinstance(value, str):
        return value
    run = legal_text(value)
    if is_clean(run):
        return run.strip()
    _bound(run)
    # A parser drops a byte order mark that it meets first, one more each time it reads.
    made = _HEAD.sub("", cleaned(run)).rstrip()
    if not is_clean(made):
        _bound(made)  # what was kept is read once more as it was cleaned
    return made


_HEAD = re.compile(r"^[\s\ufeff]+")


def _bound(run: str) -> None:
    if run.count("&") > MOST_AMPERSANDS:
        says = f"has more than {MOST_AMPERSANDS:,} ampersands or quotation marks"
        raise broken_rule("inline", says, "write it as several paragraphs")


Inline = Annotated[str, BeforeValidator(inline_html), Field(max_length=ROOM_FOR_INLINE * 4)]
"""A run of inline HTML, sanitised by construction: absolute links, no script, no style."""

_TAG = re.compile(r"<[^>]*>")


def text_of(inline: str) -> str:
    """Give the plain text of an inline HTML run."""
    if "<" in inline:
        inline = _TAG.sub("", inline.replace("<br>", " "))
    return _collapsed(html.unescape(inline))


# RFC 3987, 4.1: no address holds a mark that turns text round.
_NOT_IN_URL = re.compile(r'[\s<>"\\^`{|}\u202a-\u202e\u2066-\u2069]')
_WRITE_URL = "write a whole address, for example https://example.org/a"


@lru_cache(maxsize=4096)
def _absolute(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError as err:  # an IPv6 address without its bracket
        raise broken_rule("url", f"is no URL ({err})", _WRITE_URL) from err
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise broken_rule("url", "needs an absolute http(s) URL without user name", _WRITE_URL)
    if ILLEGAL_XML.search(value) or _NOT_IN_URL.search(value):
        raise broken_rule("url", "has characters no URL may hold", "percent-encode them")
    return value


Url = Annotated[str, AfterValidator(_absolute), Field(max_length=2048)]
"""An absolute http or https URL."""

LangTag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A BCP 47 language tag, for example ar-EG."""


@lru_cache(maxsize=256)
def direction_of(language: str) -> str:
    """Give rtl or ltr, the writing direction of a language (CLDR)."""
    try:
        locale = Locale.parse(language.replace("-", "_"), resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError):
        return "ltr"
    return "rtl" if locale.character_order == "right-to-left" else "ltr"


def covers_language(granted: str, asked: str) -> bool:
    """Say whether one tag covers another: ar covers ar-EG, not the reverse (RFC 4647)."""
    return asked.lower() == granted.lower() or asked.lower().startswith(granted.lower() + "-")
