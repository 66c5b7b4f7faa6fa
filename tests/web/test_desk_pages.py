"""The desk's pages over real sockets: from a request to a kill, and nobody else sees any of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.model.credential import SECRET
from syndicate.web.pages import desk as desk_pages
from syndicate.web.pages import desk_articles, desk_orders, desk_requests
from tests.cli.running import data, run
from tests.web.browsing import Browser, Page, browser
from tests.web.serving import Server, secret

FORM = {
    "organisation": "The Port Times",
    "country": "GB",
    "contact": "desk@port-times.example",
    "site": "https://port-times.example/",
    "formats": ["rss"],
    "article": "port-ellery-channel",
    "months": 6,
}
HEADLINE = "Port Ellery starts clearing its silted channel"
SEAGRASS = "tag:longshore.example,2025:m2c8x5"
BEANS = "Borrow a bean, return a handful"
WHO = "Night desk canary"


@pytest.fixture
def editor(desk: Path, server: Server) -> Iterator[Browser]:
    """Somebody who is signed in at the desk."""
    key = str(data("staff", "add", WHO, "--desk", desk)["secret"])
    server.until(404, "/nothing", authorization=f"Bearer {key}")  # the server has heard of it
    with browser(server) as made:
        assert made.sign_in(key, "/desk").path == "/desk"
        yield made


def a_request(desk: Path, **changes: object) -> str:
    form = desk.parent / "form.json"
    form.write_text(json.dumps({**FORM, **changes}), "utf-8")
    return str(data("requests", "add", form, "--desk", desk)["id"])


def accepted(editor: Browser, request: str, licence: str = "full-web/v2") -> Page:
    plan = editor.send(editor.see(f"/desk/requests/{request}"), "/accept", licence=licence)
    return editor.send(plan)


def ordered(editor: Browser, what: str, guid: str = SEAGRASS, **filled: str) -> Page:
    sure = editor.send(editor.see(f"/desk/orders/{what}/{guid}"), **filled)
    assert sure.status == 200, sure.words()
    return editor.send(sure)


def test_from_a_request_to_a_kill_that_was_obeyed(
    desk: Path, server: Server, editor: Browser
) -> None:
    request = a_request(desk)
    assert "The Port Times" in editor.see("/desk").words()
    seen = editor.see(f"/desk/requests/{request}")
    assert "Ravelin Pictures" in seen.words()
    plan = editor.send(seen, "/accept", licence="full-web/v2")
    assert 'licence = "full-web"' in plan.words()
    assert not (desk / "partners" / "the-port-times.toml").exists()
    done = editor.send(plan)
    assert done.status == 200
    assert "ONWARD_UNKNOWN" in done.words()
    key = SECRET.search(done.text)
    assert key
    assert not SECRET.search(editor.see(f"/desk/requests/{request}").text)
    path = "/the-port-times/the-port-times-all.rss"
    feed = server.until(200, path, authorization=f"Bearer {key[0]}")
    assert HEADLINE.encode() in feed.body
    assert b"ravelin" not in feed.body.lower()

    guid = re.search(r"/desk/articles/([^\"?]+)", done.text)
    assert guid
    article = editor.see(f"/desk/articles/{guid[1]}")
    assert "the-port-times-all" in article.words()
    done = ordered(editor, "kill", guid[1], reason="error", note="Of another port.")
    assert "the-port-times/the-port-times-all.rss" in done.words()
    assert "They want a mail" in done.words()
    feed = server.until(200, path, authorization=f"Bearer {key[0]}")
    assert b"WITHDRAWN:" in feed.body

    waiting = editor.see(f"/desk/notices?article={guid[1]}")
    assert "desk@port-times.example" in waiting.words()
    noted = editor.send(waiting, "/the-port-times", by="Ana", way="phone")
    assert (noted.status, noted.path) == (200, "/desk/notices")
    assert "desk@port-times.example" not in editor.see("/desk/notices").words()
    [told] = data("notices", "list", "--partner", "the-port-times", "--desk", desk)
    assert (told["state"], told["ack"]["by"]) == ("acknowledged", "Ana")
    assert told["ack"]["note"].startswith(f"by phone, noted by {WHO}")


def test_who_ordered_stands_in_the_log_and_nowhere_outside(desk: Path, editor: Browser) -> None:
    ordered(editor, "withhold", reason="legal", note="A figure is checked.")
    ordered(editor, "reinstate", note="It is right.")
    accepted(editor, a_request(desk))
    log = run("audit", "log", "--article", SEAGRASS, "--desk", desk).output
    assert log.count("ordered by") == 2
    assert run("audit", "log", "--desk", desk).output.count("ordered by") == 3
    assert " 0 faults" in run("audit", "verify", "--desk", desk).output
    files = [one for one in (desk / "public").rglob("*") if one.is_file()]
    assert not [one for one in files if WHO.encode() in one.read_bytes()]


def everything() -> list[tuple[str, str]]:
    """Give every route of the desk's pages as method and path."""
    parts = {
        "{guid:path}": SEAGRASS,
        "{what}": "kill",
        "{request}": "r-00000000",
        "{partner}": "fenwold",
    }
    found = set()
    for module in (desk_pages, desk_articles, desk_orders, desk_requests):
        for route in module.ROUTES:
            path = route.path
            for name, value in parts.items():
                path = path.replace(name, value)
            found |= {(method, path) for method in route.methods or ()}
    return sorted(found - {("GET", "/desk/sign-in"), ("HEAD", "/desk/sign-in")})


