"""A small desk in two states: as it was published, and with everything that can change changed.

Between `before` and `after`: a correction, a kill, a new article, a new partner (new folders) and
a feed that is gone (files and folders taken away).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builders import a_picture, article_data, own

BEFORE = "2025-05-01T12:00:00Z"
AFTER = "2025-05-01T14:00:00Z"

_DESK = """\
name = "Harbour Post"
domain = "harbour.example"
since = 2024
contact = "licensing@harbour.example"
url = "https://harbour.example/"
base_url = "https://feeds.harbour.example/"

[defaults.rights]
own = true
onward = "granted"
"""
_LICENCE = """\
id = "full"
version = 1
title = "Full text with pictures"
media = ["web"]
required_parts = ["headline", "body"]
grants = [{kind = "headline"}, {kind = "summary"}, {kind = "body"}, {kind = "image"}]

[territory]
include = ["WORLD"]
"""
_PARTNER = """\
id = "{name}"
name = "{name}"
legal_name = "{name} Ltd"
country = "GB"

[contacts]
notices = "night@{name}.example"

[[properties]]
id = "site"
kind = "site"
name = "{name}.example"
url = "https://{name}.example/"
media = ["web"]

[[agreements]]
id = "{name}-1"
licence = "full"
licence_version = 1
properties = ["site"]
state = "active"
zone = "UTC"
term = {{ start = "2025-01-01" }}
"""
_FEED = """
[[feeds]]
id = "{name}-{feed}"
title = "{feed} for {name}"
formats = {formats}
limit = 1000
"""


def an_article_of(name: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    """Give the data of an article that any clock after May 2025 can take in."""
    picture = a_picture(rights=own())
    return article_data(
        **{
            "guid": f"tag:harbour.example,2024:{name}",
            "version": version,
            "headline": f"The {name} of the harbour",
            "first_created": "2025-04-30T08:00:00Z",
            "version_created": f"2025-04-30T{7 + version:02}:00:00Z",
            "canonical_url": f"https://harbour.example/{name}",
            "body": [{"type": "paragraph", "text": f"All about the {name}."}, picture],
            **changes,
        }
    )


def write_desk(desk: Path, partners: dict[str, dict[str, str]]) -> None:
    """Write the desk's files; `partners` names each one's feeds and their formats."""
    for folder in ("articles", "licences", "partners"):
        (desk / folder).mkdir(parents=True, exist_ok=True)
    (desk / "desk.toml").write_text(_DESK)
    (desk / "licences" / "full-v1.toml").write_text(_LICENCE)
    for name, feeds in partners.items():
        text = _PARTNER.format(name=name) + "".join(
            _FEED.format(name=name, feed=feed, formats=formats) for feed, formats in feeds.items()
        )
        (desk / "partners" / f"{name}.toml").write_text(text)


def write_articles(desk: Path, **articles: dict[str, Any]) -> None:
    """Put articles into the inbox."""
    for name, data in articles.items():
        (desk / "articles" / f"{name}.json").write_text(json.dumps(data))


_ALL = '["rss", "atom", "newsml-g2"]'


def before(desk: Path) -> None:
    """Write the desk as it was first published."""
    write_desk(desk, {"gazette": {"all": _ALL}, "herald": {"old": '["rss"]'}})
    write_articles(
        desk, wall=an_article_of("wall"), tide=an_article_of("tide"), kiln=an_article_of("kiln")
    )


def after(desk: Path) -> None:
    """Change all that can change."""
    write_desk(desk, {"gazette": {"all": _ALL}, "herald": {}, "mirror": {"all": '["rss"]'}})
    note = {"correction_note": "The wall moved one centimetre, not two."}
    killed: dict[str, Any] = {"pub_status": "canceled", "body": []}
    write_articles(
        desk,
        wall=an_article_of("wall", 2, headline="The wall, corrected", **note),
        tide=an_article_of("tide", 2, **killed),
        mole=an_article_of("mole"),
    )


def guid(name: str) -> str:
    return f"tag:harbour.example,2024:{name}"
