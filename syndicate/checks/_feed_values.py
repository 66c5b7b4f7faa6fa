"""Values that RSS and Atom share, and what is wrong with them: dates, addresses, HTML, countries.

Dates: RFC 822 with RFC 1123 years, RFC 3339, DCMI Period. Countries: ISO 3166-1 alpha-2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from lxml import etree

from syndicate.model.territory import countries

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""What is dated earlier was dated by a broken clock."""

_RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d (GMT|[+-]\d{4})",
    re.ASCII,
)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_PERIOD = re.compile(r"(?:start=(\S+); )?(?:end=(\S+); )?scheme=W3C-DTF")
_TAG = re.compile(r"<[A-Za-z/!?]")
_MARKUP = re.compile("[<&\ud800-\udfff]|]]>")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_LINK_SCHEMES = {"http", "https", "mailto", "tel"}
_HARMFUL = frozenset(
    [
        "applet",
        "base",
        "button",
        "embed",
        "form",
        "frame",
        "frameset",
        "iframe",
        "input",
        "link",
        "math",
        "meta",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
    ]
)
_URL_ATTRIBUTES = {"href", "src", "poster", "cite", "action", "formaction", "data", "background"}
_ACTIVE = {"style", "srcdoc"}
_WATCHED = _URL_ATTRIBUTES | _ACTIVE


@lru_cache(1024)
def rfc822_instant(text: str) -> datetime | None:
    """Give the instant of an RFC 822 date that states its zone; None for anything else."""
    if not _RFC822.fullmatch(text):
        return None
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    # "GMT" and "-0000" come back naive: they are UTC.
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return instant if text.startswith(names[instant.weekday()]) else None


@lru_cache(1024)
def rfc3339_instant(text: str) -> datetime | None:
    """Give the instant of an RFC 3339 date that states its zone; None for anything else."""
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def period_fault(text: str) -> str:
    """Give what is wrong with a DCMI Period of W3C-DTF dates; empty when nothing is."""
    found = _PERIOD.fullmatch(text)
    if not found or not any(found.groups()):
        return f"{text!r} is no period start=…; end=…; scheme=W3C-DTF"
    sides = [rfc3339_instant(side) if side else None for side in found.groups()]
    if any(side and instant is None for side, instant in zip(found.groups(), sides, strict=True)):
        return f"{text!r} holds a date without a zone or that does not exist"
    start, end = sides
    return f"{text!r} ends before it starts" if start and end and end <= start else ""


@lru_cache(1024)
def url_fault(text: str) -> str:
    """Give what is wrong with an absolute http(s) address; empty when nothing is."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return f"{text!r} is no address"
    if parts.scheme not in {"http", "https"} or not host:
        return f"{text!r} is no absolute http(s) address"
    if re.search(r'[\s<>"]', text):
        return f"{text!r} holds characters that must be percent-encoded"
    return f"the address at {host} holds a credential" if parts.username is not None else ""


def open_address(text: str) -> bool:
    """Say whether an address is not https; a machine talking to itself needs no encryption."""
    parts = urlsplit(text)
    return parts.scheme != "https" and parts.hostname not in _LOCAL


def holds_markup(text: str) -> bool:
    """Say whether a reader could take plain text for HTML."""
    return bool(_TAG.search(text))


def html_faults(text: str) -> Iterator[str]:
    """Give what is wrong with a body that is written as a string of HTML."""
    if not _MARKUP.search(text):
        return
    try:
        # A DOCTYPE inside the wrapper is not well-formed, so no entity is ever declared.
        root = etree.fromstring(f"<div>{text}</div>".encode(), _PARSER)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as err:
        yield f"the body is not well-formed: {err}"
        return
    yield from tree_faults(root)


def tree_faults(root: etree._Element) -> Iterator[str]:
    """Give what in a body could run, load or lead somewhere it must not."""
    for one in root.iter():
        tag = one.tag
        if not isinstance(tag, str):
            yield "the body holds a comment or a processing instruction"
            continue
        name = _local(tag)
        if name in _HARMFUL:
            yield f"the body holds <{name}>"
        for attribute, value in one.items():
            short = _local(str(attribute))
            if short in _WATCHED or short.startswith("on"):
                yield from _attribute_faults(name, short, value)


@lru_cache(1024)
def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()


def _attribute_faults(element: str, name: str, value: str) -> Iterator[str]:
    if name.startswith("on") or name in _ACTIVE:
        yield f"<{element}> has the attribute {name}"
    if name in _URL_ATTRIBUTES:
        scheme = value.strip().partition(":")[0].lower()
        if ":" not in value or scheme not in _LINK_SCHEMES:
            yield f"<{element} {name}> leads to {value[:80]!r}, no absolute http(s) address"


def restriction_fault(text: str) -> str:
    """Give what is wrong with a list of countries; empty when nothing is."""
    unknown = [code for code in text.split() if code not in countries()]
    if text == "none" or (text.split() and not unknown):
        return ""
    return f"{' '.join(unknown) or 'nothing'} is no ISO 3166-1 alpha-2 code"