def test_nobody_else_sees_or_does_anything(desk: Path, server: Server) -> None:
    key = secret(desk, "fenwold")
    server.until(200, "/fenwold/fenwold-text.rss", authorization=f"Bearer {key}")
    routes = everything()
    assert len(routes) > 15
    with browser(server) as stranger, browser(server) as partner:
        assert partner.sign_in(key).path == "/portal"
        assert partner.sign_in(key, "/desk").status == 422
        [token, *_] = partner.see("/portal").root.xpath("//input[@name='csrf_token']/@value")
        for one in (stranger, partner):
            for method, path in routes:
                form = {"csrf_token": token, "reason": "error", "sure": "usable", "note": ""}
                sent = form if method == "POST" else None
                found = one.client.request(method, path, data=sent, follow_redirects=False)
                if path.endswith(("/sign-in", "/sign-out")):
                    assert found.status_code in {303, 403, 422}
                else:
                    assert (found.status_code, found.headers["location"]) == (
                        303,
                        "/desk/sign-in",
                    ), (method, path)
                assert BEANS not in found.text
                assert HEADLINE not in found.text
    assert data("notices", "list", "--article", SEAGRASS, "--desk", desk) == []


def test_a_key_that_was_ended_ends_the_session(desk: Path, editor: Browser) -> None:
    [key] = data("staff", "list", "--desk", desk)
    run("staff", "remove", key["id"], "--desk", desk)
    seen = editor.see("/desk")
    while seen.path == "/desk":  # until the server has heard of it
        seen = editor.see("/desk")
    assert seen.path == "/desk/sign-in"


def test_nothing_is_done_without_the_token_of_the_session(desk: Path, editor: Browser) -> None:
    request = a_request(desk)
    ordered(editor, "kill", reason="error")
    fills: dict[str, dict[str, list[str]]] = {
        f"/desk/orders/withhold/{SEAGRASS}": {"reason": ["error"], "sure": ["usable"]},
        f"/desk/requests/{request}/accept": {"licence": ["full-web/v2"], "sure": ["file"]},
        f"/desk/requests/{request}/decline": {"reason": ["no"]},
        "/desk/notices/fenwold": {"by": ["Ana"], "way": ["mail"], "notices": ["n-1"]},
        "/desk/sign-out": {},
    }
    for path, filled in fills.items():
        for token in ({}, {"csrf_token": ["20260101000000##abc"]}):
            found = editor.client.post(path, data={**filled, **token})
            assert found.status_code in {403, 422}, path
    assert json.loads(run("requests", "show", request, "--desk", desk).stdout)["state"] == "open"
    assert editor.see("/desk").status == 200
    site = {"sec-fetch-site": "cross-site"}
    assert editor.client.post(f"/desk/orders/kill/{SEAGRASS}", headers=site).status_code == 403


def test_an_order_says_first_what_it_would_do_and_does_nothing(
    desk: Path, editor: Browser
) -> None:
    form = editor.see(f"/desk/orders/kill/{SEAGRASS}")
    wrong = editor.send(form)
    assert wrong.status == 422
    assert "Choose a reason." in wrong.words()
    sure = editor.send(form, reason="legal", note="Of <b>another</b> site.")
    assert "An order or a claim." in sure.words()
    assert "duty-editor@fenwold.example" in sure.words()
    assert "&lt;b&gt;another" in sure.text
    assert data("notices", "list", "--article", SEAGRASS, "--desk", desk) == []
    done = editor.send(sure)
    assert "The article is killed" in done.words()
    told = data("notices", "list", "--article", SEAGRASS, "--desk", desk)
    assert {one["partner"] for one in told} == {
        "deichbote",
        "fenwold",
        "nagisa",
        "quad-notes",
        "worldfold",
    }
    again = editor.send(sure)
    assert "It was so already." in again.words()
    assert len(data("notices", "list", "--article", SEAGRASS, "--desk", desk)) == len(told)


def test_nobody_brings_back_what_was_killed_meanwhile(desk: Path, editor: Browser) -> None:
    ordered(editor, "withhold", reason="error")
    sure = editor.send(editor.see(f"/desk/orders/reinstate/{SEAGRASS}"), note="It is right.")
    run("kill", SEAGRASS, "--reason", "legal", "--desk", desk)
    refused = editor.send(sure)
    assert refused.status == 409
    assert "article-killed" in refused.words()
    assert "killed" in editor.see(f"/desk/articles/{SEAGRASS}").words()
    sure = editor.send(editor.see(f"/desk/orders/reinstate/{SEAGRASS}"))
    assert "It was killed." in sure.words()
    assert "The article is back" in editor.send(sure).words()


