"""Single articles, pictures and licences over real sockets: what is shown, and what is not."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
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
from tests.test_example_desk import all_articles
from tests.web.doors import ALL, DREDGING, KILN, MAPS, NOBODYS, SEAGRASS, TEXT, bare
from tests.web.serving import Said, Server, bearer, secret, served


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
