"""What one partner may have before, or instead of, all others."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from syndicate.model.article import Guid
from syndicate.model.base import Key, LangTag, Model
from syndicate.model.errors import broken_rule
from syndicate.model.moments import Span
from syndicate.model.rights import Medium
from syndicate.model.territory import Territory


class Exclusivity(Model):
    """That nobody else gets it for a time after first publication, in some places and media."""

    level: Literal["sole", "exclusive"]
    """sole: nobody else but the publisher's own site; exclusive: not that one either."""
    basis: Literal["item", "product"]
    """item: the articles named in items; product: every article that the licence covers."""
    items: tuple[Guid, ...] = ()
    """The articles, where the basis is item."""
    window: Span
    """For how long, counted from first publication (ISO 8601: PT48H); never beyond the term."""
    territory: Territory
    """Where."""
    media: tuple[Medium, ...] = Field(min_length=1)
    """In which media."""
    languages: tuple[LangTag, ...] = ()
    """In which languages; in all when not stated."""
    carve_outs: tuple[Key, ...] = ()
    """Partners who may have it all the same, because they were promised it before."""
    own_site_embargoed: bool = False
    """That the publisher keeps it from its own site for as long."""

    @model_validator(mode="before")
    @classmethod
    def _v5(cls, value: Any) -> Any:
        named = ("window", "territory", "media")
        missing = [n for n in named if isinstance(value, dict) and not value.get(n)]
        if missing:
            says = f"an exclusive states no {' and no '.join(missing)}"
            raise broken_rule("V5", says, "state window, territory and media")
        return value

    @field_validator("media", "items", "languages", "carve_outs", mode="after")
    @classmethod
    def _sorted(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(values)))

    @model_validator(mode="after")
    def _rules(self) -> Exclusivity:
        if (self.basis == "item") != bool(self.items):
            says = "items are named where the basis is item, and only there"
            raise broken_rule("V5", says, 'name items, or write basis = "product"')
        if self.level == "exclusive" and not self.own_site_embargoed:
            raise broken_rule(
                "V33",
                "it is exclusive, but the publisher's own site is not kept from publishing",
                "set own_site_embargoed, or agree level = sole",
            )
        return self
