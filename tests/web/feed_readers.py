"""Feed readers as people use them, each told where to find a feed and how to prove who asks."""

from __future__ import annotations

import email
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple, Protocol

import feedparser
from reader import Entry, make_reader

PATIENCE = 120


class Item(NamedTuple):
    """What a reader shows of an article."""

    title: str
    text: str


Shown = Mapping[str, tuple[Item, ...]]
"""By the article's identity; more than one where a reader keeps what it showed before."""


class FeedReader(Protocol):
    """A reader with one subscription."""

    def __init__(self, folder: Path, url: str) -> None: ...

    def read(self) -> Shown:
        """Fetch what is new, and give all that is shown then."""


def one_each(rows: Iterator[tuple[str, str, str]]) -> Shown:
    found: dict[str, tuple[Item, ...]] = {}
    for guid, title, text in rows:
        found[guid] = (*found.get(guid, ()), Item(title, text))
    return found


def _run(home: Path, *command: object) -> str:
    """Run a command that has a home of its own and no proxy."""
    environment = {**os.environ, "HOME": str(home), "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        [str(one) for one in command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class Feedparser:
    """A program that asks with feedparser, and keeps the tag it got."""

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url
        self._tag = ""

    def read(self) -> Shown:
        found = feedparser.parse(self._url, etag=self._tag or None)
        assert found["status"] == 200
        assert not found["bozo"]
        self._tag = found["etag"]
        return one_each((one["id"], one["title"], _content(one)) for one in found["entries"])


def _content(entry: Mapping[str, object]) -> str:
    contents = entry.get("content")
    return str(contents[0]["value"] if isinstance(contents, list) else entry.get("summary", ""))


class Reader:
    """The library `reader`, with its database in a file."""

    def __init__(self, folder: Path, url: str) -> None:
        self._reader = make_reader(str(folder / "reader.sqlite"))
        self._reader.add_feed(url)

    def read(self) -> Shown:
        self._reader.update_feeds(scheduled=False)
        [feed] = self._reader.get_feeds()
        assert feed.last_exception is None, feed.last_exception
        entries = self._reader.get_entries()
        return one_each((one.id, str(one.title), _text_of(one)) for one in entries)


def _text_of(entry: Entry) -> str:
    """Give the text of an entry; `get_content` takes no XHTML."""
    return entry.content[0].value if entry.content else str(entry.summary)


class Newsboat:
    """newsboat, without its screen."""

    def __init__(self, folder: Path, url: str) -> None:
        self._home = folder
        (folder / "urls").write_text(f"{url}\n", "utf-8")
        (folder / "config").write_text("use-proxy no\ndownload-retries 1\n", "utf-8")

    def read(self) -> Shown:
        files = ("-C", "config", "-u", "urls", "-c", "cache.db")
        paths = [one if one.startswith("-") else self._home / one for one in files]
        _run(self._home, "newsboat", "-q", *paths, "-x", "reload")
        with sqlite3.connect(self._home / "cache.db") as cache:
            rows = cache.execute("SELECT guid, title, content FROM rss_item").fetchall()
        cache.close()
        return one_each(iter(rows))


class Rss2email:
    """rss2email, which puts its mails into a folder; nothing is sent."""

    CHANGES = True
    """Whether it tells of changes, by replies to its own mails."""

    def __init__(self, folder: Path, url: str) -> None:
        self._home = folder
        (folder / "Mail").mkdir()
        (folder / "config.cfg").write_text(
            "[DEFAULT]\n"
            "from = feeds@syndicate.example\n"
            "to = desk@partner.example\n"
            "email-protocol = maildir\n"
            f"maildir-path = {folder / 'Mail'}\n"
            "maildir-mailbox = feeds\n"
            "html-mail = True\n"
            f"reply-changes = {self.CHANGES}\n",
            "utf-8",
        )
        self._told("add", "feed", url)

    def _told(self, *more: str) -> str:
        files = ("-c", self._home / "config.cfg", "-d", self._home / "data.json")
        return _run(self._home, "r2e", "-VV", *files, *more)

    def read(self) -> Shown:
        told = self._told("run")
        assert not re.search(r"\[(ERROR|WARNING)\]", told), told
        mails = [_mail(path) for path in sorted((self._home / "Mail" / "feeds" / "new").iterdir())]
        return one_each((one["X-RSS-ID"], str(one["Subject"]), one.get_content()) for one in mails)


class Rss2emailAsItComes(Rss2email):
    """rss2email with the settings that it comes with."""

    CHANGES = False


def _mail(path: Path) -> EmailMessage:
    found = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


READERS: Mapping[str, Callable[[Path, str], FeedReader]] = {
    "feedparser": Feedparser,
    "reader": Reader,
    "newsboat": Newsboat,
    "rss2email": Rss2email,
    "rss2email as it comes": Rss2emailAsItComes,
}
NEEDS = {"newsboat": "newsboat", "rss2email": "r2e", "rss2email as it comes": "r2e"}
"""The command that a reader needs; the others are libraries."""


def is_here(name: str) -> bool:
    return name not in NEEDS or shutil.which(NEEDS[name]) is not None
