"""The words of the pages, in English and Arabic; English is what stands in the templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape
from starlette.requests import Request

LANGUAGES: Mapping[str, str] = {"en": "English", "ar": "العربية"}
"""The languages of the pages, each by its own name."""
COOKIE = "language"
CATALOGS = Path(__file__).parent / "words"


@lru_cache
def translations(language: str) -> NullTranslations:
    """Give the words of a language."""
    path = CATALOGS / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    packed = BytesIO()
    with path.open("rb") as file:
        write_mo(packed, read_po(file, locale=language))
    packed.seek(0)
    return Translations(packed)


def language_of(request: Request) -> str:
    """Give the language of a page: as it was chosen, else as the browser prefers (RFC 9110,
    section 12.5.4)."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    stated = request.headers.get("accept-language", "")[:200]
    tags = (one.partition(";")[0].strip().partition("-")[0].lower() for one in stated.split(","))
    return next((one for one in tags if one in LANGUAGES), "en")


def when(moment: datetime | None, language: str) -> str:
    """Write an instant for people: UTC, to the minute."""
    if moment is None:
        return "–"
    said = format_datetime(moment.astimezone(UTC), "d MMMM y HH:mm", locale=language)
    return f"{said} UTC"


def day(moment: date, language: str) -> str:
    """Write a day for people."""
    return format_date(moment, "d MMMM y", locale=language)


def isolated(text: object, *, direction: str = "auto") -> Markup:
    """Give text that keeps its own direction, whatever stands around it (HTML, `bdi`)."""
    return Markup('<bdi dir="{}">{}</bdi>').format(direction, text)


def _(text: str) -> str:
    """Mark words; they are translated where they are shown."""
    return text


PARTS: Mapping[str, str] = {
    "headline": _("headline"),
    "summary": _("summary"),
    "body": _("text"),
    "image": _("pictures"),
    "graphic": _("graphics"),
    "video": _("videos"),
    "audio": _("sound"),
    "embed": _("embeds"),
    "data": _("tables"),
}
"""Kinds of parts, as people say it (see `PartKind`)."""
GRADES: Mapping[str, str] = {
    "kill": _("Killed: remove every copy."),
    "withhold": _("Withheld: take it down until further notice."),
    "withdraw": _("Withdrawn: remove every copy."),
    "part": _("A part must go."),
    "territory": _("May be shown in fewer places."),
    "correction": _("Corrected: replace every copy."),
    "reinstate": _("It may be used again."),
}
"""What notices ask (see `Grade`)."""
REASONS: Mapping[str, str] = {
    "error": _("It is wrong."),
    "legal": _("An order or a claim."),
    "rights": _("Rights in it were revoked."),
    "refile": _("Another article replaces it."),
}
"""Why an article is taken back (see `WithdrawalReason`)."""

STATUSES: Mapping[str, str] = {
    "usable": _("usable"),
    "withheld": _("withheld"),
    "canceled": _("killed"),
}
"""Where an article stands (see `PubStatus`)."""
VERDICTS: Mapping[str, str] = {
    "allow": _("goes out"),
    "hold": _("waits"),
    "deny": _("does not go out"),
}
"""What was decided (see `Verdict`)."""
ONWARD: Mapping[str, str] = {
    "granted": _("may be passed on"),
    "refused": _("may not be passed on"),
    "unknown": _("nobody recorded whether it may be passed on"),
}
"""Whether a part may be passed on (see `Onward`)."""
STANDINGS: Mapping[str, str] = {
    "in force": _("in force"),
    "ended": _("no agreement is in force"),
    "gone": _("no longer a partner"),
}
"""How a partner stands that could have an article (see `Keeper`)."""
CHANGES: Mapping[str, str] = {
    "added": _("added"),
    "changed": _("changed"),
    "removed": _("removed"),
    "withdrawn": _("withdrawn"),
    "notice": _("notice added"),
}
"""What became of an article in a document (see `Ordered.changes`)."""
STATES: Mapping[str, str] = {
    "open": _("open"),
    "accepted": _("accepted"),
    "declined": _("declined"),
}
"""Where a request stands (see `RequestState`)."""


def said(text: str, language: str) -> str:
    """Give marked words in a language."""
    return str(translations(language).gettext(text)) if text else ""


def spoken(text: str, language: str) -> Markup:
    """Give words in a language; what nobody translated is English, and marked as such."""
    found = said(text, language)
    if language == "en" or found != text:
        return escape(found)
    return Markup('<span lang="en" dir="ltr" class="english">{}</span>').format(text)


def named(names: Mapping[str, str], key: str, language: str) -> str:
    """Give how people call one of some names."""
    return said(names.get(key, key), language)
