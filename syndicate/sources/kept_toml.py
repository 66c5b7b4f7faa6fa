"""What TOML files held when they were read last, kept so that reading them again costs little.

Parsing is what costs, so what was parsed is kept, as JSON, under the SHA-256 of the text; it is
validated anew each time. A line that is broken, was changed by hand or comes from another version
is passed over: then the text is parsed. Nothing is ever refused because of this file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from syndicate import __version__

_MOMENTS = {one.__name__: one for one in (datetime, date, time)}
_TAG = "$"
_SOUND = "sound"


class KeptToml:
    """The parsed texts of one reading, and those of the one before."""

    def __init__(self, path: Path | None = None) -> None:
        """Begin with what a file keeps; with nothing where there is none."""
        self._path = path
        self._before = _lines(path) if path else {}
        self._now: dict[str, str] = {}

    def parsed(self, text: str, parse: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """Give what a text holds; raises what `parse` raises."""
        key = _digest(text)
        kept = self._before.get(key, "")
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            data = json.loads(_content(key, kept), object_hook=_read)
            if isinstance(data, dict):
                self._now[key] = kept
                return data
        found = parse(text)
        with suppress(ValueError, TypeError, RecursionError):
            self._now[key] = _line(key, json.dumps(_plain(found), ensure_ascii=False))
        return found

    def was_sound(self, digest: str) -> bool:
        """Say whether a whole desk of this digest was found without any fault or oddity between
        its files."""
        kept = self._before.get(_SOUND, "")
        return bool(kept) and kept == _line(_SOUND, digest)

    def is_sound(self, digest: str) -> None:
        """Note that a whole desk of this digest has no fault or oddity between its files."""
        self._now[_SOUND] = _line(_SOUND, digest)

    def keep(self) -> None:
        """Keep what was read, where there is a folder to keep it in."""
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
