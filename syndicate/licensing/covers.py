"""Whether a selection holds an article: used for what a licence covers and what a feed picks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from syndicate.model.article import Article
from syndicate.model.base import covers_language
from syndicate.model.selection import Selection
from syndicate.model.topics import broader_and_self


def misses(selection: Selection, article: Article, now: datetime) -> Iterator[str]:
    """Give the axes on which a selection does not hold an article; none when it holds it."""
    for axis, wanted, has in _axes(selection, article):
        if wanted and not set(wanted) & has:
            yield axis
    if article.section in selection.exclude_sections:
        yield "section"
    if _folded(selection.exclude_keywords) & _folded(article.keywords):
        yield "keyword"
    languages = selection.languages
    if languages and not any(covers_language(tag, article.language) for tag in languages):
        yield "language"
    end = too_old_from(selection, article)
    before = selection.since is not None and article.published_from < selection.since
    if before or (end is not None and now >= end):
        yield "age"


def too_old_from(selection: Selection, article: Article) -> datetime | None:
    """Give the instant from which an article is too old for a selection."""
    return article.published_from + selection.max_age if selection.max_age else None


def _axes(
    selection: Selection, article: Article
) -> tuple[tuple[str, Iterable[str], set[str]], ...]:
    topics = {t for subject in article.subjects for t in broader_and_self(subject.code)}
    authors = _folded(byline.name for byline in article.bylines)
    return (
        ("section", selection.sections, {article.section or ""}),
        ("product", selection.products, set(article.products)),
        ("subject", selection.subjects, topics),
        ("keyword", _folded(selection.keywords), _folded(article.keywords)),
        ("author", _folded(selection.authors), authors),
        ("genre", selection.genres, {article.genre or ""}),
    )


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def facets(article: Article) -> Iterator[str]:
    """Give what an index finds an article by: everything:, and axis:value for each axis."""
    yield EVERYTHING
    for axis, _, has in _axes(Selection(), article):
        yield from (f"{axis}:{value}" for value in sorted(has) if value)
    parts = article.language.lower().split("-")
    yield from (f"language:{'-'.join(parts[:end])}" for end in range(1, len(parts) + 1))


EVERYTHING = "everything:"


def facets_of(selection: Selection) -> tuple[str, ...]:
    """Give facets of which every article that a selection holds has one; the fewer, the better.

    One axis is enough: what is found is asked about all of them afterwards.
    """
    for axis, values in (
        ("product", selection.products),
        ("keyword", sorted(_folded(selection.keywords))),
        ("author", sorted(_folded(selection.authors))),
        ("subject", selection.subjects),
        ("section", selection.sections),
        ("genre", selection.genres),
        ("language", [tag.lower() for tag in selection.languages]),
    ):
        if values:
            return tuple(f"{axis}:{value}" for value in values)
    return (EVERYTHING,)
