"""The desk's articles: finding one, what it is made of, who may have it, who holds it."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.licensing.withdraw import current
from syndicate.model.article import Article
from syndicate.model.credential import Credential
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound
from syndicate.model.receipt import Told
from syndicate.pipeline import dossier
from syndicate.pipeline.browse import browse
from syndicate.pipeline.ports import Store
from syndicate.web.pages.desk import DOOR, Part, part_of
from syndicate.web.pages.room import room_of
from syndicate.web.pages.shown import page

LONGEST = 200
"""Letters of what is looked for."""
TOLD = 50
"""Notices that are shown of an article."""


async def articles(request: Request, who: Credential) -> Response:
    """List articles, newest first; or those with some words."""
    words = request.query_params.get("words", "")[:LONGEST].strip()
    after = request.query_params.get("after", "")[:255]
    room = room_of(request)
    found = await room.aside.ask(lambda store: browse(store, words, after))
    return page(request, "desk_articles.html", found=found, words=words, after=after)


class ArticlePage(NamedTuple):
    """An article and all that the desk asks about it."""

    history: tuple[Article, ...]
    now: Article | None
    """The version that stands now."""
    pieces: tuple[dossier.Piece, ...]
    asked: tuple[dossier.Asked, ...]
    asked_part: Part
    keepers: tuple[dossier.Keeper, ...]
    keepers_part: Part
    holders: int
    told: tuple[Told, ...]
    told_of: int


async def article(request: Request, who: Credential) -> Response:
    """Show an article."""
    room, guid = room_of(request), request.path_params["guid"]

    def looked(files: DeskFiles, store: Store) -> ArticlePage:
        return _seen(request, files, store, guid)

    seen = await room.look(looked)
    return page(
        request,
        "desk_article.html",
        seen=seen,
        article=seen.history[-1],
        whole=dossier.whole,
        by_part=dossier.by_part,
        now=room.now(),
    )


def _seen(request: Request, files: DeskFiles, store: Store, guid: str) -> ArticlePage:
    now = room_of(request).now()
    history = store.history(guid)
    if not history:
        raise NotFound(f"no article {guid!r}")
    stands, held = current(history, now), store.held(guid)
    asked = dossier.partners_for(files, store, stands or history[-1], held)
    may = part_of(request, "may", len(asked))
    holders = dossier.keepers_among(held)
    holds = part_of(request, "holds", len(holders))
    told = store.notices(guid=guid)[::-1]
    names = asked[may.start : may.end]
    return ArticlePage(
        history,
        stands,
        tuple(dossier.pieces(history[-1])),
        tuple(dossier.asked_of(files, store, history, names, held, now)),
        may,
        tuple(dossier.keepers(files, held, holders[holds.start : holds.end], now)),
        holds,
        len(holders),
        tuple(sorted(told, key=lambda one: one.ack is not None))[:TOLD],
        len(told),
    )


ROUTES = [
    Route("/desk/articles", DOOR.opens(articles)),
    Route("/desk/articles/{guid:path}", DOOR.opens(article)),
]
