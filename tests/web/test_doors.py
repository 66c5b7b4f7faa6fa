"""Single articles, pictures and licences over real sockets: what is shown, and what is not."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate import wiring
from syndicate.checks.findings import check_document
from syndicate.formats.all import FORMATS
from syndicate.model.article import Article
from syndicate.pipeline.doors import name_of
from syndicate.web.refusals import RETRY
from tests.cli.running import a_copy, run
from tests.test_example_desk import all_articles
from tests.web.serving import Said, Server, bearer, secret, served

GUID = "tag:longshore.example,2025:{}"
KILN = name_of(GUID.format("p8d4n6"))
"""An agency's picture that may be passed on, not to Japan."""
DREDGING = name_of(GUID.format("k3v9w2"))
"""A picture that goes to nobody."""
PRIZE = name_of(GUID.format("z6r1b9"))
"""Embargoed until further notice."""
SEAGRASS = name_of(GUID.format("m2c8x5"))
SOLAR = name_of(GUID.format("n8t2i5"))
"""All of it is ours, two pictures too."""
MAPS = name_of(GUID.format("b5q7k8"))
"""Free for all, but for its picture."""
NOBODYS = "0" * 32
ALL = "/worldfold/worldfold-all"
TEXT = "/fenwold/fenwold-text"


class Asking(NamedTuple):
    """A server, and whose keys there are."""

    server: Server
    keys: dict[str, dict[str, str]]

    def as_(self, partner: str, path: str, method: str = "GET", **headers: str) -> Said:
        return self.server.ask(path, method, **self.keys.get(partner, {}), **headers)


PARTNERS = ("worldfold", "nagisa", "fenwold", "marfa", "quad-notes", "deichbote", "mangrove")


@pytest.fixture(scope="module")
def asking(published: Path) -> Iterator[Asking]:
    """A server for tests that change nothing."""
    keys = {one: bearer(published, one) for one in PARTNERS}
    with served(published) as server:
        yield Asking(server, keys)
        assert server.stop() == 0
        assert not [one for one in server.lines if "Traceback" in one or "Error" in one]


def bare(said: Said) -> tuple[int, list[tuple[str, str]], bytes]:
    """Give all of an answer but when it was given."""
    headers = [(name, text) for name, text in said.headers.items() if name != "date"]
    return said.status, headers, said.body


def changed_file(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_an_item_is_a_valid_document_with_just_that_article(asking: Asking, name: str) -> None:
    suffix = FORMATS[name].suffix
    found = asking.as_("worldfold", f"{ALL}/items/{KILN}.{suffix}")
    assert found.status == 200
    feed = asking.as_("worldfold", f"{ALL}.{suffix}")
    assert found.headers["content-type"] == feed.headers["content-type"]
    assert check_document(found.body, name) == ()
    assert b"Tell Rumaysa" in found.body
    assert b"seagrass" not in found.body.lower()
    links = found.headers["link"]
    assert f'{ALL}/items/{KILN}.{suffix}>; rel="self"' in links
    assert '/licences/full-web/v2.html>; rel="license"; type="text/html"' in links
    assert found.headers["tdm-reservation"] == "1"
    assert parsedate_to_datetime(found.headers["sunset"]) == datetime(2029, 1, 1, 5, tzinfo=UTC)


def test_a_page_to_copy_runs_nothing_and_shows_what_is_licensed(asking: Asking) -> None:
    found = asking.as_("worldfold", f"{ALL}/items/{KILN}.html")
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in found.headers["content-security-policy"]
    page = found.body.decode()
    assert "First published by Longshore Dispatch" in page
    assert "Leander Osk/Vantor Photo" in page
    body = etree.fromstring(page.partition("<body>")[2].partition("</body>")[0])
    assert (body.tag, [one.tag for one in body][:1]) == ("article", ["h1"])
    japanese = asking.as_("nagisa", f"/nagisa/nagisa-english/items/{KILN}.html")
    assert japanese.status == 200
    assert b"Vantor" not in japanese.body


def test_it_is_asked_for_cheaply_and_never_kept_too_long(asking: Asking) -> None:
    path = f"{ALL}/items/{KILN}.rss"
    whole = asking.as_("worldfold", path)
    tag = whole.headers["etag"]
    assert whole.headers["cache-control"] == "private, max-age=300, must-revalidate"
    assert whole.headers["vary"] == "Authorization, Accept-Encoding"
    assert asking.as_("worldfold", path).headers["etag"] == tag
    again = asking.as_("worldfold", path, if_none_match=tag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    packed = asking.as_("worldfold", path, accept_encoding="gzip")
    assert gzip.decompress(packed.body) == whole.body
    assert packed.headers["etag"] != tag
    head = asking.as_("worldfold", path, "HEAD")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(whole.body)))
    assert asking.as_("worldfold", path, if_match='"other"').status == 412
    assert asking.as_("worldfold", path, "POST").status == 405


