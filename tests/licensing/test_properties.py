"""What must hold for every article, licence, partner and moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syndicate.formats.all import FORMATS
from syndicate.licensing.decide import decide
from syndicate.licensing.quota import counted_under, slots_for
from syndicate.model.body import MediaBase, kind_of
from syndicate.model.decision import Decision, DutyCode, Verdict
from syndicate.model.rights import Onward
from syndicate.model.territory import NO_GROUPS
from tests.builders import a_head, a_licence, a_partner, agreement_data, an_article
from tests.licensing.asking import MARKED, decision, ruling, thorough
from tests.strategies import (
    article_dicts,
    canary,
    circumstances,
    licence_dicts,
    moments,
    partner_dicts,
    questions,
    restrictions,
)


def outcome(decided: Decision) -> dict[str, Verdict]:
    if decided.verdict is not Verdict.ALLOW:
        return {"*": decided.verdict}
    return {"*": decided.verdict, **{one.part: one.verdict for one in decided.parts}}


def allowed(decided: Decision) -> set[str]:
    return {one.part for one in decided.parts if decided.allows(one.part)}


def words_denied(article: Any, licence: Any, decided: Decision) -> set[str]:
    """Give the canaries of everything that may not go out."""
    gone = {canary("authority")}
    if not decided.allows("summary"):
        gone.add(canary("summary"))
    if "none" in {str(g.extent) for g in licence.grants if g.kind == "summary"}:
        gone.add(canary("summary"))
    gone |= {
        canary(block.id)
        for block in article.blocks()
        for grant in licence.grants
        if grant.kind is kind_of(block) and grant.kind != "body" and str(grant.extent) == "none"
    }
    for block in article.blocks():
        if not decided.allows(block.id) and block.type != "gallery":
            gone.add(canary(block.id))
        elif isinstance(block, MediaBase):
            limit = decided.of(block.id).max_pixels
            gone.update(f.url for f in block.renditions if limit and (f.width or 0) > limit)
    return gone


@thorough
@given(questions())
def test_what_was_denied_is_in_no_byte_of_any_format(asked: Any) -> None:
    from syndicate.licensing.redact import redact  # noqa: PLC0415

    article, licence, partner, now, more = asked
    made = ruling(article, licence, partner, now=now, carries=MARKED, **more)
    if made.decision.verdict is not Verdict.ALLOW or made.question is None:
        return
    entry = redact(made.question, made.decision)
    texts = [entry.model_dump_json()]
    for fmt in FORMATS.values():
        marked = entry.embargoed or entry.embargo_open_ended
        if marked and "embargo" not in fmt.carries:
            continue
        texts.append(fmt.render(a_head(), (entry,), ()).decode())
    for word in words_denied(article, licence, made.decision):
        for text in texts:
            assert word.lower() not in text.lower()


@thorough
@given(questions())
def test_nothing_goes_out_whose_owner_did_not_say_so(asked: Any) -> None:
    """An oracle that knows only the plainest rule: a picture needs its own stated permission."""
    article, licence, partner, now, more = asked
    decided = decision(article, licence, partner, now=now, carries=MARKED, **more)
    for block in article.blocks():
        rights = block.rights
        if isinstance(block, MediaBase) and (
            rights is None or rights.onward is not Onward.GRANTED
        ):
            assert not decided.allows(block.id)
    if not any(grant.kind == "image" for grant in licence.grants):
        assert not any(p.verdict is Verdict.ALLOW for p in decided.parts if p.kind == "image")


@thorough
@given(
    article_dicts(),
    licence_dicts(),
    partner_dicts(),
    moments,
    circumstances,
    restrictions,
    st.data(),
)
def test_adding_a_restriction_never_opens_anything(
    article: Any, licence: Any, partner: Any, now: Any, more: Any, added: Any, data: Any
) -> None:
    before = decision(
        an_article(**article), a_licence(**licence), a_partner(**partner), now=now, **more
    )
    where = data.draw(st.sampled_from(["rights", "block", "refuse", "block-refuse"]))
    rights = dict(article["rights"])
    body = [dict(block) for block in article["body"]]
    if where == "rights":
        rights = merged(rights, whole_texts(added, before))
    elif where == "refuse":
        rights = {**rights, "onward": "refused"}
    elif where == "block":
        body[-1]["rights"] = merged(body[-1].get("rights") or {}, added)
    else:
        body[0]["rights"] = {**(body[0].get("rights") or {}), "onward": "refused"}
    tighter = an_article(**{**article, "rights": rights, "body": body})
    after = decision(tighter, a_licence(**licence), a_partner(**partner), now=now, **more)
    assert allowed(after) <= allowed(before)


def whole_texts(added: dict[str, Any], before: Decision) -> dict[str, Any]:
    """Leave the article's places alone where a text has a hole of its own.

    A text cannot be kept out of a page, so it does not go; where the article itself keeps clear
    of the hole, there is none, and the text goes.
    """
    holes = any(f.part and f.code.startswith("TERRITORY_") for f in before.findings)
    places = {"territory", "restrictions"} if holes else set()
    return {name: value for name, value in added.items() if name not in places}


def merged(rights: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Add restrictions that are not stated yet, so that nothing is replaced."""
    return {**more, **rights}


