"""Findings of bytes against a schema, and of a document against our profile and our rules.

The schema's suffix picks the validator: .rng RELAX NG (ISO/IEC 19757-2), .xsd XML Schema 1.0,
.json JSON Schema 2020-12. XML is read as a stranger's: no network, no entities, no DOCTYPE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

from syndicate.checks._diagnosis import culprit, reported, with_hints
from syndicate.checks._json import json_findings
from syndicate.checks._values import quick
from syndicate.checks.base import CheckFinding
from syndicate.checks.feeds import atom_item_rules, atom_rules, rss_item_rules, rss_rules
from syndicate.checks.newsml import newsml_item_rules, newsml_rules
from syndicate.model.errors import NotFound

_PACKAGE = Path(__file__).parents[1]

SCHEMAS = next(one for one in (_PACKAGE / "_schemas", _PACKAGE.parent / "schemas") if one.is_dir())
"""The folder of our schemas: inside the package once installed, beside it in a checkout."""

MAX_BYTES = 64 * 1024 * 1024
"""Larger documents are refused unread."""

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)

Findings = tuple[CheckFinding, ...]


class Profile(NamedTuple):
    """What documents of a format are held to."""

    folder: str
    rules: Callable[[etree._Element], list[CheckFinding]]
    item_rules: Callable[[Sequence[etree._Element]], list[CheckFinding]]
    """What of the rules asks about the items of one fragment alone."""

    @property
    def schema(self) -> Path:
        """The grammar."""
        return _grammar_in(self.folder)


@cache
def _grammar_in(folder: str) -> Path:
    return SCHEMAS / folder / "profile.rng"


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "rss": Profile("rss-2.0", rss_rules, rss_item_rules),
        "atom": Profile("atom-1.0", atom_rules, atom_item_rules),
        "newsml-g2": Profile("newsml-g2-2.35", newsml_rules, newsml_item_rules),
    }
)
"""By the name of the format."""


def findings(data: bytes, schema: Path) -> Findings:
    """Give every fault that a schema finds in a document; none means valid.

    Raises NotFound where there is no such schema, or none of a kind we know.
    """
    if not schema.is_file() or schema.suffix not in {".rng", ".xsd", ".json"}:
        raise NotFound(
            "there is no schema of this name", where=str(schema), mend="name a .rng, .xsd or .json"
        )
    if len(data) > MAX_BYTES:
        return (too_large(len(data)),)
    if schema.suffix == ".json":
        return json_findings(data, schema)
    root = parsed(data)
    return (root,) if isinstance(root, CheckFinding) else against(root, schema)


def check_document(data: bytes, format_name: str) -> Findings:
    """Give every fault of a document of ours: what its profile and its rules find.

    Raises NotFound for a format that has no profile: no schema, no format.
    """
    profile = profile_of(format_name)
    if len(data) > MAX_BYTES:
        return (too_large(len(data)),)
    root = parsed(data)
    if isinstance(root, CheckFinding):
        return (root,)
    return (*of_profile(root, profile), *profile.rules(root))


def profile_of(format_name: str) -> Profile:
    """Give the profile of a format. Raises NotFound where it has none."""
    profile = PROFILES.get(format_name)
    if profile is None:
        raise NotFound(
            f"no profile for the format {format_name}", mend=f"use one of {', '.join(PROFILES)}"
        )
    return profile


def too_large(size: int) -> CheckFinding:
    """Give the finding on a document of so many bytes."""
    return CheckFinding(
        "size",
        "document",
        f"has {size:,} bytes, more than {MAX_BYTES:,}",
        "lower the feed's limit",
    )


def parsed(data: bytes) -> etree._Element | CheckFinding:
    """Give the root of a document, or why it has none."""
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as err:
        # Readers have libxml2's limits too: ten million characters in one place, 256 levels.
        mend = "shorten the text" if "limit" in str(err.msg).lower() else ""
        return CheckFinding("xml-syntax", f"line {err.lineno}", str(err.msg), mend)
    if root.getroottree().docinfo.doctype:
        return CheckFinding(
            "xml-doctype", "line 1", "has a document type declaration", "take DOCTYPE out"
        )
    return root


def of_profile(root: etree._Element, profile: Profile) -> Findings:
    """Give every fault that the grammar of a profile finds."""
    return () if quick(profile.schema).holds(root) else against(root, profile.schema)


def against(root: etree._Element, schema: Path) -> Findings:
    """Give every fault that a grammar finds."""
    validator = _compiled(schema)
    if validator.validate(root):
        return ()
    places = list(reported(root, validator.error_log))
    if schema.suffix == ".xsd":
        return tuple(CheckFinding("xml-schema", where, says) for where, says in places)
    found = culprit(root, validator.validate)
    if found:
        places = [with_hints(found, places)]
    return tuple(CheckFinding("relax-ng", where, says) for where, says in places)


@cache
def _compiled(schema: Path) -> etree.RelaxNG | etree.XMLSchema:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    tree = etree.parse(str(schema), parser)
    return etree.RelaxNG(tree) if schema.suffix == ".rng" else etree.XMLSchema(tree)
