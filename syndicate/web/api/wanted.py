"""A program asks for a licence; what of the article is not ours to give is said at once."""

from __future__ import annotations

from syndicate.model.request import RequestForm
from syndicate.pipeline.requests import received
from syndicate.web.api.answers import ArticleFacts, Fault, ForeignFacts, Requested
from syndicate.web.api.asking import Call
from syndicate.web.api.bodies import WantedForm
from syndicate.web.api.problems import Wrong
from syndicate.web.limits import ASK, address_of
from syndicate.web.pages.ask import About, about_article

_NO_ARTICLE = Fault(
    field="article",
    says="we know no article of this address",
    mend="write the address of its page as it stands there, or leave it out",
)


async def want(call: Call) -> Requested:
    """Take a request for a licence in."""
    room, form = call.room, RequestForm.model_validate(call.said(WantedForm).model_dump())
    address = address_of(call.request)
    _in_time(call.limits.wait(ASK, "ask", address))
    about = await about_article(room, form.article)
    if form.article and about is None:
        raise Wrong("fields-wrong", faults=[_NO_ARTICLE])
    _in_time(call.limits.keep(address))
    made = received(form, room.now(), room.chance()[:4])
    await room.record.ask(lambda store: store.keep_request(made, made.at))
    return Requested(id=made.id, at=made.at, state=made.state, article=_article(about))


def _in_time(wait: int) -> None:
    """Refuse what has to wait for so many seconds. Raises Wrong."""
    if wait:
        raise Wrong("too-often", headers=[("retry-after", str(wait))])


def _article(about: About | None) -> ArticleFacts | None:
    if about is None:
        return None
    foreign = (
        ForeignFacts(part=one.part, kind=one.kind, holder=one.holder, says=one.says)
        for one in about.foreign
    )
    return ArticleFacts(headline=about.headline, foreign=tuple(foreign))
