"""Somebody with a browser that runs no script: keeps cookies, follows links, fills forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from lxml import html

from tests.web.serving import PATIENCE, Server


class Page:
    """A page that came back."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.path = response.url.path
        self.headers = response.headers
        self.text = response.text
        self.root = html.fromstring(response.content or b"<html></html>")

    def words(self, where: str = "//main") -> str:
        """Give what people read."""
        found = " ".join(" ".join(one.itertext()) for one in self.root.xpath(where))
        return " ".join(found.split())

    def links(self) -> list[str]:
        return [str(one) for one in self.root.xpath("//main//a/@href")]

    def form(self, action: str = "") -> Any:
        """Give the form that leads to a path; the only one of the content without."""
        found = [one for one in self.root.xpath("//main//form") if action in (one.action or "")]
        assert found, (action, self.text)
        return found[0]


class Browser:
    """Looks at pages."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def see(self, path: str) -> Page:
        return Page(self.client.get(path))

    def send(self, page: Page, action: str = "", **filled: Any) -> Page:
        """Fill a form and send it."""
        form = page.form(action)
        fields: dict[str, Any] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        fields |= filled
        return Page(self.client.post(form.action or page.path, data=fields))

    def sign_in(self, key: str, where: str = "/portal") -> Page:
        return self.send(self.see(f"{where}/sign-in"), key=key)


@contextmanager
def browser(server: Server, language: str = "en", address: str = "127.0.0.1") -> Iterator[Browser]:
    """Give a browser that comes from an address of this machine."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}",
        follow_redirects=True,
        timeout=PATIENCE,
        headers={"accept-language": language},
        transport=httpx.HTTPTransport(local_address=address),
    ) as client:
        yield Browser(client)
