"""A deterministic corpus: the same articles, licences and partners on every machine.

Articles of 5.6 KB of body, one in ten in Arabic. Each article belongs to one product, and there
are as many products as give each as many articles as a feed has entries; a partner takes one
product under one of twenty licences. The newest articles are hot: they are in a product of their
own, which every fifth partner takes too, so that a change of one touches a fifth of all feeds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from syndicate.model.article import Article
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner

START = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2025, 11, 1, tzinfo=UTC)
SPAN = timedelta(days=200)
"""From the first article to the last."""
LICENCES = 20
HOT = 5
"""Hot articles: the newest ones."""
HOT_EVERY = 5
"""Every so many partners take them."""
BODY = 5_600
"""Bytes of text in a body, markup and all."""
SHORT = 120
"""Bytes that are too few for a paragraph of their own."""

_LATIN = (
    "harbour", "wall", "council", "tide", "engineer", "the", "a", "of", "and", "in", "for",
    "market", "river", "school", "north", "new", "between", "report", "says", "water", "night",
    "ferry", "island", "people", "road", "after", "before", "million", "plan", "study", "city",
)  # fmt: skip
_ARABIC = (
    "الميناء", "المدينة", "مجلس", "البحر", "في", "من", "على", "إلى", "تقرير", "الماء", "سوق",
    "النهر", "مدرسة", "خطة", "دراسة", "الشمال", "بعد", "قبل", "جديد", "الناس", "الطريق", "ليلة",
)  # fmt: skip

THREE = ("rss", "atom", "newsml-g2")
TWO = ("rss", "atom")
"""What feedgen can write."""


class Size(NamedTuple):
    """How large a corpus is."""

    articles: int = 10_000
    partners: int = 1_000
    """Each has one feed."""
    formats: tuple[str, ...] = THREE
    entries: int = 100
    """Articles in a feed, and in a product."""
    encodings: tuple[str, ...] = ()
    """Content codings that the desk publishes instead of plain bytes; none as yet."""

    @property
    def products(self) -> int:
        """How many products there are."""
        return max(1, self.articles // self.entries)

    @property
    def hot_feeds(self) -> int:
        """How many feeds hold the hot articles."""
        return -(-self.partners // HOT_EVERY)

    @property
    def few_feeds(self) -> int:
        """How many feeds hold the second product, or the only one."""
        return len(range(min(1, self.products - 1), self.partners, self.products))


def articles(size: Size) -> Iterator[Article]:
    """Give the articles, oldest first."""
    for number in range(size.articles):
        yield article(number, size)


def archive(count: int, size: Size) -> Iterator[Article]:
    """Give articles that are older than the corpus, of the same products; bodies come again."""
    bodies = [article(number, size) for number in range(min(size.articles, 100))]
    for number in range(count):
        created = START - timedelta(minutes=5 * (number + 1))
        yield bodies[number % len(bodies)].model_copy(
            update={
                "guid": f"tag:bench.example,2025:old-{number:07}",
                "products": (f"product-{number % size.products}",),
                "first_created": created,
                "version_created": created,
                "canonical_url": f"https://bench.example/old/{number:07}",
            }
        )


def article(number: int, size: Size, version: int = 1) -> Article:
    """Give one version of an article."""
    chance = random.Random(number)  # noqa: S311  a corpus, not a secret
    arabic = number % 10 == 9  # noqa: PLR2004
    words = _ARABIC if arabic else _LATIN
    created = START + timedelta(seconds=number * SPAN.total_seconds() // size.articles)
    changed = created + timedelta(days=version - 1)
    product = f"product-{number // size.entries % size.products}"
    return Article.model_validate(
        {
            "guid": f"tag:bench.example,2025:{number:07}",
            "version": version,
            "language": "ar" if arabic else "en",
            "headline": f"{_sentence(chance, words, 9)} {number} v{version}",
            "summary": _sentence(chance, words, 24),
            "bylines": [{"name": f"Author {number % 97}"}],
            "section": f"Section {number % 7}",
            "products": ["hot" if number >= size.articles - HOT else product],
            "keywords": sorted({chance.choice(words) for _ in range(4)}),
            "subjects": [{"code": "20000430", "name": "coastal protection"}],
            "first_created": _stamp(created),
            "version_created": _stamp(changed),
            "canonical_url": f"https://bench.example/{number:07}",
            "rights": {"own": True, "onward": "granted"},
            "body": list(_body(chance, words, number)),
        }
    )


def _body(
    chance: random.Random, words: tuple[str, ...], number: int
) -> Iterator[dict[str, object]]:
    left, paragraph, ends = BODY, 0, f" &amp; <em>{words[1]}</em>."
    while left >= SHORT:
        text = " ".join(_sentence(chance, words, 14) for _ in range(4))
        if paragraph % 3 == 0:
            text = f'<a href="https://bench.example/{number}/{paragraph}">{words[0]}</a> {text}'
        text = _cut(text, left - len(ends.encode())) + ends
        left -= len(text.encode())
        paragraph += 1
        yield {"type": "paragraph", "text": text}
    yield {
        "type": "picture",
        "alt": _sentence(chance, words, 6),
        "caption": _sentence(chance, words, 10),
        "rights": {"own": True, "onward": "granted"},
        "renditions": [
            {
                "url": f"https://img.bench.example/{number}.jpg",
                "type": "image/jpeg",
                "width": 1600,
                "height": 900,
            }
        ],
    }


def _cut(text: str, most: int) -> str:
    """Give as many whole words as find room in so many bytes."""
    data = text.encode()
    return text if len(data) <= most else data[: most + 1].rpartition(b" ")[0].decode()


def _sentence(chance: random.Random, words: tuple[str, ...], length: int) -> str:
    return " ".join(chance.choice(words) for _ in range(length)).capitalize() + "."


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def desk_files(size: Size) -> DeskFiles:
    """Give the desk: twenty licences, and partners with one feed each."""
    desk = Desk.model_validate(
        {
            "name": "Bench Post",
            "domain": "bench.example",
            "since": 2025,
            "contact": "licensing@bench.example",
            "url": "https://bench.example/",
            "base_url": "https://feeds.bench.example/",
            **({"encodings": size.encodings} if size.encodings else {}),
        }
    )
    licences = tuple(_licence(number) for number in range(LICENCES))
    partners = tuple(_partner(number, size) for number in range(size.partners))
    return DeskFiles(desk, licences, partners)


def _licence(number: int) -> Licence:
    kinds = ("headline", "summary", "body", "image")
    return Licence.model_validate(
        {
            "id": f"licence-{number}",
            "version": 1,
            "title": f"Licence number {number}",
            "territory": {"include": ["WORLD"]},
            "media": ["web"],
            "grants": [{"kind": kind} for kind in kinds],
            "required_parts": ["headline", "body"],
        }
    )


def _partner(number: int, size: Size) -> Partner:
    product = number % size.products
    hot = ["hot"] if number % HOT_EVERY == 0 else []
    return Partner.model_validate(
        {
            "id": f"partner-{number}",
            "name": f"Partner {number}",
            "legal_name": f"Partner {number} Ltd",
            "country": "GB",
            "contacts": {"notices": f"night@p{number}.example"},
            "properties": [
                {
                    "id": "site",
                    "kind": "site",
                    "name": f"p{number}.example",
                    "url": f"https://p{number}.example/",
                    "media": ["web"],
                }
            ],
            "agreements": [
                {
                    "id": f"l-{number}",
                    "licence": f"licence-{product % LICENCES}",
                    "licence_version": 1,
                    "properties": ["site"],
                    "state": "active",
                    "zone": "UTC",
                    "term": {"start": "2025-01-01T00:00:00Z", "end": "2095-01-01T00:00:00Z"},
                }
            ],
            "feeds": [
                {
                    "id": f"feed-{number}",
                    "title": f"Feed {number}",
                    "selection": {"products": [f"product-{product}", *hot]},
                    "limit": size.entries,
                    "formats": list(size.formats),
                }
            ],
        }
    )
