"""Finding articles for people: newest first, by words or by the end of a guid, a page at a time.

However many articles there are, a page costs no more than so many of them.
"""

from __future__ import annotations

from typing import NamedTuple

from syndicate.model.errors import NotFound
from syndicate.pipeline.pool import Brief
from syndicate.pipeline.ports import Store

PAGE = 25
"""Articles of a page."""
LOOKED_AT = 2_000
"""Articles whose headlines are looked at for a page, at most."""


class Found(NamedTuple):
    """A page of articles."""

    articles: tuple[Brief, ...]
    after: str
    """The article to go on after; empty where there are no more."""
    looked: int = 0
    """Among how many articles the words were looked for."""


def browse(store: Store, words: str = "", after: str = "") -> Found:
    """Give a page: all articles, or those whose headline has all words, or whose guid or address
    ends so.

    Raises StoreFailed.
    """
    if words.strip():
        return _with_words(store, words.strip(), after)
    found = store.newest(after, PAGE + 1)
    more = len(found) > PAGE
    return Found(found[:PAGE], found[PAGE - 1].guid if more else "")


def _with_words(store: Store, words: str, after: str) -> Found:
    ending = () if after or " " in words else store.ending(words, PAGE)
    known = {one.guid for one in ending}
    wanted = words.casefold().split()
    found = list(ending)
    newest = store.newest(after, LOOKED_AT)
    for number, one in enumerate(newest, 1):
        named = one.url.endswith(words) or all(w in one.headline.casefold() for w in wanted)
        if one.guid in known or not named:
            continue
        found.append(one)
        if len(found) >= PAGE:
            left = number < len(newest) or number == LOOKED_AT
            return Found(tuple(found), one.guid if left else "", number)
    on = newest[-1].guid if len(newest) == LOOKED_AT else ""
    return Found(tuple(found), on, len(newest))


def guid_named(store: Store, name: str) -> str:
    """Give the guid of an article that is named by guid, by address, or by the end of a guid.

    Raises NotFound, StoreFailed.
    """
    if name and store.history(name):
        return name
    bound = store.guid_of(f"url:{name}") or store.guid_of(f"id:{name}") or store.at_page(name)
    found = [bound] if bound else [one.guid for one in store.ending(name, 2)] if name else []
    if len(found) != 1:
        raise NotFound(f"no article {name!r}")
    return found[0]
