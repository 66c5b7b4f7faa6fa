"""Whole desks by chance: licences, partners that are often alike, articles, and what changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, a_desk, a_licence, a_partner, an_article
from tests.strategies import (
    GUIDS,
    OURS,
    article_dicts,
    licence_dicts,
    mostly,
    partner_dicts,
    rivals,
    standings,
    territories,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

LICENCES = ("full", "extract", "world")
PRODUCTS = ("daily", "weekend", "archive")
SECTIONS = ("Cities", "Sport")
KEYWORDS = ("harbour", "tide", "wall")
LANGUAGES = ("en", "ar", "en-GB")

some_days = st.sampled_from([timedelta(hours=6), timedelta(days=2), timedelta(days=31)])

ages = mostly(0, st.just(-30)).flatmap(lambda least: st.integers(least, 90))
"""Hours since an article was written; some are dated later than now."""

selections = st.fixed_dictionaries(
    {},
    optional={
        "products": st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=2, unique=True),
        "languages": st.sampled_from([["en"], ["ar"], ["en-GB"]]),
        "keywords": st.sampled_from([["Tide"], ["harbour", "wall"]]),
        "exclude_sections": st.just(["Sport"]),
        "max_age": st.sampled_from(["P3D", "P30D"]),
        "since": st.just("2026-04-29T00:00:00Z"),
    },
)

lives = st.fixed_dictionaries(
    {},
    optional={
        "after_end": st.sampled_from(["keep_published", "keep_until_item_expiry"]),
        "on_suspend": st.just("freeze"),
        "archive": st.just("in_context"),
        "sell_off_days": st.just(2),
        "notices_kept": st.sampled_from([30, 45]),
        "covers": mostly({}, selections),
        "duties": st.fixed_dictionaries(
            {"author_credit": st.booleans()}, optional={"tagline": st.just("From <em>us</em>.")}
        ),
    },
)

feed_kinds = st.fixed_dictionaries(
    {
        "selection": mostly({}, selections),
        "order": st.sampled_from(["newest", "newest", "updated", "urgency"]),
        "limit": st.integers(1, 6),
        "formats": st.lists(
            st.sampled_from(["rss", "atom", "newsml-g2"]), min_size=1, max_size=3, unique=True
        ),
        "purpose": st.sampled_from(["publish"] * 11 + ["search"]),
        "media": mostly(None, st.sampled_from([["web"], ["app", "web"], ["print", "web"]])),
    },
    optional={
        "property": st.sampled_from(["site", "app"]),
        "extent": st.sampled_from(["full", "full", "words(4)", "paragraphs(1)"]),
        "language": st.sampled_from(["en", "ar"]),
        "renditions": st.sampled_from([["nitf"], ["text", "xhtml"]]),
    },
)


@st.composite
def licences(draw: st.DrawFn) -> tuple[Licence, ...]:
    """Give one to three licences, each in two versions, mostly open enough to give something."""
    return tuple(
        a_licence(
            **{
                **draw(licence_dicts()),
                **draw(mostly({"delay": None, "display": None}, st.just({}))),
                **draw(lives),
                "id": name,
                "version": version,
                "quota": None,
            }
        )
        for name in LICENCES[: draw(st.integers(1, 3))]
        for version in (1, 2)
    )


@st.composite
def partner_kinds(draw: st.DrawFn, names: tuple[str, ...]) -> dict[str, Any]:
    """Give all of a partner but its own names."""
    made = draw(partner_dicts())
    app = {
        "id": "app",
        "kind": "app",
        "name": "an app",
        "media": ["web", "app"],
        "languages": draw(mostly([], st.sampled_from([["en"], ["ar"]]))),
    }
    made["properties"] = [*made["properties"], app]
    for one in made["agreements"]:
        one["licence"] = draw(st.sampled_from(names))
        one["licence_version"] = draw(st.sampled_from([1, 1, 2]))
        one["properties"] = draw(mostly(["site", "app"], st.just(["site"])))
        one["term"] = draw(mostly({"start": "2026-01-01T00:00:00Z"}, st.just(one["term"])))
        one["retroactive"] = draw(mostly(False, st.just(True)))
        one["territory"] = draw(mostly({}, mostly({}, territories)))
    made["feeds"] = draw(st.lists(feed_kinds, min_size=1, max_size=3))
    made["state"] = draw(st.sampled_from(["active"] * 19 + ["blocked"]))
    return made


def named(kind: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a partner of a kind."""
    agreements = [
        {
            **one,
            "id": f"{name}-{one['id']}",
            "supersedes": one.get("supersedes") and f"{name}-{one['supersedes']}",
        }
        for one in kind["agreements"]
    ]
    feeds = [
        {"id": f"{name}-{number}", "title": f"Feed {number} of {name}", **one}
        for number, one in enumerate(kind["feeds"])
    ]
    return {**kind, "id": name, "name": name, "agreements": agreements, "feeds": feeds}


