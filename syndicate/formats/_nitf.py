"""The body of an entry as NITF 3.6, made from its XHTML so that both say the same.

Standard: https://iptc.org/standards/nitf/ (namespace http://iptc.org/std/NITF/2006-10-18/). It has
neither strong nor mark nor text direction: emphasis becomes `em` with a class, direction becomes
the isolating controls of Unicode (UAX 9), which text processors keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from syndicate.formats._xhtml import credit_beside
from syndicate.formats._xml import XML_LANG, add, element, rfc3339
from syndicate.model.body import Audio, MediaBase, Video
from syndicate.model.entry import Entry

NITF = "http://iptc.org/std/NITF/2006-10-18/"

_ISOLATES = {"ltr": "\u2066", "rtl": "\u2067", "auto": "\u2068"}
_POP_ISOLATE = "\u2069"
_EMPHASIS = frozenset(
    {"abbr", "b", "cite", "code", "em", "i", "kbd", "mark", "s", "small", "strong", "u"}
)


def nitf(entry: Entry, blocks: Iterable[etree._Element]) -> etree._Element:
    """Give the article as an nitf element; `blocks` is its body in XHTML, which stays as it is."""
    root = element(_n("nitf"), nsmap={None: NITF})
    root.set("version", "-//IPTC//DTD NITF 3.6//EN")
    root.set("baselang", entry.language)
    head = add(root, _n("head"))
    add(head, _n("title"), entry.headline)
    data = add(head, _n("docdata"))
    add(data, _n("doc-id"), None, {"id-string": entry.guid})
    add(data, _n("date.issue"), None, {"norm": rfc3339(entry.version_created)})
    if entry.embargoed:
        add(data, _n("date.release"), None, {"norm": rfc3339(entry.embargoed)})
    body = add(root, _n("body"), None, {XML_LANG: entry.language})
    _add_head(body, entry)
    content = add(body, _n("body.content"))
    media = {one.id: one for one in entry.media()}
    for block in blocks:
        _add_block(content, block, entry, media)
    return root


def _n(name: str) -> str:
    return f"{{{NITF}}}{name}"


def _local(one: etree._Element) -> str:
    return etree.QName(one).localname


def _add_head(body: etree._Element, entry: Entry) -> None:
    head = add(body, _n("body.head"))
    add(add(head, _n("hedline")), _n("hl1"), entry.headline)
    for byline in entry.bylines:
        line = add(head, _n("byline"))
        person = add(line, _n("person"), byline.name, {XML_LANG: byline.language})
        if byline.affiliation:
            person.tail = ", "
            add(line, _n("byttl"), byline.affiliation)
    if entry.dateline:
        add(head, _n("dateline"), entry.dateline)
    if entry.summary:
        add(add(head, _n("abstract")), _n("p"), entry.summary)


def _add_block(
    parent: etree._Element,
    block: etree._Element,
    entry: Entry,
    media: dict[str, MediaBase],
) -> None:
    name = _local(block)
    if name == "figure":
        _add_figure(parent, block, media[block.get("id", "")], entry)
    elif name == "div":
        gallery = add(parent, _n("block"), None, _common(block))
        for child in block:
            _add_block(gallery, child, entry, media)
    else:
        _BLOCKS.get(name, _add_run)(parent, block)


def _common(block: etree._Element) -> dict[str, str | None]:
    return {"class": block.get("class"), XML_LANG: block.get(XML_LANG)}


def _add_run(parent: etree._Element, block: etree._Element) -> None:
    """Append a paragraph or a heading; NITF has one level of sub-headings."""
    name = "p" if _local(block) == "p" else "hl2"
    _copy_run(block, add(parent, _n(name), None, _common(block)))


def _add_list(parent: etree._Element, block: etree._Element) -> None:
    made = add(parent, _n(_local(block)), None, _common(block))
    for item in block:
        _copy_run(item, add(made, _n("li")))


def _add_quote(parent: etree._Element, block: etree._Element) -> None:
    made = add(parent, _n("bq"), None, _common(block))
    _copy_run(block[0], add(add(made, _n("block")), _n("p")))
    for source in block[1:]:
        add(made, _n("credit"), "".join(source.itertext()))


def _add_table(parent: etree._Element, block: etree._Element) -> None:
    made = add(parent, _n("table"), None, _common(block))
    for part in block:
        held = add(made, _n(_local(part)))
        if _local(part) == "caption":
            _copy_run(part, held)
            continue
        for row in part:
            line = add(held, _n("tr"))
            for cell in row:
                _copy_run(cell, add(line, _n(_local(cell))))
            if not len(row):
                add(line, _n("td"))  # NITF has no row without a cell


def _add_figure(
    parent: etree._Element, figure: etree._Element, one: MediaBase, entry: Entry
) -> None:
    caption = next((child for child in figure if _local(child) == "figcaption"), None)
    if not one.renditions:  # NITF media needs a file
        if caption is not None:
            _copy_run(caption, add(parent, _n("p"), None, {"class": "caption"}))
        return
    kind = "video" if isinstance(one, Video) else "audio" if isinstance(one, Audio) else "image"
    made = add(parent, _n("media"), None, {"media-type": kind, XML_LANG: figure.get(XML_LANG)})
    for file in one.renditions:
        says = {
            "source": file.url,
            "mime-type": file.type,
            "alternate-text": one.alt,
            "height": file.height,
            "width": file.width,
        }
        add(made, _n("media-reference"), None, says)
    if one.caption and caption is not None:
        _copy_run(caption, add(made, _n("media-caption")), without="credit")
    credit = credit_beside(one, entry)
    if credit:
        add(made, _n("media-producer"), credit)


def _copy_run(source: etree._Element, target: etree._Element, without: str = "") -> None:
    """Copy an inline run; what has `without` as its class is left out."""
    pen = _Pen(target)
    opened = _ISOLATES.get(source.get("dir", ""), "")
    pen.write(opened + (source.text or ""))
    for child in source:
        if not without or child.get("class") != without:
            _copy_inline(child, pen)
        pen.write(child.tail or "")
    pen.write(_POP_ISOLATE if opened else "")


def _copy_inline(source: etree._Element, pen: _Pen) -> None:
    name = _local(source)
    if name == "br":
        pen.start("br")
    elif name in {"sub", "sup"}:
        # NITF knows them in numbers only.
        add(pen.start("num"), _n(name), "".join(source.itertext()))
    elif name in {"bdi", "bdo", "span"} and not source.get(XML_LANG):
        _copy_isolated(source, pen)
    else:
        _copy_run(source, pen.start(*_inline_name(name, source)))


def _inline_name(name: str, source: etree._Element) -> tuple[str, dict[str, str | None]]:
    language = {XML_LANG: source.get(XML_LANG)}
    if name == "a":
        return "a", {"href": source.get("href"), "title": source.get("title"), **language}
    if name in _EMPHASIS:
        return "em", {"class": None if name == "em" else name, **language}
    return ("q" if name == "q" else "lang"), language


def _copy_isolated(source: etree._Element, pen: _Pen) -> None:
    """Copy what is only a matter of direction into the run it stands in."""
    usual = "auto" if _local(source) == "bdi" else ""
    opened = _ISOLATES.get(source.get("dir", usual), "")
    pen.write(opened + (source.text or ""))
    for child in source:
        _copy_inline(child, pen)
        pen.write(child.tail or "")
    pen.write(_POP_ISOLATE if opened else "")


class _Pen:
    """Writes mixed content: text goes after whatever was written last."""

    def __init__(self, parent: etree._Element) -> None:
        self._parent = parent
        self._last: etree._Element | None = None

    def write(self, text: str) -> None:
        if not text:
            return
        if self._last is None:
            self._parent.text = (self._parent.text or "") + text
        else:
            self._last.tail = (self._last.tail or "") + text

    def start(self, name: str, attributes: dict[str, str | None] | None = None) -> etree._Element:
        self._last = add(self._parent, _n(name), None, attributes)
        return self._last


_BLOCKS: dict[str, Callable[[etree._Element, etree._Element], None]] = {
    "ul": _add_list,
    "ol": _add_list,
    "blockquote": _add_quote,
    "table": _add_table,
}
