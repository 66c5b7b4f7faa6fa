"""What TOML files held when they were read last, kept so that reading them again costs little.

Parsing is what costs, so what was parsed is kept, as JSON, under the SHA-256 of the text; it is
validated anew each time. Where a whole desk was sound and its files still look the same, they are
not even read, and partners are validated when they are asked for. A line that is broken, was
changed by hand or comes from another version is passed over: then the text is parsed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from syndicate import __version__
from syndicate.model.roster import Outline

_MOMENTS = {one.__name__: one for one in (datetime, date, time)}
_TAG = "$"
_SOUND = "sound"


class Sound(NamedTuple):
    """A desk without any fault or oddity in its files or between them."""

    digest: str
    """Of all its files."""
    files: dict[str, str]
    """Under what the text of each file is kept, by name: desk.toml, partners/gazette.toml."""
    partners: tuple[tuple[str, Outline], ...]
    """The name of each partner's file, with the outline of the partner."""


class KeptToml:
    """The parsed texts of one reading, and those of the one before."""

    def __init__(
        self, path: Path | None = None, looks: str = "", seen: tuple[str, ...] = ()
    ) -> None:
        """Begin with what a file keeps; with nothing where there is none.

        `seen` says how the desk's files look, before any is read; `looks` is a digest of that,
        empty where another text may look the same.
        """
        self._path = path
        self._looks = looks
        self.seen = seen
        self._before = _lines(path) if path else {}
        self._now: dict[str, str] = {}

    def parsed(self, text: str, parse: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """Give what a text holds; raises what `parse` raises."""
        key = _digest(text)
        kept = self._before.get(key, "")
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            data = _loaded(_content(key, kept))
            self._now[key] = kept
            return data
        found = parse(text)
        with suppress(ValueError, TypeError, RecursionError):
            self._now[key] = _line(key, json.dumps(_plain(found), ensure_ascii=False))
        return found

    def same(self) -> Sound | None:
        """Give the desk that was sound where its files look the same, and all of them are kept."""
        looks, sound = self._sound()
        if sound is None or not self._looks or looks != self._looks:
            return None
        if any(self._data(key) is None for key in sound.files.values()):
            return None
        self._now = self._before
        return sound

    def data(self, key: str) -> dict[str, Any]:
        """Give what the text of a file of the same desk holds. Raises ValueError."""
        found = self._data(key)
        return _loaded(found or "")

    def was_sound(self, digest: str) -> bool:
        """Say whether a whole desk of this digest was sound."""
        sound = self._sound()[1]
        return sound is not None and sound.digest == digest

    def is_sound(self, texts: Iterable[tuple[str, str]], partners: Iterable[Outline]) -> None:
        """Note that a desk of these texts, by the names of their files, is sound."""
        files = {name: _digest(text) for name, text in texts}
        named = (name for name in files if name.startswith("partners/"))
        rows = [(name, _plain_outline(one)) for name, one in zip(named, partners, strict=True)]
        content = [self._looks, digest_of_texts(texts), files, rows]
        self._now[_SOUND] = _line(_SOUND, json.dumps(content))

    def _sound(self) -> tuple[str, Sound | None]:
        with suppress(ValueError, TypeError, LookupError):
            looks, digest, files, rows = json.loads(_content(_SOUND, self._before[_SOUND]))
            found = tuple((name, _outline(*one)) for name, one in rows)
            return looks, Sound(digest, files, found)
        return "", None

    def _data(self, key: str) -> str | None:
        with suppress(ValueError, LookupError):
            return _content(key, self._before[key])
        return None

    def keep(self) -> None:
        """Keep what was read, where there is a folder to keep it in; the last thing to do.

        Texts of a desk that was read are let go of, because a run may be long; those of one that
        looks the same are what its partners are read from.
        """
        self._write()
        if self._now is not self._before:
            self._before, self._now = {}, {}

    def _write(self) -> None:
        if self._path is None:
            return
        fresh = self._path.with_name(f"{self._path.name}.tmp")
        lines = (f"{key} {line}\n" for key, line in self._now.items())
        with suppress(OSError):
            fresh.unlink(missing_ok=True)  # of a run that was killed
            if self._now != self._before:
                with fresh.open("x", encoding="utf-8") as file:
                    file.writelines(lines)
                fresh.replace(self._path)


def digest_of_texts(texts: Iterable[tuple[str, str]]) -> str:
    """Give a digest of files by name and text, as this version reads them."""
    return _digest(json.dumps([(name, _digest(text)) for name, text in texts]))


def _digest(text: str) -> str:
    version = f"{__version__} {sys.version}"
    return hashlib.sha256(f"{version}\n{text}".encode(errors="surrogatepass")).hexdigest()


def _lines(path: Path) -> dict[str, str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError):
        return {}
    pairs = (line.partition(" ") for line in text.split("\n") if line)
    return {key: line for key, _, line in pairs}


def _line(key: str, content: str) -> str:
    return f"{_digest(key + content)} {content}"


def _content(key: str, line: str) -> str:
    """Give what a line keeps. Raises ValueError where it is not as it was written."""
    content = line.partition(" ")[2]
    if line != _line(key, content):
        raise ValueError(key)
    return content


def _loaded(content: str) -> dict[str, Any]:
    """Give what was kept of a text. Raises ValueError where it is not that."""
    data = json.loads(content, object_hook=_read)
    if not isinstance(data, dict):
        raise ValueError(type(data).__name__)
    return data


def _plain_outline(one: Outline) -> list[Any]:
    return [one.id, one.own, one.excludes, [end.isoformat() for end in one.ends], one.feeds]


def _outline(name: str, own: bool, excludes: bool, ends: list[str], feeds: list[Any]) -> Outline:
    moments = tuple(datetime.fromisoformat(end) for end in ends)
    return Outline(
        name, own, excludes, moments, tuple((feed, tuple(formats)) for feed, formats in feeds)
    )


def _plain(value: Any) -> Any:
    """Give the same with its moments tagged. Raises ValueError where it holds the tag itself."""
    if isinstance(value, dict):
        if _TAG in value:
            raise ValueError(_TAG)
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if type(value).__name__ in _MOMENTS:
        return {_TAG: [type(value).__name__, value.isoformat()]}
    return value


def _read(found: dict[str, Any]) -> Any:
    if _TAG not in found:
        return found
    name, text = found[_TAG]
    return _MOMENTS[name].fromisoformat(text)
