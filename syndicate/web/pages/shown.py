"""Pages made of templates, in the language of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from syndicate.licensing.phrases import Phrases
from syndicate.model.base import direction_of
from syndicate.model.credential import Kind
from syndicate.web.pages.forms import Guarded, form_of
from syndicate.web.pages.room import room_of
from syndicate.web.pages.session import signed_in
from syndicate.web.pages.words import (
    CHANGES,
    GRADES,
    LANGUAGES,
    ONWARD,
    PARTS,
    REASONS,
    STANDINGS,
    STATES,
    STATUSES,
    VERDICTS,
    _,
    day,
    isolated,
    language_of,
    named,
    said,
    spoken,
    translations,
    when,
)

AWAY = 60
"""Seconds after which it is worth trying again."""
_HERE = Path(__file__).parent


@lru_cache
def _environment(language: str) -> Environment:
    found = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    found.globals.update(
        language=language,
        direction=direction_of(language),
        languages=LANGUAGES,
        direction_of=direction_of,
        isolated=isolated,
        said=partial(said, language=language),
        spoken=partial(spoken, language=language),
        part=partial(named, PARTS, language=language),
        grade=partial(named, GRADES, language=language),
        reason=partial(named, REASONS, language=language),
        status=partial(named, STATUSES, language=language),
        verdict=partial(named, VERDICTS, language=language),
        onward=partial(named, ONWARD, language=language),
        standing=partial(named, STANDINGS, language=language),
        change=partial(named, CHANGES, language=language),
        state=partial(named, STATES, language=language),
        medium=lambda name: Phrases(language).media([name]),
        when=partial(when, language=language),
        day=partial(day, language=language),
    )
    return found


def page(request: Request, name: str, status: int = 200, **values: Any) -> Response:
    """Give a page."""
    room = room_of(request)
    values = {
        "publisher": room.catalog().name,
        "path": request.url.path,
        "button": form_of(Guarded, request),
        "partner_in": signed_in(request, Kind.KEY),
        "desk_in": signed_in(request, Kind.DESK),
        **values,
    }
    text = _environment(language_of(request)).get_template(name).render(values)
    return HTMLResponse(text, status, _headers(language_of(request)))


def _headers(language: str) -> Mapping[str, str]:
    return {
        "cache-control": "no-store",
        "content-language": language,
        "vary": "Accept-Language, Cookie",
    }


def problem(request: Request, status: int, says: str, mend: str = "") -> Response:
    """Give a page that says what is wrong, and what to do about it."""
    return page(request, "problem.html", status, says=says, mend=mend)


def nothing(request: Request) -> Response:
    """Give the page for what is not there, or is somebody else's."""
    says = _("There is nothing here for you.")
    return problem(request, 404, says, _("Go back to the start."))


def later(request: Request, status: int, says: str, seconds: int) -> Response:
    """Give the page for what may work another time (RFC 9110, section 10.2.3)."""
    found = problem(request, status, says, _("Wait a minute, then try again."))
    found.headers["retry-after"] = str(seconds)
    return found


def onward(path: str) -> Response:
    """Lead on to another page, after something was done (RFC 9110, section 15.4.4)."""
    return RedirectResponse(path, 303, {"cache-control": "no-store"})
