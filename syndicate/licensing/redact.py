"""An allowed article without its refused parts: formats are handed nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, TypeVar

from syndicate.licensing.decide import last_change
from syndicate.licensing.duties import credit_in, credit_of
from syndicate.licensing.extents import first_words
from syndicate.licensing.gone import Gone, denied_files
from syndicate.licensing.part_gates import fits
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.question import Part, Question
from syndicate.licensing.terms import terms_of
from syndicate.model.article import Article
from syndicate.model.base import text_of
from syndicate.model.body import (
    Block,
    BlockBase,
    Embed,
    Gallery,
    MediaBase,
    Paragraph,
    Role,
    texts_of,
)
from syndicate.model.decision import Decision, DutyCode, PartDecision, Verdict
from syndicate.model.entry import Entry, Signal
from syndicate.model.rights import Extent, ExtentUnit

Allowed = Mapping[str, PartDecision]
"""By name, what was decided for the parts that may go out."""

_Block = TypeVar("_Block", bound=BlockBase)


def redact(asked: Question, decision: Decision) -> Entry:
    """Give the entry of an allowed article.

    Raises:
        ValueError: the article is not allowed.
    """
    if decision.verdict is not Verdict.ALLOW:
        raise ValueError(f"{decision.guid} may not go out: {decision.findings[0].code}")
    article = asked.article
    published = published_at(article, decision)
    allowed = {one.part: one for one in decision.parts if one.verdict is Verdict.ALLOW}
    gone = Gone(denied_files(asked.parts, decision.parts))
    body = tuple(_credited(asked, _kept(article.body, allowed, asked.parts, gone)))
    said = _Said(body)
    terms = terms_of(asked, decision)
    entry = Entry(
        **_metadata(article, gone),
        summary=_summary(article, allowed.get("summary")),
        published=published,
        updated=max(
            article.version_created,
            published,
            last_change(asked, decision) or published,
        ),
        embargoed=decision.marked_embargo,
        embargo_open_ended=decision.embargo_open_ended,
        expires=_earlier(article.expires, terms.valid_until),
        signal=_signal(article),
        credit_line=_credit_line(asked),
        links=tuple(link for link in article.links if not gone.holds(link.url)),
        body=(*_top(asked, decision, said), *body, *_end(asked, decision, said)),
        partial=decision.partial,
        terms=terms,
    )
    return gone.out_of(entry)


def _credit_line(asked: Question) -> str | None:
    """Give the credit of the article: what is stated, with what its rights demand."""
    stated, demanded = asked.article.credit_line, credit_in(asked.article.rights)
    if stated and demanded and demanded not in stated:
        return f"{stated} / {demanded}"
    return stated or demanded or asked.desk.defaults.credit_line


def _summary(article: Article, allowed: PartDecision | None) -> str:
    if allowed is None:
        return ""
    count = allowed.extent.count
    return first_words(article.summary, count) if count else article.summary


def published_at(article: Article, decision: Decision) -> datetime:
    """Give the instant at which an article became available to a partner."""
    return max(article.published_from, decision.released or article.published_from)


_COPIED = (
    "guid",
    "version",
    "language",
    "headline",
    "bylines",
    "dateline",
    "slugline",
    "keywords",
    "section",
    "subjects",
    "genre",
    "urgency",
    "first_created",
    "version_created",
    "ed_note",
    "correction_note",
    "canonical_url",
)


def _metadata(article: Article, gone: Gone) -> dict[str, Any]:
    url = article.canonical_url
    bylines = tuple(
        byline.model_copy(update={"uri": None}) if gone.holds(byline.uri) else byline
        for byline in article.bylines
    )
    copied = {name: getattr(article, name) for name in _COPIED}
    own = {"bylines": bylines, "canonical_url": None if gone.holds(url) else url}
    return {**copied, **own, "dir": article.direction}


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((instant for instant in (one, other) if instant), default=None)


def _signal(article: Article) -> Signal | None:
    if article.correction_note:
        return Signal.CORRECTION
    return Signal.UPDATE if article.version > 1 else None


def _kept(
    body: tuple[Block, ...], allowed: Allowed, parts: Mapping[str, Part], gone: Gone
) -> Iterator[Block]:
    for block in body:
        one = allowed.get(block.id)
        if one is None:
            continue
        if isinstance(block, Gallery):
            yield from _gallery(block, allowed, parts, gone)
        elif isinstance(block, MediaBase):
            yield _media(block, one, parts[block.id], gone)
        elif isinstance(block, Embed):
            yield _without_rights(block)
        else:
            yield _text(block, one.extent)


def _credited(asked: Question, blocks: Iterable[Block]) -> Iterator[Block]:
    """Put the credit that texts and embeds demand after them, once for blocks in a row.

    Pictures, videos and sounds carry theirs.
    """
    kept = tuple(blocks)
    said = _Said(kept)
    for credit, row in groupby(kept, lambda block: _credit_after(asked.parts[block.id])):
        inside = tuple(row)
        yield from inside
        if credit:
            yield from _credit(asked, f"duty-credit-{inside[-1].id}", credit, said)


def _credit_after(part: Part) -> str:
    return "" if isinstance(part.block, MediaBase) else credit_of(part)


def _credit(asked: Question, name: str, credit: str, said: _Said) -> Iterator[Paragraph]:
    words = Phrases(asked.article.language).say("credit", credit=credit)
    if not (said.is_alone(credit) or said.is_alone(words)):
        yield _added(name, html.escape(words, quote=False), "duty")


def _bare(words: str) -> str:
    """Give words without what stands around a credit: (Norstar), – Norstar."""
    return words.strip("()[]{}–—-.: \u00a0").casefold()


def _without_rights(block: _Block) -> _Block:
    return block if block.rights is None else block.twin(rights=None)


def _gallery(
    block: Gallery, allowed: Allowed, parts: Mapping[str, Part], gone: Gone
) -> Iterator[Gallery]:
    """Give a gallery with what is left in it; its caption only where nothing was taken out."""
    inside = tuple(_kept(block.pictures, allowed, parts, gone))
    if inside:
        caption = block.caption if len(inside) == len(block.pictures) else None
        yield block.twin(pictures=inside, rights=None, caption=caption)


def _media(block: Any, one: PartDecision, part: Part, gone: Gone) -> Any:
    """Give a picture, video or sound with the files that may go out."""
    limit = one.max_pixels
    files = tuple(one for one in block.renditions if fits(one, limit) and not gone.holds(one.url))
    return block.twin(renditions=files, rights=None, credit=credit_of(part) or None)


def _text(block: Any, extent: Extent) -> Any:
    block = _without_rights(block)
    if extent.unit is not ExtentUnit.WORDS or not extent.count:
        return block
    return Paragraph(
        id=block.id,
        language=block.language,
        dir=block.dir,
        text=html.escape(first_words(_words(block), extent.count), quote=False),
    )


def _words(block: Block) -> str:
    return " ".join(text_of(run) for run in texts_of(block))


_HREF = re.compile(r' href="([^"]*)"')


class _Said:
    """What the body says already, so as not to say it twice."""

    def __init__(self, body: tuple[Block, ...]) -> None:
        self._body = body

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(_words(block).casefold() for block in self._body)

    def says(self, text: str) -> bool:
        """Say whether a block says something, in whole words."""
        wanted = text_of(text).casefold()
        found = [words for words in self._folded if wanted in words]
        if not found:
            return False
        whole = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        return any(whole.search(words) for words in found)

    def is_alone(self, text: str) -> bool:
        """Say whether a block says something and nothing else."""
        return _bare(text) in map(_bare, self._folded)

    def links(self, url: str) -> bool:
        """Say whether a block links to an address."""
        runs = (run for block in self._body for run in texts_of(block) if "href" in run)
        return any(html.unescape(found) == url for run in runs for found in _HREF.findall(run))


@lru_cache(maxsize=1024)
def _added(name: str, text: str, role: Role) -> Paragraph:
    """Give a paragraph that publishing adds; many articles carry it alike."""
    return Paragraph(id=name, text=text, role=role)


def _top(asked: Question, decision: Decision, said: _Said) -> Iterator[Paragraph]:
    words = Phrases(asked.article.language)
    note = asked.article.correction_note
    if note:
        text = html.escape(words.say("correction", note=note), quote=False)
        yield Paragraph(id="correction-note", text=text, role="correction")
    for duty in decision.duties:
        if duty.code is DutyCode.AUTHOR_CREDIT:
            names = words.list(duty.value.split("; "))
            text = html.escape(words.say("by", names=names), quote=False)
            if not said.says(text):
                yield _added("duty-authors", text, "duty-top")
        if duty.code is DutyCode.ATTRIBUTE and _attributes_at(asked) == "top":
            yield from _attribution(duty.value, said, "duty-top")


def _attributes_at(asked: Question) -> str:
    return asked.licence.duties.attribute_position


def _attribution(value: str, said: _Said, role: Role) -> Iterator[Paragraph]:
    text = html.escape(value, quote=False)
    if not said.says(text):
        yield _added("duty-attribution", text, role)


def _end(asked: Question, decision: Decision, said: _Said) -> Iterator[Paragraph]:
    words = Phrases(asked.article.language)
    if decision.partial:
        yield _added("duty-partial", words.say("partial"), "duty")
    yield from _credits_at_end(asked, decision, said)
    for duty in decision.duties:
        if duty.code is DutyCode.ATTRIBUTE and _attributes_at(asked) == "end":
            yield from _attribution(duty.value, said, "duty")
        elif duty.code is DutyCode.LINK_BACK and not said.links(duty.value):
            title = html.escape(words.say("original", publisher=asked.desk.name), quote=False)
            link = f'<a href="{html.escape(duty.value)}">{title}</a>'
            yield _added("duty-link", link, "duty")
        elif duty.code in _LINES:
            markup = duty.code is DutyCode.TAGLINE
            text = duty.value if markup else html.escape(duty.value, quote=False)
            if not said.says(text):
                yield _added(_LINES[duty.code], text, "duty")


def _credits_at_end(asked: Question, decision: Decision, said: _Said) -> Iterator[Paragraph]:
    """Give the credits of the whole article, of its headline and its summary."""
    owed = (one for one in decision.duties if one.code is DutyCode.CREDIT)
    wanted = {one.value: one.part or "article" for one in owed if one.part in _WITHOUT_BLOCK}
    for value, part in wanted.items():
        yield from _credit(asked, f"duty-credit-{part}", value, said)


_WITHOUT_BLOCK = {None, "headline", "summary"}
_LINES = {DutyCode.TAGLINE: "duty-tagline", DutyCode.COPYRIGHT_NOTICE: "duty-notice"}
