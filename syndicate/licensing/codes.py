"""Every code a decision can give: its gate, what it says, how to mend it.

Codes are stable: partners and programs rely on them. A finding is made with `found` alone, so no
refusal lacks its clause and its mend.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from syndicate.model.decision import Finding, Verdict


class Code(NamedTuple):
    """What a code means."""

    gate: str
    says: str
    mend: str


_WIDEN = "Widen the licence's covers in a new version."
_CLEAR = "Clear the rights again."
_INSIDE = "See the parts inside."

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "PARTNER_NOT_ACTIVE": Code(
            "G0", "The partner is blocked.", 'Set the partner\'s state to "active".'
        ),
        "NO_AGREEMENT": Code("G1", "The partner has no agreement.", "Agree a licence with it."),
        "LICENCE_MISSING": Code(
            "G1",
            "The licence {licence} is not on the desk.",
            "Add its file, or name another version in the agreement.",
        ),
        "AGREEMENT_NOT_ACTIVE": Code(
            "G1", "The agreement is only {state}.", 'Set its state to "active".'
        ),
        "AGREEMENT_SUSPENDED": Code("G1", "The agreement is suspended.", "Lift the suspension."),
        "AGREEMENT_TERMINATED": Code("G1", "The agreement was terminated.", "Agree anew."),
        "AGREEMENT_NOT_STARTED": Code(
            "G1", "The term has not started.", "Wait, or move term.start."
        ),
        "AGREEMENT_EXPIRED": Code("G1", "The term is over.", "Renew the agreement."),
        "NOT_COVERED_PROPERTY": Code(
            "G1",
            "The agreement does not name the property {property}.",
            "Add it to the agreement's properties.",
        ),
        "ITEM_KILLED": Code(
            "G2", "The article was killed.", "Only a new usable version brings it back."
        ),
        "ITEM_WITHHELD": Code(
            "G2",
            "The article is withheld until further notice.",
            "An editor releases it with a new usable version.",
        ),
        "ITEM_NOT_YET": Code(
            "G2",
            "The article is dated later than the moment asked about.",
            "Wait, or mend the article's dates.",
        ),
        "LEGAL_ORDER": Code(
            "G2", "A legal order takes {places} away.", "Wait until the order is lifted."
        ),
        **{
            f"NOT_COVERED_{axis.upper()}": Code(
                "G3", f"The licence does not cover the article's {axis}.", _WIDEN
            )
            for axis in ("section", "product", "subject", "keyword", "author", "genre", "language")
        },
        "ITEM_TOO_OLD": Code("G3", "The licence does not cover the article's age.", _WIDEN),
        "NOT_COVERED_LICENCE": Code(
            "G3",
            "The article is not published under {title}.",
            'Set the article\'s licence to "{licence}".',
        ),
        "CONTRIBUTOR_RESERVED": Code(
            "G3",
            "The author {answer}.",
            "Get the author's consent and set the byline's syndication to yes.",
        ),
        "EMBARGOED": Code("G4", "Embargoed.", "Wait for the release."),
        "EMBARGO_OPEN_ENDED": Code(
            "G4", "Embargoed until further notice.", "An editor sets the release instant."
        ),
        "DELAYED": Code(
            "G4",
            "The licence delivers only some time after first publication.",
            "Wait, or shorten the licence's delay in a new version.",
        ),
        "TERRITORY_EMPTY": Code(
            "G5",
            "Nothing is left of the places it could go to ({places}).",
            "Clear the rights for a place the partner serves.",
        ),
        "TERRITORY_NEEDS_GEOBLOCK": Code(
            "G5",
            "It may not be seen in {places}, and the partner cannot block places.",
            "The partner blocks these places (can_geo_block), or the rights are widened.",
        ),
        "TERRITORY_OF_TEXT": Code(
            "G5",
            "It may not be seen in {places}, and a text cannot be kept from a place by itself.",
            "Clear it for these places, or keep the whole article from them.",
        ),
        "MEDIUM_EMPTY": Code(
            "G6", "No medium is left that it is cleared for.", "Clear or agree one in common."
        ),
        "NOT_COVERED_MEDIUM": Code(
            "G6",
            "Agreement, licence, property and feed have no medium in common.",
            "Agree a medium in common, or change the feed's media.",
        ),
        "ITEM_DISPLAY_OVER": Code(
            "G7",
            "The article has been shown for as long as the licence allows.",
            "Agree a longer display in a new version.",
        ),
        "KIND_NOT_GRANTED": Code(
            "G8", "The licence grants no {kind}.", "Agree a licence version that grants {kind}."
        ),
        "EXTENT_CUT": Code("G8", "The text ends before it: {extent}.", "Agree a larger extent."),
        "COUNT_CUT": Code(
            "G8", "Only the first {count} {kind} parts are granted.", "Agree a larger count."
        ),
        "PARENT_DENIED": Code(
            "G8", "It belongs to {parent}, which may not go out.", "See {parent}."
        ),
        "GALLERY_EMPTY": Code("G8", "None of its pictures may go out.", _INSIDE),
        "BODY_EMPTY": Code("G8", "Nothing of it may go out.", _INSIDE),
        "CHILD_NOT_SEVERABLE": Code(
            "G8", "It cannot stand without {child}, which may not go out.", "See {child}."
        ),
        "REQUIRED_PART_DENIED": Code(
            "G8", "The article is not delivered without its {kind}.", "Clear the {kind}."
        ),
        "ONWARD_REFUSED": Code(
            "G9",
            "{owner} does not let us pass it on.",
            "Replace it, or clear the right to pass it on.",
        ),
        "ONWARD_UNKNOWN": Code(
            "G9",
            "Nobody recorded that it may be passed on; unknown means no.",
            "Record the right: own and onward, or owner, onward, credit_line and "
            "source_agreement.",
        ),
        "PART_NOT_YET": Code("G9", "The rights in it have not begun.", "Wait."),
        "PART_EXPIRED": Code("G9", "The rights in it have ended.", _CLEAR),
        "NO_RENDITION": Code("G9", "There is no file of it.", "Add a rendition."),
        "RENDITION_TOO_LARGE": Code(
            "G9",
            "No file of it is within {pixels} pixels.",
            "Add a smaller rendition, with width and height.",
        ),
        "FILE_SHARED": Code(
            "G9",
            "Every file of it is also one of {other} that may not go out.",
            "Give it a file of its own, or see {other}.",
        ),
        "EDIT_NOT_GRANTED": Code(
            "G10",
            "It is a translation of {original}, and the licence grants no translations.",
            'Agree a licence version with a grant of kind "translation".',
        ),
        "EXCLUSIVE_ELSEWHERE": Code(
            "G11",
            "Another partner has it exclusively: {what}.",
            "Wait until that ends, or agree a carve-out with its holder.",
        ),
        "QUOTA_EXHAUSTED": Code(
            "G12",
            "The quota of {quota} is used up.",
            "Wait for the next period, or agree a larger quota in a new version.",
        ),
        "QUOTA_OVERAGE_BILLED": Code(
            "G12",
            "The quota of {quota} is used up; what is delivered beyond it {beyond}.",
            "Agree a larger quota in a new version.",
        ),
        "PAYMENT_OVERDUE": Code(
            "G13",
            "A payment is overdue, and until it is made nothing new is delivered.",
            "Clear payment_overdue_since once it is paid.",
        ),
        "PURPOSE_NOT_GRANTED": Code(
            "G14",
            'It may not be used for the purpose "{purpose}".',
            "Allow the purpose in ai of a new licence version and of the rights, "
            "or change the feed's purpose.",
        ),
        "FORMAT_CANNOT_CARRY": Code(
            "G15",
            "The format has no element for an embargo.",
            "Deliver it in NewsML-G2, or wait for the release.",
        ),
        "TRACKING_IMPOSSIBLE": Code(
            "G15",
            "The licence demands a counting pixel, and there is none to send.",
            "Agree tracking = report_instead in a new version.",
        ),
        "LINK_BACK_IMPOSSIBLE": Code(
            "G15",
            "The licence demands a link back, and the article has no canonical_url.",
            "State the article's URL.",
        ),
    }
)


def found(
    code: str,
    effect: Verdict,
    source: str,
    *,
    part: str | None = None,
    opens: datetime | None = None,
    closes: datetime | None = None,
    **blanks: object,
) -> Finding:
    """Give a finding: the code, what it does, the clause that says so, and its blanks filled."""
    meaning = CODES[code]
    return Finding(
        gate=meaning.gate,
        code=code,
        effect=effect,
        part=part,
        source=source,
        says=meaning.says.format(**blanks),
        mend=meaning.mend.format(**blanks),
        opens=opens,
        closes=closes,
    )
