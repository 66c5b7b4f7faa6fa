"""Answers to requests for documents: who may read what, in which coding, and what is not sent."""

from __future__ import annotations

import base64
import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.credential import Credential, Kind, digest_of_secret, secret_of
from syndicate.pipeline.catalog import Catalog, Listed, catalog_in
from syndicate.web.answer import FRESH, SECOND, answered
from syndicate.web.asked import Asked, asked, best_coding, matches, moment
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


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    root = tmp_path_factory.mktemp("public")
    for path in (FEED, "gazette/app.rss", OTHER, TERMS, LENT, OPEN, "gazette/unlisted.rss"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(BODY)
        Path(f"{root / path}.gz").write_bytes(gzip.compress(BODY))
        for one in (root / path, Path(f"{root / path}.gz")):
            os.utime(one, (PUT.timestamp(), PUT.timestamp()))
    return Shelf(root)


def basic(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


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


OPENED = [
    (f"/{FEED}", f"Bearer {KEY.secret}", 200),
    (f"/{FEED}", f"bearer  {KEY.secret}", 200),
    (f"/{FEED}", basic("gazette", KEY.secret), 200),
    (f"/{FEED}", basic("", KEY.secret), 200),
    (f"/{FEED}", basic("tribune", KEY.secret), 401),
    (f"/{FEED}", None, 401),
    (f"/{FEED}", "Bearer", 401),
    (f"/{FEED}", "Basic !!!", 401),
    (f"/{FEED}", "Digest x", 401),
    (f"/{FEED}", f"Bearer {OVER.secret}", 401),
    (f"/{FEED}", f"Bearer {KEY.secret[:-1]}a", 401),
    (f"/{FEED}", f"Bearer {WEB.secret}", 404),
    ("/gazette/app.rss", f"Bearer {WEB.secret}", 200),
    (f"/{FEED}", f"Bearer {TRIBUNE.secret}", 404),
    (f"/{OTHER}", f"Bearer {KEY.secret}", 404),
    ("/gazette/unlisted.rss", f"Bearer {KEY.secret}", 404),
    ("/nothing", f"Bearer {KEY.secret}", 404),
    ("/nothing", None, 401),
    (f"/{FEED}", f"Bearer {TOKEN.secret}", 404),
    (f"/t/{TOKEN.secret}/{FEED}", None, 200),
    (f"/t/{TOKEN.secret}/gazette/app.rss", None, 404),
    (f"/t/{KEY.secret}/{FEED}", None, 404),
    (f"/t/{TOKEN.secret[:-1]}a/{FEED}", None, 401),
    (f"/t/{TOKEN.secret}/{TERMS}", None, 404),
    (f"/{TERMS}", None, 200),
    (f"/{TERMS}", "Bearer nonsense", 200),
    ("/licences/full/v2.html", None, 401),
    (f"/{LENT}", None, 401),
    (f"/{LENT}", f"Bearer {KEY.secret}", 200),
    (f"/{LENT}", f"Bearer {WEB.secret}", 200),
    (f"/{LENT}", f"Bearer {TRIBUNE.secret}", 404),
    (f"/{LENT}", f"Bearer {TOKEN.secret}", 404),
    (f"/t/{TOKEN.secret}/{LENT}", None, 200),
    (f"/{OPEN}", None, 200),
    (f"/{OPEN}", f"Bearer {TRIBUNE.secret}", 200),
    (f"/t/{TOKEN.secret}/{OPEN}", None, 404),
    (f"/../{FEED}", f"Bearer {KEY.secret}", 404),
    (f"//{FEED}", f"Bearer {KEY.secret}", 404),
    (f"/{FEED}.gz", f"Bearer {KEY.secret}", 404),
    (f"/{FEED}\0", f"Bearer {KEY.secret}", 404),
]  # fmt: skip


@pytest.mark.parametrize(("path", "key", "status"), OPENED)
def test_a_key_opens_its_own_documents_and_nothing_else(
    shelf: Shelf, path: str, key: str | None, status: int
) -> None:
    found = ask(shelf, path, key)
    assert found.status == status
    assert (BODY in found.body) == (status == 200)


def test_what_is_not_there_and_what_is_somebody_elses_are_answered_alike(shelf: Shelf) -> None:
    foreign, nothing = ask(shelf, f"/{OTHER}"), ask(shelf, "/nothing/at-all.rss")
    assert foreign._replace(who=None) == nothing._replace(who=None)
    unknown = ask(shelf, f"/{OTHER}", None)
    assert unknown == ask(shelf, "/nothing/at-all.rss", None)


def test_a_refusal_says_what_to_do_and_nothing_else(shelf: Shelf) -> None:
    found = ask(shelf, key=None)
    says = json.loads(found.body)
    assert (says["status"], says["code"]) == (401, "key-missing")
    assert says["mend"]
    assert value(found, "content-type") == "application/problem+json"
    assert value(found, "cache-control") == "no-store"
    challenges = [text for name, text in found.headers if name == "www-authenticate"]
    assert challenges == [
        'Basic realm="Harbour Pot", charset="UTF-8"',
        'Bearer realm="Harbour Pot"',
    ]
    assert ask(shelf, method="HEAD", key=None).body == b""


def test_secrets_stand_in_no_answer(shelf: Shelf) -> None:
    for path, key, _ in OPENED:
        told = repr(ask(shelf, path, key)._replace(who=None))
        assert not any(one.secret in told for one in ALL)


def test_a_token_stands_in_no_path_that_is_told(shelf: Shelf) -> None:
    request = asked("GET", f"/t/{TOKEN.secret}/{FEED}", [])
    assert (request.path, request.token) == (f"/{FEED}", TOKEN.secret)
    assert ask(shelf, f"/t/{TOKEN.secret}/{FEED}", None).path == FEED


CODINGS = [
    (None, None),
    ("gzip", "gzip"),
    ("x-gzip", "gzip"),
    ("identity", None),
    ("gzip;q=0", None),
    ("gzip;q=0.5, identity", None),
    ("gzip;q=0.5, identity;q=0.4", "gzip"),
    ("*", "gzip"),
    ("br", None),
    ("br, gzip", "gzip"),
    ("", None),
    ("gzip;q=nonsense", None),
    ("GZIP", "gzip"),
]


@pytest.mark.parametrize(("accepts", "coding"), CODINGS)
def test_it_is_sent_in_a_coding_that_is_taken(
    shelf: Shelf, accepts: str | None, coding: str | None
) -> None:
    found = ask(shelf) if accepts is None else ask(shelf, accept_encoding=accepts)
    assert found.status == 200
    assert value(found, "content-encoding") == (coding or "")
    assert int(value(found, "content-length")) == len(found.body)
    assert (gzip.decompress(found.body) if coding else found.body) == BODY
    assert value(found, "vary") == "Authorization, Accept-Encoding"


def test_what_nobody_takes_is_not_sent(shelf: Shelf) -> None:
    found = ask(shelf, accept_encoding="identity;q=0, br")
    assert (found.status, found.code) == (406, "no-such-coding")
    assert ask(shelf, accept_encoding="*;q=0").status == 406


def of_its_own(root: Path, *codings: str) -> Shelf:
    (root / FEED).parent.mkdir(parents=True)
    for one in codings:
        data = gzip.compress(BODY) if one == "gzip" else BODY
        (root / f"{FEED}{'.gz' if one == 'gzip' else ''}").write_bytes(data)
    return Shelf(root)


def test_who_says_nothing_takes_what_is_there(tmp_path: Path) -> None:
    shelf = of_its_own(tmp_path, "gzip")
    found = ask(shelf)
    assert (found.status, value(found, "content-encoding")) == (200, "gzip")
    assert gzip.decompress(found.body) == BODY
    refused = ask(shelf, accept_encoding="identity, br")
    assert (refused.status, refused.code) == (406, "no-such-coding")
    assert json.loads(refused.body)["mend"] == "accept gzip"
    assert ask(shelf, accept_encoding="").status == 406
    assert best_coding({}, ("br", "zstd")) == "br"
    assert best_coding({}, ("br", "gzip")) == "gzip"
    assert best_coding({}, ()) is None


def test_other_codings_are_found_as_soon_as_one_is_gone(tmp_path: Path) -> None:
    shelf = of_its_own(tmp_path, "gzip", "identity")
    assert ask(shelf).body == BODY
    (tmp_path / FEED).unlink()
    assert value(ask(shelf), "content-encoding") == "gzip"
    (tmp_path / f"{FEED}.gz").unlink()
    assert ask(shelf).status == 404


@pytest.mark.parametrize(
    ("path", "put", "place", "status"),
    [
        (FEED, 3, "site", 503),
        (FEED, 0, "site", 404),
        (FEED, 3, "", 404),
        (TERMS, 0, "site", 503),
        (LENT, 0, "site", 503),
        ("licences/own/v2.html", 0, "site", 404),
    ],
)
def test_what_is_out_and_cannot_be_read_is_there_later(
    tmp_path: Path, path: str, put: int, place: str, status: int
) -> None:
    known = catalog()
    listed = known.feeds[FEED]._replace(put=put, place=place)
    known = known._replace(feeds={**known.feeds, FEED: listed})
    request = asked("GET", f"/{path}", [(b"authorization", f"Bearer {KEY.secret}".encode())])
    found = answered(request, known, Shelf(tmp_path), NOW)
    assert found.status == status
    assert bool(value(found, "retry-after")) == (status == 503)
    foreign = asked("GET", f"/{FEED}", [(b"authorization", f"Bearer {TRIBUNE.secret}".encode())])
    assert answered(foreign, known, Shelf(tmp_path), NOW).status == 404


@pytest.mark.parametrize(
    ("stated", "takes"),
    [
        ("feed", True),
        ("gzip, feed", True),
        ("feed;q=0.5", True),
        ("feed;q=0", False),
        ("feed; q=0.000, gzip", False),
        ("vcdiff", False),
        ("", False),
    ],
)
def test_changes_are_for_who_takes_them(stated: str, takes: bool) -> None:
    assert asked("GET", f"/{FEED}", [(b"a-im", stated.encode())]).takes_changes() == takes


def test_who_asks_from_an_edition_on_is_not_told_that_it_has_the_whole(shelf: Shelf) -> None:
    whole = ask(shelf)
    for name in ("etag", "last-modified"):
        stated = {"etag": b"if-none-match", "last-modified": b"if-modified-since"}[name]
        raw = [
            (b"authorization", f"Bearer {KEY.secret}".encode()),
            (stated, value(whole, name).encode()),
        ]
        found = answered(asked("GET", f"/{FEED}", raw, b"since=1"), catalog(), shelf, NOW)
        assert (found.status, value(found, "content-type")) == (200, value(whole, "content-type"))


def test_every_representation_has_a_tag_of_its_own(shelf: Shelf) -> None:
    plain, packed = ask(shelf), ask(shelf, accept_encoding="gzip")
    tags = [value(one, "etag") for one in (plain, packed)]
    assert len(set(tags)) == 2
    assert all(tag.startswith('"') for tag in tags)
    assert ask(shelf, if_none_match=tags[0]).status == 304
    assert ask(shelf, if_none_match=tags[0], accept_encoding="gzip").status == 200
    assert ask(shelf, if_none_match=f"W/{tags[0]}").status == 304
    assert ask(shelf, if_none_match=f'"a", {tags[0]}').status == 304
    assert ask(shelf, if_none_match="*").status == 304
    assert ask(shelf, if_none_match='"a"').status == 200
    assert ask(shelf, if_match=tags[0]).status == 200
    assert ask(shelf, if_match=f"W/{tags[0]}").status == 412
    assert ask(shelf, if_match='"a"').status == 412


def test_times_count_only_where_no_tag_is_stated(shelf: Shelf) -> None:
    found = ask(shelf)
    modified = value(found, "last-modified")
    when = moment(modified)
    assert when is not None
    before = format_datetime(when - timedelta(seconds=1), usegmt=True)
    assert ask(shelf, if_modified_since=modified).status == 304
    assert ask(shelf, if_modified_since=before).status == 200
    assert ask(shelf, if_modified_since=modified, if_none_match='"a"').status == 200
    assert ask(shelf, if_unmodified_since=before).status == 412
    assert ask(shelf, if_unmodified_since=before, if_match=value(found, "etag")).status == 200
    assert ask(shelf, if_modified_since="yesterday").status == 200
    later = format_datetime(NOW, usegmt=True)  # what is put back by hand is older than it was
    assert ask(shelf, if_modified_since=later).status == 200


@pytest.mark.parametrize("age", [0, 0.9, 1.9])
def test_a_date_is_told_only_when_nothing_else_can_be_put_under_it(
    shelf: Shelf, age: float
) -> None:
    modified = format_datetime(PUT, usegmt=True)
    raw = [
        (b"authorization", f"Bearer {KEY.secret}".encode()),
        (b"if-modified-since", modified.encode()),
    ]
    young = answered(asked("GET", f"/{FEED}", raw), catalog(), shelf, PUT + timedelta(seconds=age))
    assert (young.status, value(young, "last-modified")) == (200, "")
    settled = answered(asked("GET", f"/{FEED}", raw), catalog(), shelf, PUT + 2 * SECOND)
    assert (settled.status, value(settled, "last-modified")) == (304, modified)


def test_a_304_has_what_a_cache_needs_and_no_body(shelf: Shelf) -> None:
    whole = ask(shelf)
    found = ask(shelf, if_none_match=value(whole, "etag"))
    assert found.body == b""
    names = {name for name, _ in found.headers}
    assert {"etag", "cache-control", "vary", "last-modified"} <= names
    assert not names & {"content-length", "content-type", "content-encoding"}
    for name in names:
        assert value(found, name) == value(whole, name)


def test_a_head_is_a_get_without_its_body(shelf: Shelf) -> None:
    found = ask(shelf, method="HEAD")
    assert found == ask(shelf)._replace(body=b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", ""])
def test_documents_are_read_only(shelf: Shelf, method: str) -> None:
    found = ask(shelf, method=method)
    assert (found.status, value(found, "allow")) == (405, "GET, HEAD")
    assert ask(shelf, method=method, key=None).status == 401


LEFT = [(None, FRESH), (3_600, FRESH), (90, 90), (0.9, 0), (0, 0), (-5, 0)]


@pytest.mark.parametrize(("left", "fresh"), LEFT)
def test_nobody_keeps_it_beyond_the_moment_that_changes_it(
    shelf: Shelf, left: float | None, fresh: int
) -> None:
    due = None if left is None else NOW + timedelta(seconds=left)
    found = answered(
        asked("GET", f"/{FEED}", [(b"authorization", f"Bearer {KEY.secret}".encode())]),
        catalog(due),
        shelf,
        NOW,
    )
    assert value(found, "cache-control") == f"private, max-age={fresh}, must-revalidate"


def test_what_anybody_may_read_is_for_shared_caches_too(shelf: Shelf) -> None:
    found = ask(shelf, f"/{OPEN}", None, due=NOW + timedelta(seconds=9))
    assert value(found, "cache-control").startswith("public, max-age=")
    assert value(found, "vary") == "Accept-Encoding"
    assert "license" in value(found, "link")


def test_what_was_put_after_the_catalog_was_read_is_asked_for_again(shelf: Shelf) -> None:
    request = asked("GET", f"/{FEED}", [(b"authorization", f"Bearer {KEY.secret}".encode())])
    found = answered(request, catalog()._replace(at=PUT), shelf, NOW)
    assert "max-age=0" in value(found, "cache-control")  # its moment may be another one


def test_terms_travel_with_it(shelf: Shelf) -> None:
    found = ask(shelf)
    links = value(found, "link")
    assert f'<https://feeds.example/{FEED}>; rel="self"' in links
    assert f'<https://feeds.example/{TERMS}>; rel="license"; type="text/html"' in links
    assert value(found, "tdm-reservation") == "1"
    assert value(found, "x-content-type-options") == "nosniff"
    assert value(ask(shelf, f"/{TERMS}", None), "cache-control").startswith("public")


def test_a_catalog_survives_being_written() -> None:
    for due in (None, NOW):
        assert catalog_in(catalog(due).written()) == catalog(due)
    for text in ("", "{}", "[]", "null", catalog().written()[:-9], '{"url": 1}'):
        with pytest.raises(ValueError, match=r"."):
            catalog_in(text)


@given(st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=200)), max_size=6), st.text())
def test_no_request_is_odd_enough_to_fail(headers: list[tuple[bytes, bytes]], path: str) -> None:
    names = (
        b"authorization",
        b"accept-encoding",
        b"if-none-match",
        b"if-modified-since",
        b"if-match",
    )
    stated = [(names[len(name) % 5], text) for name, text in headers]
    found = answered(asked("GET", path, stated), catalog(), Shelf(Path("/nowhere")), NOW)
    assert found.status in {401, 404}


@given(st.text(), st.text())
def test_tags_and_codings_of_any_text_are_told_apart(text: str, other: str) -> None:
    matches(text, '"a"', weak=True)
    request = Asked("GET", "/", "", {"accept-encoding": text, "authorization": other})
    assert best_coding(request.codings(), ("gzip", "identity")) in {"gzip", "identity", None}
    request.secret()
