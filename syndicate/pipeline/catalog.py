"""What can be asked for over the network, and who may: all that a server needs to answer with.

It follows from the desk's files, from where feeds stand and from the keys that were given out. It
can be kept as text, so that the last good documents are served while there is no database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.terms import SUFFIXES, document_path
from syndicate.model.credential import Credential, id_in
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import Way
from syndicate.pipeline.heads import path_of

NO_PLACE = ""
"""The property of a feed that is no longer on the desk: no key for one property opens it."""


class Listed(NamedTuple):
    """A document of a feed."""

    partner: str
    place: str
    """The property."""
    feed: str
    media_type: str
    due: datetime | None = None
    """When time alone changes it: nobody may keep it longer unasked."""
    licences: tuple[str, ...] = ()
    """Paths of the licence documents, the one for people first."""
    public: bool = False
    """Whether anybody may read it."""
    format: str = ""
    """Its format; empty where changes cannot be told."""
    put: int = 0
    """The edition whose bytes are known to be out: those that are served are of it, or of a later
    one."""


class Catalog(NamedTuple):
    """Every document that is served, by its path, and every credential, by its id."""

    url: str
    """Where documents are served; no slash at the end."""
    name: str
    """The publisher."""
    feeds: Mapping[str, Listed]
    open: frozenset[str]
    """Paths that anybody may read: documents of licences that are public, offered to whoever asks,
    or linked from a public feed."""
    credentials: Mapping[str, Credential]
    at: datetime
    """When it was read: what was put later may change earlier than is said here."""
    lent: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Paths of other licence documents, with the partners that have an agreement under them."""
    hub: str = ""
    """A hub of somebody else that is told of public feeds."""
    inside: tuple[str, ...] = ()
    """Hosts of the desk's own network that may be called, each with its port."""

    def proved(self, secret: str, now: datetime) -> Credential | None:
        """Give the live credential that a secret proves; None where it proves none."""
        found = self.credentials.get(id_in(secret) or "")
        if found is None or not found.is_proved_by(secret) or not found.is_live(now):
            return None
        return found

    def written(self) -> str:
        """Give it as text."""
        return json.dumps(
            {
                "url": self.url,
                "name": self.name,
                "feeds": {path: [*one[:4], _text(one.due), *one[5:]]
                          for path, one in self.feeds.items()},
                "open": sorted(self.open),
                "at": self.at.isoformat(),
                "lent": {path: sorted(lent) for path, lent in self.lent.items()},
                "hub": self.hub,
                "inside": self.inside,
                "credentials": [one.model_dump_json() for one in self.credentials.values()],
            }
        )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def catalog_in(text: str) -> Catalog:
    """Give the catalog of a text. Raises ValueError where it is none."""
    try:
        data: dict[str, Any] = json.loads(text)
        keys = [Credential.model_validate_json(one) for one in data["credentials"]]
        feeds = {path: _listed(*row) for path, row in data["feeds"].items()}
        return Catalog(
            str(data["url"]),
            str(data["name"]),
            feeds,
            frozenset(data["open"]),
            {one.id: one for one in keys},
            datetime.fromisoformat(data["at"]),
            {path: frozenset(lent) for path, lent in data.get("lent", {}).items()},
            hub=str(data.get("hub", "")),
            inside=tuple(map(str, data.get("inside", ()))),
        )
    except (TypeError, LookupError, AttributeError) as err:
        raise ValueError("no catalog") from err


def _listed(*row: Any) -> Listed:
    partner, place, feed, media_type, due, licences, *rest = row
    moment = datetime.fromisoformat(due) if due else None
    return Listed(partner, place, feed, media_type, moment, tuple(licences), *rest)


def catalog_of(
    files: DeskFiles,
    ways: Iterable[Way],
    credentials: Iterable[Credential],
    formats: Mapping[str, Format],
    licences: Iterable[str],
    now: datetime,
) -> Catalog:
    """Give what is served of a desk; `licences` are the licence documents that are out."""
    there = {(one.feed, one.format): one for one in ways if one.sequence}
    feeds = dict(_feeds(files, there, formats, now))
    for one in there.values():
        path = path_of(one.partner, one.feed, formats[one.format])
        if path not in feeds:  # it is not on the desk any more, and goes on with notices
            media_type = formats[one.format].media_type
            gone = Listed(one.partner, NO_PLACE, one.feed, media_type, one.due)
            feeds[path] = gone._replace(format=one.format, put=one.put)
    out = frozenset(licences)
    open_ = _open(files, feeds) & out
    return Catalog(
        base_of(files.desk),
        files.desk.name,
        feeds,
        open_,
        {one.id: one for one in credentials},
        now,
        {path: lent for path, lent in _lent(files).items() if path in out - open_},
        hub=files.desk.push.hub or "",
        inside=files.desk.push.inside,
    )


def _open(files: DeskFiles, feeds: Mapping[str, Listed]) -> frozenset[str]:
    """Give the paths of licence documents that anybody may read."""
    for_all = (one for one in files.licences if one.public or one.offered)
    paths = {document_path(one, suffix) for one in for_all for suffix in SUFFIXES}
    linked = (path for one in feeds.values() if one.public for path in one.licences)
    return frozenset(paths.union(linked))


def _lent(files: DeskFiles) -> dict[str, frozenset[str]]:
    """Give the paths of licence documents, each with the partners that agreed to it."""
    found: dict[tuple[str, int], set[str]] = {}
    for partner in files.partners:
        for one in partner.agreements:
            if one.state is not AgreementState.DRAFT:
                found.setdefault((one.licence, one.licence_version), set()).add(partner.id)
    return {
        document_path(licence, suffix): frozenset(found.get((licence.id, licence.version), ()))
        for licence in files.licences
        for suffix in SUFFIXES
    }


def base_of(desk: Desk) -> str:
    """Give where documents are served; no slash at the end."""
    return desk.base_url.rstrip("/")


def _feeds(
    files: DeskFiles,
    there: Mapping[tuple[str, str], Way],
    formats: Mapping[str, Format],
    now: datetime,
) -> Iterator[tuple[str, Listed]]:
    for partner, feed in files.feed_list():
        terms = tuple(_licences(files, partner, feed, now))
        for name in feed.formats:
            way = there.get((feed.id, name))
            if way is not None:
                place = partner.property_of(feed).id
                due, media_type = way.due, formats[name].media_type
                made = Listed(partner.id, place, feed.id, media_type, due, terms, feed.public)
                path = path_of(partner.id, feed.id, formats[name])
                yield path, made._replace(format=name, put=way.put)


def _licences(files: DeskFiles, partner: Partner, feed: Feed, now: datetime) -> Iterator[str]:
    """Give the licence documents of the agreements that a feed runs under now."""
    place = partner.property_of(feed).id
    for agreement in partner.agreements:
        runs = agreement.state is AgreementState.ACTIVE and agreement.term.holds(now)
        licence = files.licence(agreement.licence, agreement.licence_version)
        if runs and licence and place in agreement.properties:
            yield from (document_path(licence, one) for one in SUFFIXES)
