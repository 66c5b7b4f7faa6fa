"""The answer to "may this partner have this article now?", part by part, with its reasons."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import field_validator

from syndicate.model.base import Model
from syndicate.model.moments import Instant
from syndicate.model.rights import Extent, Medium, PartKind
from syndicate.model.territory import Area

ENGINE_VERSION = "1"


class Verdict(StrEnum):
    """allow; hold (opens by time or by an editor); deny. The worst finding decides."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"

    @property
    def rank(self) -> int:
        """The place in the order allow < hold < deny."""
        return _RANKS[self]


_RANKS = {verdict: place for place, verdict in enumerate(Verdict)}


class Finding(Model):
    """One reason: which gate, which stable code, which clause said so, and what would mend it."""

    gate: str
    """G0 to G15."""
    code: str
    """Stable code, for example ONWARD_UNKNOWN."""
    effect: Verdict
    """What it does to the verdict; allow for remarks such as EXTENT_CUT."""
    part: str | None = None
    """The part it is about; None for the whole article."""
    source: str
    """The clause: licence, agreement, owner of the part, order."""
    says: str
    """What was found, one sentence."""
    mend: str = ""
    """What would have to change, one sentence."""
    opens: Instant | None = None
    """When time alone will lift it."""
    closes: Instant | None = None
    """When what is allowed will end."""


class DutyCode(StrEnum):
    """What a partner owes in return for an article."""

    ATTRIBUTE = "ATTRIBUTE"
    AUTHOR_CREDIT = "AUTHOR_CREDIT"
    CREDIT = "CREDIT"
    LINK_BACK = "LINK_BACK"
    KEEP_LINKS = "KEEP_LINKS"
    TAGLINE = "TAGLINE"
    COPYRIGHT_NOTICE = "COPYRIGHT_NOTICE"
    NO_MODIFY = "NO_MODIFY"
    TRANSLATION_NOTE = "TRANSLATION_NOTE"
    SEO = "SEO"
    TRACK = "TRACK"
    REPORT_USAGE = "REPORT_USAGE"
    GEO_BLOCK = "GEO_BLOCK"
    MEDIA_ONLY = "MEDIA_ONLY"
    REMOVE_AFTER = "REMOVE_AFTER"
    REMOVE_ON_NOTICE = "REMOVE_ON_NOTICE"
    CORRECT_ON_NOTICE = "CORRECT_ON_NOTICE"
    NO_SUBLICENCE = "NO_SUBLICENCE"
    NO_ADJACENT_SALE = "NO_ADJACENT_SALE"
    NO_ADS = "NO_ADS"
    NO_PAYWALL = "NO_PAYWALL"
    AI = "AI"
    NO_ARCHIVE = "NO_ARCHIVE"
    EMBARGO = "EMBARGO"


class Duty(Model):
    """One obligation."""

    code: DutyCode
    """Which."""
    value: str = ""
    """Its parameter: the credit text, the list of countries, the instant, …"""
    part: str | None = None
    """The part it is about; None for the whole article."""
    fulfilled: bool = False
    """Whether we fulfil it in what we send; otherwise the partner must."""


class PartDecision(Model):
    """What was decided for one part."""

    part: str
    """headline, summary, body or the id of a block; a.caption for what depends on a."""
    kind: PartKind
    """The kind it is granted under."""
    parent: str | None = None
    """The part it belongs to."""
    dependents: tuple[str, ...] = ()
    """What stands and falls with it: photo.caption, photo.alt, photo.credit, photo.file-1, …"""
    verdict: Verdict
    """allow, hold or deny."""
    territory: Area
    """Where, as of now."""
    media: tuple[Medium, ...] = ()
    """In which media."""
    extent: Extent
    """How much of it."""
    valid_from: Instant | None = None
    """Since when the permission holds."""
    valid_until: Instant | None = None
    """Until when it holds, exclusive."""
    max_pixels: int | None = None
    """Longest side of a picture that may go out."""


class Decision(Model):
    """The whole answer."""

    guid: str
    """The article."""
    version: int
    """Its version."""
    partner: str
    """The partner."""
    property: str
    """The property."""
    agreement: str | None
    """The governing agreement and version; None where none covers the article."""
    licence: str | None
    """The governing licence and version."""
    groups: str
    """Versions of the territory group tables."""
    engine: str = ENGINE_VERSION
    """Version of these rules."""
    now: Instant
    """The moment decided for."""
    verdict: Verdict
    """The verdict on the article as a whole."""
    marked_embargo: Instant | None = None
    """Delivered ahead of this embargo, marked with it."""
    embargo_open_ended: bool = False
    """Delivered ahead of an embargo without an end, marked so."""
    released: Instant | None = None
    """When the article became available to this partner, where time decided it."""
    partial: bool = False
    """Whether something of the article is left out."""
    parts: tuple[PartDecision, ...] = ()
    """The parts."""
    duties: tuple[Duty, ...] = ()
    """The duties."""
    findings: tuple[Finding, ...] = ()
    """Every reason, of the whole first, then part by part."""
    next_change: Instant | None = None
    """The earliest future instant at which anything above can change by time alone."""

    @field_validator("parts", mode="after")
    @classmethod
    def _unique(cls, parts: tuple[PartDecision, ...]) -> tuple[PartDecision, ...]:
        if len({part.part for part in parts}) != len(parts):
            raise ValueError("a part was decided twice")
        return parts

    def of(self, part: str) -> PartDecision:
        """Give what was decided for a part."""
        return next(one for one in self.parts if one.part == part)

    def allows(self, part: str) -> bool:
        """Say whether a part may go out; an unknown part may not."""
        if self.verdict is not Verdict.ALLOW:
            return False
        return any(one.part == part and one.verdict is Verdict.ALLOW for one in self.parts)

    def codes(self, part: str | None = None, effect: Verdict | None = None) -> tuple[str, ...]:
        """Give the codes found for a part, or for the whole."""
        return tuple(
            finding.code
            for finding in self.findings
            if finding.part == part and (effect is None or finding.effect is effect)
        )

    def model_post_init(self, _: Any) -> None:
        """Nothing may be held or denied without a reason."""
        if self.verdict is not Verdict.ALLOW and not any(
            finding.effect is not Verdict.ALLOW for finding in self.findings
        ):
            raise ValueError("refused without a finding")
