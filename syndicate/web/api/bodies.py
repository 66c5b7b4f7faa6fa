"""What programs send: the models that their bodies are checked with and described by."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from syndicate.model.base import MaybeText, Model, Text, Url
from syndicate.model.errors import broken_rule
from syndicate.model.request import Country, RequestForm
from syndicate.model.territory import countries

_SHOWS = (
    r"[^\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufffe\uffff]"
)
"""A sign that is neither space nor illegal: a text without any is none."""
_SITE = r"^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,3})?(/[A-Za-z0-9/._~%=&?,;:@!$'()*+#-]*)?$"
_DAY = r"^(19|20|21)[0-9]{2}-"


_NAME = r"""[^@\s<>,;:?&%#"\\()\[\]\u0000-\u001f\u007f-\u009f]+"""
_MAIL = rf"^{_NAME}@{_NAME}\.{_NAME}$"


def _whole(number: Any) -> Any:
    """Give a number without its fraction where that is nothing: JSON has one sort of numbers."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _written(site: str) -> str:
    if not re.fullmatch(_SITE, site):
        says = "is no address as RFC 3986 writes it"
        raise broken_rule("url", says, "write the host in small letters, percent-encode the rest")
    return site


Line = Annotated[Text, Field(json_schema_extra={"pattern": _SHOWS})]
"""A text in which something can be seen."""


_Country = Annotated[Country, Field(json_schema_extra={"enum": sorted(countries())})]


class AckForm(Model):
    """That a notice was read and obeyed."""

    by: Annotated[Line, Field(max_length=100)]
    """Who says so: a person or a program."""
    note: Annotated[MaybeText, Field(max_length=2_000)] = ""
    """What was done, in words."""


class WantedForm(RequestForm):
    """What somebody says who asks for a licence."""

    organisation: Line
    """Who asks: the organisation."""
    country: _Country
    """ISO 3166-1 alpha-2 code of its seat."""
    territory: tuple[_Country, ...] = ()
    """In which countries (ISO 3166-1 alpha-2); wherever a licence allows when not stated."""
    contact: Annotated[str, Field(pattern=_MAIL, max_length=254)]
    """Whom to answer, and to tell of corrections and kills: a mail address."""
    site: Annotated[Url, AfterValidator(_written), Field(json_schema_extra={"pattern": _SITE})]
    """The property it is for: where it is, as a URI (RFC 3986), its host in small letters."""
    property_name: Line | None = None
    """What that is called; its address when not stated."""
    months: Annotated[int, Field(ge=1, le=120), BeforeValidator(_whole)] = 12
    """For how many months."""
    starts: Annotated[date, Field(json_schema_extra={"pattern": _DAY})] | None = None
    """From which day on; at once when not stated."""
