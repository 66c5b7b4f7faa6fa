"""Files that may not go out: no text, link or attribute may lead to them.

Addresses are compared by what they lead to, not by how they are spelled: without scheme, port and
fragment, host in small letters, percent-encoding and dots resolved (RFC 3986, 6.2). A path that
ends like a file names it alone. Of other paths the query counts, without what asks for another
size or form of the same; where only a size of a picture may not go out, that counts too.

They are found wherever they stand: without scheme, in brackets, in front of any script's
punctuation, as a value in another address.
"""

from __future__ import annotations

import html
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from syndicate.licensing.part_gates import fits
from syndicate.licensing.question import Part
from syndicate.model.base import Model, text_of
from syndicate.model.body import Embed, MediaBase
from syndicate.model.decision import PartDecision, Verdict

ELLIPSIS = "…"
_Noun = TypeVar("_Noun", bound=Model)

_FILE_NAME = re.compile(
    r"\.(?:jpe?g|jpe|png|gif|webp|avif|heic|svg|tiff?|bmp|pdf"
    r"|mp4|m4v|mov|webm|mkv|ogv|mp3|m4a|aac|ogg|oga|opus|wav|flac|m3u8|mpd)$",
    re.IGNORECASE,
)
_SIZE_OR_FORM = re.compile(
    r"(?:w|h|width|height|q|quality|fm|format|fit|crop|dpr|auto|resize|size|scale|rect"
    r"|sig|signature|expires|utm_.*|x-amz-.*|x-goog-.*)=",
    re.IGNORECASE,
)
_ASKS_FOR_SIZE = re.compile(r"(?:^|[&;])(?:w|h|width|height|resize|size|scale|fit|crop)=", re.I)
# What makes another path or value of the one before it, not the end of it.
_GOES_ON = r"[A-Za-z0-9_~-]|[./][A-Za-z0-9]"
_FILE_GOES_ON = "[A-Za-z0-9]"
_REST = re.compile(r"[^\s<>\"\\^`{|}]{0,4096}")
_ATTRIBUTE = re.compile(r' (?:href|title)="([^"]*)"')
_RUN = re.compile(r"[^\s<>\"]+")
_IN_PATH = r"A-Za-z0-9/._~%=+,;:@!$*()-"
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile("%(?:25)*20")
_ROUNDS = 5


class _File(NamedTuple):
    """What an address of a file leads to."""

    path: re.Pattern[str]
    params: tuple[re.Pattern[str], ...]
    """Values that its query must have."""
    is_whole: bool
    """Whether a query that asks for a size leads to another file."""

    def is_at(self, path: str, query: str) -> bool:
        """Say whether a path and a query lead to it; what follows them in a text is no matter."""
        there = self.path.match(path) and all(one.search(query) for one in self.params)
        return bool(there) and not (self.is_whole and _ASKS_FOR_SIZE.search(query))


class Denied(NamedTuple):
    """A file that may not go out."""

    url: str
    part: str
    """The part it belongs to."""
    too_large: bool
    """Whether the part goes out, in smaller files."""


class Gone:
    """The files that may not go out."""

    def __init__(self, denied: Iterable[Denied]) -> None:
        self._files: dict[str, list[_File]] = {}
        for one in denied:
            for host, file in _files_of(one.url, one.too_large):
                self._files.setdefault(host, []).append(file)
        if self._files:
            self._host, self._address = _patterns(tuple(sorted(self._files)))

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._files)

    def holds(self, text: str | None) -> bool:
        """Say whether an address, or anything in a text, leads to one of them."""
        if not text or not self._files:
            return False
        read = _read(text)
        shown = read if read.isprintable() else _HIDDEN.sub("", read)
        return self._is_in(read) or (shown != read and self._is_in(shown))

    def _is_in(self, read: str) -> bool:
        for found in self._host.finditer(read):
            path, query = _path_and_query(_rest(read, found.end()))
            if any(file.is_at(path, query) for file in self._files[found[1].casefold()]):
                return True
        return False

    def text(self, run: str) -> str:
        """Give a text, plain or inline HTML, without links to them and without their addresses."""
        if not self.holds(run) and not ("<" in run and self.holds(text_of(run))):
            return run
        run = _ATTRIBUTE.sub(lambda m: "" if self.holds(m[1]) else m[0], run)
        run = _RUN.sub(lambda m: self._cut(m[0]), run)
        whole = text_of(run) if "<" in run else ""
        # Where tags stand inside an address, they go with it.
        return html.escape(self.text(whole), quote=False) if self.holds(whole) else run

    def _cut(self, run: str) -> str:
        """Give a run without spaces, their addresses cut out; nothing where that leaves one."""
        if not self.holds(run):
            return run
        cut = self._address.sub(lambda m: self._cut_address(m[0]), run)
        return ELLIPSIS if self.holds(cut) else cut

    def _cut_address(self, address: str) -> str:
        end = len(address.rstrip(".,;:!)"))
        return ELLIPSIS + address[end:] if self.holds(address) else address

    def out_of(self, noun: _Noun) -> _Noun:
        """Give a copy of a model in which no text at any depth leads to them."""
        if not self._files:
            return noun
        changes = {name: self._clean(value) for name, value in noun}
        changed = {name: new for name, new in changes.items() if new is not getattr(noun, name)}
        return noun.twin(**changed) if changed else noun

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Model):
            return self.out_of(value)
        if isinstance(value, tuple):
            cleaned = tuple(self._clean(one) for one in value)
            return value if all(a is b for a, b in zip(cleaned, value, strict=True)) else cleaned
        return value


