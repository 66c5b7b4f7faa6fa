"""What a cache is told of a document: its tag, its date, and how long it may be kept."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from syndicate.web.answer import FRESH, SECOND, answered
from syndicate.web.asked import asked, moment
from syndicate.web.held import Shelf
from tests.web.answering import FEED, KEY, NOW, OPEN, PUT, ask, catalog, value


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
