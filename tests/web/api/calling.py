"""Requests to the JSON interface, and what is in their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.web.serving import Said, Server

FEED = "/api/feeds/fenwold-text/items"
FORM = {
    "organisation": "The Port Times",
    "country": "GB",
    "contact": "desk@port-times.example",
    "site": "https://port-times.example/",
}


def got(said: Said, status: int = 200) -> Any:
    assert said.status == status, said
    return json.loads(said.body)


def post(server: Server, path: str, body: Any, key: Mapping[str, str], **headers: str) -> Said:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    stated = {"content-type": "application/json", **key, **headers}
    return server.send(path, "POST", stated, sent)
