"""A profile's grammar asked quickly: its patterns are taken out, and compared by ourselves.

libxml2 compiles the pattern of a datatype anew for each value, which takes longer than all the
rest of validating. So the values of elements and attributes that have one pattern wherever they
stand are compared with patterns compiled once, and libxml2 is asked about a grammar without them.
What passes both is valid; about what does not, the whole grammar is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lxml import etree

_RNG = "{http://relaxng.org/ns/structure/1.0}"
_DATATYPES = "http://www.w3.org/2001/XMLSchema-datatypes"
_XML = "http://www.w3.org/XML/1998/namespace"
_ELEMENT, _ATTRIBUTE = f"{_RNG}element", f"{_RNG}attribute"
_CLASSES = re.compile(r"\[(?:[^\\\]]|\\.)+\]")
_ALIKE = re.compile(r"(?:[\w :;,/=+*?|(){}-]|\\[.()-])*", re.ASCII)

Fits = Callable[[str], object]
Key = tuple[str, str]
"""An element and one of its attributes; no attribute means its text."""
Defines = Mapping[str, etree._Element]


class Wanted(NamedTuple):
    """What the values of an element have to match."""

    text: Fits | None
    attributes: tuple[tuple[str, Fits], ...]


class Quick:
    """A grammar without the patterns that are compared by ourselves."""

    def __init__(self, grammar: etree._Element) -> None:
        defines = {one.get("name", ""): one for one in grammar.iter(f"{_RNG}define")}
        stated: dict[Key, list[etree._Element]] = {}
        for key, node in _stated(grammar, defines):
            stated.setdefault(key, []).append(node)
        fits: dict[Key, Fits] = {}
        stays: set[etree._Element] = set()
        for key, nodes in stated.items():
            patterns = {_pattern(node, defines) for node in nodes}
            pattern = patterns.pop() if len(patterns) == 1 else None
            if pattern is None:
                stays.update(nodes)
            else:
                fits[key] = re.compile(pattern).fullmatch
        for node in {one for nodes in stated.values() for one in nodes} - stays:
            _free(node, defines)
        self._wanted = {tag: _wanted(tag, fits) for tag, _ in fits}
        self._rest = etree.RelaxNG(grammar)

    def holds(self, root: etree._Element) -> bool:
        """Say whether a document is valid for sure."""
        return self._rest.validate(root) and self._fit(root)

    def _fit(self, root: etree._Element) -> bool:
        """Say whether all values match their patterns."""
        for one in root.iter():
            wanted = self._wanted.get(str(one.tag))
            if wanted and not _matches(one, wanted):
                return False
        return True


def _matches(one: etree._Element, wanted: Wanted) -> bool:
    if wanted.text and (len(one) or not wanted.text(one.text or "")):
        return False
    for name, fits in wanted.attributes:
        value = one.get(name)
        if value is not None and not fits(value):
            return False
    return True


def _wanted(tag: str, fits: Mapping[Key, Fits]) -> Wanted:
    named = tuple((name, fit) for (one, name), fit in fits.items() if one == tag and name)
    return Wanted(fits.get((tag, "")), named)


@cache
def quick(schema: Path) -> Quick:
    """Give the quick form of a profile."""
    return Quick(etree.parse(str(schema), etree.XMLParser(resolve_entities=False)).getroot())


def _stated(grammar: etree._Element, defines: Defines) -> Iterator[tuple[Key, etree._Element]]:
    """Give each element and attribute of a grammar by what documents call it."""
    for element in grammar.iter(_ELEMENT):
        tag = _name(element)
        yield (tag, ""), element
        for attribute in _attributes(element, defines):
            yield (tag, _name(attribute)), attribute


def _attributes(node: etree._Element, defines: Defines) -> Iterator[etree._Element]:
    """Give the attributes of an element, those of what it refers to included."""
    for child in node:
        if child.tag == _ATTRIBUTE:
            yield child
        elif child.tag == f"{_RNG}ref":
            yield from _attributes(defines[child.get("name", "")], defines)
        elif child.tag != _ELEMENT:
            yield from _attributes(child, defines)


def _name(node: etree._Element) -> str:
    """Give what an element or attribute is called: in our profiles each has one name."""
    prefix, _, local = node.attrib["name"].rpartition(":")
    if prefix:
        return f"{{{_XML if prefix == 'xml' else node.nsmap[prefix]}}}{local}"
    above = (node, *node.iterancestors()) if node.tag == _ELEMENT else ()
    space = next((one.attrib["ns"] for one in above if "ns" in one.attrib), "")
    return f"{{{space}}}{local}" if space else local


def _pattern(node: etree._Element, defines: Defines) -> str | None:
    """Give the pattern that the whole value of an element or attribute has to match, if any.

    Only those are given that mean the same to Python, or less.
    """
    found = _value(node, defines)
    param = found[1].find(f"{_RNG}param[@name='pattern']") if found else None
    if param is None or not found or len(found[1]) > 1:
        return None
    pattern = param.text or ""
    return pattern if _ALIKE.fullmatch(_CLASSES.sub("", pattern)) else None


def _value(node: etree._Element, defines: Defines) -> tuple[etree._Element, etree._Element] | None:
    """Give the child that says what an element or attribute holds, and the datatype that it is."""
    for child in node:
        named = defines[child.get("name", "")] if child.tag == f"{_RNG}ref" else [child]
        if len(named) == 1 and named[0].tag == f"{_RNG}data" and named[0].get("type") == "string":
            return child, named[0]
    return None


def _free(node: etree._Element, defines: Defines) -> None:
    """Let an element or attribute hold any string."""
    found = _value(node, defines)
    if found:
        anything = etree.Element(found[1].tag, type="string", datatypeLibrary=_DATATYPES)
        node.replace(found[0], anything)
