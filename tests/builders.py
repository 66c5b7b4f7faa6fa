"""Builders: a valid noun each, with what a test cares about changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from syndicate.model.article import Article
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Terms, Tombstone
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    """Read an instant: at("2026-05-01T12:00Z")."""
    return datetime.fromisoformat(text).astimezone(UTC)


def own() -> dict[str, Any]:
    """Rights in something that is ours."""
    return {"own": True, "onward": "granted"}


def agency(**changes: Any) -> dict[str, Any]:
    """Rights in something an agency lets us pass on."""
    return {
        "owner": "Norstar Agency",
        "own": False,
        "onward": "granted",
        "credit_line": "Norstar",
        "source_agreement": "norstar",
        **changes,
    }


def a_picture(**changes: Any) -> dict[str, Any]:
    return {
        "type": "picture",
        "id": "photo",
        "alt": "The old harbour wall",
        "caption": "The harbour wall at <em>low</em> tide",
        "credit": "Lina Maro",
        "renditions": [
            {
                "url": "https://img.harbour.example/wall-1600.jpg",
                "type": "image/jpeg",
                "width": 1600,
                "height": 900,
                "bytes": 210_000,
            },
            {
                "url": "https://img.harbour.example/wall-400.jpg",
                "type": "image/jpeg",
                "width": 400,
                "height": 225,
                "bytes": 21_000,
            },
        ],
        **changes,
    }


def article_data(**changes: Any) -> dict[str, Any]:
    return {
        "guid": "tag:harbour.example,2024:wall",
        "version": 1,
        "language": "en",
        "headline": "The harbour wall moves again",
        "summary": "Engineers measured two centimetres in a week.",
        "bylines": [{"name": "Lina Maro", "affiliation": "Institute of Tides"}],
        "section": "Cities",
        "keywords": ["harbour"],
        "subjects": [{"code": "20000430", "name": "coastal protection"}],
        "first_created": "2026-04-30T08:00:00Z",
        "version_created": "2026-04-30T08:00:00Z",
        "canonical_url": "https://harbour.example/cities/wall",
        "rights": own(),
        "body": [
            {"type": "paragraph", "text": "The wall moved <strong>two</strong> centimetres."},
            {"type": "heading", "text": "What comes next"},
            {
                "type": "paragraph",
                "text": "Nobody knows; see the "
                '<a href="https://harbour.example/report">report</a>.',
            },
        ],
        **changes,
    }


def an_article(**changes: Any) -> Article:
    return Article.model_validate(article_data(**changes))


def licence_data(**changes: Any) -> dict[str, Any]:
    return {
        "id": "full",
        "version": 1,
        "title": "Full text with own pictures",
        "grants": [
            {"kind": kind}
            for kind in (
                "headline",
                "summary",
                "body",
                "image",
                "graphic",
                "data",
                "embed",
                "video",
                "audio",
            )
        ],
        "required_parts": ["headline", "body"],
        "territory": {"include": ["WORLD"]},
        "media": ["web"],
        **changes,
    }


def a_licence(**changes: Any) -> Licence:
    return Licence.model_validate(licence_data(**changes))


def agreement_data(**changes: Any) -> dict[str, Any]:
    return {
        "id": "l-1",
        "licence": "full",
        "licence_version": 1,
        "properties": ["site"],
        "state": "active",
        "zone": "Europe/London",
        "term": {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
        **changes,
    }


def partner_data(**changes: Any) -> dict[str, Any]:
    return {
        "id": "gazette",
        "name": "The Gazette",
        "legal_name": "Gazette Media Ltd",
        "country": "GB",
        "contacts": {"notices": "night@gazette.example"},
        "properties": [
            {
                "id": "site",
                "kind": "site",
                "name": "gazette.example",
                "url": "https://gazette.example/",
                "media": ["web"],
            }
        ],
        "agreements": [agreement_data()],
        "feeds": [{"id": "gazette-all", "title": "Everything for the Gazette"}],
        **changes,
    }


def a_partner(**changes: Any) -> Partner:
    return Partner.model_validate(partner_data(**changes))


def a_desk(**changes: Any) -> Desk:
    return Desk.model_validate(
        {
            "name": "Harbour Post",
            "domain": "harbour.example",
            "since": 2024,
            "contact": "licensing@harbour.example",
            "url": "https://harbour.example/",
            "base_url": "https://feeds.harbour.example/",
            "defaults": {"rights": own()},
            "source_agreements": [{"id": "norstar", "owner": "Norstar Agency", "onward": True}],
            **changes,
        }
    )


def desk_files(
    licence: Licence | None = None,
    partner: Partner | None = None,
    desk: Desk | None = None,
    others: tuple[Licence, ...] = (),
) -> DeskFiles:
    licences = (licence or a_licence(), *others)
    return DeskFiles(desk or a_desk(), licences, (partner or a_partner(),))


def some_terms(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Full text with own pictures",
        "url": "https://feeds.harbour.example/licences/full/v1.html",
        "jsonld_url": "https://feeds.harbour.example/licences/full/v1.jsonld",
        "usage_terms": [{"language": "en", "text": "Web only. No changes."}],
        "odrl": '{"@context":"http://www.w3.org/ns/odrl.jsonld"}',
        "holder": "Harbour Post",
        "holder_url": "https://harbour.example/",
        "notice": "© 2026 Harbour Post",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2027-01-01T00:00:00Z",
        "media": ["web"],
        "data_mining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
        **changes,
    }


def an_entry(**changes: Any) -> Entry:
    data = article_data()
    kept = (
        "guid",
        "version",
        "language",
        "headline",
        "summary",
        "bylines",
        "section",
        "keywords",
        "subjects",
        "first_created",
        "version_created",
        "canonical_url",
    )
    base = {name: data[name] for name in kept}
    body = an_article().body
    return Entry.model_validate(
        {
            **base,
            "dir": "ltr",
            "published": data["first_created"],
            "updated": data["version_created"],
            "body": body,
            "terms": Terms.model_validate(some_terms()),
            **changes,
        }
    )


def a_tombstone(**changes: Any) -> Tombstone:
    return Tombstone.model_validate(
        {
            "guid": "tag:harbour.example,2024:gone",
            "version": 2,
            "status": "canceled",
            "when": "2026-04-30T10:00:00Z",
            "first_created": "2026-04-29T10:00:00Z",
            "published": "2026-04-29T10:00:00Z",
            "language": "en",
            "dir": "ltr",
            "headline": "An article that is gone",
            "note": "A name was wrong. Remove every copy.",
            "holder": "Harbour Post",
            "holder_url": "https://harbour.example/",
            "notice": "© 2026 Harbour Post",
            **changes,
        }
    )


def a_head(**changes: Any) -> FeedHead:
    return FeedHead.model_validate(
        {
            "id": "tag:harbour.example,2024:feed/gazette-all",
            "title": "Everything for the Gazette",
            "description": "All of Harbour Post",
            "language": "en",
            "dir": "ltr",
            "self_url": "https://feeds.harbour.example/gazette/gazette-all.rss",
            "site_url": "https://harbour.example/",
            "publisher": "Harbour Post",
            "contact": "licensing@harbour.example",
            "rights": "© 2026 Harbour Post",
            "licence_url": "https://feeds.harbour.example/licences/full/v1.html",
            "updated": "2026-04-30T08:00:00Z",
            **changes,
        }
    )
