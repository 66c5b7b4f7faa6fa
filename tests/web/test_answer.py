"""Answers to requests for documents: who may read what, in which coding, and what is not sent."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.pipeline.catalog import catalog_in
from syndicate.web.answer import answered
from syndicate.web.asked import Asked, asked, best_coding, matches
from syndicate.web.held import Shelf
from tests.web.answering import (
    ALL,
    BODY,
    FEED,
    KEY,
    LENT,
    NOW,
    OPEN,
    OTHER,
    OVER,
    TERMS,
    TOKEN,
    TRIBUNE,
    WEB,
    ask,
    catalog,
    value,
)


def basic(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


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


def test_a_head_is_a_get_without_its_body(shelf: Shelf) -> None:
    found = ask(shelf, method="HEAD")
    assert found == ask(shelf)._replace(body=b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", ""])
def test_documents_are_read_only(shelf: Shelf, method: str) -> None:
    found = ask(shelf, method=method)
    assert (found.status, value(found, "allow")) == (405, "GET, HEAD")
    assert ask(shelf, method=method, key=None).status == 401


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
