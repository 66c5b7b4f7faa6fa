"""Which machine uses go with an article and its parts: what licence and owners all allow."""

from __future__ import annotations

from syndicate.licensing.question import Ground, Question
from syndicate.model.rights import AiPurpose, PartRights

Uses = tuple[AiPurpose, ...]


def of_article(asked: Question) -> Uses:
    """Give the machine uses of the article's text."""
    return _left(asked.licence.ai.allowed, asked.article.rights)


def of_part(asked: Question, ground: Ground) -> Uses:
    """Give the machine uses of a part."""
    uses = of_article(asked)
    for level in ground.levels[1:]:
        uses = _left(uses, level)
    return uses


def _left(uses: Uses, rights: PartRights) -> Uses:
    """Take away what rights do not allow; a third party that says nothing allows nothing."""
    if rights.ai is not None:
        return tuple(use for use in uses if rights.ai.allows(use))
    return () if rights.names_another else uses