def test_keys_and_tokens_open_items_as_they_open_feeds(published: Path, asking: Asking) -> None:
    path = f"{ALL}/items/{KILN}.rss"
    token = secret(published, "worldfold", "--token", "--feed", "worldfold-all")
    other = secret(published, "worldfold", "--token", "--feed", "worldfold-science")
    app = bearer(published, "worldfold", "--property", "app")
    found = asking.server.until(200, f"/t/{token}{path}")
    assert token not in str(found.headers)
    asking.server.until(200, f"/worldfold/worldfold-science/items/{SEAGRASS}.atom", **app)
    for answer in (
        asking.server.ask(f"/t/{other}{path}"),
        asking.server.ask(path, **app),
        asking.as_("fenwold", path),
        asking.as_("worldfold", f"{ALL}/items/{NOBODYS}.rss"),
    ):
        assert bare(answer) == bare(asking.as_("worldfold", "/nothing/here"))
    assert asking.server.ask(path).code == "key-missing"
    assert asking.server.ask(path, authorization="Bearer x").code == "key-unknown"
    assert asking.server.ask(path, authorization=f"Bearer {token}").status == 404


def test_a_public_feed_shows_its_articles_to_anybody(asking: Asking) -> None:
    found = asking.server.ask(f"/civic-shelf/civic-shelf-open/items/{MAPS}.html")
    assert found.status == 200
    assert found.headers["cache-control"].startswith("public, ")
    assert found.headers["vary"] == "Accept-Encoding"
    assert asking.server.ask(f"/civic-shelf/civic-shelf-open/items/{KILN}.html").status == 404


def test_a_picture_is_where_the_publisher_has_it(asking: Asking) -> None:
    found = asking.as_("worldfold", f"{ALL}/media/{KILN}/kiln")
    assert (found.status, found.body) == (307, b"")
    assert found.headers["location"].startswith("https://media.longshore.example/agency/vantor/")
    assert found.headers["cache-control"] == "private, no-store"
    assert parsedate_to_datetime(found.headers["sunset"]) == datetime(2026, 12, 15, tzinfo=UTC)
    for partner, path in (
        ("nagisa", f"/nagisa/nagisa-english/media/{KILN}/kiln"),
        ("worldfold", f"{ALL}/media/{DREDGING}/dredger"),
        ("worldfold", f"{ALL}/media/{KILN}/b1"),
        ("worldfold", f"{ALL}/media/{KILN}/headline"),
        ("fenwold", f"{ALL}/media/{KILN}/kiln"),
    ):
        nothing = asking.as_(partner, "/nothing/here")
        assert bare(asking.as_(partner, path)) == bare(nothing)


def _canaries(article: Article) -> Iterator[str]:
    """Give what would betray an article: its headline, its pictures, their words."""
    yield article.headline
    yield article.guid
    yield from re.findall(r'"url": ?"(https?://[^"]*\.(?:jpg|png|svg)[^"]*)"', _text(article))
    for name in ("caption", "alt", "credit"):
        yield from re.findall(rf'"{name}": ?"([^"\\]{{12,}})"', _text(article))


def _text(article: Article) -> str:
    return json.dumps(article.model_dump(mode="json"), ensure_ascii=False)


def test_no_door_gives_a_refused_article_away(published: Path, asking: Asking) -> None:
    """Every feed of every partner, every article that it never gave out, every address."""
    articles = {one.guid: one for one in all_articles().values()}
    store = wiring.store_of(published)
    given_out = {
        (way.partner, way.feed): {
            one.guid for name in FORMATS for one in store.holdings(way.feed, name)
        }
        for way in store.ways()
    }
    store.close()
    asked = 0
    for (partner, feed), known in given_out.items():
        for guid in articles.keys() - known:
            article, name = articles[guid], name_of(guid)
            parts = [one.id for one in article.blocks()]
            paths = [f"items/{name}.{one}" for one in ("rss", "atom", "newsml.xml", "html")]
            for path in (*paths, *(f"media/{name}/{one}" for one in parts[:4])):
                said = asking.as_(partner, f"/{partner}/{feed}/{path}")
                unknown = f"/{partner}/{feed}/{path.replace(name, NOBODYS)}"
                nothing = bare(asking.as_(partner, unknown))
                assert bare(said) == nothing, (partner, feed, guid, path)
                whole = f"{said.headers}".encode() + said.body
                assert not [one for one in _canaries(article) if one.encode() in whole]
                asked += 1
    assert asked > 300


