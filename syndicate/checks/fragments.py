"""Fragments and envelopes, each checked by itself: an article is checked once, then only copied.

A document is an opening, fragments, a closing. Our grammars are compositional (a head, then items
in any number), and nearly every rule asks about one item. So `check_document` finds something if
and only if `check_fragment` of some fragment or `check_envelope` does; tests/checks hold it. Two
things are stricter here: a fragment holds items and nothing else, and what is withdrawn must not
stand in the feed as a live article too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from lxml import etree

from syndicate.checks._values import quick
from syndicate.checks._wrappers import WRAPPERS, Wrapper
from syndicate.checks.base import CheckFinding
from syndicate.checks.findings import (
    MAX_BYTES,
    Findings,
    of_profile,
    parsed,
    profile_of,
    too_large,
)

_DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


_APART = b"<?next?>"
"""Stands between fragments that are looked at together."""

TOGETHER = 256 * 1024
"""So many bytes of fragments are looked at together, at most: what a processor keeps at hand."""


class _Bare(NamedTuple):
    """What a wrapper is without a fragment."""

    children: int
    """Children of the element that holds the items."""
    namespaces: Mapping[str | None, str]


def check_fragment(data: bytes, format_name: str, guid: str | None = None) -> Findings:
    """Give every fault of a fragment: what `check_document` finds about it in any feed.

    `guid` is the article it has to be of. Raises NotFound for a format that has no profile.
    """
    profile = profile_of(format_name)
    if len(data) > MAX_BYTES:
        return (too_large(len(data)),)
    wrapper = WRAPPERS[format_name]
    root = parsed(wrapper.around(data))
    if isinstance(root, CheckFinding):
        return (root,)
    children = _added(root, format_name)
    items = [one for one in children if one.tag == wrapper.item]
    found = (*of_profile(root, profile), *profile.item_rules(items))
    return found or tuple(_shape(children, wrapper, guid))


def check_fragments(
    fragments: Sequence[tuple[bytes, str | None]], format_name: str
) -> list[Findings]:
    """Give what `check_fragment` gives for each fragment with its guid, most often sooner.

    They are looked at together, and where there is a fault, halved until it stands alone.
    Raises NotFound for a format that has no profile.
    """
    if len(fragments) < 2:  # noqa: PLR2004  nothing to halve
        return [check_fragment(data, format_name, guid) for data, guid in fragments]
    if _are_right(fragments, format_name):
        return [()] * len(fragments)
    half = len(fragments) // 2
    parts = fragments[:half], fragments[half:]
    return [found for part in parts for found in check_fragments(part, format_name)]


def _are_right(fragments: Sequence[tuple[bytes, str | None]], format_name: str) -> bool:
    """Say whether fragments have no fault, each by itself.

    No fragment can take away or add what stands between them, so each is whole in its place.
    """
    profile, wrapper = profile_of(format_name), WRAPPERS[format_name]
    data = [one for one, _ in fragments]
    if sum(len(one) for one in data) > TOGETHER or any(b"<?" in one for one in data):
        return False
    root = parsed(wrapper.around(_APART.join(data)))
    if isinstance(root, CheckFinding) or not quick(profile.schema).holds(root):
        return False
    groups = _groups(_added(root, format_name))
    return len(groups) == len(fragments) and not any(
        next(_shape(group, wrapper, guid), None) or profile.item_rules(group)
        for group, (_, guid) in zip(groups, fragments, strict=True)
    )


def _groups(children: Sequence[etree._Element]) -> list[list[etree._Element]]:
    """Give what stands between the marks."""
    groups: list[list[etree._Element]] = [[]]
    for one in children:
        if isinstance(one, etree._ProcessingInstruction):
            groups.append([])
        else:
            groups[-1].append(one)
    return groups


def check_envelope(
    envelope: tuple[bytes, bytes, bytes],
    format_name: str,
    guids: Sequence[str],
    stones: Sequence[bytes] = (),
    size: int = 0,
) -> Findings:
    """Give every fault of a document whose fragments were all checked.

    `envelope` is what stands before, between and after the fragments; `guids` names the articles
    in their order. `stones` are the fragments of those that are withdrawn, which come first.
    `size` is the length of the whole document in bytes.

    Raises NotFound for a format that has no profile.
    """
    profile = profile_of(format_name)
    if size > MAX_BYTES:
        return (too_large(size),)
    opening, between, closing = envelope
    wrapper = WRAPPERS[format_name]
    inside = stones or ([wrapper.stand_in] if guids else [])
    root = parsed(opening + between.join(inside) + closing)
    if isinstance(root, CheckFinding):
        return (root,)
    found = (*of_profile(root, profile), *profile.rules(root))
    live = frozenset(guids[len(stones) :])
    return (*found, *_twice(guids), *_void(root, live), *_fits(root, format_name, between, inside))


def _added(root: etree._Element, format_name: str) -> list[etree._Element]:
    """Give the children of what holds the items, but for those that stand in every wrapper."""
    holder = root.find(WRAPPERS[format_name].holder)
    return [] if holder is None else list(holder)[_bare(format_name).children :]


@cache
def _bare(format_name: str) -> _Bare:
    wrapper = WRAPPERS[format_name]
    root = etree.fromstring(wrapper.around(b""))
    holder = root.find(wrapper.holder)
    return _Bare(0 if holder is None else len(holder), dict(root.nsmap))


def _shape(
    children: Sequence[etree._Element], wrapper: Wrapper, guid: str | None
) -> Iterator[CheckFinding]:
    """A fragment is one article: one item, in NewsML-G2 with those of its media after it."""
    items = [one for one in children if one.tag == wrapper.item]
    if len(items) < len(children):
        yield CheckFinding("fragment", "fragment", "it holds something else than items")
    names = [wrapper.identity(one) for one in items]
    if not names or any(not _belongs(one, names[0]) for one in names[1:]):
        yield CheckFinding("fragment", "fragment", f"it is of {len(names)} articles, not of one")
    elif guid is not None and names[0] != guid:
        yield CheckFinding("fragment", names[0], f"it is of another article than {guid}")


def _belongs(name: str, article: str) -> bool:
    """Say whether an item is of a part of an article; no article's guid holds a semicolon."""
    return name.startswith(f"{article};")


def _twice(guids: Sequence[str]) -> Iterator[CheckFinding]:
    for guid, times in Counter(guids).items():
        if times > 1:
            yield CheckFinding("id-unique", guid, f"stands {times} times in the feed")


def _void(root: etree._Element, live: Collection[str]) -> Iterator[CheckFinding]:
    """RFC 6721: a live entry that is newer than its tombstone voids it."""
    for one in root.iter(_DELETED):
        if (guid := one.get("ref", "")) in live:
            yield CheckFinding("tombstone-live", guid, "it is withdrawn and stands in the feed")


def _fits(
    root: etree._Element, format_name: str, between: bytes, inside: Sequence[bytes]
) -> Iterator[CheckFinding]:
    """Fragments stand in the envelope as they stood when they were checked."""
    wrapper = WRAPPERS[format_name]
    if inside and dict(root.nsmap) != _bare(format_name).namespaces:
        yield CheckFinding("envelope", "document", "it declares other namespaces")
    if between.strip():
        yield CheckFinding("envelope", "document", "there is more than white space between items")
    holder = root.find(wrapper.holder)
    items = [] if holder is None else holder.findall(wrapper.item)
    if inside and len({wrapper.article(one) for one in items}) != len(inside):
        yield CheckFinding("envelope", "document", "the fragments are not all of its items")
