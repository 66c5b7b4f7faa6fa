"""Hypothesis strategies: articles with a canary in every part, licences, partners, moments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from syndicate.model.article import Article
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.receipt import Slot
from tests.builders import NOW, a_licence, a_partner, agreement_data, an_article

KINDS = ("headline", "summary", "body", "image", "graphic", "data", "embed", "video", "audio")
PLACES = ("GB", "IE", "US", "JP", "CA", "CA-QC", "EU", "WORLD", "DE")
MEDIA = ("web", "app", "print")

moments = st.integers(-8, 60).map(lambda days: NOW + timedelta(days=days / 2))


def mostly(usual: Any, rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give the usual value three times in four, so that most questions reach the later gates."""
    return st.integers(0, 99).flatmap(lambda n: rare if n % 4 == 3 else st.just(usual))


def canary(name: str) -> str:
    """Give a word that stands in one place only and survives every format."""
    return f"Canary{name.replace('-', '')}Word"


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    start, end = sorted([draw(moments), draw(moments)])
    made: dict[str, Any] = {}
    if draw(st.booleans()):
        made["start"] = start.isoformat()
    if draw(st.booleans()) and end > start:
        made["end"] = end.isoformat()
    return made


territories = st.fixed_dictionaries(
    {
        "include": st.lists(st.sampled_from(PLACES), min_size=1, max_size=3),
        "exclude": st.lists(st.sampled_from(PLACES[:6]), max_size=2),
    }
)

restrictions = st.fixed_dictionaries(
    {},
    optional={
        "territory": territories,
        "media": st.lists(st.sampled_from(MEDIA), min_size=1, max_size=3, unique=True),
        "window": windows(),
        "max_pixels": st.sampled_from([300, 1000, 4000]),
        "severable": st.booleans(),
        "max_extent": st.sampled_from(["full", "none", "words(1)", "words(3)", "paragraphs(1)"]),
        "edit_level": st.sampled_from(["none", "trim", "adapt"]),
        "ai": st.sampled_from([{"allowed": []}, {"allowed": ["search"]}]),
        "restrictions": st.sampled_from([[], ["JAPAN OUT"], ["no idea what this means"]]),
    },
)

OURS = {"own": True, "onward": "granted"}
permissions = st.sampled_from(
    [
        {},
        {"own": True, "onward": "granted"},
        {"own": True, "onward": "granted"},
        {"onward": "refused"},
        {"onward": "unknown"},
        {"owner": "Other", "own": False},
        {
            "owner": "Norstar Agency",
            "own": False,
            "onward": "granted",
            "credit_line": "Norstar",
            "source_agreement": "norstar",
        },
    ]
)


@st.composite
def part_rights(draw: st.DrawFn) -> dict[str, Any] | None:
    if draw(st.integers(0, 99)) % 6 == 5:
        return None
    return {**draw(mostly(OURS, permissions)), **draw(mostly({}, restrictions))}


@st.composite
def blocks(draw: st.DrawFn, name: str) -> dict[str, Any]:
    word = canary(name)
    kind = draw(
        st.sampled_from(
            [
                "paragraph",
                "heading",
                "list",
                "quote",
                "table",
                "picture",
                "picture",
                "gallery",
                "video",
                "embed",
            ]
        )
    )
    block: dict[str, Any] = {"type": kind, "id": name}
    rights = draw(part_rights())
    if rights is not None:
        block["rights"] = rights
    match kind:
        case "paragraph" | "heading" | "quote":
            block["text"] = f"{word} is <em>said</em> here."
        case "list":
            block["items"] = [word, "second"]
        case "table":
            block |= {"header": ["h"], "rows": [[word, "1"]]}
        case "gallery":
            inner = draw(st.integers(1, 2))
            block["pictures"] = [draw(pictures(f"{name}-{n}")) for n in range(1, inner + 1)]
        case "picture" | "video":
            block |= _files(name, kind)
        case "embed":
            block |= {"url": f"https://{word.lower()}.example/p", "title": word}
    return block


