"""An article as HTML to copy into another page: what was granted of it, with credit and link."""

from __future__ import annotations

from syndicate.formats._xhtml import body_xhtml, html_of
from syndicate.model.entry import Entry


def copy_of(entry: Entry) -> str:
    """Give the body of an entry as HTML: attribution, link back and licensed pictures in it.

    Raises:
        RenderFailed: an inline run is nested too deep.
    """
    return html_of(body_xhtml(entry))
