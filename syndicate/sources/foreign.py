"""What a page shows of other services and files: pictures, players, posts. Rights: none known."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from syndicate.model.base import plain_line
from syndicate.model.body import Audio, Block, Embed, Picture, Quote, Rendition, Video
from syndicate.model.rights import Onward, PartRights
from syndicate.sources.addresses import absolute, host_of, media_type

_POSTS = frozenset(
    """twitter-tweet twitter-video instagram-media tiktok-embed fb-post fb-video bluesky-embed
    mastodon-embed reddit-embed-bq imgur-embed-pub pinterest-embed""".split()  # noqa: SIM905
)
_PLAYERS = frozenset(("audio", "iframe", "video"))
_SMALLEST = 32
_MOST_DIGITS = 5
_MOST_TITLE = 300


def is_foreign(tag: str, values: dict[str, str]) -> bool:
    """Say whether a tag begins something of another service."""
    return tag in _PLAYERS or (
        tag in {"blockquote", "div"} and not _POSTS.isdisjoint(values.get("class", "").split())
    )


class Foreign:
    """A player or a post until its closing tag."""

    def __init__(self, tag: str, values: dict[str, str], base: str | None) -> None:
        self._tag = tag
        self._values = values
        self._base = base
        self._depth = 1
        self._files: list[tuple[str, str]] = []
        self._links: list[str] = []
        self._texts: list[str] = []
        if tag in {"audio", "video"} and values.get("src"):
            self._files.append((values["src"], ""))

    def start(self, tag: str, values: dict[str, str]) -> None:
        """Notice an opening tag inside."""
        self._depth += tag == self._tag
        if tag == "source" and values.get("src"):
            self._files.append((values["src"], values.get("type", "")))
        if values.get("href"):
            self._links.append(values["href"])

    def end(self, tag: str) -> bool:
        """Notice a closing tag; True where it is its own."""
        self._depth -= tag == self._tag
        return not self._depth

    def text(self, data: str) -> None:
        """Notice text: it is the other service's."""
        self._texts.append(data)

    def blocks(self) -> Iterator[Block]:
        """Give the embed, video or sound; what has no address but text, as an unknown quote."""
        if self._tag in {"audio", "video"}:
            yield from self._recording()
            return
        for address in self._addresses():
            url = absolute(address, self._base)
            if url:
                title = plain_line(self._values.get("title", ""))[:_MOST_TITLE]
                yield Embed(url=url, provider=host_of(url) or None, title=title or None)
                return
        text = " ".join(" ".join(self._texts).split())
        if text and self._tag != "iframe":
            unknown = PartRights(own=False, onward=Onward.UNKNOWN)
            yield Quote(text=escape(text, quote=False), rights=unknown)

    def _addresses(self) -> tuple[str, ...]:
        """Give where it may be found, best first; a post's own link stands last in it."""
        names = ("data-instgrm-permalink", "data-href", "cite", "src", "data-src")
        stated = (self._values.get(name, "") for name in names)
        return (*filter(None, stated), *reversed(self._links))

    def _recording(self) -> Iterator[Block]:
        kind = self._tag
        renditions = tuple(
            Rendition(url=url, type=media_type(url, kind, stated))
            for address, stated in self._files
            if (url := absolute(address, self._base))
        )
        if renditions:
            yield (Video if kind == "video" else Audio)(renditions=renditions)


def picture_of(values: dict[str, str], base: str | None) -> Picture | None:
    """Give the picture of an img tag; None for tracking pixels, icons and what has no address."""
    width, height = _pixels(values.get("width", "")), _pixels(values.get("height", ""))
    if any(side is not None and side <= _SMALLEST for side in (width, height)):
        return None
    alt = plain_line(values.get("alt", "")) or None
    for address in _addresses_of(values):
        url = absolute(address, base)
        if url:
            return Picture(renditions=(rendition_of(url, width, height),), alt=alt)
    return Picture(alt=alt) if alt and values.get("src", "").strip() else None


def rendition_of(url: str, width: int | None, height: int | None, stated: str = "") -> Rendition:
    """Give the rendition of a picture at a checked address."""
    return Rendition(
        url=url, type=media_type(url, "image", stated), width=width or None, height=height or None
    )


def _addresses_of(values: dict[str, str]) -> Iterator[str]:
    """Give a picture's addresses, best first; pages that load late keep the real one in data-."""
    for name in ("data-src", "data-original", "src"):
        yield values.get(name, "")
    for name in ("srcset", "data-srcset"):
        last = values.get(name, "").strip().rpartition(", ")[2]
        yield last.split(" ")[0]


def _pixels(text: str) -> int | None:
    digits = text.strip().removesuffix("px")
    return (
        int(digits)
        if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
        else None
    )
