"""What is wrong with a document that a schema refuses, and where.

libxml2 reports a RELAX NG fault once more for every element around it, tells of every branch of a
choice that it tried, and now and then loses the fault itself. So we look for it ourselves: the
innermost element or attribute without which the document would be valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy

from lxml import etree

Validator = Callable[[etree._Element], bool]

MAX_TRIALS = 600
"""Elements and attributes of a document that are tried at most; larger ones are not searched."""

_CONSEQUENCE = "failed to validate content"


def culprit(root: etree._Element, is_valid: Validator) -> tuple[str, str] | None:
    """Give where and what of the one element or attribute too many; None where there is none.

    Something that is missing, or two faults at once, cannot be found so.
    """
    copy = deepcopy(root)
    elements = list(copy.iter(etree.Element))
    if sum(1 + len(one.attrib) for one in elements) > MAX_TRIALS:
        return None
    for element in reversed(elements):
        for name in element.keys():  # noqa: SIM118  an element iterates over its children
            value = element.attrib.pop(name)
            found = is_valid(copy)
            element.set(name, value)
            if found:
                place = place_of(element)
                return place, f"attribute {etree.QName(name).localname}={str(value)!r} is wrong"
        if _is_valid_without(element, copy, is_valid):
            return place_of(element), "this element is wrong or must not stand here"
    return None


def _is_valid_without(element: etree._Element, root: etree._Element, is_valid: Validator) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    place = parent.index(element)
    parent.remove(element)
    found = is_valid(root)
    parent.insert(place, element)
    return found


def reported(root: etree._Element, errors: Iterable[etree._LogEntry]) -> Iterator[tuple[str, str]]:
    """Give where and what of a validator's errors, one for each place, in document order."""
    told: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for error in errors:
        messages = told.setdefault(error.path or "", [])
        lines.setdefault(error.path or "", error.line or 1)
        if error.message not in messages:
            messages.append(error.message)
    causes = {path: _causes(messages) for path, messages in told.items() if path}
    causes = {path: messages for path, messages in causes.items() if messages} or told
    prefixes = _prefixes(root)
    for path in sorted(causes, key=lambda one: lines[one]):
        yield _named(root, path, lines[path], prefixes), "; ".join(causes[path])


def with_hints(found: tuple[str, str], places: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Give the culprit together with what the validator told of it and of what is inside it."""
    place, says = found
    path = place.partition(": ")[2]
    inside = [
        told for where, told in places if f"{where.partition(': ')[2]}/".startswith(f"{path}/")
    ]
    return place, f"{says} ({'; '.join(inside)})" if inside else says


def _causes(messages: list[str]) -> list[str]:
    return [one for one in messages if _CONSEQUENCE not in one]


def place_of(element: etree._Element) -> str:
    """Give line and path of an element: line 7: feed/entry[2]/published."""
    around = [*reversed(list(element.iterancestors())), element]
    return f"line {element.sourceline or 1}: {'/'.join(_step(one) for one in around)}"


def _step(element: etree._Element) -> str:
    name = etree.QName(element).localname
    before = sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))
    after = next(iter(element.itersiblings(str(element.tag))), None) is not None
    return f"{name}[{before + 1}]" if before or after else name


def _prefixes(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter(etree.Element):
        for prefix, uri in element.nsmap.items():
            if prefix:
                found.setdefault(prefix, uri)
    return found


def _named(root: etree._Element, path: str, line: int, prefixes: dict[str, str]) -> str:
    """Give a place with the names of the elements in it, where libxml2 writes stars."""
    try:
        found = root.xpath(path, namespaces=prefixes) if path else [root]
    except etree.XPathError:
        found = []
    node = found[0] if isinstance(found, list) and found else None
    return place_of(node) if isinstance(node, etree._Element) else f"line {line}: {path}"