def test_no_door_shows_a_refused_picture(asking: Asking) -> None:
    """The article goes, and nothing of the picture that may not."""
    dredging = next(one for one in all_articles().values() if one.guid.endswith("k3v9w2"))
    secrets = [one for one in _canaries(dredging) if one not in (dredging.headline, dredging.guid)]
    assert len(secrets) > 2
    for partner, feed in (("worldfold", ALL), ("fenwold", TEXT)):
        for ending in ("rss", "atom", "html"):
            said = asking.as_(partner, f"{feed}/items/{DREDGING}.{ending}")
            assert said.status == 200
            text = said.body.decode() + str(said.headers)
            assert not [one for one in secrets if one in text]


odd = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[0-9a-f]{30,34}", fullmatch=True),
    st.sampled_from(
        ["..", ".", "%2e%2e", "\0", "a" * 300, "٣" * 32, "A" * 32, "\u202e", "\r\nX: y"]
    ),
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(odd, st.sampled_from(["items", "media"]), odd, st.booleans())
@example(f"{KILN}/", "items", "", True)
@example(KILN.upper(), "items", "rss", False)
@example(f"../worldfold-all/items/{KILN}", "items", "rss", False)
@example(KILN, "media", "../items", True)
@example(KILN, "items", "rss\n", True)
def test_no_odd_name_opens_anything(
    asking: Asking, name: str, kind: str, end: str, encoded: bool
) -> None:
    joined = f"{name}.{end}" if kind == "items" else f"{name}/{end}"
    safe = "" if encoded else "/.%"
    path = quote(joined.encode("utf-8", "surrogatepass"), safe=safe)
    said = asking.as_("worldfold", f"{ALL}/{kind}/{path}")
    assert said.status == 404
    assert said.code == "not-found"