@thorough
@given(questions(), st.integers(0, 10**6))
def test_the_answer_is_constant_until_next_change(asked: Any, share: int) -> None:
    article, licence, partner, now, more = asked
    decided = decision(article, licence, partner, now=now, **more)
    end = decided.next_change or now + timedelta(days=365)
    inside = now + (end - now) * share / 10**6
    later = decision(
        article, licence, partner, now=min(inside, end - timedelta(microseconds=1)), **more
    )
    assert outcome(later) == outcome(decided)
    assert later.agreement == decided.agreement
    assert {p.part: (p.territory, p.media) for p in later.parts} == {
        p.part: (p.territory, p.media) for p in decided.parts
    }


@thorough
@given(questions(), st.randoms())
def test_the_order_of_what_is_put_in_does_not_matter(asked: Any, order: Any) -> None:
    article, licence, partner, now, more = asked
    grants = list(licence.grants)
    order.shuffle(grants)
    media = list(licence.media)
    order.shuffle(media)
    shuffled = licence.model_copy(update={"grants": tuple(grants)})
    again = type(licence).model_validate({**shuffled.model_dump(), "media": media})
    assert decision(article, again, partner, now=now, **more) == decision(
        article, licence, partner, now=now, **more
    )


@thorough
@given(moments, moments, st.integers(0, 2), st.randoms())
def test_the_order_of_agreements_does_not_matter(
    start: Any, other: Any, priority: int, order: Any
) -> None:
    agreements = [
        agreement_data(id="a", term={"start": start.isoformat()}),
        agreement_data(id="b", term={"start": other.isoformat()}, priority=priority),
    ]
    straight = decision(partner=a_partner(agreements=agreements))
    order.shuffle(agreements)
    assert decision(partner=a_partner(agreements=agreements)) == straight


@thorough
@given(questions())
def test_every_refusal_has_a_reason_that_says_how_to_mend_it(asked: Any) -> None:
    article, licence, partner, now, more = asked
    decided = decision(article, licence, partner, now=now, **more)
    if decided.verdict is not Verdict.ALLOW:
        assert decided.codes(effect=decided.verdict)
    for part in decided.parts:
        if part.verdict is not Verdict.ALLOW:
            assert decided.codes(part.part, part.verdict)
    for finding in decided.findings:
        if finding.effect is not Verdict.ALLOW:
            assert finding.says
            assert finding.source
            assert finding.mend


