"""Saved pages for the tests of the HTML source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.sources.reading_in import (
    written,
)

TEXT = (
    "<p>The wall that protects the old harbour moved two centimetres last week, "
    "the Institute of Tides said on Sunday.</p>"
    "<p>Its engineers have measured the wall every day since the storm, and "
    'they <a href="/storm">never saw</a> <b>anything</b> like it.</p>'
    "<h2>What comes next</h2>"
    "<p>Nobody knows how long the repair will take, or who will pay for it, "
    "a speaker of the city council said.</p>"
)
DATA: dict[str, Any] = {
    "@type": "ReportageNewsArticle",
    "headline": "The harbour wall moves again",
    "description": "Two centimetres in a week &amp; counting.",
    "author": [
        {
            "@type": "Person",
            "name": "Lina Maro",
            "jobTitle": "Reporter",
            "affiliation": {"@type": "Organization", "name": "Institute of Tides"},
            "url": "https://harbour.example/people/maro",
        },
        "Omar Said",
    ],
    "datePublished": "2026-04-30T10:00:00+02:00",
    "dateModified": "2026-04-30T12:00:00+02:00",
    "inLanguage": "en-GB",
    "articleSection": "Cities",
    "keywords": "harbour, tides, harbour",
    "publisher": {"@type": "Organization", "name": "Harbour Post"},
}
HEAD = '<link rel="canonical" href="https://harbour.example/cities/wall">'


def a_page(
    body: str = TEXT, head: str = HEAD, data: Any = None, opening: str = '<html lang="en">'
) -> str:
    script = json.dumps(DATA if data is None else data)
    return (
        f"<!DOCTYPE html>{opening}<head><title>Wall - Harbour Post</title>{head}"
        f'<script type="application/ld+json">{script}</script></head>'
        f"<body><nav><a href=/>Home</a></nav><article>{body}</article>"
        "<footer>About us</footer></body></html>"
    )


def a_file(folder: Path, **changes: Any) -> Path:
    return written(folder, "wall.html", a_page(**changes))