def test_an_order_that_does_not_fit_is_no_order(editor: Browser) -> None:
    assert "there is nothing to do" in editor.see(f"/desk/orders/reinstate/{SEAGRASS}").words()
    assert editor.see(f"/desk/orders/delete/{SEAGRASS}").status == 404
    assert editor.see("/desk/orders/kill/tag:longshore.example,2025:none").status == 404
    assert editor.see("/desk/articles/tag:longshore.example,2025:none").status == 404
    assert editor.see("/desk/requests/r-00000000").status == 404


def test_what_cannot_be_accepted_says_why_and_changes_nothing(desk: Path, editor: Browser) -> None:
    request = a_request(desk)
    page = editor.see(f"/desk/requests/{request}")
    partners = sorted(one.name for one in (desk / "partners").iterdir())
    tries = [
        ({"licence": ""}, 422, "Choose a licence."),
        ({"licence": "nothing/v1"}, 422, "Not a valid choice"),
        ({"licence": "newspaper/v1"}, 409, "has no web"),
        ({"licence": "full-web/v2", "name": "fenwold"}, 409, "is taken"),
        ({"licence": "full-web/v2", "name": "A B"}, 409, "id"),
    ]
    for filled, status, says in tries:
        found = editor.send(page, "/accept", **filled)
        assert (found.status, says in found.words()) == (status, True), found.words()
    assert sorted(one.name for one in (desk / "partners").iterdir()) == partners


def test_a_request_is_declined_once_with_a_reason(desk: Path, editor: Browser) -> None:
    request = a_request(desk, organisation="صحيفة الميناء", article="")
    page = editor.see(f"/desk/requests/{request}")
    assert editor.send(page, "/decline").status == 422
    assert editor.send(page, "/decline", reason="We license no video.").status == 200
    assert "We license no video." in editor.see("/desk/requests").words()
    late = editor.send(page, "/accept", licence="full-web/v2")
    assert (late.status, "is declined" in late.words()) == (409, True)
    again = editor.send(page, "/decline", reason="Again.")
    assert (again.status, "is declined" in again.words()) == (409, True)
    assert "صحيفة الميناء" not in editor.see("/desk").words()


def test_an_answer_is_noted_only_with_who_gave_it_and_how(desk: Path, editor: Browser) -> None:
    ordered(editor, "kill", reason="error")
    page = editor.see("/desk/notices")
    for filled in ({"by": "", "way": "mail"}, {"by": "Ana"}):
        found = editor.send(page, "/fenwold", **filled)
        assert found.status == 422
        assert found.words().index("Fen and Wold Gazette") < found.words().index("Worldfold")
    told = data("notices", "list", "--partner", "fenwold", "--desk", desk)
    assert {one["state"] for one in told} == {"open"}


def test_articles_are_found_by_words_and_by_names(editor: Browser) -> None:
    every = editor.see("/desk/articles")
    assert HEADLINE in every.words()
    assert BEANS in every.words()
    for words in ("silted channel", "CHANNEL silted", "k3v9w2", "coasts/port-ellery-channel"):
        found = editor.see(f"/desk/articles?words={words}")
        assert HEADLINE in found.words(), words
        assert BEANS not in found.words()
    for words in ("%", "_", "no such words", "\u0000"):
        found = editor.see("/desk/articles?words=" + words.encode().hex(" ").replace(" ", "%"))
        assert found.status == 200
    assert HEADLINE not in editor.see("/desk/articles?words=no+such").words()
    assert editor.see("/desk/articles?after=nothing").status == 200


def test_an_article_says_of_every_partner_what_it_may_have_and_why_not(editor: Browser) -> None:
    [link] = [
        one
        for one in editor.see("/desk/articles?words=silted").links()
        if one.startswith("/desk/articles/")
    ]
    seen = editor.see(link)
    assert "KIND_NOT_GRANTED The licence grants no image." in seen.words()
    assert "Agree a licence version that grants image." in seen.words()
    assert "AGREEMENT_EXPIRED" in seen.words()
    assert seen.words().index("Fen and Wold Gazette") < seen.words().index("The Civic Shelf")
    assert editor.see(f"{link}?may=99&holds=x").status == 200


def test_every_page_is_there_in_arabic_from_right_to_left(desk: Path, editor: Browser) -> None:
    request = a_request(desk)
    editor.client.cookies.set("language", "ar")
    for path in (
        "/desk",
        "/desk/articles",
        f"/desk/articles/{SEAGRASS}",
        f"/desk/orders/kill/{SEAGRASS}",
        "/desk/requests",
        f"/desk/requests/{request}",
        "/desk/notices",
    ):
        found = editor.see(path)
        assert found.status == 200
        assert '<html lang="ar" dir="rtl">' in found.text
    back = editor.see(f"/language/en?back=/desk/requests/{request}/accept")
    assert back.path == f"/desk/requests/{request}"
