"""The terms that travel inside an entry: in words, in ODRL, with the licence's address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.licensing import ends, machines, odrl, usage_terms
from syndicate.licensing.duties import (
    credit_of,
    edit_level,
    holder_of,
    notice_of,
    url_of_holder,
)
from syndicate.licensing.odrl import Scope
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.question import Part, Question
from syndicate.licensing.texts import shared
from syndicate.licensing.usage_terms import Facts
from syndicate.model.body import MediaBase
from syndicate.model.decision import Decision
from syndicate.model.desk import Desk
from syndicate.model.entry import LocalText, PartTerms, Terms
from syndicate.model.licence import Licence

SUFFIXES = ("html", "jsonld", "rsl")
"""The endings of a licence's documents: for people, for machines, for those that gather pages."""


def document_path(licence: Licence, suffix: str) -> str:
    """Give the published path of a licence document: licences/full/v1.html."""
    return f"licences/{licence.id}/v{licence.version}.{suffix}"


def terms_of(asked: Question, decision: Decision) -> Terms:
    """Give the terms of an allowed article."""
    licence, desk, article = asked.licence, asked.desk, asked.article
    text = shared(asked, decision.parts)
    end = text.end
    start = _valid_from(asked, decision, text.opens)
    facts = Facts(
        area=text.area,
        media=text.media,
        edit_level=text.edit_level,
        uses=text.uses,
        valid_until=end.until,
        gone=end.gone,
        no_archive=text.no_archive,
        partial=decision.partial,
        embargoed=decision.marked_embargo,
        open_ended=decision.embargo_open_ended,
    )
    scope = Scope(
        uid=_uid(desk, licence, odrl.TARGET),
        target=odrl.TARGET,
        assigner=desk.url,
        review=desk.url_of(document_path(licence, "html")),
        area=text.area,
        media=text.media,
        valid_from=start,
        valid_until=end.until,
        edit_level=facts.edit_level,
        uses=facts.uses,
        gone=end.gone,
        no_archive=facts.no_archive,
        own=text.own,
        credits=text.credits,
        open_ended=facts.open_ended,
    )
    return Terms(
        title=licence.title,
        url=scope.review,
        jsonld_url=desk.url_of(document_path(licence, "jsonld")),
        public_url=licence.url if licence.public else None,
        usage_terms=usage_terms.in_languages(licence, facts, (article.language, licence.language)),
        odrl=odrl.written_on(licence, scope, article.guid),
        holder=holder_of(desk, article),
        holder_url=url_of_holder(desk, article),
        notice=notice_of(desk, article),
        valid_from=start,
        valid_until=end.until,
        countries=odrl.countries_of(text.area),
        media=text.media,
        data_mining=odrl.data_mining(facts.uses),
        ai_allowed=facts.uses,
        parts=tuple(_part_terms(asked, decision, scope)),
    )


def _uid(desk: Desk, licence: Licence, target: str) -> str:
    return f"{desk.url_of(document_path(licence, 'jsonld'))}#{target}"


def _valid_from(asked: Question, decision: Decision, *others: datetime | None) -> datetime | None:
    """Give since when the permission holds: the latest of term start, release and other starts.

    A copy that goes out ahead is released when its embargo ends.
    """
    own = asked.article.rights.window
    term = None if asked.licence.public else asked.agreement.term.opens
    release = (decision.released, decision.marked_embargo)
    starts = (term, own.opens if own else None, *release, *others)
    return max((start for start in starts if start), default=None)


def _part_terms(asked: Question, decision: Decision, item: Scope) -> Iterator[PartTerms]:
    media = (part for part in asked.parts.values() if isinstance(part.block, MediaBase))
    for part in media:
        if decision.allows(part.name):
            yield _of_part(asked, part, decision, item)


def _of_part(asked: Question, part: Part, decision: Decision, item: Scope) -> PartTerms:
    """Give the terms of one picture, video or sound that goes out."""
    one = decision.of(part.name)
    start = _valid_from(asked, decision, one.valid_from)
    licence, rights = asked.licence, part.ground.permission
    gone = ends.of_grounds(asked, (part.ground,)).gone
    credit, holder = credit_of(part), asked.holder_of(part.ground)
    facts = Facts(
        area=one.territory,
        media=one.media,
        edit_level=edit_level(asked, part.kind, part.ground),
        uses=machines.of_part(asked, part.ground),
        valid_until=one.valid_until,
        gone=gone,
        no_archive=part.ground.prose.no_archive,
        embargoed=decision.marked_embargo,
        open_ended=decision.embargo_open_ended,
    )
    scope = item._replace(
        area=one.territory,
        media=one.media,
        valid_from=start,
        valid_until=one.valid_until,
        edit_level=facts.edit_level,
        uses=facts.uses,
        gone=gone,
        no_archive=facts.no_archive,
        own=bool(rights.own),
        credits=() if rights.own else (credit or holder,),
    )
    languages = (asked.article.language, licence.language)
    words = usage_terms.in_languages(licence, facts, languages)
    return PartTerms(
        part=part.name,
        holder=holder,
        own=bool(rights.own),
        credit=credit,
        usage_terms=tuple(_with_credit(text, credit) for text in words),
        valid_from=start,
        valid_until=one.valid_until,
        countries=odrl.countries_of(one.territory),
        data_mining=odrl.data_mining(facts.uses),
        person=rights.person_credit or "",
        odrl=odrl.written_on(licence, scope, f"{asked.article.guid};{part.name}"),
    )


def _with_credit(text: LocalText, credit: str) -> LocalText:
    """Add the credit that a part alone demands."""
    if not credit:
        return text
    said = Phrases(text.language).say("credit", credit=credit)
    return LocalText(language=text.language, text=f"{text.text} {said}")
