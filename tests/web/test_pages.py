"""The pages for people: who sees what, and what nobody can do to them."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from syndicate.web.limits import Limits
from tests.cli.running import data, run
from tests.web.browsing import Browser, browser
from tests.web.serving import PATIENCE, Server, secret, served

CHANNEL = "https://longshore.example/coasts/port-ellery-channel"
FORM = {
    "organisation": "The Port Times",
    "country": "GB",
    "contact": "desk@port-times.example",
    "site": "https://port-times.example/",
    "months": "6",
}
OF_A_PARTNER = ("/portal", "/portal/notices", "/portal/keys", "/portal/usage",
                "/portal/feeds/fenwold-text")  # fmt: skip


def entered(guest: Browser, key: str) -> Browser:
    """Sign in as soon as the server knows the key."""
    known = {"authorization": f"Bearer {key}"}
    ends = time.monotonic() + PATIENCE
    while guest.client.get("/nothing", headers=known).status_code == 401:
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert guest.sign_in(key).path == "/portal"
    return guest


def test_what_is_not_ours_is_named_before_and_after_somebody_asks(guest: Browser) -> None:
    page = guest.see(f"/request?article={CHANNEL}")
    assert "Ravelin Pictures" in page.words()
    done = guest.send(page, "/request", **FORM)
    assert done.path == "/request/done"
    assert "Ravelin Pictures" in done.words()
    assert "desk@port-times.example" in done.words()


@pytest.mark.parametrize(
    ("article", "says"),
    [
        ("f7l2e8", "Corvane Newswire (text)"),  # a paragraph of a wire
        ("d9a3u4", "unknown (embeds)"),
        ("p8d4n6", "All its parts are ours to give."),  # a picture that an agency lets us sell
    ],
)
def test_what_no_licence_lets_go_is_named_and_nothing_else(
    guest: Browser, article: str, says: str
) -> None:
    page = guest.see(f"/request?article=tag:longshore.example,2025:{article}")
    assert says in page.words("//*[@class='about']")
    assert len(page.root.xpath("//*[@class='about']//li")) == says.endswith(")")
    assert "four other routes" not in page.text  # no word of the paragraph itself


def test_a_request_lands_on_the_desk_as_it_was_made(desk: Path, guest: Browser) -> None:
    filled = {**FORM, "media": ["web", "app"], "article": CHANNEL, "says": "The channel story."}
    filled |= {"territory": ["GB", "IE"]}
    guest.send(guest.see("/request"), "/request", **filled)
    found = data("requests", "list", "--desk", desk)
    form = found[0]["form"]
    assert {name: form[name] for name in FORM if name != "months"} | {"months": "6"} == FORM
    assert (form["media"], form["says"]) == (["web", "app"], "The channel story.")
    assert form["territory"] == ["GB", "IE"]


def test_every_country_can_be_asked_for(desk: Path, guest: Browser) -> None:
    page = guest.see("/request")
    every = page.root.xpath("//select[@id='territory']/option/@value")
    assert guest.send(page, "/request", **FORM, territory=every).path == "/request/done"
    assert data("requests", "list", "--desk", desk)[0]["form"]["territory"] == every


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("contact", "nobody", "Write a mail address"),
        ("contact", "a@b.example?bcc=c@d.example", "Write a mail address"),
        ("site", "javascript:alert(1)", "begins with https://"),
        ("organisation", "", "This field is required"),
        ("months", "0", "between 1 and 120"),
        ("article", "https://longshore.example/nothing", "We know no article"),
        ("country", "XX", "Not a valid choice"),
    ],
)
def test_a_form_that_cannot_be_used_says_where(
    desk: Path, guest: Browser, field: str, value: str, says: str
) -> None:
    page = guest.send(guest.see("/request"), "/request", **{**FORM, field: value})
    assert page.status == 422
    assert says in page.words(f"//*[@id='{field}-wrong']")
    assert page.root.xpath(f"//*[@role='alert']//a[@href='#{field}']")
    assert page.root.xpath("//input[@id='organisation']/@value")[0] == (
        "" if field == "organisation" else FORM["organisation"]
    )
    assert data("requests", "list", "--desk", desk) == []


def test_an_article_that_is_not_out_is_not_spoken_of(guest: Browser) -> None:
    """An embargoed one, one that was killed and one that never was are answered alike."""
    embargoed = "https://longshore.example/coasts/bus-lanes"
    names = (embargoed, "https://longshore.example/no-such", "bathing-water", "../../etc/passwd")
    said = {guest.see(f"/request?article={one}").words("//*[@class='wrong']") for one in names}
    assert said == {"We know no article at this address."}


def test_an_address_is_looked_for_without_reading_every_article(desk: Path) -> None:
    """So one that cannot be read keeps nobody from asking about another, or about none."""
    with closing(sqlite3.connect(desk / ".syndicate" / "desk.db")) as connection, connection:
        connection.execute("DROP TRIGGER articles_no_update")
        connection.execute("UPDATE articles SET json = '{}' WHERE guid LIKE '%:f7l2e8'")
    with served(desk) as server, browser(server) as guest:
        unknown = guest.see("/request?article=https://longshore.example/no-such")
        assert unknown.words("//*[@class='wrong']") == "We know no article at this address."
        assert "Ravelin Pictures" in guest.see(f"/request?article={CHANNEL}").words()


def test_nobody_asks_faster_than_people_do(desk: Path, guest: Browser) -> None:
    page = guest.see("/request")
    answers = [guest.send(page, "/request", **FORM).status for _ in range(8)]
    assert answers == [200] * 6 + [429] * 2
    assert len(data("requests", "list", "--desk", desk)) == 6


def test_forms_that_are_wrong_keep_nobody_else_from_asking(server: Server) -> None:
    """However many come, from however many addresses."""
    for number in range(21):
        with browser(server, address=f"127.0.1.{number + 1}") as other:
            page = other.see("/request")
            wrong = [other.send(page, "/request", country="").status for _ in range(6)]
            assert wrong == [422] * 6
    with browser(server, address="127.0.2.1") as late:
        assert late.send(late.see("/request"), "/request", **FORM).path == "/request/done"


def test_one_address_takes_a_small_share_of_the_requests_of_an_hour() -> None:
    limits = Limits()
    taken = sum(limits.keep("192.0.2.1") == 0 for _ in range(500))
    assert (taken, limits.keep("192.0.2.2")) == (20, 0)
    every = sum(limits.keep(f"198.51.100.{number}") == 0 for number in range(500))
    assert (every, limits.keep("192.0.2.3") > 60) == (120 - 21, True)


def test_nobody_tries_keys_faster_than_people_do(guest: Browser) -> None:
    page = guest.see("/portal/sign-in")
    answers = [guest.send(page, key="syn_wrong") for _ in range(11)]
    assert [one.status for one in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("path", OF_A_PARTNER)
def test_a_stranger_is_asked_to_sign_in(guest: Browser, path: str) -> None:
    page = guest.see(path)
    assert (page.path, page.status) == ("/portal/sign-in", 200)


def test_a_partner_sees_its_own_feeds_and_no_other(desk: Path, guest: Browser) -> None:
    key = secret(desk, "fenwold")
    entered(guest, key)
    page = guest.see("/portal")
    assert "text for the Gazette" in page.words()
    assert guest.see("/portal/feeds/deichbote-alles").status == 404
    assert guest.see("/portal/feeds/no-such").status == 404
    every = " ".join(guest.see(one).text for one in OF_A_PARTNER)
    assert key not in every
    assert "deichbote" not in every


def test_a_feed_is_shown_as_its_partner_may_have_it(desk: Path, guest: Browser) -> None:
    entered(guest, secret(desk, "fenwold"))
    page = guest.see("/portal/feeds/fenwold-text")
    words = page.words()
    for said in ("Territory: United Kingdom and Ireland only.", "pictures, graphics, videos"):
        assert said in words
    items = [one for one in page.links() if "/items/" in one]
    published = (desk / "public/fenwold/fenwold-text.rss").read_text()
    assert items
    for one in items:
        shown = guest.see(one)
        copy = shown.root.xpath("//textarea")[0].text
        assert shown.words("//h1") in published
        assert "<img" not in copy
        assert "Longshore Dispatch" in copy


def test_the_copy_has_the_pictures_that_are_licensed_and_no_other(
    desk: Path, guest: Browser
) -> None:
    entered(guest, secret(desk, "worldfold"))
    feeds = [one for one in guest.see("/portal").links() if "/feeds/" in one]
    every = "".join(
        guest.see(item).text
        for feed in feeds
        for item in guest.see(feed).links()
        if "/items/" in item
    )
    assert "<img" in every
    assert "ravelin" not in every.lower()


def test_a_notice_is_acknowledged_once_and_by_whom(desk: Path, guest: Browser) -> None:
    run("kill", "bus-lanes", "--reason", "error", "--desk", desk)
    entered(guest, secret(desk, "fenwold"))
    page = guest.see("/portal/notices")
    before = len(page.root.xpath("//main//form"))
    action = page.root.xpath("//main//form/@action")[0]
    guest.send(page, action, by="Ada, night desk")
    assert len(guest.see("/portal/notices").root.xpath("//main//form")) == before - 1
    known = {one["id"]: one for one in data("notices", "list", "--desk", desk)}
    ack = known[action.rpartition("/")[2]]["ack"]
    assert ack["by"] == "Ada, night desk"


def test_a_notice_of_somebody_else_cannot_be_acknowledged(desk: Path, guest: Browser) -> None:
    run("kill", "bus-lanes", "--reason", "error", "--desk", desk)
    entered(guest, secret(desk, "fenwold"))
    told = data("notices", "list", "--partner", "deichbote", "--desk", desk)
    page = guest.see("/portal/notices")
    token = page.form().fields["csrf_token"]
    sent = guest.client.post(
        f"/portal/notices/{told[0]['id']}", data={"csrf_token": token, "by": "x"}
    )
    assert sent.status_code == 404
    assert data("notices", "list", "--partner", "deichbote", "--desk", desk) == told


def test_a_key_is_renewed_and_shown_once(desk: Path, server: Server, guest: Browser) -> None:
    entered(guest, secret(desk, "fenwold"))
    page = guest.see("/portal/keys")
    renewed = guest.send(page, "/renew")
    shown = renewed.words("//*[@class='secret']//pre")
    assert server.until(200, "/fenwold/fenwold-text.rss", authorization=f"Bearer {shown}")
    assert shown not in guest.see("/portal/keys").text
    assert shown not in "".join(server.lines)


def test_a_session_ends_with_its_key(desk: Path, guest: Browser) -> None:
    key = secret(desk, "fenwold")
    entered(guest, key)
    run("partners", "key", "revoke", key.split("_")[1], "--desk", desk)
    ends = time.monotonic() + PATIENCE
    while guest.see("/portal").path != "/portal/sign-in":
        assert time.monotonic() < ends, "the session went on"
        time.sleep(0.05)


def test_a_key_for_one_feed_sees_that_alone(desk: Path, guest: Browser) -> None:
    entered(guest, secret(desk, "worldfold", "--feed", "worldfold-science"))
    feeds = [one for one in guest.see("/portal").links() if "/feeds/" in one]
    assert feeds == ["/portal/feeds/worldfold-science"]


def test_a_form_without_its_token_changes_nothing(desk: Path, guest: Browser) -> None:
    entered(guest, secret(desk, "fenwold"))
    name = guest.see("/portal/keys").root.xpath("//main//form/@action")[0]
    assert guest.client.post(name).status_code == 403
    assert guest.client.post(name, data={"csrf_token": "guess"}).status_code == 403
    assert len(data("partners", "key", "list", "fenwold", "--desk", desk)) == 1


def test_what_another_site_sends_is_refused(desk: Path, guest: Browser) -> None:
    entered(guest, secret(desk, "fenwold"))
    page = guest.see("/portal/keys")
    form = page.form("/renew")
    sent = guest.client.post(
        form.action, data=dict(form.form_values()), headers={"sec-fetch-site": "cross-site"}
    )
    assert sent.status_code == 403
    assert len(data("partners", "key", "list", "fenwold", "--desk", desk)) == 1


def test_every_page_forbids_scripts_frames_and_caches(guest: Browser) -> None:
    for path in ("/request", "/portal/sign-in", "/portal/nothing-here"):
        page = guest.see(path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert not page.root.xpath("//script | //@style | //@onclick")


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/x", "/\\evil.example", "/fenwold/x", "x:y"]
)
def test_a_choice_of_language_never_leads_elsewhere(guest: Browser, back: str) -> None:
    sent = guest.client.get("/language/ar", params={"back": back}, follow_redirects=False)
    assert sent.headers["location"] == "/portal"
    assert "language=ar" in sent.headers["set-cookie"]


def test_the_pages_are_there_in_the_language_that_a_browser_prefers(server: Server) -> None:
    with browser(server, "ar-EG,ar;q=0.9,en;q=0.5") as guest:
        page = guest.see("/request")
    assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")
    assert page.words("//h1") == "اطلب ترخيصًا"


def test_the_cookie_is_safe_where_the_page_came_over_tls(server: Server) -> None:
    with browser(server) as guest:
        sent = guest.client.get("/request", headers={"x-forwarded-proto": "https"})
    cookie = sent.headers["set-cookie"].lower()
    assert cookie.startswith("__host-session=")
    for mark in ("secure", "httponly", "samesite=lax", "path=/"):
        assert mark in cookie


def test_a_form_that_is_too_long_is_refused(guest: Browser) -> None:
    page = guest.see("/request")
    sent = guest.send(page, "/request", **{**FORM, "says": "x" * 300_000})
    assert sent.status in {400, 413, 422}