def denied_files(parts: Mapping[str, Part], decided: Iterable[PartDecision]) -> Iterator[Denied]:
    """Give every file that may not go out."""
    for one in decided:
        block = parts[one.part].block
        if not isinstance(block, MediaBase):
            continue
        for rendition in block.renditions:
            goes = one.verdict is Verdict.ALLOW
            if not goes or not fits(rendition, one.max_pixels):
                yield Denied(rendition.url, one.part, too_large=goes)


def files_of(part: Part, max_pixels: int | None) -> tuple[str, ...]:
    """Give the addresses that a part goes out with: those of its files, or its page's."""
    block = part.block
    if isinstance(block, Embed):
        return (block.url,)
    if isinstance(block, MediaBase):
        return tuple(one.url for one in block.renditions if fits(one, max_pixels))
    return ()


@lru_cache(maxsize=256)
def _patterns(hosts: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give what finds one of some hosts, and an address at one of them."""
    host = rf"({'|'.join(map(re.escape, hosts))})\.?(?::[0-9]+)?"
    alone = rf"(?<![A-Za-z0-9-])(?<![A-Za-z0-9]\.){host}(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
    tail = rf"(?:/[{_IN_PATH}]*)?(?:\?[&{_IN_PATH}]*)?(?:#[{_IN_PATH}]*)?"
    address = rf"(?:(?:https?:)?//)?{host}{tail}"
    return re.compile(alone, re.IGNORECASE), re.compile(address, re.IGNORECASE)


def _read(text: str) -> str:
    """Give a text with everything decoded that a reader's program would decode."""
    text = _SPACE.sub("\0", text) if "%" in text else text
    for _ in range(_ROUNDS):
        once = html.unescape(text) if "&" in text else text
        once = unquote(once) if "%" in once else once
        if once == text:
            break
        text = once
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _rest(read: str, start: int) -> str:
    found = _REST.match(read, start)
    return found[0] if found else ""


def _path_and_query(rest: str) -> tuple[str, str]:
    """Give path and query of what follows a host, dots resolved; / where no path follows."""
    path, _, query = rest.partition("#")[0].partition("?")
    if not path.startswith("/"):
        return "/", query
    return "/" + posixpath.normpath(path).lstrip("/"), query


@lru_cache(maxsize=1024)
def _files_of(url: str, too_large: bool) -> tuple[tuple[str, _File], ...]:
    """Give what an address leads to, by each form of its host; nothing for no file's address."""
    read = _read(url)
    try:
        host = (urlsplit(read).hostname or "").rstrip(".")
    except ValueError:
        return ()
    at = read.casefold().find(host.casefold())
    rest = re.sub(r"^\.?(?::[0-9]+)?", "", _rest(read, at + len(host)))
    path, query = _path_and_query(rest)
    by_name = bool(_FILE_NAME.search(path))
    params = [one for one in re.split("[&;]", query) if one]
    sized = too_large and any(map(_SIZE_OR_FORM.match, params))
    if not sized:
        params = [] if by_name else [one for one in params if not _SIZE_OR_FORM.match(one)]
    if not host or (path == "/" and not params):
        return ()
    end = _FILE_GOES_ON if by_name and not too_large else _GOES_ON
    file = _File(
        re.compile(rf"{re.escape(path)}(?!{end})"),
        tuple(re.compile(rf"(?:^|[&;]){re.escape(one)}(?!{_GOES_ON})") for one in params),
        is_whole=too_large and not sized,
    )
    return tuple((form, file) for form in sorted(_forms(host)))


def _forms(host: str) -> set[str]:
    """Give a host in small letters, in its own script and as DNS writes it (RFC 5890)."""
    forms = {host.casefold()}
    with suppress(UnicodeError):
        forms.add(host.encode("idna").decode("ascii").casefold())
    with suppress(UnicodeError):
        forms.add(host.encode("ascii").decode("idna").casefold())
    return forms
