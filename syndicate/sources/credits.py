"""Whose a picture is: the credit in a caption, and the rights that follow from it.

An imported picture is a third party's and unknown, unless its credit is exactly the desk's name:
then it is the desk's own, under the desk's default rights.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from syndicate.model.body import Block, Gallery, MediaBase
from syndicate.model.desk import Desk
from syndicate.model.rights import Onward, PartRights

_LONGEST_CREDIT = 80
_LONGEST_CAPTION = 700
_MOST_WORDS = 9
_IN_BRACKETS = re.compile(r"[(\[（]([^()\[\]（）]{2,80})[)\]）][.。]?$")
_LABEL = (
    r"photo(?:graph)?(?:er)?s?|pictures?|images?|credits?|foto|bild|crédito|crédit"
    r"|صورة|الصورة|تصوير"
)
_LABELLED = re.compile(
    rf"(?:^|[\s.;|–—-])(?:{_LABEL})(?:\s(?:credit|by))?\s?[:/：]\s?([^:\n]{{2,80}})$",
    re.IGNORECASE,
)
_LEADING_LABEL = re.compile(rf"^(?:(?:{_LABEL})(?:\s(?:credit|by))?\s?[:/：]|©)\s?", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:^|\s)©\s?([^\d\s©][^©\n]{1,80})$")
_NO_CREDIT = re.compile(
    r"\b(?:see|reporting|editing|writing|left|right|centre|center|above|below|pictured|file|aged"
    r"|million|billion|per cent|percent)\b",
    re.IGNORECASE,
)
_JOINING = frozenset(("and", "at", "by", "courtesy", "de", "for", "of", "the", "via", "von", "&"))


class Caption(NamedTuple):
    """A caption taken apart."""

    text: str
    """What is seen."""
    credit: str | None
    """Whom the picture is credited to; None where the caption names nobody."""


def taken_apart(text: str) -> Caption:
    """Give a caption's text and the credit at its end: "(AFP)", "Photo: Lina Maro"."""
    line = " ".join(text.split())
    for shape in (_IN_BRACKETS, _LABELLED, _COPYRIGHT):
        found = shape.search(line[-2 * _LONGEST_CREDIT :])
        if found:
            credit = _LEADING_LABEL.sub("", found[1].strip()).rstrip(" .")
            before = line[: len(line) - len(found[0])].rstrip(" |–—-;")
            if _is_credit(credit) and not _abbreviates(credit, before):
                return Caption(before, credit)
    return Caption(line, None)


def is_caption(line: str) -> bool:
    """Say whether a line of text is a picture's caption: it ends with a credit."""
    if len(line) > _LONGEST_CAPTION:
        return False
    caption = taken_apart(line)
    return caption.credit is not None and len(caption.text.split()) > 1


def _is_credit(text: str) -> bool:
    words = re.split(r"[\s/|,]+", text)
    if not 0 < len(words) <= _MOST_WORDS or _NO_CREDIT.search(text) or text[-1:] in ".?!:;":
        return False
    named = [word for word in words if word and word.lower() not in _JOINING]
    # A name is written with a capital, or in a script that has none.
    return bool(named) and all(_names(word) for word in named)


def _names(word: str) -> bool:
    return word[0].isalpha() and not word[0].islower()


def _abbreviates(credit: str, before: str) -> bool:
    """Say whether the brackets hold an abbreviation of the words before: European Union (EU)."""
    if not credit.isupper() or " " in credit:
        return False
    words = [word for word in re.split(r"[\s-]+", before)[-2 * len(credit) :] if word]
    capitals = "".join(word[0] for word in words if word[0].isupper())
    return len(credit) > 1 and capitals.endswith(credit) and words[-1][0].isupper()


def imported_rights(credit: str | None, desk: Desk) -> PartRights:
    """Give the rights in something that was imported with this credit."""
    if credit and credit.casefold() in {desk.name.casefold(), desk.holder.casefold()}:
        usual = desk.defaults.rights
        return usual if usual.own else PartRights(own=True, onward=Onward.UNKNOWN)
    return PartRights(owner=credit, own=False, onward=Onward.UNKNOWN)


def with_rights(blocks: tuple[Block, ...], desk: Desk) -> tuple[Block, ...]:
    """Give the blocks with rights on every picture, video and sound that states none."""
    return tuple(_with_rights(block, desk) for block in blocks)


def _with_rights(block: Block, desk: Desk) -> Block:
    if isinstance(block, Gallery):
        pictures = tuple(_with_rights(picture, desk) for picture in block.pictures)
        return block.model_copy(update={"pictures": pictures})
    if isinstance(block, MediaBase) and block.rights is None:
        return block.model_copy(update={"rights": imported_rights(block.credit, desk)})
    return block
