"""What the tests of sources share: write a file, collect it, look at what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syndicate.model.article import Article
from syndicate.model.base import text_of
from syndicate.model.body import Picture, Table, texts_of
from syndicate.pipeline.incoming import Draft, Hints, Refusal, Source
from tests.builders import a_desk, at

SHARED = Path(__file__).resolve().parents[3] / "shared"
MADE = Hints(first_created=at("2026-04-30T08:00:00Z"))


def collected(
    source: Source, path: Path, hints: Hints = MADE, **desk: Any
) -> list[Draft | Refusal]:
    return list(source.collect(path, a_desk(**desk), hints))


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one_draft(source: Source, path: Path, hints: Hints = MADE, **desk: Any) -> Draft:
    (found,) = collected(source, path, hints, **desk)
    assert isinstance(found, Draft), found
    return found


def refused(source: Source, path: Path, hints: Hints = MADE) -> list[Refusal]:
    found = collected(source, path, hints)
    assert all(isinstance(one, Refusal) for one in found), found
    return [one for one in found if isinstance(one, Refusal)]


def shape_of(article: Article) -> list[str]:
    """Give the body briefly: type and text of each block."""
    return [
        f"{block.type}: {text_of((block.caption or '') if isinstance(block, Picture) else text)}"
        for block in article.body
        for text in [" | ".join(texts_of(block))]
    ]


def all_text(article: Article) -> str:
    cells = (
        cell
        for block in article.body
        if isinstance(block, Table)
        for row in (block.header, *block.rows)
        for cell in row
    )
    texts = (text for block in article.body for text in texts_of(block))
    return " ".join(text_of(text) for text in (*texts, *cells))


def pictures_of(article: Article) -> list[Picture]:
    return [block for block in article.blocks() if isinstance(block, Picture)]
