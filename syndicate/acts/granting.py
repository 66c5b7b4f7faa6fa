"""A request becomes a partner with an agreement, a feed and a key, and its feed is published."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from syndicate import wiring
from syndicate.acts.publishing import Attempt, Clock, present, publish_change
from syndicate.formats.all import FORMATS
from syndicate.model.credential import Kind
from syndicate.model.decision import Decision
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import AccessRefused, BadDesk, NotFound
from syndicate.model.licence import Licence
from syndicate.model.moments import readings
from syndicate.model.partner import Partner
from syndicate.model.request import LicenceRequest, RequestState
from syndicate.pipeline import keys
from syndicate.pipeline.browse import guid_named
from syndicate.pipeline.explain import explain
from syndicate.pipeline.heads import path_of
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

    Which partner it becomes is kept first. Where a try ends before it is accepted, the next one
    goes on with what is there: one request never becomes two partners.

    Raises:
        NotFound: there is no such request or licence.
        AccessRefused: it is decided already, the licence has none of the media asked for, or it
            was begun on other terms.
        BadDesk: the desk does not bear such a partner; nothing was written.
    """
    with partner_file.locked(desk):
        before = read(desk)
        files = _files(desk, before)
        with wiring.opened_store(desk, files.desk) as store:
            one = find_request(store.requests(), request)
            planned = _planned(desk, before, store, one, grant, now)
            issued = _made(desk, store, one, planned, now, chance)
            partner = planned.partner
            if grant.by:
                by = f"accepted as {partner.id}: ordered by {grant.by}"
                store.note(ORDER, one.id, by, now())
            attempt = publish_change(desk, store, present(store, now()), now())
            decision = _decision(read(desk).files, store, one, partner, now())
    paths = [path_of(partner.id, f.id, FORMATS[n]) for f in partner.feeds for n in f.formats]
    urls = tuple(files.desk.url_of(path) for path in paths)
    return Granted(partner, issued.secret, urls, attempt, decision)


def decline(desk: Path, request: str, reason: str, now: Clock, by: str = "") -> LicenceRequest:
    """Decline a request; `by` is who does, for the log.

    Raises:
        NotFound: there is no such request.
        AccessRefused: it is decided already, or its partner's file is there.
    """
    head = wiring.load_desk(desk)
    with partner_file.locked(desk), wiring.opened_store(desk, head) as store:
        one = find_request(store.requests(), request)
        done = decided(one, RequestState.DECLINED, now(), why=reason)
        if one.partner and partner_file.is_there(desk, one.partner):
            says = f"request {one.id} is half accepted: the file of partner {one.partner} is there"
            raise AccessRefused(says, mend="accept it again, then end the agreement")
        store.change_request(one, done, now())
        if by:
            store.note(ORDER, one.id, f"declined: ordered by {by}", now())
    return done


def planned_file(desk: Path, request: str, grant: Grant, now: Clock) -> str:
    """Give the text of the file that accepting would write; raises as `accept` does."""
    before = read(desk)
    with wiring.opened_store(desk, _files(desk, before).desk) as store:
        one = find_request(store.requests(), request)
        return _planned(desk, before, store, one, grant, now).file.text


class _Planned(NamedTuple):
    """What a request is to become."""

    partner: Partner
    file: partner_file.PartnerFile
    is_there: bool
    """Whether an earlier try wrote the file."""


def _made(
    desk: Path,
    store: Store,
    one: LicenceRequest,
    planned: _Planned,
    now: Clock,
    chance: keys.Chance,
) -> keys.Issued:
    """Make what was planned, whatever of it is there already, and keep that it was accepted."""
    partner = planned.partner
    begun = one.model_copy(update={"partner": partner.id})
    store.change_request(one, begun, now())
    if not planned.is_there:
        partner_file.write_new(desk, planned.file)
    note = f"request {one.id}"
    for lost in store.credentials(partner.id):  # of an earlier try: nobody saw its secret
        if lost.note == note:
            keys.revoke(store, lost, now())
    issued = keys.issue(store, partner, keys.Wanted(Kind.KEY, note=note), now(), chance)
    done = decided(begun, RequestState.ACCEPTED, now(), partner=partner.id)
    store.change_request(begun, done, now())
    return issued


def _files(desk: Path, found: Read) -> DeskFiles:
    if found.files is None:
        raise BadDesk(found.errors[0], where=str(desk))
    return found.files


def _planned(
    desk: Path, before: Read, store: Store, one: LicenceRequest, grant: Grant, now: Clock
) -> _Planned:
    files = _files(desk, before)
    licence = licence_named(files, grant.licence)
    begun = files.partner(one.partner or "")
    if begun and grant.name in {"", begun.id}:
        return _begun(desk, files, one, licence, begun)
    others = {r.partner for r in store.requests() if r.partner and r.id != one.id}
    name = grant.name or one.partner or ""
    terms = Terms(licence, _starts(one, files.desk.zone, now()), files.desk.zone, name)
    partner = _partner(one, terms, names_in(files) | others)
    file = partner_file.new(desk, partner)
    faults = [
        line for line in read(desk, {file.name: file.text}).errors if line not in before.errors
    ]
    if faults:
        raise BadDesk(faults[0])
    return _Planned(partner, file, is_there=False)


def _begun(
    desk: Path, files: DeskFiles, one: LicenceRequest, licence: Licence, begun: Partner
) -> _Planned:
    """Give what an earlier try wrote, where this one would write the same."""
    agreement = begun.agreements[0] if begun.agreements else None
    start = agreement.term.opens if agreement else None
    if agreement and start:
        mine = {begun.id, *(a.id for a in begun.agreements), *(f.id for f in begun.feeds)}
        terms = Terms(licence, start, files.desk.zone, begun.id)
        same = _partner(one, terms, names_in(files) - mine)
        if same.model_dump(mode="json") == begun.model_dump(mode="json"):
            return _Planned(begun, partner_file.find(desk, agreement.id), is_there=True)
    raise AccessRefused(
        f"partner {begun.id}, which request {one.id} began to become, has other terms",
        mend="accept it under the licence that its file names, or choose another id",
    )


def licence_named(files: DeskFiles, name: str) -> Licence:
    """Give the licence of a name, NAME or NAME/vN; the newest of several. Raises NotFound."""
    found = [one for one in files.licences if name in {one.ref, one.id}]
    if not found:
        known = ", ".join(sorted(one.ref for one in files.licences))
        raise NotFound(f"no licence {name!r}", mend=f"use one of: {known}")
    return max(found, key=lambda one: one.version)


def _partner(one: LicenceRequest, terms: Terms, taken: Collection[str]) -> Partner:
    try:
        return partner_of(one, terms, taken)
    except ValidationError as err:
        faults = field_faults(err, Partner, "schemas/syndicate/partner.schema.json")
        raise BadDesk(str(next(iter(faults))), where=f"request {one.id}") from err


def _starts(one: LicenceRequest, zone: str, now: datetime) -> datetime:
    """Give when the agreement begins: with the day that was asked for, by the clock of a zone,
    never before now."""
    day = one.form.starts
    begin = readings(datetime.combine(day, time()), zone)[1] if day else now
    return max(begin, now).replace(microsecond=0)


def _decision(
    files: DeskFiles | None, store: Store, one: LicenceRequest, partner: Partner, now: datetime
) -> Decision | None:
    """Give the decision on the article that was asked about."""
    if not one.form.article or files is None:
        return None
    try:
        history = store.history(guid_named(store, one.form.article))
    except NotFound:  # the partner is made all the same, and its key must reach somebody
        return None
    return next(explain(files, store, history, partner, now)).decision
