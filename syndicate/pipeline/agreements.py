"""What may become of an agreement, and what that does to articles that are out under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.govern import keeps_terms
from syndicate.licensing.reconcile import reconcile
from syndicate.licensing.withdraw import current
from syndicate.model.article import Article, PubStatus
from syndicate.model.decision import Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound
from syndicate.model.feed import Feed
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.model.receipt import Holding
from syndicate.pipeline.compose import request_of
from syndicate.pipeline.incoming import Refusal
from syndicate.pipeline.ports import Store


class Move(StrEnum):
    """What is done to an agreement."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    END = "end"


_TO = {
    Move.ACTIVATE: AgreementState.ACTIVE,
    Move.SUSPEND: AgreementState.SUSPENDED,
    Move.END: AgreementState.TERMINATED,
}
_RUNNING = {AgreementState.ACTIVE, AgreementState.SUSPENDED}


def find_agreement(files: DeskFiles, name: str) -> tuple[Partner, Agreement]:
    """Give an agreement with its partner. Raises NotFound."""
    for partner in files.partners:
        for agreement in partner.agreements:
            if agreement.id == name:
                return partner, agreement
    raise NotFound(f"no agreement {name!r}", mend="see: syndicate agreements list")


def state_after(
    agreement: Agreement, move: Move, since: datetime, now: datetime
) -> AgreementState | Refusal | None:
    """Give the state that a move leads to; None where it stands so already."""
    to, planned = _TO[move], agreement.state_since
    state = agreement.state
    if state is to and (planned is None or planned <= since):
        return None
    if (
        planned
        and planned > now
        and state in {AgreementState.SUSPENDED, AgreementState.TERMINATED}
    ):
        state = AgreementState.ACTIVE  # what was planned has not come
    refused = _against(agreement, state, move, since, now)
    return Refusal(f"agreement {agreement.id}", "agreement-state", *refused) if refused else to


_Fault = tuple[str, str, str]
"""Field, fault and mend."""


def _against(
    agreement: Agreement, state: AgreementState, move: Move, since: datetime, now: datetime
) -> _Fault | None:
    """Give what is against a move."""
    if state is AgreementState.TERMINATED:
        return "state", "it was terminated", "write a new agreement, with supersedes"
    if move is Move.ACTIVATE:
        return _against_running(agreement, since, now)
    if state not in _RUNNING:
        return "state", f"it is {state} and never ran", "take it out of the file"
    begun = agreement.state_since
    if state is AgreementState.SUSPENDED and begun and since < begun:
        return "state_since", f"it is suspended since {begun:%Y-%m-%d %H:%M:%SZ}", "state later"
    return None


def _against_running(agreement: Agreement, since: datetime, now: datetime) -> _Fault | None:
    if since > now:
        return "state_since", "an agreement starts by its term", "set term.start"
    if agreement.term.closes and agreement.term.closes <= now:
        says = f"its term ended on {agreement.term.closes:%Y-%m-%d %H:%M:%SZ}"
        return "term", says, "write the agreement that follows, with supersedes"
    return None


class Out(NamedTuple):
    """An article that a feed gave out and that was not taken back since."""

    feed: Feed
    carries: frozenset[str]
    article: Article
    held: Holding


class Fate(NamedTuple):
    """What becomes of an article that is out."""

    feed: str
    guid: str
    version: int
    headline: str
    what: str
    """stays: as it is. may stay: where it is published, but nothing new follows. take down."""
    since: datetime | None
    """From when it leaves or must be down."""
    code: str
    """The finding that is against it; empty where it stays."""


def out_now(
    partner: Partner, formats: Iterable[Format], store: Store, now: datetime
) -> Iterator[Out]:
    """Give every article that a partner's feeds gave out, each feed's once."""
    for feed in partner.feeds:
        seen: set[str] = set()
        for fmt in (one for one in formats if one.name in feed.formats):
            for held in store.holdings(feed.id, fmt.name):
                if held.withdrawn or held.guid in seen:
                    continue
                seen.add(held.guid)
                article = current(store.history(held.guid), now)
                if article and article.pub_status is PubStatus.USABLE:
                    yield Out(feed, fmt.carries, article, held)


def fates(after: DeskFiles, agreement: str, out: Iterable[Out], when: datetime) -> Iterator[Fate]:
    """Give what a change of an agreement does to each article that is out, from a moment on."""
    partner = find_agreement(after, agreement)[0]
    for feed, carries, article, held in out:
        request = request_of(after, partner, feed, carries)
        terms = keeps_terms(after, partner, [held])
        found = reconcile(request._replace(delivered=terms), article, held, when)
        facts = (feed.id, article.guid, article.version, article.headline)
        findings = found.ruling.decision.findings
        code = next((one.code for one in findings if one.effect is not Verdict.ALLOW), "")
        if found.ruling.decision.verdict is Verdict.ALLOW:
            yield Fate(*facts, "stays", None, "")
        elif found.loss is None:
            yield Fate(*facts, "may stay", when, code)
        else:
            yield Fate(*facts, "take down", found.loss.when or when, found.loss.code)
