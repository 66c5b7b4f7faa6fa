"""Parts with restriction texts that nobody has coded are parked: their onward is unknown.

Agencies write restrictions as prose, often only in the note to editors. Such a text goes to the
part's rights as it was received, and until somebody states `coded_by` the part cannot go out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from syndicate.licensing.prose import refuses, restrictions_in
from syndicate.model.article import Article
from syndicate.model.base import LONGEST_LINE, text_of
from syndicate.model.body import MEDIA_KINDS, Block, Gallery, MediaBase, kind_of
from syndicate.model.rights import Onward, PartRights


def parked(article: Article) -> tuple[Article, tuple[str, ...]]:
    """Give the article with every uncoded part unknown, and what to tell the user."""
    noted = _noted(article)
    media = [one for one in article.blocks() if _is_foreign(one)]
    changes: dict[str, Any] = {
        name: _closed(rights)
        for name in ("rights", "headline_rights", "summary_rights")
        if (rights := getattr(article, name))
    }
    if noted and not media:
        changes["rights"] = _closed(_with_texts(article.rights, noted))
    changes["body"] = tuple(_each(block, lambda one: _block(one, noted)) for block in article.body)
    changed = {name: new for name, new in changes.items() if new != getattr(article, name)}
    if not changed:
        return article, ()
    says = "a part has restriction texts that nobody has coded: it stays unknown (coded_by)"
    return article.model_copy(update=changed), (says,)


def restriction_texts(*texts: str) -> tuple[str, ...]:
    """Give the runs of capitals in captions and credits that restrict something: JAPAN OUT.

    Only capitals count here, because a caption is prose: "Japan out of the cup". What they say
    need not be understood: "EUROPE OUT" waits for somebody to read it.
    """
    runs = (run for text in texts for run in _runs(text, _is_loud))
    return tuple(
        " ".join(run)[:LONGEST_LINE].rstrip()
        for run in runs
        if refuses([word for word in run if _has_capital(word)]) or _restricts(" ".join(run))
    )


def _runs(text: str, belongs: Callable[[str], bool]) -> Iterator[list[str]]:
    """Give the words of a text that stand together and belong."""
    for does, words in groupby(text.split(), key=belongs):
        if does:
            yield list(words)


def _is_loud(word: str) -> bool:
    return word.upper() == word


def _has_capital(word: str) -> bool:
    """Say whether a word begins with a capital, of a script that has them."""
    bare = word.lstrip("\"'“‘«([")
    return bare[:1].isupper()


def _restricts(text: str) -> bool:
    return any(restrictions_in((text,)))


def _noted(article: Article) -> tuple[str, ...]:
    """Give the note where it restricts something; there, "AP Clients Only" is not prose."""
    note = article.ed_note
    said = _restricts(note) or any(map(refuses, _runs(note, _has_capital)))
    return (note,) if said else ()


def _is_foreign(block: Block) -> bool:
    """Say whether an article's note may be about this block: a picture or such, not our own."""
    if isinstance(block, Gallery) or kind_of(block) not in MEDIA_KINDS:
        return False
    return not (block.rights and block.rights.own)


def _each(block: Block, change: Callable[[Block], Block]) -> Block:
    if isinstance(block, Gallery):
        pictures = tuple(change(picture) for picture in block.pictures)
        if pictures != block.pictures:
            block = block.model_copy(update={"pictures": pictures})
    return change(block)


def _block(block: Block, noted: tuple[str, ...]) -> Block:
    rights = block.rights or PartRights()
    if isinstance(block, MediaBase):
        texts = restriction_texts(text_of(block.caption or ""), block.credit or "")
        rights = _with_texts(rights, texts)
    if _is_foreign(block):
        rights = _with_texts(rights, noted)
    rights = _closed(rights)
    if rights == (block.rights or PartRights()):
        return block
    return block.model_copy(update={"rights": rights})


def _with_texts(rights: PartRights, texts: tuple[str, ...]) -> PartRights:
    new = tuple(text for text in texts if text not in rights.restrictions)
    if not new or rights.coded_by:
        return rights
    return rights.model_copy(update={"restrictions": (*rights.restrictions, *new)})


def _closed(rights: PartRights) -> PartRights:
    if not rights.restrictions or rights.coded_by or rights.onward is Onward.REFUSED:
        return rights
    return rights.model_copy(update={"onward": Onward.UNKNOWN})
