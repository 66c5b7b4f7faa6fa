"""The leading pictures of a page: JSON-LD images, else the OpenGraph one."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from syndicate.model.body import Picture, Rendition
from syndicate.model.desk import Desk
from syndicate.model.rights import Onward, PartRights
from syndicate.sources.addresses import absolute
from syndicate.sources.foreign import rendition_of
from syndicate.sources.linked_data import Node, name_in, number, text
from syndicate.sources.page_head import PageHead


def leading_pictures(head: PageHead, desk: Desk) -> tuple[Picture, ...]:
    """Give the pictures that stand for the article, each once with all its files."""
    nodes = head.data.nodes(head.article, "image") or head.data.nodes(head.article, "thumbnailUrl")
    described = [[node] for node in nodes if text(node, "caption", "creditText")]
    # Images without a word are crops of one picture, as search engines ask for them.
    groups = described or ([nodes] if nodes else [])
    found = tuple(one for group in groups for one in _picture(head, group, desk))
    return found or tuple(_open_graph(head))


def _picture(head: PageHead, nodes: list[Node], desk: Desk) -> Iterator[Picture]:
    node = nodes[0]
    renditions = [one for each in nodes for one in _renditions(head, each)]
    if not renditions:
        return
    holder = name_in(head.data, node, "copyrightHolder")
    caption = text(node, "caption", "description")
    yield Picture(
        renditions=tuple(sorted(renditions, key=lambda one: -(one.width or 0))),
        caption=escape(caption, quote=False) if caption else None,
        credit=text(node, "creditText") or holder or name_in(head.data, node, "creator"),
        rights=_rights(holder, desk),
    )


def _rights(holder: str | None, desk: Desk) -> PartRights | None:
    if not holder or holder.casefold() in {desk.name.casefold(), desk.holder.casefold()}:
        return None
    return PartRights(owner=holder, own=False, onward=Onward.UNKNOWN)


def _renditions(head: PageHead, node: Node) -> Iterator[Rendition]:
    url = absolute(text(node, "contentUrl", "url"), head.base)
    if url:
        stated = text(node, "encodingFormat") or ""
        yield rendition_of(url, number(node, "width"), number(node, "height"), stated)


def _open_graph(head: PageHead) -> Iterator[Picture]:
    address = head.first("og:image:secure_url", "og:image", "twitter:image")
    url = absolute(address, head.base)
    if url:
        sizes: Node = {side: head.first(f"og:image:{side}") for side in ("width", "height")}
        stated = head.first("og:image:type") or ""
        rendition = rendition_of(url, number(sizes, "width"), number(sizes, "height"), stated)
        yield Picture(renditions=(rendition,), alt=head.first("og:image:alt"))
