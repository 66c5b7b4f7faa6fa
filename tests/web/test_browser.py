"""Real people with a real browser, in both languages: from asking to an acknowledged notice.

Chromium runs without scripts from us (there are none), and axe looks at every page for what keeps
people out (WCAG 2.2, levels A and AA).
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cli.running import data, run
from tests.web.serving import Server, secret

CHROMIUM = shutil.which("chromium")
CHANNEL = "https://longshore.example/coasts/port-ellery-channel"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(
    chromium: Browser, server: Server, language: str, tmp_path: Path
) -> Iterator[Callable[[], Page]]:
    """Give somebody new with a browser in a language; narrow as a phone the second time."""
    contexts: list[Any] = []

    def new() -> Page:
        width = 390 if contexts else 1100
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{server.port}",
            locale=language,
            viewport={"width": width, "height": 800},
            java_script_enabled=True,
        )
        contexts.append(context)
        return context.new_page()

    yield new
    for one in contexts:
        one.close()


def looked_at(page: Page, language: str) -> None:
    """Hold a page to what holds for each of them."""
    html = page.locator("html")
    assert html.get_attribute("lang") == language
    assert html.get_attribute("dir") == {"en": "ltr", "ar": "rtl"}[language]
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def asked(page: Page, language: str) -> None:
    """Ask for a licence for the story about the channel."""
    page.goto(f"/request?article={CHANNEL}")
    looked_at(page, language)
    assert "Ravelin Pictures" in page.inner_text("main")
    page.locator("main form button").click()
    looked_at(page, language)
    assert page.locator("[role=alert]").is_visible()
    page.fill("#organisation", "صحيفة الميناء" if language == "ar" else "The Port Times")
    page.select_option("#country", "GB")
    page.fill("#contact", "desk@port-times.example")
    page.fill("#site", "https://port-times.example/")
    page.check("input[value=atom]")
    page.locator("main form button").click()
    assert page.url.endswith("/request/done")
    looked_at(page, language)
    assert "Ravelin Pictures" in page.inner_text("main")


def signed_in(page: Page, where: str, key: str, server: Server) -> None:
    """Sign in as soon as the server knows the key: it says 404 then, not 401."""
    server.until(404, "/nothing", authorization=f"Bearer {key}")
    page.goto(f"{where}/sign-in")
    page.fill("#key", key)
    page.locator("main form button").click()
    assert page.url.endswith(where)


def accepted(page: Page, language: str) -> str:
    """Accept the request that is there; give the key."""
    for path in ("/desk", "/desk/articles", "/desk/notices", "/desk/requests"):
        page.goto(path)
        looked_at(page, language)
    page.locator("main a[href^='/desk/requests/r-']").first.click()
    looked_at(page, language)
    newest = page.locator("#licence option[value^='full-web']").last
    page.select_option("#licence", label=newest.inner_text())
    page.locator("form[action$='/accept'] button").click()
    looked_at(page, language)
    page.locator("main form button").last.click()
    looked_at(page, language)
    return page.locator("pre", has_text="syn_").first.inner_text().strip()


def test_from_asking_to_an_acknowledged_notice(
    desk: Path, server: Server, opened: Callable[[], Page], language: str
) -> None:
    asked(opened(), language)
    staff = opened()
    signed_in(staff, "/desk", data("staff", "add", "Night desk", "--desk", desk)["secret"], server)
    key = accepted(staff, language)
    request = data("requests", "list", "--all", "--desk", desk)[0]
    name = request["partner"]

    listed = data("feeds", "list", "--desk", desk)
    feed = next(one["feed"] for one in listed if one["partner"] == name)
    basic = base64.b64encode(f"{name}:{key}".encode()).decode()
    for suffix in ("rss", "atom"):
        found = server.until(200, f"/{name}/{feed}.{suffix}", authorization=f"Basic {basic}")
        assert b"silted channel" in found.body
        assert b"avelin" not in found.body

    run("correct", "harbour-dredging", "--replace", "silted", "silted-up",
        "--note", "The channel is silted up.", "--desk", desk)  # fmt: skip
    partner = opened()
    signed_in(partner, "/portal", key, server)
    for path in ("/portal", f"/portal/feeds/{feed}", "/portal/keys", "/portal/usage"):
        partner.goto(path)
        looked_at(partner, language)
    partner.goto(f"/portal/feeds/{feed}")
    partner.locator(".articles a", has_text="silted-up").click()
    looked_at(partner, language)
    assert "avelin" not in partner.content()
    partner.goto("/portal/notices")
    looked_at(partner, language)
    partner.locator("main form input[name=by]").first.fill("Ada")
    partner.locator("main form button").first.click()
    looked_at(partner, language)
    told = data("notices", "list", "--partner", name, "--desk", desk)
    assert [one["ack"]["by"] for one in told] == ["Ada"]


def test_a_kill_is_two_pages_and_reaches_the_feed(
    desk: Path, server: Server, opened: Callable[[], Page], language: str
) -> None:
    """The night desk finds an article, says why, sees whom it reaches, and kills it."""
    guid = next(
        one["guid"]
        for one in data("articles", "list", "--desk", desk)
        if "silted channel" in one["headline"]
    )
    page = opened()
    signed_in(page, "/desk", data("staff", "add", "Night desk", "--desk", desk)["secret"], server)
    page.goto(f"/desk/articles/{guid}")
    looked_at(page, language)
    page.goto(f"/desk/orders/kill/{guid}")
    looked_at(page, language)
    page.check("input[value=error]")
    page.locator("main form button").click()
    looked_at(page, language)
    assert "fenwold" in page.inner_text("main")
    page.locator("main form button").last.click()
    looked_at(page, language)
    key = secret(desk, "fenwold")
    found = server.until(200, "/fenwold/fenwold-text.rss", authorization=f"Bearer {key}")
    assert b"silted channel, and" not in found.body or b"withdrawn" in found.body


def test_a_page_needs_no_script(
    chromium: Browser, desk: Path, server: Server, language: str
) -> None:
    context = chromium.new_context(
        base_url=f"http://127.0.0.1:{server.port}", locale=language, java_script_enabled=False
    )
    page = context.new_page()
    signed_in(page, "/portal", secret(desk, "fenwold"), server)
    assert page.locator("main a[href^='/portal/feeds/']").count() == 2
    context.close()
