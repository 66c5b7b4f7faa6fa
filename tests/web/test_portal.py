"""The portal's pages of feeds, articles and notices: what a partner sees, and when not."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.pipeline.doors import name_of
from syndicate.web.pages.words import when
from tests.cli.running import data, run
from tests.web.browsing import Browser, browser
from tests.web.serving import PATIENCE, Server, secret, served
from tests.web.test_pages import entered

GUID = "tag:longshore.example,2025:{}"
DREDGING = GUID.format("k3v9w2")
ALL = "/portal/feeds/worldfold-all"
ITEMS = "/api/feeds/worldfold-all/items"


def rewritten(desk: Path, name: str, **changes: Any) -> dict[str, Any]:
    """Change an article on the desk as an editor does."""
    path = desk / "articles" / f"{name}.json"
    article: dict[str, Any] = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps(article), "utf-8")
    return article


def item_of(server: Server, key: str, path: str, guid: str) -> dict[str, Any]:
    said = server.ask(path, authorization=f"Bearer {key}")
    assert said.status == 200
    [found] = [one for one in json.loads(said.body)["items"] if one["guid"] == guid]
    return dict(found)


def test_what_no_receipt_knows_is_shown_nowhere(
    desk: Path, server: Server, guest: Browser
) -> None:
    """A newer version, with a picture that is free now: neither before the next run."""
    key = secret(desk, "worldfold")
    entered(guest, key)
    page = f"{ALL}/items/{DREDGING}"
    alone = f"/worldfold/worldfold-all/items/{name_of(DREDGING)}.html"
    before = item_of(server, key, ITEMS, DREDGING)
    assert "Port Ellery starts clearing" in guest.see(page).words("//h1")
    body = rewritten(desk, "harbour-dredging")["body"]
    [picture] = [one for one in body if one["type"] == "picture"]
    picture["rights"] = {"own": True, "onward": "granted"}
    rewritten(
        desk,
        "harbour-dredging",
        body=body,
        headline="Canary of a headline",
        version_created="2026-11-18T07:40:00Z",
    )
    run("ingest", desk / "articles" / "harbour-dredging.json", "--desk", desk)
    shown = guest.see(page)
    assert (shown.status, server.ask(alone, authorization=f"Bearer {key}").status) == (503, 503)
    assert "published anew first" in shown.words("//h1")
    listed = guest.see(ALL)
    assert f"{before['headline']} is published anew" in listed.words()
    for text in (shown.text, listed.text, guest.see("/portal/usage").text):
        assert "Canary" not in text
        assert "RVL-2026" not in text
    waits = item_of(server, key, ITEMS, DREDGING)
    assert waits == before | {
        "waits": True,
        "document": None,
        "language": None,
        "partial": False,
        "url": None,
    }
    run("regenerate", "--desk", desk)
    shown = guest.see(page)
    assert shown.words("//h1") == "Canary of a headline"
    assert "RVL-2026" in shown.text
    after = item_of(server, key, ITEMS, DREDGING)
    assert (after["version"], after["headline"]) == (2, "Canary of a headline")
    assert after["document"]


def test_a_correction_for_who_gets_nothing_new_is_named(desk: Path, server: Server) -> None:
    """It stands in the feed as an item of its own; it is neither an article nor taken back."""
    key = secret(desk, "fenwold")
    run("agreements", "end", "fenwold-2026", "--reason", "Over.", "--desk", desk)
    words = ("--replace", "How to read", "How to look at", "--note", "It was not so.")
    run("correct", "flood-maps", *words, "--desk", desk)
    server.until(200, "/fenwold/fenwold-text.rss", authorization=f"Bearer {key}")
    said = server.ask("/api/feeds/fenwold-text/items", authorization=f"Bearer {key}")
    [found] = [one for one in json.loads(said.body)["items"] if one["notice"]]
    headline = "Correction: How to read a flood map, and what it will not tell you"
    assert found["headline"] == headline
    assert (found["withdrawn"], found["waits"], found["document"]) == (False, False, None)
    with browser(server) as guest:
        guest.sign_in(key)
        page = guest.see("/portal/feeds/fenwold-text")
        assert f"{headline} " in page.words()
        assert found["guid"] not in page.words()
        assert not [one for one in page.links() if "correction" in one]
        assert guest.see(f"/portal/feeds/fenwold-text/items/{found['guid']}").status == 404


def test_an_article_under_embargo_is_marked_and_not_there_to_copy(
    desk: Path, server: Server, guest: Browser
) -> None:
    """Who gets it marked before the hour gets it in the format that says so, and nowhere else."""
    ends = (datetime.now(UTC) + timedelta(days=20)).replace(hour=6, minute=0)
    article = rewritten(
        desk,
        "seagrass-study",
        embargoed=ends.isoformat(timespec="minutes"),
        version_created="2026-11-19T15:00:00Z",
    )
    told = f"Embargoed until {when(ends, 'en')}"
    run("regenerate", "--desk", desk)
    key = secret(desk, "deichbote")
    entered(guest, key)
    feed = guest.see("/portal/feeds/deichbote-print")
    lines = feed.root.xpath("//ol[@class='articles']/li")
    [line] = [one for one in lines if article["headline"] in one.text_content()]
    [prize] = [one for one in lines if "Embargoed until further" in one.text_content()]
    assert "further notice" in guest.see(prize.xpath(".//a/@href")[0]).words("//*[@class='wrong']")
    assert told in line.text_content()
    page = guest.see(line.xpath(".//a/@href")[0])
    assert page.words("//h1") == article["headline"]
    assert told in page.words()
    assert not page.root.xpath("//textarea | //article")
    assert article["body"][0]["text"][:60] not in page.text
    item = item_of(server, key, "/api/feeds/deichbote-print/items", article["guid"])
    assert (item["embargoed"], item["withdrawn"]) == (True, False)
    other = page.path.replace(article["guid"].rpartition(":")[2], "k3v9w2")
    assert guest.see(other).root.xpath("//textarea")


def test_who_left_the_desk_still_reads_and_answers_its_notices(
    desk: Path, server: Server, guest: Browser
) -> None:
    key = secret(desk, "fenwold")
    entered(guest, key)
    (desk / "partners" / "fenwold.toml").unlink()
    run("kill", "bus-lanes", "--reason", "error", "--desk", desk)
    ends = time.monotonic() + PATIENCE
    while guest.see("/portal/feeds/fenwold-text").status != 404:
        assert time.monotonic() < ends, "the partner is still there"
        time.sleep(0.05)
    start = guest.see("/portal")
    assert start.status == 200
    assert "There is no feed for this key." in start.words()
    assert "/portal/notices" in start.links()
    page = guest.see("/portal/notices")
    waiting = page.root.xpath("//main//form/@action")
    answered = guest.send(page, waiting[0], by="Ada, night desk")
    assert (answered.path, answered.status) == ("/portal/notices", 200)
    assert answered.root.xpath("//main//form/@action") == waiting[1:]
    usage = guest.see("/portal/usage")
    assert usage.status == 200
    assert "fenwold-text" in usage.words()
    said = server.ask("/api/usage", authorization=f"Bearer {key}")
    assert {one["feed"] for one in json.loads(said.body)["uses"]} == {
        "fenwold-text",
        "fenwold-coasts",
    }
    assert guest.see("/portal/keys").status == 200


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_licence_in_words_is_what_the_decision_takes(desk: Path) -> None:
    """The property has less than the licence, and pictures less than the rest."""
    key = secret(desk, "marfa")
    with served(desk) as server, browser(server) as guest:
        entered(guest, key)
        terms = guest.see("/portal/feeds/marfa-arabic").words("//section[@class='card']")
        assert "Media: app and web." in terms
        assert "social" not in terms
        assert "pictures at most 3 in an article graphics Not covered" in terms
        file = desk / "partners" / "marfa.toml"
        changed(file, 'media = ["web", "app"]', 'media = ["web", "app", "social"]')
        changed(file, 'territory = { include = ["X-MENA"] }', 'territory = { include = ["EG"] }')
        ends = time.monotonic() + PATIENCE
        while "Territory: Egypt only." not in terms:
            assert time.monotonic() < ends, terms
            time.sleep(0.05)
            terms = guest.see("/portal/feeds/marfa-arabic").words("//section[@class='card']")
        assert "Media: app, social media, and web." in terms
        assert "pictures at most 3 in an article Media: app and web." in terms


def test_the_end_is_said_of_a_feed_as_it_is_said_in_its_articles(
    desk: Path, server: Server, guest: Browser
) -> None:
    """Copies go 14 days after the end: they may not stay for good."""
    entered(guest, secret(desk, "worldfold"))
    page = guest.see("/portal/feeds/worldfold-all")
    terms = page.words("//section[@class='card']")
    said = re.search(r"No new publication after [^;]+; what is out may stay until [^.]+\.", terms)
    assert said, terms
    article = next(one for one in page.links() if "/items/" in one)
    assert said[0] in guest.see(article).words()


def test_how_much_is_covered_is_said_in_the_language_of_the_page(
    desk: Path, server: Server
) -> None:
    with browser(server, "ar") as guest:
        entered(guest, secret(desk, "quad-notes"))
        words = guest.see("/portal/feeds/quad-notes-extracts").words()
    assert "أول فقرتين" in words
    assert "paragraphs(" not in words


def test_renewing_a_key_ends_no_other(desk: Path, server: Server, guest: Browser) -> None:
    """Two systems of a partner, a key each: neither is cut off, and the page says what to do."""
    keys = [secret(desk, "fenwold"), secret(desk, "fenwold")]
    entered(guest, keys[0])
    first = keys[0].split("_")[1]
    said = guest.send(guest.see("/portal/keys"), f"/{first}/renew")
    assert said.status == 409
    assert "End the one that nothing uses any more" in said.words("//*[@role='alert']")
    assert not said.root.xpath("//*[@class='secret']")
    listed = data("partners", "key", "list", "fenwold", "--desk", desk)
    assert {(one["id"], one["ends_at"]) for one in listed} == {
        (one.split("_")[1], None) for one in keys
    }
    second = keys[1].split("_")[1]
    guest.send(said, f"/{second}/revoke")
    renewed = guest.send(guest.see("/portal/keys"), f"/{first}/renew")
    assert renewed.status == 200
    assert "works for seven more days" in renewed.words("//*[@class='secret']")


def test_a_fault_in_the_files_of_the_desk_is_not_the_partners(desk: Path, server: Server) -> None:
    """Neither its words nor a status that blames who asked; who works there reads them."""
    key = secret(desk, "fenwold")
    person = str(data("staff", "add", "Night desk", "--desk", desk)["secret"])
    with browser(server, "ar") as guest, browser(server, "ar") as editor:
        entered(guest, key)
        server.until(404, "/nothing", authorization=f"Bearer {person}")
        assert editor.sign_in(person, "/desk").path == "/desk"
        changed(desk / "desk.toml", "name = ", 'secret_thing = "canary"\nname = ')
        ends = time.monotonic() + PATIENCE
        while (page := guest.see("/portal")).status == 200:
            assert time.monotonic() < ends, "the fault went unseen"
            time.sleep(0.05)
        shown = editor.see("/desk")
    assert shown.status == 503
    assert "secret_thing" in shown.words("//h1/span[@lang='en'][@dir='ltr']")
    assert page.status == 503
    assert page.words("//h1") == "لا يمكن عرض هذا الآن."
    assert "secret_thing" not in page.text
    assert int(page.headers["retry-after"]) > 0


@pytest.mark.parametrize("back", ["//[", "http://[x/", "//%5B", "http://[::1"])
def test_a_way_back_that_is_no_address_leads_to_the_start(guest: Browser, back: str) -> None:
    sent = guest.client.get("/language/ar", params={"back": back}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/portal")


def test_a_key_that_is_shown_once_is_not_lost_by_a_link(desk: Path, server: Server) -> None:
    """No other language is offered beside it; who comes back there sees the keys."""
    languages = "//nav[@class='languages']"
    with browser(server, "ar") as guest:
        entered(guest, secret(desk, "fenwold"))
        page = guest.see("/portal/keys")
        assert page.root.xpath(languages)
        renewed = guest.send(page, "/renew")
        assert renewed.root.xpath("//*[@class='secret']")
        assert not renewed.root.xpath(languages)
        again = guest.see(renewed.path)
        assert (again.path, again.status) == ("/portal/keys", 200)
        assert guest.see("/portal/notices/n-0").path == "/portal/notices"
        refused = guest.see("/portal/sign-out")
        assert (refused.status, refused.headers["allow"]) == (405, "POST")
        assert refused.words("//h1") == "لا يُعرض شيء في هذا العنوان."


def test_a_page_shows_the_pictures_that_its_article_may_have(guest: Browser) -> None:
    """Those of http too, as the page of a single article does."""
    policy = guest.see("/portal/sign-in").headers["content-security-policy"]
    assert "img-src 'self' http: https:;" in policy
    assert "media-src http: https:;" in policy