def _files(name: str, kind: str) -> dict[str, Any]:
    word = canary(name)
    sort = "image/jpeg" if kind == "picture" else "video/mp4"
    sizes = ((1600, 900, "large"), (320, 180, "small"))
    return {
        "caption": f"{word} caption",
        "alt": f"{word} alt",
        "credit": f"{word} credit",
        "renditions": [
            {
                "url": f"https://img.example/{word}-{size}",
                "type": sort,
                "width": width,
                "height": height,
                "bytes": width,
            }
            for width, height, size in sizes
        ],
    }


@st.composite
def pictures(draw: st.DrawFn, name: str) -> dict[str, Any]:
    rights = draw(part_rights())
    made = {"type": "picture", "id": name, **_files(name, "picture")}
    return made if rights is None else {**made, "rights": rights}


@st.composite
def article_dicts(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 6))
    made: dict[str, Any] = {
        "headline": canary("headline"),
        "summary": canary("summary"),
        "rights": {**draw(mostly(OURS, permissions)), **draw(mostly({}, restrictions))},
        "body": [draw(blocks(f"p{n}")) for n in range(count)],
    }
    if draw(st.integers(0, 99)) % 4 == 3:
        made["summary_rights"] = draw(part_rights()) or {}
    if draw(st.integers(0, 99)) % 4 == 3:
        made["embargoed"] = draw(embargoes())
    if draw(st.integers(0, 99)) % 4 == 3:
        made["orders"] = [draw(orders(count))]
    return made


@st.composite
def embargoes(draw: st.DrawFn) -> dict[str, Any]:
    until = draw(moments)
    later = (until + timedelta(days=draw(st.integers(0, 9)))).isoformat()
    made: dict[str, Any] = {"until": until.isoformat()}
    if draw(st.booleans()):
        made["by_partner"] = [{"partner": "gazette", "until": later}]
    if draw(st.booleans()):
        made["by_territory"] = [{"territory": {"include": ["US"]}, "until": later}]
    if draw(st.integers(0, 99)) % 6 == 5:
        return {"open_ended": True}
    return made


@st.composite
def orders(draw: st.DrawFn, count: int) -> dict[str, Any]:
    parts = draw(st.sampled_from([[], ["p0"], ["headline"], [f"p{count - 1}"]]))
    return {
        "id": "o-1",
        "authority": canary("authority"),
        "territory": draw(territories),
        "parts": parts,
        "window": draw(windows()),
    }


@st.composite
def licence_dicts(draw: st.DrawFn) -> dict[str, Any]:
    kinds = draw(mostly(list(KINDS[2:]), st.lists(st.sampled_from(KINDS[2:]), unique=True)))
    extent = draw(st.sampled_from(["full", "full", "paragraphs(2)", "words(7)", "none"]))
    grants: list[dict[str, Any]] = [{"kind": "headline"}]
    grants += [{"kind": "summary"}] if draw(st.booleans()) else []
    for kind in kinds:
        grant: dict[str, Any] = {"kind": kind}
        if kind == "body":
            grant["extent"] = extent
        else:
            counted = ["none", "words(1)"] if kind == "data" else ["none"]
            grant["extent"] = draw(mostly("full", st.sampled_from(counted)))
        if kind == "image" and draw(st.booleans()):
            grant["max_count"] = 1
        grants.append(grant)
    return {
        "grants": grants,
        "required_parts": ["headline"],
        "territory": draw(mostly({"include": ["WORLD"]}, territories)),
        "media": draw(mostly(["web"], st.sets(st.sampled_from(MEDIA), min_size=1).map(sorted))),
        "ai": {"allowed": draw(st.sampled_from([[], ["search"], ["search", "index", "input"]]))},
        "embargo_mode": draw(st.sampled_from(["withhold", "deliver_marked"])),
        "delay": draw(st.sampled_from([None, None, None, "PT6H", "P2D"])),
        "display": draw(st.sampled_from([None, None, None, {"days": 3}, {"days": 20}])),
        "quota": draw(mostly(None, quotas())),
        "stop_when_overdue": draw(st.booleans()),
    }


@st.composite
def quotas(draw: st.DrawFn) -> dict[str, Any]:
    period = draw(st.sampled_from(["day", "week", "month", "term", "rolling"]))
    return {
        "limit": draw(st.integers(1, 3)),
        "period": period,
        "days": draw(st.integers(1, 9)) if period == "rolling" else None,
        "overage": draw(st.sampled_from(["deny", "deny", "bill", "allow_and_warn"])),
        "per": draw(st.sampled_from(["item", "property"])),
    }


