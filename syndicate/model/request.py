"""A request for a licence: what somebody asks for, before anything is agreed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from syndicate.model.base import Key, LangTag, MaybeText, Model, Text, Url
from syndicate.model.errors import broken_rule
from syndicate.model.feed import FormatName
from syndicate.model.moments import EARLIEST, LATEST, Instant
from syndicate.model.partner import Email
from syndicate.model.rights import Medium
from syndicate.model.territory import countries


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


def _iso(country: str) -> str:
    if country not in countries():
        mend = "write a country's code, for example GB"
        raise broken_rule("country", f"{country!r} is no ISO 3166-1 alpha-2 code", mend)
    return country


Country = Annotated[str, Field(pattern="^[A-Z]{2}$"), AfterValidator(_iso)]
"""The ISO 3166-1 alpha-2 code of a country."""


class RequestForm(Model):
    """What somebody says who asks for a licence."""

    organisation: Text
    """Who asks: the organisation."""
    country: Country
    """ISO 3166-1 alpha-2 code of its seat."""
    contact: Email
    """Whom to answer, and to tell of corrections and kills."""
    site: Url
    """The property it is for: where it is."""
    property_name: Text | None = None
    """What that is called; its address when not stated."""
    kind: Literal["site", "app", "title", "channel"] = "site"
    """What it is."""
    media: Annotated[tuple[Medium, ...], Field(min_length=1)] = (Medium.WEB,)
    """Where it would republish."""
    territory: tuple[Country, ...] = ()
    """In which countries (ISO 3166-1 alpha-2); wherever a licence allows when not stated."""
    languages: tuple[LangTag, ...] = ()
    """Languages it publishes in."""
    formats: Annotated[tuple[FormatName, ...], Field(min_length=1)] = ("rss",)
    """The formats it can read."""
    article: MaybeText = ""
    """The article that it asks about: its guid or address; empty for all that a licence covers."""
    months: Annotated[int, Field(ge=1, le=120)] = 12
    """For how many months."""
    starts: date | None = None
    """From which day on; at once when not stated."""
    says: MaybeText = ""
    """What else it says."""

    @field_validator("starts", mode="after")
    @classmethod
    def _near(cls, day: date | None) -> date | None:
        if day and not EARLIEST.date() <= day < LATEST.date():
            says = f"{day} is not between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}"
            raise broken_rule("instant", says, "write the year in full, for example 2026")
        return day


class LicenceRequest(Model):
    """A request on the desk."""

    id: Annotated[str, Field(pattern=r"^r-[0-9a-f]{8}$")]
    """Names it."""
    at: Instant
    """When it came."""
    form: RequestForm
    """What was asked."""
    state: RequestState = RequestState.OPEN
    """open, accepted or declined."""
    decided_at: Instant | None = None
    """When it was accepted or declined."""
    why: MaybeText = ""
    """Why it was declined."""
    partner: Key | None = None
    """The partner that it became; while it is open, the one that somebody began to make of it."""
