"""A choice among articles: what a licence covers, what a feed picks."""

from __future__ import annotations

from pydantic import field_validator

from syndicate.model.base import Key, LangTag, Model, Text
from syndicate.model.moments import Span, Stated
from syndicate.model.topics import TopicCode


class Selection(Model):
    """Articles that match every axis stated; an axis that is not stated matches all."""

    sections: tuple[Text, ...] = ()
    """Any of these sections."""
    products: tuple[Key, ...] = ()
    """Any of these products."""
    subjects: tuple[TopicCode, ...] = ()
    """Any of these Media Topics or a narrower one."""
    keywords: tuple[Text, ...] = ()
    """Any of these keywords, letter case ignored."""
    languages: tuple[LangTag, ...] = ()
    """Any of these languages; ar covers ar-EG, not the reverse."""
    authors: tuple[Text, ...] = ()
    """Any of these authors, letter case ignored."""
    genres: tuple[Text, ...] = ()
    """Any of these genres."""
    exclude_sections: tuple[Text, ...] = ()
    """None of these sections."""
    exclude_keywords: tuple[Text, ...] = ()
    """None of these keywords, letter case ignored."""
    max_age: Span | None = None
    """First published at most so long ago (ISO 8601: P30D)."""
    since: Stated | None = None
    """First published at or after this instant."""

    @field_validator("*", mode="after")
    @classmethod
    def _sorted(cls, value: object) -> object:
        return tuple(sorted(set(value))) if isinstance(value, tuple) else value