def test_what_was_killed_is_gone_and_what_the_law_took_says_so(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    other = bearer(desk, "nagisa")
    item, law = f"{TEXT}/items/{SOLAR}.rss", f"{TEXT}/items/{DREDGING}.rss"
    with served(desk) as server:
        for path in (item, law):
            assert server.until(200, path, **key).status == 200
        run("kill", "desert-solar", "--reason", "error", "--desk", desk, "--no-publish")
        gone = server.ask(item, **key)
        assert (gone.status, gone.code) == (410, "gone")
        assert gone.headers["cache-control"] == "no-store"
        assert b"solar" not in gone.body.lower()
        assert server.ask(f"{TEXT}/items/{SOLAR}.html", **key).status == 410
        assert server.ask(f"{TEXT}/media/{SOLAR}/rows", **key).status == 404
        rows = f"/nagisa/nagisa-english/media/{SOLAR}/rows"
        assert server.ask(rows, **other).status == 410
        run("kill", "harbour-dredging", "--reason", "legal", "--desk", desk)
        ordered = server.ask(law, **key)
        assert (ordered.status, ordered.code) == (451, "legal-order")
        assert ordered.headers["link"] == '<https://longshore.example/>; rel="blocked-by"'
        assert server.ask(item, **key).status == 410
        assert server.ask(item, **other).status == 404
        assert server.stop() == 0
        assert not [one for one in server.lines if "Traceback" in one]


def test_agreements_that_end_or_rest_close_without_a_word(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    file = desk / "partners" / "fenwold.toml"
    item = f"{TEXT}/items/{KILN}.rss"
    with served(desk) as server:
        server.until(200, item, **key)
        changed_file(file, 'state = "active"', 'state = "suspended"')
        rests = server.until(403, item, **key)
        assert rests.code == "not-covered"
        assert b"suspen" not in rests.body
        assert "sunset" not in rests.headers
        changed_file(file, 'state = "suspended"', 'state = "active"')
        server.until(200, item, **key)
        changed_file(file, 'end = "2029-03-01"', 'end = "2026-11-01"')
        over = server.until(403, item, **key)
        assert bare(over) == bare(rests)
        assert server.ask(f"{TEXT}/items/{PRIZE}.rss", **key).status == 404
        assert server.ask(f"{TEXT}.rss", **key).status == 200


def test_an_open_payment_is_said(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    item = f"{TEXT}/items/{KILN}.rss"
    licence = desk / "licences" / "text-gb-ie-v1.toml"
    changed_file(licence, "version = 1", "version = 2\nstop_when_overdue = true")
    licence.rename(licence.with_name("text-gb-ie-v2.toml"))
    partner = desk / "partners" / "fenwold.toml"
    changed_file(partner, "licence_version = 1", "licence_version = 2\nretroactive = true")
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    changed_file(partner, 'state = "active"', f'state = "active"\npayment_overdue_since = {since}')
    with served(desk) as server:
        due = server.until(402, item, **key)
    assert due.code == "payment-due"
    assert b"GBP" not in due.body


def test_a_picture_is_closed_when_its_clearance_is_over(tmp_path: Path) -> None:
    """Published while it was cleared; asked for now, and no run in between."""
    desk = a_copy(tmp_path)
    made = desk / "articles" / "tell-rumaysa-kiln.json"
    article = json.loads(made.read_text("utf-8"))
    [picture] = [one for one in article["body"] if one["type"] == "picture"]
    picture["rights"]["window"]["end"] = "2026-11-22T00:00:00Z"
    made.write_text(json.dumps(article), "utf-8")
    run("regenerate", "--at", "2026-11-21T12:00:00Z", "--desk", desk)
    assert b"VAN-77120" in (desk / "public" / f"{ALL[1:]}.rss").read_bytes()
    key = bearer(desk, "worldfold")
    with served(desk) as server:
        cut = server.until(200, f"{ALL}/items/{KILN}.rss", **key)
        assert b"VAN-77120" not in cut.body
        assert check_document(cut.body, "rss") == ()
        tag = cut.headers["etag"]
        assert server.ask(f"{ALL}/items/{KILN}.rss", if_none_match=tag, **key).status == 304
        over = server.ask(f"{ALL}/media/{KILN}/kiln", **key)
        assert (over.status, over.code) == (410, "gone")
        assert "location" not in over.headers


def test_a_new_version_waits_for_the_record(desk: Path) -> None:
    key, item = bearer(desk, "worldfold"), f"{ALL}/items/{KILN}.rss"
    with served(desk) as server:
        server.until(200, item, **key)
        change = ("--replace", "has her own guess", "had her own guess")
        run("correct", "tell-rumaysa-kiln", *change, "--note", "x", "--no-publish", "--desk", desk)
        waits = server.ask(item, **key)
        assert (waits.status, waits.code) == (503, "record-behind")
        assert waits.headers["retry-after"] == str(RETRY)
        run("regenerate", "--desk", desk)
        assert b"had her own guess" in server.ask(item, **key).body


def test_without_a_record_nothing_is_decided(desk: Path) -> None:
    key, item = bearer(desk, "worldfold"), f"{ALL}/items/{KILN}.rss"
    with served(desk) as server:
        server.until(200, item, **key)
        (desk / ".syndicate" / "desk.db").write_bytes(b"no database at all" * 1_000)
        server.line("the last good state is served")
        away = server.until(503, item, **key)
        assert away.code == "record-away"
        assert away.headers["retry-after"] == str(RETRY)
        unknown = server.ask(f"{ALL}/items/{NOBODYS}.rss", **key)
        assert bare(unknown) == bare(away)
        assert server.ask(f"{ALL}.rss", **key).status == 200
        assert server.ask(item).status == 401


def test_terms_are_read_by_who_has_them_and_offered_ones_by_all(asking: Asking) -> None:
    server = asking.server
    for name in ("cc-by-nd/v1", "full-web/v2", "extract-link/v1"):
        found = server.ask(f"/licences/{name}.html")
        assert found.status == 200
        assert found.headers["cache-control"].startswith("public, ")
    for suffix in ("html", "jsonld", "rsl"):
        path = f"/licences/text-gb-ie/v1.{suffix}"
        assert server.ask(path).code == "key-missing"
        own = asking.as_("fenwold", path)
        assert own.status == 200
        assert own.headers["cache-control"].startswith("private, ")
        assert "Authorization" in own.headers["vary"]
        nothing = bare(asking.as_("nagisa", "/licences/nothing/v1.html"))
        assert bare(asking.as_("nagisa", path)) == nothing
    assert asking.as_("mangrove", "/licences/full-web/v1.html").status == 200


def test_terms_stay_readable_for_who_went_over_to_others(desk: Path) -> None:
    """What went out links to the old terms: the record knows who has it."""
    key, other = bearer(desk, "fenwold"), bearer(desk, "nagisa")
    licence = desk / "licences" / "text-gb-ie-v1.toml"
    text = licence.read_text("utf-8").replace("version = 1", "version = 2", 1)
    licence.with_name("text-gb-ie-v2.toml").write_text(text, "utf-8")
    partner = desk / "partners" / "fenwold.toml"
    changed_file(partner, "licence_version = 1", "licence_version = 2")
    run("regenerate", "--desk", desk)
    with served(desk) as server:
        for version in (1, 2):
            path = f"/licences/text-gb-ie/v{version}.html"
            assert server.until(200, path, **key).headers["cache-control"].startswith("private, ")
            assert server.ask(path, **other).status == 404
