"""What every XML format needs: legal text, dates without a locale, elements.

Characters: XML 1.0 fifth edition, production [2]. Dates: RFC 3339 and RFC 822 with the four-digit
years of RFC 1123. Nothing here asks the clock, the locale or the time zone of the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree

from syndicate.model.base import legal_text

XML = "http://www.w3.org/XML/1998/namespace"
XHTML = "http://www.w3.org/1999/xhtml"
XML_LANG = f"{{{XML}}}lang"

Attributes = Mapping[str, str | int | None]


def rfc3339(instant: datetime) -> str:
    """Give an instant in UTC to the second: 2026-05-01T12:00:00Z (RFC 3339, W3C-DTF)."""
    return f"{instant.astimezone(UTC).isoformat()[:19]}Z"


def rfc822(instant: datetime) -> str:
    """Give an instant as RSS writes it: Fri, 01 May 2026 12:00:00 GMT, English in any locale."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def period(start: datetime | None, end: datetime | None) -> str:
    """Give a span as a DCMI Period with W3C-DTF dates; empty when both sides are open."""
    sides = [f"start={rfc3339(start)}"] if start else []
    sides += [f"end={rfc3339(end)}"] if end else []
    return "; ".join((*sides, "scheme=W3C-DTF")) if sides else ""


def element(
    tag: str,
    attributes: Attributes | None = None,
    text: str | None = None,
    *,
    nsmap: Mapping[str | None, str] | None = None,
) -> etree._Element:
    """Give an element; attributes keep their order and those that are None are left out."""
    made = etree.Element(tag, None, dict(nsmap) if nsmap else None)
    return _filled(made, attributes, text)


def add(
    parent: etree._Element,
    tag: str,
    text: str | None = None,
    attributes: Attributes | None = None,
) -> etree._Element:
    """Append an element and give it; attributes that are None are left out."""
    return _filled(etree.SubElement(parent, tag), attributes, text)


def _filled(
    made: etree._Element, attributes: Attributes | None, text: str | None
) -> etree._Element:
    for name, value in (attributes or {}).items():
        if value is not None:
            made.set(name, legal_text(str(value)))
    if text is not None:
        made.text = legal_text(text)
    return made


def on_own_lines(parent: etree._Element, depth: int) -> None:
    """Put each child of a structural element on a line of its own; never for article bodies."""
    if len(parent):
        parent.text = "\n" + "  " * (depth + 1)
        for child in parent:
            child.tail = "\n" + "  " * (depth + 1)
        parent[-1].tail = "\n" + "  " * depth
