"""The QCodes we write: IPTC scheme aliases, their URIs, and the codes of small vocabularies.

Source: IPTC catalog 41 (http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml) and
https://cv.iptc.org/newscodes/ (NewsCodes, CC BY 4.0). Only what we use is listed: an alias that is
not here is a mistake of ours, whatever the catalog holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from syndicate.model.topics import TopicCode

CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"

_CV = "http://cv.iptc.org/newscodes/"

SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "cpnat": f"{_CV}cpnature/",
        "cpprole": f"{_CV}contentprodpartyrole/",
        "drol": f"{_CV}descriptionrole/",
        "genre": f"{_CV}genre/",
        "irel": f"{_CV}itemrelation/",
        "medtop": f"{_CV}mediatopic/",
        "ninat": f"{_CV}ninature/",
        "rnd": f"{_CV}rendition/",
        "sig": f"{_CV}signal/",
        "stat": f"{_CV}pubstatusg2/",
    }
)

# Vocabularies without an entry here are too large or too alive to copy.
_CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cpnat": frozenset({"abstract", "organisation"}),
        "cpprole": frozenset({"author"}),
        "drol": frozenset({"caption", "summary"}),
        "irel": frozenset({"associatedWith", "rightspolicy", "seeAlso"}),
        "ninat": frozenset({"audio", "composite", "graphic", "picture", "text", "video"}),
        "rnd": frozenset({"highRes", "thumbnail", "web"}),
        "sig": frozenset({"correction", "update"}),
        "stat": frozenset({"canceled", "usable", "withheld"}),
    }
)

_TOPIC: TypeAdapter[str] = TypeAdapter(TopicCode)


@cache
def topic_fault(code: str) -> str:
    """Say what is wrong with a Media Topic code; empty when it is a current one."""
    try:
        _TOPIC.validate_python(code)
    except ValidationError as err:
        return str(err.errors()[0]["msg"])
    return ""


def qcode_fault(qcode: str) -> str:
    """Say what is wrong with a QCode; empty when it resolves."""
    alias, colon, code = qcode.partition(":")
    if not colon or not code:
        return f"{qcode!r} is no QCode"
    if alias not in SCHEMES:
        return f"alias {alias!r} is in no declared catalog"
    if alias in _CODES and code not in _CODES[alias]:
        return f"{SCHEMES[alias]} has no code {code!r} that we use"
    return ""
