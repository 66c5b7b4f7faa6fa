"""Articles and editions that use every corner of their models."""

from __future__ import annotations

from typing import Any

from syndicate.model.article import Article
from syndicate.model.receipt import Edition
from tests.builders import NOW, a_picture, agency, an_article

GUID = "tag:harbour.example,2024:wall"


def a_rich_article(**changes: Any) -> Article:
    return an_article(
        **{
            "language": "ar-EG",
            "headline": "جدار الميناء يتحرّك مرة أخرى 🌊",
            "summary": 'Less < more & "quotes" \u2028 é e\u0301',
            "first_created": "2026-04-30T10:00:00.123456+02:00",
            "version_created": "2026-04-30T10:00:00.123456+02:00",
            "embargoed": {
                "until": {"local": "2026-10-25T01:30", "zone": "Europe/London"},
                "by_partner": [{"partner": "gazette", "until": "2026-12-01T00:00:00Z"}],
                "by_territory": [
                    {"territory": {"include": ["EU"]}, "until": "2026-12-02T00:00:00Z"}
                ],
            },
            "orders": [
                {
                    "id": "court",
                    "authority": "High Court",
                    "territory": {"include": ["GB"], "exclude": ["GB-SCT"]},
                    "parts": ["photo"],
                    "window": {"start": {"local": "2026-03-29T01:30", "zone": "Europe/London"}},
                }
            ],
            "headline_rights": {"max_extent": "words(5)"},
            "links": [{"rel": "via", "url": "https://wire.example/1?a=b&c=%20"}],
            "body": [
                {"type": "heading", "level": 3, "text": "A <em>b</em>", "dir": "rtl"},
                {"type": "list", "ordered": True, "items": ["one", "<b>two</b> &amp; &lt;x&gt;"]},
                {"type": "quote", "text": "q", "cite": "Someone", "language": "fr"},
                {"type": "table", "header": ["a"], "rows": [["1"], ["2"]], "caption": "c"},
                a_picture(rights=agency(restrictions=["JAPAN OUT"], max_pixels=800)),
                {
                    "type": "gallery",
                    "id": "g",
                    "pictures": [{"type": "picture", "id": "p2", "graphic": True}],
                },
                {"type": "video", "id": "v", "alt": "A video"},
                {"type": "audio", "id": "s", "credit": "Radio"},
                {"type": "embed", "url": "https://video.example/1", "provider": "Video"},
                {"type": "paragraph", "text": '<a href="https://x.example/?a=1&amp;b=2">l</a>'},
            ],
            **changes,
        }
    )


def an_edition(*guids: str, **changes: Any) -> Edition:
    return Edition.model_validate(
        {
            "feed": "gazette-all",
            "partner": "gazette",
            "format": "rss",
            "sequence": 1,
            "digest": "0" * 64,
            "manifest": [{"guid": guid, "version": 1} for guid in guids],
            "at": NOW,
            "updated": NOW,
            **changes,
        }
    )
