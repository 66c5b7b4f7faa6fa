"""The quick form of a grammar lets nothing pass that the grammar refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from lxml import etree

from syndicate.checks._values import quick
from syndicate.checks.findings import PROFILES, SCHEMAS
from syndicate.formats.all import FORMATS
from tests.golden.cases import CASES, expected_file

EVERY = pytest.mark.parametrize("name", FORMATS)
ODD: tuple[Callable[[str], str], ...] = (
    lambda _: "",
    lambda _: "x",
    lambda value: f"{value}\n",
    lambda value: f"{value}\u2028x",
    lambda value: f"{value}\rx",
    lambda value: value.upper(),
    lambda value: value[:-1],
)


def whole(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(PROFILES[name].schema)))


def values(root: etree._Element) -> Iterator[tuple[Callable[[str], None], str]]:
    """Give every text and attribute, each with how it is set."""
    for one in root.iter(etree.Element):
        yield partial(setattr, one, "text"), one.text or ""
        for attribute, value in one.items():
            yield partial(one.set, attribute), str(value)


@pytest.mark.parametrize("case", CASES)
@EVERY
def test_what_is_right_passes_quickly(name: str, case: str) -> None:
    root = etree.fromstring(expected_file(case, FORMATS[name]).read_bytes())
    assert quick(PROFILES[name].schema).holds(root)


@EVERY
def test_no_odd_value_passes_that_the_grammar_refuses(name: str) -> None:
    grammar, asked = whole(name), quick(PROFILES[name].schema)
    root = etree.fromstring(expected_file("plain", FORMATS[name]).read_bytes())
    told = refused = 0
    for put, value in values(root):
        for odd in ODD:
            put(odd(value))
            told += 1
            if not grammar.validate(root):
                refused += 1
                assert not asked.holds(root), (value, odd(value))
        put(value)
    assert asked.holds(root)
    assert told > refused > 100


@EVERY
def test_text_around_a_comment_is_for_the_whole_grammar(name: str) -> None:
    root = etree.fromstring(expected_file("plain", FORMATS[name]).read_bytes())
    asked = quick(PROFILES[name].schema)
    title = next(one for one in root.iter(etree.Element) if (one.text or "").startswith("20"))
    title.append(etree.Comment("x"))
    assert not asked.holds(root)


@EVERY
@pytest.mark.parametrize("kind", ["should_pass", "should_fail"])
def test_samples_pass_only_where_the_grammar_lets_them(name: str, kind: str) -> None:
    grammar, asked = whole(name), quick(PROFILES[name].schema)
    for file in sorted((SCHEMAS / PROFILES[name].folder / kind).iterdir()):
        try:
            root = etree.fromstring(file.read_bytes())
        except etree.XMLSyntaxError:
            continue
        assert grammar.validate(root) or not asked.holds(root), file
        assert asked.holds(root) or kind == "should_fail", file
