"""Fragments of RSS and Atom as feedgen writes them: what ours are compared with, byte by byte."""

from __future__ import annotations

from syndicate.formats.base import Frame
from syndicate.model.entry import Entry, Tombstone
from tests.formats.reference import atom, rss


def fragment(name: str, frame: Frame, entry: Entry) -> bytes:
    return rss.fragment(frame, entry) if name == "rss" else atom.fragment(entry)


def stone(name: str, tombstone: Tombstone) -> bytes:
    return rss.stone(tombstone) if name == "rss" else atom.stone(tombstone)
