"""An article as HTML to copy into another page: what was granted of it, with credit and link."""

from __future__ import annotations

from syndicate.formats._markup import around, leaf, opening
from syndicate.formats._modules import refuse_unfit
from syndicate.formats._xhtml import body_xhtml, html_of
from syndicate.model.entry import Entry


def copy_of(entry: Entry) -> str:
    """Give the body of an entry as HTML: attribution, link back and licensed pictures in it.

    Raises:
        RenderFailed: it is under embargo, which HTML to copy cannot carry, or an inline run is
            nested too deep.
    """
    refuse_unfit("HTML", entry)
    return html_of(body_xhtml(entry))


def page_of(entry: Entry) -> bytes:
    """Give headline and body as a page of their own, which says where the original is (RFC 6596).

    Raises:
        RenderFailed: as `copy_of`.
    """
    copy = copy_of(entry)
    spoken = {"lang": entry.language, "dir": entry.dir}
    head = '<meta charset="utf-8">' + leaf("title", entry.headline)
    if entry.canonical_url:
        original = {"rel": "canonical", "href": entry.canonical_url}
        head += f"<{opening('link', original)}>"
    shown = around("article", leaf("h1", entry.headline) + copy)
    page = around("html", around("head", head) + around("body", shown), spoken)
    return f"<!DOCTYPE html>\n{page}\n".encode()
