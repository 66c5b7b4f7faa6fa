"""A checked draft of what a source found, or every fault of it as a refusal.

A refusal's code is stable: V1, V2, … for a rule, `missing-<field>`, `bad-<field>`,
`unknown-field`. An article with several faults gives a refusal each, all with the same `where`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syndicate.model.article import Article
from syndicate.model.base import one_line, plain_line
from syndicate.model.body import BlockBase
from syndicate.model.desk import Desk
from syndicate.model.errors import DeskWarning
from syndicate.pipeline.incoming import Draft, Hints, Refusal
from syndicate.sources.field_faults import MENDS, meant_field, size_fault
from syndicate.sources.parking import parked
from syndicate.sources.reading import MOST_BLOCKS, too_many

_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "guid": "--guid ID",
        "language": "--language TAG",
        "first_created": "--first-created INSTANT",
        "version_created": "--version-created INSTANT",
        "canonical_url": "--url URL",
        "section": "--section NAME",
        "bylines": "--byline NAME",
    }
)
_TAGS = frozenset(
    (
        "paragraph",
        "heading",
        "list",
        "quote",
        "table",
        "picture",
        "gallery",
        "video",
        "audio",
        "embed",
    )
)
_RULE = re.compile(r"^V\d+$")
_COUNTED = frozenset(("version", "version_created"))
_LONG = 300
_MOST_FAULTS = 20


class Found(NamedTuple):
    """What a source found of one article, before it is checked."""

    where: str
    """File, and line or place in it."""
    fields: dict[str, Any]
    """Fields as article.schema.json has them; what the source does not state is absent."""
    stem: str | None = None
    """The file's name, identity of last resort; None where a file holds several articles."""
    from_page: bool = False
    """Whether it was a page: its URL is its identity, and what it lacks is remarked."""
    remarks: tuple[str, ...] = ()
    """What the user should know."""
    unread: Mapping[str, str] = MappingProxyType({})
    """Fields that are stated and cannot be used, each with what is wrong."""


def drafted(found: Found, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
    """Give the draft of what was found, or a refusal for each of its faults."""
    fields = {name: value for name, value in found.fields.items() if value is not None}
    remarks = [*found.remarks, *_fill(fields, desk, hints, found)]
    origin = _identify(fields, desk, found)
    if origin is None:
        says = "one of several articles in a file has no identity of its own"
        yield Refusal(found.where, "missing-guid", "guid", says, "add a guid to each of them")
        return
    body = fields.get("body")
    if isinstance(body, list | tuple) and len(body) > MOST_BLOCKS:
        yield too_many(found.where, MOST_BLOCKS)
        return
    if isinstance(body, list | tuple):
        fields["body"] = [_told(block) for block in body]
    stated = fields.keys() & _COUNTED
    if "first_created" in fields:
        fields.setdefault("version_created", fields["first_created"])
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DeskWarning)
            article = Article.model_validate(fields)
    except ValidationError as err:
        for one in refusals(found.where, err, derived=_COUNTED - stated):
            is_missing = one.code.startswith("missing-")
            yield one._replace(says=found.unread.get(one.field, one.says)) if is_missing else one
        return
    article, more = parked(article)
    # The model needs version_created; the contract of Draft is that it counts only where it is in
    # model_fields_set, which pydantic lets its owner change.
    article.model_fields_set.difference_update(_COUNTED - stated)
    noted = [str(one.message) for one in caught if issubclass(one.category, DeskWarning)]
    yield Draft(article, origin, tuple((*remarks, *noted, *more)))


def _told(block: Any) -> Any:
    """Give a block as data: it was put together piece by piece, and is checked as a whole now.

    What is kept unchecked may not be readable again, and would cost the desk instead of a file.
    """
    if not isinstance(block, BlockBase):
        return block
    return {**block.model_dump(exclude_unset=True), "type": getattr(block, "type", "")}


