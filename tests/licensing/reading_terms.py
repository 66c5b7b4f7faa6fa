"""Read what the terms of an item say, in words and in ODRL."""

from __future__ import annotations

import json
from typing import Any

from syndicate.licensing.redact import redact
from syndicate.model.article import Article
from syndicate.model.decision import Decision, Verdict
from syndicate.model.entry import Entry, PartTerms, Terms
from tests.builders import agency, an_article
from tests.licensing.asking import MARKED, ruling

PLAIN = {"type": "paragraph", "text": "A plain sentence."}


def wire(**rights: Any) -> dict[str, Any]:
    return {"type": "paragraph", "id": "wire", "text": "A wire sentence.", "rights": rights}


def with_wire(**rights: Any) -> Article:
    return an_article(body=[PLAIN, wire(**agency(**rights))])


def said(terms: Terms | PartTerms) -> str:
    return terms.usage_terms[0].text


def policy(terms: Terms | PartTerms) -> Any:
    return json.loads(terms.odrl)


def rules(terms: Terms | PartTerms, sort: str) -> list[Any]:
    return [rule["action"] for rule in policy(terms).get(sort, [])]


def named(terms: Terms | PartTerms, sort: str) -> set[str]:
    """The actions that ODRL has a name for."""
    return {action for action in rules(terms, sort) if isinstance(action, str)}


def limits(terms: Terms | PartTerms, left: str) -> list[Any]:
    return [
        one["rightOperand"]
        for one in policy(terms)["permission"][0]["constraint"]
        if one["leftOperand"] == left
    ]


def redacted(asked: Any) -> tuple[Decision, Entry] | None:
    article, licence, partner, now, more = asked
    made = ruling(article, licence, partner, now=now, carries=MARKED, **more)
    if made.decision.verdict is not Verdict.ALLOW or made.question is None:
        return None
    return made.decision, redact(made.question, made.decision)
