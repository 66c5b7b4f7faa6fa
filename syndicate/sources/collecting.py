"""The articles of files and folders in the order of their names, each by its kind of reader."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from syndicate.model.desk import Desk
from syndicate.pipeline.incoming import Draft, Hints, Refusal, Source
from syndicate.sources.article_json import ArticleJson, ArticleLines
from syndicate.sources.reading import name_of
from syndicate.sources.walking import below


class _Later:
    """A source whose parsers are loaded with the first file of its kind."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give every article of a file."""
        module = import_module(f"syndicate.sources.{self._module}")
        source: Source = getattr(module, self._name)()
        return source.collect(path, desk, hints)


SOURCES: dict[str, Source] = {
    ".json": ArticleJson(),
    ".jsonl": ArticleLines(),
    ".ndjson": ArticleLines(),
    ".md": _Later("markdown", "Markdown"),
    ".markdown": _Later("markdown", "Markdown"),
    ".html": _Later("html_page", "HtmlPage"),
    ".htm": _Later("html_page", "HtmlPage"),
    ".html.gz": _Later("html_page", "HtmlPage"),
    ".txt": _Later("plain_text", "PlainText"),
}


def source_for(path: Path) -> Source | None:
    """Give the source that reads a file, by its name; None for a name nobody reads."""
    name = path.name.lower()
    return next((source for end, source in SOURCES.items() if name.endswith(end)), None)


def collect(
    paths: Iterable[Path], desk: Desk, hints: Hints, inbox: Path | None = None
) -> Iterator[Draft | Refusal]:
    """Give the articles of files and folders, in the order of their names.

    Places of files are said from `inbox` on, so that a desk can be moved.
    Inside a folder, hidden files and files nobody reads are passed over; named directly, such a
    file is refused. So is a folder that cannot be listed, alone.
    """
    for path in paths:
        if path.is_dir():
            found = below(path)
            yield from found.refused
            for inner in found.files:
                source = source_for(inner)
                if source:
                    yield from _named(inner, source, desk, hints, inbox)
            continue
        source = source_for(path)
        if source is None or not path.exists():
            yield _unreadable(path)
        else:
            yield from _named(path, source, desk, hints, inbox)


def count(paths: Iterable[Path]) -> int | None:
    """Give how many articles files and folders hold, where each file holds one; else None."""
    found = [one for path in paths for one in (below(path).files if path.is_dir() else [path])]
    names = [one for one in found if source_for(one)]
    many = any(isinstance(source_for(one), ArticleLines) for one in names)
    return None if many else len(names)


def collect_inbox(inbox: Path, desk: Desk) -> Iterator[Draft | Refusal]:
    """Give the articles of a desk's inbox; none where it has no inbox."""
    if inbox.is_dir():
        yield from collect([inbox], desk, Hints(), inbox)
    elif os.path.lexists(inbox):
        mend = "make it a folder of articles, or name another one in desk.toml"
        yield Refusal(name_of(inbox), "no-folder", "inbox", "is no folder", mend)


def _named(
    path: Path, source: Source, desk: Desk, hints: Hints, inbox: Path | None
) -> Iterator[Draft | Refusal]:
    """Give the articles of a file; one that has a file of its own is found by the file's name.

    Sources never raise for content. Where one does all the same, that costs this file only.
    """
    name = place = ""
    if not isinstance(source, ArticleLines):
        name = path.name.partition(".")[0]
        place = str(path.relative_to(inbox) if inbox else path.absolute())
    try:
        for one in source.collect(path, desk, hints):
            yield one._replace(name=name, place=place) if isinstance(one, Draft) else one
    except Exception as met:
        says = f"cannot be read: {type(met).__name__}"
        mend = "save it in another way, and report the file to the makers of syndicate"
        yield Refusal(name_of(path), "unreadable", "file", says, mend)


def _unreadable(path: Path) -> Refusal:
    where = name_of(path)
    if not path.exists():
        return Refusal(where, "no-such-file", "path", "there is no such file", "check the name")
    known = ", ".join(SOURCES)
    return Refusal(where, "unknown-kind", "path", "no source reads it", f"rename it: {known}")
