"""An allowed article without its refused parts: formats are handed nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from syndicate.licensing.decide import last_change
from syndicate.licensing.duties import credit_of
from syndicate.licensing.extents import first_words
from syndicate.licensing.gone import Gone
from syndicate.licensing.part_gates import fits
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.question import Part, Question, parts_of
from syndicate.licensing.terms import terms_of
from syndicate.model.article import Article
from syndicate.model.base import text_of
from syndicate.model.body import (
    Block,
    Embed,
    Gallery,
    Heading,
    ListBlock,
    MediaBase,
    Paragraph,
    Quote,
    Role,
    Table,
    texts_of,
)
from syndicate.model.decision import Decision, DutyCode, Verdict
from syndicate.model.entry import Entry, Signal
from syndicate.model.rights import ExtentUnit


def redact(asked: Question, decision: Decision) -> Entry:
    """Give the entry of an allowed article.

    Raises:
        ValueError: the article is not allowed.
    """
    if decision.verdict is not Verdict.ALLOW:
        raise ValueError(f"{decision.guid} may not go out: {decision.findings[0].code}")
    article = asked.article
    published = published_at(article, decision)
    parts = {part.name: part for part in parts_of(article)}
    gone = Gone(_denied_files(decision, parts))
    body = tuple(_kept(article.body, decision, parts, gone))
    terms = terms_of(asked, decision)
    return Entry(
        **_metadata(article, gone),
        summary=_summary(article, decision, gone),
        published=published,
        updated=max(
            article.version_created,
            published,
            last_change(asked, decision, parts.values()) or published,
        ),
        embargoed=decision.marked_embargo,
        embargo_open_ended=decision.embargo_open_ended,
        expires=_earlier(article.expires, terms.valid_until),
        signal=_signal(article),
        credit_line=article.credit_line or asked.desk.defaults.credit_line,
        links=tuple(link for link in article.links if not gone.holds(link.url)),
        body=(*_top(asked, decision, body), *body, *_end(asked, decision, body)),
        partial=decision.partial,
        terms=terms,
    )


def _summary(article: Article, decision: Decision, gone: Gone) -> str:
    if not decision.allows("summary"):
        return ""
    count = decision.of("summary").extent.count
    text = gone.text(article.summary)
    return first_words(text, count) if count else text


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
    said = {name: gone.text(copied[name]) for name in ("headline", "ed_note", "correction_note")}
    own = {"bylines": bylines, "canonical_url": None if gone.holds(url) else url}
    return {**copied, **said, **own, "dir": article.direction}


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((instant for instant in (one, other) if instant), default=None)


def _signal(article: Article) -> Signal | None:
    if article.correction_note:
        return Signal.CORRECTION
    return Signal.UPDATE if article.version > 1 else None


def _denied_files(decision: Decision, parts: dict[str, Part]) -> set[str]:
    """Give the addresses of files, and of embeds, that may not go out."""
    denied: set[str] = set()
    for name, part in parts.items():
        allowed = decision.allows(name)
        if isinstance(part.block, Embed) and not allowed:
            denied.add(part.block.url)
        if not isinstance(part.block, MediaBase):
            continue
        limit = decision.of(name).max_pixels if allowed else None
        for rendition in part.block.renditions:
            if not allowed or not fits(rendition, limit):
                denied.add(rendition.url)
    return denied


def _kept(
    body: tuple[Block, ...], decision: Decision, parts: dict[str, Part], gone: Gone
) -> Iterator[Block]:
    for block in body:
        if not decision.allows(block.id):
            continue
        if isinstance(block, Gallery):
            yield from _gallery(block, decision, parts, gone)
        elif isinstance(block, MediaBase):
            yield from _media(block, decision, parts[block.id], gone)
        elif isinstance(block, Embed):
            if not gone.holds(block.url):
                yield gone.texts(block, (), ("title",)).model_copy(update={"rights": None})
        else:
            yield _text(block, decision, gone)


def _gallery(
    block: Gallery, decision: Decision, parts: dict[str, Part], gone: Gone
) -> Iterator[Gallery]:
    """Give a gallery with what is left in it; its caption only where nothing was taken out."""
    inside = tuple(_kept(block.pictures, decision, parts, gone))
    if inside:
        caption = gone.inline(block.caption or "") if len(inside) == len(block.pictures) else ""
        changes = {"pictures": inside, "rights": None, "caption": caption or None}
        yield block.model_copy(update=changes)


def _media(block: Any, decision: Decision, part: Part, gone: Gone) -> Iterator[Any]:
    """Give a picture, video or sound with the files that may go out; nothing without any."""
    limit = decision.of(part.name).max_pixels
    files = tuple(one for one in block.renditions if fits(one, limit) and not gone.holds(one.url))
    if files:
        credit = gone.text(credit_of(part)) or None
        clean = gone.texts(block, ("caption",), ("alt",))
        yield clean.model_copy(update={"renditions": files, "rights": None, "credit": credit})


_INLINE: dict[type, tuple[str, ...]] = {
    Paragraph: ("text",),
    Heading: ("text",),
    Quote: ("text",),
    ListBlock: ("items",),
    Table: ("header", "rows", "caption"),
}


def _text(block: Any, decision: Decision, gone: Gone) -> Any:
    extent = decision.of(block.id).extent
    plain = ("cite",) if isinstance(block, Quote) else ()
    block = gone.texts(block, _INLINE[type(block)], plain).model_copy(update={"rights": None})
    if extent.unit is not ExtentUnit.WORDS or not extent.count:
        return block
    text = " ".join(text_of(run) for run in texts_of(block))
    return Paragraph(
        id=block.id,
        language=block.language,
        dir=block.dir,
        text=html.escape(first_words(text, extent.count), quote=False),
    )


_HREF = re.compile(r' href="([^"]*)"')


def _says(body: tuple[Block, ...], text: str) -> bool:
    """Say whether the body already says something, in whole words, so as not to say it twice."""
    wanted = re.compile(rf"(?<!\w){re.escape(text_of(text).casefold())}(?!\w)")
    return any(
        wanted.search(" ".join(text_of(run) for run in texts_of(block)).casefold())
        for block in body
    )


def _top(asked: Question, decision: Decision, body: tuple[Block, ...]) -> Iterator[Paragraph]:
    words = Phrases(asked.article.language)
    note = asked.article.correction_note
    if note:
        said = html.escape(words.say("correction", note=note), quote=False)
        yield Paragraph(id="correction-note", text=said, role="correction")
    for duty in decision.duties:
        if duty.code is DutyCode.AUTHOR_CREDIT:
            names = words.list(duty.value.split("; "))
            text = html.escape(words.say("by", names=names), quote=False)
            if not _says(body, text):
                yield Paragraph(id="duty-authors", text=text, role="duty-top")
        if duty.code is DutyCode.ATTRIBUTE and _attributes_at(asked) == "top":
            yield from _attribution(duty.value, body, "duty-top")


def _attributes_at(asked: Question) -> str:
    return asked.licence.duties.attribute_position


def _attribution(text: str, body: tuple[Block, ...], role: Role) -> Iterator[Paragraph]:
    said = html.escape(text, quote=False)
    if not _says(body, said):
        yield Paragraph(id="duty-attribution", text=said, role=role)


def _end(asked: Question, decision: Decision, body: tuple[Block, ...]) -> Iterator[Paragraph]:
    words = Phrases(asked.article.language)
    if decision.partial:
        yield Paragraph(id="duty-partial", text=words.say("partial"), role="duty")
    for duty in decision.duties:
        if duty.code is DutyCode.ATTRIBUTE and _attributes_at(asked) == "end":
            yield from _attribution(duty.value, body, "duty")
        elif duty.code is DutyCode.LINK_BACK and not _links(body, duty.value):
            title = html.escape(words.say("original", publisher=asked.desk.name), quote=False)
            link = f'<a href="{html.escape(duty.value)}">{title}</a>'
            yield Paragraph(id="duty-link", text=link, role="duty")
        elif duty.code in _LINES:
            text = html.escape(duty.value, quote=False)
            said = duty.value if duty.code is DutyCode.TAGLINE else text
            if not _says(body, said):
                yield Paragraph(id=_LINES[duty.code], text=said, role="duty")


_LINES = {DutyCode.TAGLINE: "duty-tagline", DutyCode.COPYRIGHT_NOTICE: "duty-notice"}


def _links(body: tuple[Block, ...], url: str) -> bool:
    """Say whether the body already links back."""
    runs = (run for block in body for run in texts_of(block))
    return any(html.unescape(found) == url for run in runs for found in _HREF.findall(run))