@thorough
@given(questions())
def test_every_allowed_article_carries_its_duties(asked: Any) -> None:
    article, licence, partner, now, more = asked
    decided = decision(article, licence, partner, now=now, **more)
    if decided.verdict is not Verdict.ALLOW:
        return
    owed = {duty.code for duty in decided.duties if duty.part is None}
    assert {
        DutyCode.LINK_BACK,
        DutyCode.AUTHOR_CREDIT,
        DutyCode.COPYRIGHT_NOTICE,
        DutyCode.NO_SUBLICENCE,
        DutyCode.NO_MODIFY,
        DutyCode.AI,
        DutyCode.REMOVE_ON_NOTICE,
        DutyCode.CORRECT_ON_NOTICE,
        DutyCode.MEDIA_ONLY,
    } <= owed
    governs = next(one for one in partner.agreements if one.ref == decided.agreement)
    assert not governs.term.end or DutyCode.REMOVE_AFTER in owed
    for part in decided.parts:
        block = next((b for b in article.blocks() if b.id == part.part), None)
        if part.verdict is Verdict.ALLOW and isinstance(block, MediaBase):
            assert any(d.code is DutyCode.CREDIT and d.part == part.part for d in decided.duties)


@thorough
@given(questions())
def test_the_same_question_gives_the_same_answer(asked: Any) -> None:
    article, licence, partner, now, more = asked
    one = decision(article, licence, partner, now=now, **more).model_dump_json()
    assert decision(article, licence, partner, now=now, **more).model_dump_json() == one


@thorough
@given(questions())
def test_nobody_gets_what_another_partner_has_exclusively(asked: Any) -> None:
    """An oracle that knows no bars: place by place and medium by medium, the promise is kept."""
    article, licence, partner, now, more = asked
    decided = decision(article, licence, partner, now=now, **more)
    for rival in more["rivals"]:
        (agreement,) = rival.agreements
        terms = agreement.exclusivity
        over = article.published_from + terms.window <= now
        meant = terms.basis == "product" or article.guid in terms.items
        spoken = not terms.languages or "en" in terms.languages
        if over or not meant or not spoken or not agreement.in_force(now):
            continue
        kept = NO_GROUPS.area(terms.territory, now)
        for part in decided.parts:
            if decided.allows(part.part):
                assert not (part.territory & kept and {*part.media} & {*terms.media})


@thorough
@given(questions())
def test_one_agreement_governs_and_no_other_is_mixed_in(asked: Any) -> None:
    article, licence, partner, now, more = asked
    made = ruling(article, licence, partner, now=now, **more)
    if made.question is None:
        return
    alone = decide(made.question)
    assert alone.findings == made.decision.findings
    assert alone.duties == made.decision.duties
    assert made.decision.agreement == made.question.agreement.ref


@thorough
@given(questions(), st.lists(st.integers(0, 9), max_size=6, unique=True))
def test_no_more_slots_are_taken_than_there_is_room(asked: Any, names: list[int]) -> None:
    article, licence, partner, now, more = asked
    if licence.quota is None:
        return
    waiting = [an_article(guid=f"tag:harbour.example,2024:n{name}") for name in names]
    agreement, place = partner.agreements[0], partner.properties[0]
    counted = counted_under(partner, agreement, more["slots"])
    period = licence.quota.period_at(now, agreement.zone, agreement.term)
    if not period.holds(now):
        return  # outside of its term an agreement delivers nothing
    taken = slots_for([article, *waiting], counted, agreement, licence, place, now)
    assert len({slot.guid for slot in taken}) == len(taken)
    free = [slot for slot in (*counted, *taken) if not slot.overage and period.holds(slot.at)]
    standing = {
        (slot.guid, slot.property if licence.quota.per == "property" else "")
        for slot in free
        if slot.returned_at is None or slot.returned_at > now
    }
    plain = [slot for slot in taken if not slot.overage]
    assert not plain or len(standing) <= licence.quota.limit
    again = slots_for([article, *waiting], (*counted, *taken), agreement, licence, place, now)
    assert not {slot.guid for slot in again} & {slot.guid for slot in taken}
    if licence.quota.overage == "deny":
        assert again == ()