def _fill(fields: dict[str, Any], desk: Desk, hints: Hints, found: Found) -> list[str]:
    """Fill what the source does not state from the hints, then from the desk."""
    hinted = {
        "guid": hints.guid if found.stem is not None else None,
        "language": hints.language,
        "bylines": [{"name": name} for name in hints.byline],
        "first_created": hints.first_created,
        "version_created": hints.version_created,
        "canonical_url": hints.url,
        "section": hints.section or desk.defaults.section,
        "products": hints.products,
        "credit_line": desk.defaults.credit_line,
        "rights": desk.defaults.rights,
    }
    for name, value in hinted.items():
        if value:
            fields.setdefault(name, value)
    remarks = []
    if "language" not in fields:
        fields["language"] = desk.language
        remarks.append(
            f"no language is stated; the desk's, {desk.language}, is used ({_OPTIONS['language']})"
        )
    if found.from_page:
        remarks += [
            f"no {says} is stated ({_OPTIONS[name]})"
            for name, says in (("bylines", "byline"), ("canonical_url", "URL"))
            if not fields.get(name)
        ]
    return remarks


def _identify(fields: dict[str, Any], desk: Desk, found: Found) -> str | None:
    """Make sure there is a guid, and give its origin; None where there is nothing to go by."""
    stated = fields.get("guid")
    if stated is not None:
        return f"id:{plain_line(str(stated))}"
    url = str(fields.get("canonical_url", "")) if found.from_page else ""
    if url:
        origin = f"url:{url.partition('#')[0]}"
    elif found.stem is not None:
        origin = f"file:{found.stem}"
    else:
        return None
    digest = sha256(origin.encode("utf-8", "replace")).hexdigest()[:16]
    fields["guid"] = f"tag:{desk.domain},{desk.since}:{digest}"
    return origin


def refusals(
    where: str, err: ValidationError, derived: frozenset[str] = frozenset()
) -> Iterator[Refusal]:
    """Give each fault that the model found: stable code, dotted field, mend.

    Faults of derived fields are left out: they repeat the fault of what they come from.
    """
    faults = err.errors(include_url=False, include_input=False)
    own = [fault for fault in faults if fault["loc"][:1] not in {(name,) for name in derived}]
    for fault in (own or faults)[:_MOST_FAULTS]:
        yield _refusal(where, fault)


def _refusal(where: str, fault: ErrorDetails) -> Refusal:
    names = _names(fault["loc"])
    leaf = next((name for name in reversed(names) if not name.isdigit()), "article")
    dashed = leaf.replace("_", "-")
    place = ".".join(names)
    option = _OPTIONS.get(place, "")
    kind = fault["type"]
    says = one_line(fault["msg"])[:_LONG]
    stated = str(fault.get("ctx", {}).get("mend", ""))
    if stated:
        code, mend = kind if _RULE.match(kind) else f"bad-{dashed}", stated
        says = says.removeprefix(f"{kind}: ").partition(". Mend:")[0]
    elif kind == "missing":
        code, mend = f"missing-{dashed}", f"add {place}"
        if option:
            mend = f"add {place} to the file, or state {option}"
        says = f"{leaf} is not stated"
    elif kind == "extra_forbidden":
        meant = meant_field(Article, fault["loc"])
        how = f"rename it to {meant}" if meant else "remove it"
        code, mend = "unknown-field", f"{how}; see schemas/syndicate/article.schema.json"
        says = f"no such field; did you mean {meant}?" if meant else "no such field"
    elif size := size_fault(fault):
        code, (says, mend) = f"bad-{dashed}", size
    else:
        see = "correct it; see schemas/syndicate/article.schema.json"
        mend = next((how for begin, how in MENDS if kind.startswith(begin)), see)
        code, says = f"bad-{dashed}", says.removeprefix("Value error, ")
    return Refusal(where, code, place or "article", says, mend)


def _names(loc: tuple[int | str, ...]) -> list[str]:
    """Give the way to a field, without the block types that pydantic puts behind a number."""
    kept = [
        step
        for before, step in zip((None, *loc), loc, strict=False)
        if not (isinstance(before, int) and step in _TAGS)
    ]
    return [one_line(str(step))[:_LONG] for step in kept]
