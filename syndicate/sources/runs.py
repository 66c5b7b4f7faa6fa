"""A run of inline HTML as it grows: open tags are closed at its end and opened again after it."""

from __future__ import annotations

from html import escape

_ATTRIBUTES = ("href", "hreflang", "title", "dir", "lang")
# Every paragraph inside open tags repeats them: a limit keeps the result linear.
_DEEPEST = 12


class Run:
    """One run of text with its markup."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._seen = False
        self._broken = False
        self._spaced = False
        self.size = 0

    def open(self, tag: str, values: dict[str, str]) -> None:
        """Open an inline tag."""
        kept = "".join(
            f' {name}="{escape(values[name])}"' for name in _ATTRIBUTES if values.get(name)
        )
        useless = (tag in {"a", "span"} and not kept) or len(self._open) >= _DEEPEST
        markup = "" if useless else f"<{tag}{kept}>"
        self._open.append((tag, markup))
        self._break_line()
        self._put(markup)

    def close(self, tag: str) -> None:
        """Close the inline tag that was opened last."""
        if self._open and self._open[-1][0] == tag:
            _, markup = self._open.pop()
            self._put(f"</{tag}>" if markup else "")

    def text(self, data: str) -> None:
        """Add text; white space is already one space."""
        if not self._seen or self._broken or self._spaced:
            data = data.lstrip(" ")
        if not data:
            return
        if data.strip():
            self._break_line()
            self._seen = True
        if self._seen:
            self._put(escape(data, quote=False))
            self._spaced = data.endswith(" ")

    def line_break(self) -> bool:
        """Add a line break; True for the second in a row, which ends the paragraph."""
        again = self._broken
        self._broken = self._seen
        return again

    def taken(self) -> str:
        """Give the run, empty where it shows nothing, and begin the next one."""
        closing = "".join(f"</{tag}>" for tag, markup in reversed(self._open) if markup)
        run = "".join((*self._parts, closing)).strip() if self._seen else ""
        self._parts = [markup for _, markup in self._open]
        self._seen = self._broken = self._spaced = False
        self.size = 0
        return run

    def _break_line(self) -> None:
        if self._broken:
            self._put("<br>")
            self._broken = False

    def _put(self, part: str) -> None:
        self._parts.append(part)
        self.size += len(part)