@st.composite
def partner_dicts(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(mostly(NOW - timedelta(days=90), moments))
    term = {"start": start.isoformat()}
    if draw(st.booleans()):
        term["end"] = (start + timedelta(days=draw(st.integers(1, 200)))).isoformat()
    first = agreement_data(term=term, **draw(mostly({}, standings())))
    second = draw(mostly(None, standings()))
    return {
        "can_geo_block": draw(st.booleans()),
        "agreements": [first] if second is None else [first, agreement_data(id="l-2", **second)],
        "properties": [
            {
                "id": "site",
                "kind": "site",
                "name": "gazette.example",
                "media": draw(mostly(["web", "app"], st.sampled_from([["web"], ["print"]]))),
            }
        ],
    }


@st.composite
def standings(draw: st.DrawFn) -> dict[str, Any]:
    """Give what may differ between two agreements of a partner."""
    since = st.one_of(st.none(), moments.map(datetime.isoformat))
    made: dict[str, Any] = {
        "state": draw(mostly("active", st.sampled_from(["suspended", "terminated", "signed"]))),
        "state_since": draw(since),
        "payment_overdue_since": draw(mostly(None, since)),
        "priority": draw(st.integers(0, 2)),
        "items": draw(st.sampled_from([[], [], ["tag:harbour.example,2024:wall"]])),
        "fallthrough_on": draw(st.sampled_from([[], ["quota"]])),
        "supersedes": draw(st.sampled_from([None, "l-1", "l-2"])),
        "media": draw(mostly(None, st.sampled_from([["app"], ["print"], ["web"]]))),
    }
    return made


GUIDS = ("tag:harbour.example,2024:wall", "tag:harbour.example,2024:a", "tag:x.example,2024:b")


@st.composite
def some_slots(draw: st.DrawFn) -> tuple[Slot, ...]:
    """Give what was counted, mostly other articles than the one that is asked about."""
    made = []
    for _ in range(draw(st.integers(0, 5))):
        counted = draw(moments)
        back = counted + timedelta(hours=draw(st.integers(1, 90)))
        slot = Slot(
            agreement=draw(st.sampled_from(["l-1", "l-2"])),
            property=draw(st.sampled_from(["site", "app"])),
            guid=draw(st.sampled_from([*GUIDS, *GUIDS[1:]])),
            at=counted,
            returned_at=draw(st.sampled_from([None, None, back])),
        )
        made.append(slot)
    return tuple(made)


@st.composite
def rivals(draw: st.DrawFn) -> tuple[Partner, ...]:
    """Give other partners with exclusives, mostly none."""
    made = []
    for number in range(draw(mostly(0, st.integers(1, 3)))):
        terms = {
            "level": "sole",
            "basis": draw(st.sampled_from(["product", "product", "item"])),
            "window": draw(st.sampled_from(["P1D", "P5D", "P30D"])),
            "territory": draw(mostly({"include": ["JP"]}, territories)),
            "media": draw(mostly(["web"], st.sets(st.sampled_from(MEDIA), min_size=1))),
            "languages": draw(mostly([], st.sampled_from([["en"], ["ar"]]))),
        }
        if terms["basis"] == "item":
            terms["items"] = [draw(st.sampled_from(GUIDS))]
        agreed = agreement_data(
            id=f"x-{number}",
            term={"start": draw(moments).isoformat()},
            exclusivity=terms,
            **draw(mostly({}, st.just({"state": "suspended", "state_since": NOW.isoformat()}))),
        )
        made.append(a_partner(id=f"rival-{number}", agreements=[agreed], feeds=[]))
    return tuple(made)


circumstances = st.fixed_dictionaries({"slots": some_slots(), "rivals": rivals()})
"""What else a decision depends on."""


class Asked(NamedTuple):
    """Everything a decision follows from."""

    article: Article
    licence: Licence
    partner: Partner
    now: datetime
    more: dict[str, Any]
    """Slots and rivals."""


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """Give an article, a licence, a partner, a moment, and what was counted and promised."""
    return Asked(
        an_article(**draw(article_dicts())),
        a_licence(**draw(licence_dicts())),
        a_partner(**draw(partner_dicts())),
        draw(moments),
        draw(circumstances),
    )
