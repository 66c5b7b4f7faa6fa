"""A request becomes a partner with an agreement, a feed and a key, and its feed is published."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from syndicate import wiring
from syndicate.acts.publishing import Attempt, Clock, present, publish_change
from syndicate.formats.all import FORMATS
from syndicate.model.credential import Kind
from syndicate.model.decision import Decision
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import BadDesk, NotFound
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.request import LicenceRequest, RequestState
from syndicate.pipeline import keys
from syndicate.pipeline.compose import path_of
from syndicate.pipeline.explain import explain, find_article
from syndicate.pipeline.ports import Store
from syndicate.pipeline.requests import Terms, decided, find_request, names_in, partner_of
from syndicate.pipeline.timeline import ORDER
from syndicate.sources.desk_folder import Read, read
from syndicate.sources.field_faults import field_faults
from syndicate.targets import partner_file


class Grant(NamedTuple):
    """What is asked of a request."""

    licence: str
    """NAME, or NAME/vN; else the newest."""
    name: str = ""
    """The partner's id; made of its name where it is empty."""
    by: str = ""
    """Who accepts it, for the log."""


class Granted(NamedTuple):
    """What became of it."""

    partner: Partner
    secret: str
    """To be shown once."""
    urls: tuple[str, ...]
    """Where its feeds are."""
    attempt: Attempt
    decision: Decision | None
    """On the article that was asked about."""


def accept(desk: Path, request: str, grant: Grant, now: Clock, chance: keys.Chance) -> Granted:
    """Make a partner of a request: its file, its agreement, its feed, its key; and publish.

    Raises:
        NotFound: there is no such request or licence.
        AccessRefused: it is decided already, or the licence has none of the media asked for.
        BadDesk: the desk does not bear such a partner; nothing was written.
    """
    before = _sound(desk)
    files = _files(desk, before)
    with wiring.opened_store(desk, files.desk) as store, partner_file.locked(desk):
        one = find_request(store.requests(), request)
        partner, file = _planned(desk, files, before, one, grant, now)
        done = decided(one, RequestState.ACCEPTED, now(), partner=partner.id)
        partner_file.write_new(desk, file)
        wanted = keys.Wanted(Kind.KEY, note=f"request {one.id}")
        issued = keys.issue(store, partner, wanted, now(), chance)
        store.keep_request(done, now())
        if grant.by:
            store.note(ORDER, one.id, f"accepted as {partner.id}: ordered by {grant.by}", now())
        attempt = publish_change(desk, store, present(store, now()), now())
        decision = _decision(_sound(desk).files, store, one, partner, now())
    paths = [path_of(partner.id, f.id, FORMATS[n]) for f in partner.feeds for n in f.formats]
    urls = tuple(files.desk.url_of(path) for path in paths)
    return Granted(partner, issued.secret, urls, attempt, decision)


def planned_file(desk: Path, request: str, grant: Grant, now: Clock) -> str:
    """Give the text of the file that accepting would write; raises as `accept` does."""
    before = _sound(desk)
    files = _files(desk, before)
    with wiring.opened_store(desk, files.desk) as store:
        one = find_request(store.requests(), request)
    return _planned(desk, files, before, one, grant, now)[1].text


def _sound(desk: Path) -> Read:
    return read(desk)


def _files(desk: Path, found: Read) -> DeskFiles:
    if found.files is None:
        raise BadDesk(found.errors[0], where=str(desk))
    return found.files


def _planned(
    desk: Path,
    files: DeskFiles,
    before: Read,
    one: LicenceRequest,
    grant: Grant,
    now: Clock,
) -> tuple[Partner, partner_file.PartnerFile]:
    licence = licence_named(files, grant.licence)
    terms = Terms(licence, _starts(one, now()), files.desk.zone, grant.name)
    partner = _partner(one, terms, files)
    file = partner_file.new(desk, partner)
    faults = [
        line for line in read(desk, {file.name: file.text}).errors if line not in before.errors
    ]
    if faults:
        raise BadDesk(faults[0])
    return partner, file


def licence_named(files: DeskFiles, name: str) -> Licence:
    """Give the licence of a name, NAME or NAME/vN; the newest of several. Raises NotFound."""
    found = [one for one in files.licences if name in {one.ref, one.id}]
    if not found:
        known = ", ".join(sorted(one.ref for one in files.licences))
        raise NotFound(f"no licence {name!r}", mend=f"use one of: {known}")
    return max(found, key=lambda one: one.version)


def _partner(one: LicenceRequest, terms: Terms, files: DeskFiles) -> Partner:
    try:
        return partner_of(one, terms, names_in(files))
    except ValidationError as err:
        faults = field_faults(err, Partner, "schemas/syndicate/partner.schema.json")
        raise BadDesk(str(next(iter(faults))), where=f"request {one.id}") from err


def _starts(one: LicenceRequest, now: datetime) -> datetime:
    """Give when the agreement begins: on the day that was asked for, never before now."""
    day = one.form.starts
    begin = datetime.combine(day, time(), UTC) if day else now
    return max(begin, now).replace(microsecond=0)


def _decision(
    files: DeskFiles | None, store: Store, one: LicenceRequest, partner: Partner, now: datetime
) -> Decision | None:
    """Give the decision on the article that was asked about."""
    if not one.form.article or files is None:
        return None
    try:
        history = find_article(store, one.form.article)
    except NotFound:  # the partner is made all the same, and its key must reach somebody
        return None
    return next(explain(files, store, history, partner, now)).decision