class DrawnDesk:
    """A desk that chance makes, and goes on changing."""

    def __init__(self, draw: Draw, store: SqlStore) -> None:
        self._draw = draw
        self._store = store
        self.now = NOW
        self.versions: dict[str, list[Article]] = {}
        self._licences = draw(licences())
        self._rivals: tuple[Partner, ...] = draw(mostly((), rivals()))
        names = tuple(dict.fromkeys(one.id for one in self._licences))
        kinds = draw(st.lists(partner_kinds(names), min_size=1, max_size=3))
        count = draw(st.integers(1, 6))
        ids = ["gazette", *(f"partner-{number}" for number in range(1, count))]
        self._partners = {name: named(draw(st.sampled_from(kinds)), name) for name in ids}
        for _ in range(draw(st.integers(3, 20))):
            self._write()

    @property
    def files(self) -> DeskFiles:
        """What the desk's files say now."""
        partners = (a_partner(**one) for one in self._partners.values())
        return DeskFiles(a_desk(), self._licences, (*partners, *self._rivals))

    def articles(self) -> list[Article]:
        """Give every version of every article."""
        return [one for versions in self.versions.values() for one in versions]

    def change(self) -> str:
        """Let something happen; give what."""
        what: str = self._draw(st.sampled_from(sorted(self._events())))
        self._events()[what]()
        return what

    def _events(self) -> dict[str, Callable[[], None]]:
        return {
            "write": self._write,
            "revise": self._revise,
            "take back": self._take_back,
            "standing": self._standing,
            "edit": self._edit,
            "switch": self._switch,
            "remove": self._remove,
        }

    def _write(self) -> None:
        number = len(self.versions)
        guid = GUIDS[number] if number < len(GUIDS) else f"tag:harbour.example,2024:{number}"
        age = timedelta(hours=self._draw(ages))
        self._keep(
            guid,
            self.now - age,
            **self._content(),
            section=self._draw(st.sampled_from(SECTIONS)),
            products=self._draw(st.lists(st.sampled_from(PRODUCTS), max_size=2, unique=True)),
            keywords=[self._draw(st.sampled_from(KEYWORDS))],
            language=self._draw(st.sampled_from(LANGUAGES)),
            urgency=self._draw(st.sampled_from([None, 1, 5])),
        )

    def _content(self) -> dict[str, Any]:
        """Give an article that is ours, or mostly so."""
        made: dict[str, Any] = self._draw(article_dicts())
        made["rights"] = self._draw(st.sampled_from([OURS, OURS, made["rights"]]))
        return made

    def _revise(self) -> None:
        guid = self._guid()
        last = self.versions[guid][-1]
        waits = self._draw(mostly(timedelta(0), some_days))
        note = self._draw(st.sampled_from(["", "", "A number was wrong."]))
        self._keep(
            guid,
            self.now + waits,
            **self._content(),
            section=last.section,
            products=self._draw(st.sampled_from([list(last.products), ["daily"]])),
            keywords=list(last.keywords),
            language=last.language,
            **({"correction_note": note} if note else {}),
        )

    def _take_back(self) -> None:
        status = self._draw(st.sampled_from(["canceled", "withheld"]))
        guid = self._guid()
        last = self.versions[guid][-1]
        told = {"ed_note": "Wrong.", "products": list(last.products), "section": last.section}
        self._keep(guid, self.now, pub_status=status, body=[], language=last.language, **told)

    def _guid(self) -> str:
        return str(self._draw(st.sampled_from(sorted(self.versions))))

    def _keep(self, guid: str, made: datetime, **data: Any) -> None:
        """Keep the next version of an article, later than the one before."""
        before = self.versions.setdefault(guid, [])
        if before:
            made = max(made, before[-1].version_created + timedelta(seconds=1))
        number = len(before) + 1
        title = data.pop("headline", "The end of it")
        data["headline"] = f"{title} of {guid.rpartition(':')[2]}, version {number}"
        article = an_article(
            **data,
            guid=guid,
            version=number,
            first_created=before[0].first_created if before else made,
            version_created=made,
            canonical_url=f"https://harbour.example/{guid.rpartition(':')[2]}",
        )
        self._store.put(article, None, self.now)
        before.append(article)

    def _partner(self) -> dict[str, Any]:
        return self._partners[self._draw(st.sampled_from(sorted(self._partners)))]

    def _standing(self) -> None:
        """An agreement is suspended, resumed, ended or changed otherwise."""
        agreement = self._draw(st.sampled_from(self._partner()["agreements"]))
        known = {"items", "media", "payment_overdue_since", "priority", "state"}
        found = {name: value for name, value in self._draw(standings()).items() if name in known}
        since = self._draw(st.sampled_from([None, self.now.isoformat()]))
        agreement.update(found, state_since=since, version=agreement.get("version", 1) + 1)
        if self._draw(st.booleans()):
            end = max(self.now, datetime.fromisoformat(agreement["term"]["start"]))
            end += self._draw(some_days)
            agreement["term"] = {**agreement["term"], "end": end.isoformat()}

    def _edit(self) -> None:
        """A partner or one of its feeds is written anew."""
        partner = self._partner()
        feed = self._draw(st.sampled_from(partner["feeds"]))
        changes = self._draw(
            st.sampled_from(["title", "limit", "selection", "order", "formats", "geo", "blocked"])
        )
        match changes:
            case "title":
                feed["title"] += ", renamed"
            case "formats":
                feed["formats"] = feed["formats"][:1]
            case "geo":
                partner["can_geo_block"] = not partner["can_geo_block"]
            case "blocked":
                partner["state"] = "active" if partner["state"] == "blocked" else "blocked"
            case _:
                feed[changes] = self._draw(feed_kinds)[changes]

    def _switch(self) -> None:
        """An agreement goes over to the other version of its licence."""
        agreement = self._draw(st.sampled_from(self._partner()["agreements"]))
        agreement["licence_version"] = 3 - agreement["licence_version"]

    def _remove(self) -> None:
        """A partner leaves the desk, unless it is the last."""
        name = self._draw(st.sampled_from(sorted(self._partners)))
        if len(self._partners) > 1:
            del self._partners[name]
