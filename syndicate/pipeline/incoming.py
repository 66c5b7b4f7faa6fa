"""What a source gives of the articles that come in: each as a draft, or as a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from syndicate.model.article import Article
from syndicate.model.base import Key, LangTag, Model, Text, Url
from syndicate.model.desk import Desk
from syndicate.model.moments import Instant


class Hints(Model):
    """What the user states on the command line for articles whose source does not say it."""

    guid: str | None = None
    """Identity."""
    language: LangTag | None = None
    """Language."""
    byline: tuple[Text, ...] = ()
    """Authors' names."""
    first_created: Instant | None = None
    """When it was first made."""
    version_created: Instant | None = None
    """When this version was made."""
    url: Url | None = None
    """Its page at the publisher."""
    section: Text | None = None
    """Section."""
    products: tuple[Key, ...] = ()
    """Products."""


class Draft(NamedTuple):
    """An article as a source gives it.

    `article.version` and `version_created` count only where they are in `model_fields_set`.
    `origin` says where it came from: id:… where the source states the guid, else url:… or file:….
    """

    article: Article
    origin: str
    remarks: tuple[str, ...] = ()
    name: str = ""
    """The name of its file up to the first dot, to find it again; empty where many share it."""
    place: str = ""
    """Where its file lies: below the inbox, else from the root; empty where many share it."""


class Refusal(NamedTuple):
    """An article that a source cannot give: where, stable code, field, what is wrong, the mend."""

    where: str
    code: str
    field: str
    says: str
    mend: str

    @property
    def told(self) -> str:
        """What is wrong with which field, and the mend, as sentences."""
        ends = "" if self.says.endswith("?") else "."
        return f"{self.field}: {self.says}{ends} Mend: {self.mend}."


class Source(Protocol):
    """Reads articles of one kind of file."""

    def collect(self, path: Path, desk: Desk, hints: Hints) -> Iterator[Draft | Refusal]:
        """Give every article of a file, each as a draft or a refusal; never raises for content."""
