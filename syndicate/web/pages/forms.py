"""The forms of the pages. Each carries a token that only its own session knows (CSRF)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar
from unicodedata import combining, normalize

from babel import Locale
from starlette.requests import Request
from wtforms import (
    DateField,
    Form,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.csrf.session import SessionCSRF
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from syndicate.model.article import WithdrawalReason
from syndicate.model.rights import Medium
from syndicate.model.territory import countries
from syndicate.web.pages.words import _, language_of

_F = TypeVar("_F", bound=Form)
LONGEST = 100_000
"""Bytes of a filled form, at most."""
_TOKEN_LASTS = timedelta(hours=12)


class Guarded(Form):
    """A form with nothing but its token: a button."""

    class Meta:
        """How WTForms guards it."""

        csrf = True
        csrf_class = SessionCSRF
        csrf_time_limit = _TOKEN_LASTS


class SignIn(Guarded):
    """With what one signs in."""

    key = PasswordField(
        _("Key"), [DataRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )


class Acknowledge(Guarded):
    """That a notice was read and obeyed."""

    by = StringField(
        _("Your name"), [DataRequired(), Length(max=100)], render_kw={"autocomplete": "name"}
    )


class Sure(Guarded):
    """What is first shown, with all that it would do, and then done."""

    sure = HiddenField()
    """Empty at first; then what was shown: the status of an article, or a file."""


class TakeBack(Sure):
    """Why an article is taken back."""

    reason = RadioField(
        _("Reason"),
        choices=[(str(one), str(one)) for one in WithdrawalReason],
        validators=[InputRequired(_("Choose a reason."))],
    )
    note = TextAreaField(
        _("Note to the partners' editors"),
        [Length(max=2_000)],
        description=_("It goes out with the notice. Readers do not see it."),
    )


class BringBack(Sure):
    """That an article goes out again."""

    note = TextAreaField(
        _("Note to the partners' editors"),
        [Length(max=2_000)],
        description=_("It goes out with the article. Readers do not see it."),
    )


class Heard(Guarded):
    """That a partner has answered by another way than its pages."""

    notices = SelectMultipleField(validators=[InputRequired()], choices=[], validate_choice=False)
    by = StringField(_("Who answered"), [DataRequired(), Length(max=100)])
    way = RadioField(
        _("How"),
        choices=[("mail", _("by mail")), ("phone", _("by phone"))],
        validators=[InputRequired()],
    )


class Accept(Sure):
    """Under which licence a request is accepted."""

    licence = SelectField(_("Licence"), [InputRequired(_("Choose a licence."))], choices=[])
    name = StringField(
        _("Partner's id"),
        [Optional(), Length(max=64)],
        description=_("Part of its addresses. Leave it empty to have one made of its name."),
    )


class Decline(Guarded):
    """Why a request is declined."""

    reason = StringField(_("Reason"), [DataRequired(), Length(max=500)])


class _Several(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Ask(Guarded):
    """What somebody says who asks for a licence (see `syndicate.model.request`)."""

    organisation = StringField(
        _("Organisation"),
        [DataRequired(), Length(max=200)],
        render_kw={"autocomplete": "organization"},
    )
    country = SelectField(
        _("Country of its seat"), [InputRequired()], render_kw={"autocomplete": "country"}
    )
    contact = StringField(
        _("Mail address"),
        [DataRequired(), Length(max=254)],
        description=_("We answer there, and send corrections and withdrawals to it."),
        render_kw={"autocomplete": "email", "type": "email", "inputmode": "email"},
    )
    site = StringField(
        _("Where you would publish"),
        [DataRequired(), Length(max=2_000)],
        description=_("The address of the site, app or title, beginning with https://"),
        render_kw={"autocomplete": "url", "type": "url", "inputmode": "url"},
    )
    property_name = StringField(_("What it is called"), [Optional(), Length(max=200)])
    kind = SelectField(
        _("What it is"),
        choices=[
            ("site", _("site")),
            ("app", _("app")),
            ("title", _("printed title")),
            ("channel", _("channel")),
        ],
    )
    media = _Several(
        _("In which media"),
        [InputRequired()],
        choices=[(str(one), str(one)) for one in Medium],
        default=["web"],
    )
    territory = SelectMultipleField(
        _("In which countries"),
        [Optional()],
        choices=[],
        description=_("Choose none to ask for wherever a licence allows."),
        render_kw={"size": 8},
    )
    formats = _Several(
        _("Formats you can read"),
        [InputRequired()],
        choices=[("rss", "RSS 2.0"), ("atom", "Atom 1.0"), ("newsml-g2", "NewsML-G2")],
        default=["rss"],
    )
    article = StringField(
        _("Article"),
        [Optional(), Length(max=2_000)],
        description=_("Its address. Leave it empty to ask for all that a licence covers."),
    )
    months = IntegerField(
        _("For how many months"),
        [InputRequired(), NumberRange(1, 120)],
        default=12,
        render_kw={"inputmode": "numeric"},
    )
    starts = DateField(
        _("From which day on"), [Optional()], description=_("At once, when you leave it empty.")
    )
    says = TextAreaField(_("What else you want to say"), [Optional(), Length(max=5_000)])


def form_of(
    kind: type[_F], request: Request, filled: Any = None, prefill: dict[str, Any] | None = None
) -> _F:
    """Give a form for a session, filled where something was sent."""
    language = language_of(request)
    meta = {
        "csrf_context": request.session,
        "csrf_secret": request.app.state.csrf_secret,
        "locales": [language],
    }
    form = kind(filled, meta=meta, data=prefill or {})
    if isinstance(form, Ask):
        names = _countries_in(language)
        form.country.choices = [("", ""), *names]
        form.territory.choices = list(names)
    return form


def _countries_in(language: str) -> list[tuple[str, str]]:
    """Give every country as (ISO 3166-1 alpha-2, name), by name."""
    names = Locale(language).territories
    found = [(one, str(names.get(one, one))) for one in countries()]
    return sorted(found, key=lambda pair: _plain(pair[1]))


def _plain(name: str) -> str:
    """Give a name without its accents, to sort it by."""
    return "".join(one for one in normalize("NFKD", name) if not combining(one)).casefold()


async def sent(kind: type[_F], request: Request) -> _F:
    """Give a form as it was sent."""
    data = await request.form(max_files=0, max_fields=500, max_part_size=LONGEST)
    return form_of(kind, request, data)
