"""A catalog with its keys, its documents on a shelf, and requests for them."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from syndicate.model.credential import Credential, Kind, digest_of_secret, secret_of
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.web.answer import answered
from syndicate.web.asked import asked
from syndicate.web.held import Shelf
from syndicate.web.refusals import Answer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PUT = NOW - timedelta(hours=1)
BODY = b"<rss>" + b"gazette " * 100 + b"</rss>"
FEED = "gazette/web.rss"
OTHER = "tribune/web.rss"
OPEN = "gazette/open.rss"
TERMS = "licences/full/v1.html"
LENT = "licences/own/v1.html"


class Made(NamedTuple):
    credential: Credential
    secret: str


def made(number: int, partner: str, **facts: str) -> Made:
    name, secret = secret_of(bytes([number]) * 25)
    kind = Kind(facts.pop("kind", "key"))
    credential = Credential(
        id=name,
        kind=kind,
        partner=partner,
        property=facts.get("place"),
        feed=facts.get("feed"),
        digest=digest_of_secret(secret),
        issued_at=NOW - timedelta(days=1),
    )
    return Made(credential, secret)


KEY = made(1, "gazette")
WEB = made(2, "gazette", place="app")
TOKEN = made(3, "gazette", kind="token", feed="web")
TRIBUNE = made(4, "tribune")
OVER = Made(
    made(5, "gazette").credential.model_copy(update={"ends_at": NOW}), made(5, "gazette").secret
)
ALL = (KEY, WEB, TOKEN, TRIBUNE, OVER)


def catalog(due: datetime | None = None) -> Catalog:
    feeds = {
        FEED: Listed("gazette", "site", "web", "application/rss+xml", due, (TERMS,)),
        "gazette/app.rss": Listed("gazette", "app", "app", "application/rss+xml", due),
        OPEN: Listed("gazette", "site", "open", "application/rss+xml", due, (TERMS,), public=True),
        OTHER: Listed("tribune", "site", "web2", "application/rss+xml", due),
    }
    keys = {one.credential.id: one.credential for one in ALL}
    lent = {LENT: frozenset({"gazette"})}
    url, name, terms = "https://feeds.example", 'Ha"rbour Poßt', frozenset({TERMS})
    return Catalog(url, name, feeds, terms, keys, NOW, lent)


def shelf_in(root: Path) -> Shelf:
    """Lay out what is listed, terms, and a document that is not listed."""
    for path in (FEED, "gazette/app.rss", OTHER, TERMS, LENT, OPEN, "gazette/unlisted.rss"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(BODY)
        Path(f"{root / path}.gz").write_bytes(gzip.compress(BODY))
        for one in (root / path, Path(f"{root / path}.gz")):
            os.utime(one, (PUT.timestamp(), PUT.timestamp()))
    return Shelf(root)


def ask(
    shelf: Shelf,
    path: str = f"/{FEED}",
    key: str | None = f"Bearer {KEY.secret}",
    method: str = "GET",
    due: datetime | None = None,
    **headers: str,
) -> Answer:
    stated = {"authorization": key, **headers}
    raw = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in stated.items()
        if value is not None
    ]
    return answered(asked(method, path, raw), catalog(due), shelf, NOW)


def value(answer: Answer, name: str) -> str:
    return ", ".join(text for one, text in answer.headers if one == name)
