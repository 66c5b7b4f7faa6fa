"""V30 to V40 between agreements: each found where it is, and not where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syndicate.licensing.conflicts import RULES, conflicts
from syndicate.licensing.consistency import problems
from syndicate.licensing.overlaps import selections_overlap
from syndicate.licensing.problem import Problem
from syndicate.model.desk import DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.selection import Selection
from syndicate.sources.desk_folder import load_sound, read
from tests.builders import a_desk, a_licence, a_partner, agreement_data
from tests.licensing.asking import a_rival

OTHER = a_licence(id="other", covers={"sections": ["Cities", "Sea"]})
SPORT = a_licence(id="sport", covers={"sections": ["Sport"]})
FREE = a_licence(id="cc", public=True, url="https://licence.example/")
LICENCES = (a_licence(), OTHER, SPORT, FREE)
EARLY, LATE = "2026-01-05T00:00:00Z", "2026-02-05T00:00:00Z"


def found(*partners: Partner, licences: tuple[Licence, ...] = LICENCES) -> list[Problem]:
    files = DeskFiles(a_desk(), licences, partners)
    made = list(conflicts(files))
    assert {one.rule for one in made} <= RULES
    assert [one for one in problems(files) if one.rule in RULES] == made
    return made


def ours(*agreements: dict[str, Any], **changes: Any) -> Partner:
    return a_partner(agreements=list(agreements), **changes)


def second(**changes: Any) -> dict[str, Any]:
    later = {"term": {"start": "2026-03-01T00:00:00Z"}, "licence": "other"}
    return agreement_data(id="l-2", **{**later, **changes})


def test_v30_56_equal_priority_and_overlap_is_ambiguous() -> None:
    (one,) = found(ours(agreement_data(), second()))
    assert (one.rule, one.warning) == ("V30", False)
    assert one.where == "partner gazette agreement l-2 priority"
    assert "ambiguous" in one.says
    assert "agreement l-1" in one.says
    assert "web from 2026-03-01" in one.says
    assert one.since is not None
    assert one.since.isoformat() == "2026-03-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "settled",
    [
        {"priority": 3},
        {"licence": "full"},
        {"licence": "cc"},
        {"properties": ["app"]},
        {"media": ["app"]},
        {"term": {"start": "2027-01-01T00:00:00Z"}},
        {"state": "draft"},
        {"state": "terminated"},
        {"supersedes": "l-1"},
    ],
)
def test_v30_what_is_settled_otherwise_is_not_ambiguous(settled: dict[str, Any]) -> None:
    app = {"id": "app", "kind": "app", "name": "App", "media": ["web", "app"]}
    site = {"id": "site", "kind": "site", "name": "Site", "media": ["web", "app"]}
    partner = ours(agreement_data(media=["web"]), second(**settled), properties=[site, app])
    both = tuple(one.changed(media=["web", "app"]) for one in LICENCES)
    assert found(partner, licences=both) == []


def test_v30_licences_that_cover_different_articles_are_not_ambiguous() -> None:
    assert found(ours(agreement_data(licence="sport"), second())) == []


def test_v30_what_does_not_bind_yet_is_a_warning() -> None:
    (one,) = found(ours(agreement_data(), second(state="signed")))
    assert (one.rule, one.warning) == ("V30", True)


def rival(name: str, signed: str, **exclusivity: Any) -> Partner:
    agreement = {"id": f"x-{name}", "signed_at": signed}
    return a_rival(exclusivity=exclusivity, agreement=agreement, id=name)


def test_v31_two_exclusives_of_the_same_name_both_and_what_they_share() -> None:
    first, later = rival("kumo", EARLY), rival("nami", LATE, territory={"include": ["JP", "KR"]})
    for order in ((first, later), (later, first)):
        (one,) = found(*order)
        assert (one.rule, one.warning) == ("V31", False)
        assert one.where == "partner nami agreement x-nami exclusivity"
        assert "agreement x-kumo of partner kumo" in one.says
        assert "JP; web" in one.says
        assert "KR" not in one.says


@pytest.mark.parametrize(
    "apart",
    [
        {"territory": {"include": ["KR"]}},
        {"media": ["app"]},
        {"languages": ["ar"]},
        {"basis": "item", "items": ["tag:harbour.example,2024:b"]},
    ],
)
def test_v31_exclusives_that_share_nothing_are_no_conflict(apart: dict[str, Any]) -> None:
    item = {"basis": "item", "items": ["tag:harbour.example,2024:a"]}
    named = item if "items" in apart else {"languages": ["en"]}
    assert found(rival("kumo", EARLY, **named), rival("nami", LATE, **apart)) == []


def test_v31_both_must_carve_the_other_out() -> None:
    first = rival("kumo", EARLY, carve_outs=["nami"])
    assert [one.rule for one in found(first, rival("nami", LATE))] == ["V31"]
    second = rival("nami", LATE, carve_outs=["kumo"])
    assert [one.rule for one in found(rival("kumo", EARLY), second)] == ["V31"]
    assert found(first, rival("nami", LATE, carve_outs=["kumo"])) == []


def test_v31_an_item_that_a_selection_may_hold_is_a_warning() -> None:
    item = rival("kumo", EARLY, basis="item", items=["tag:harbour.example,2024:a"])
    sport = rival("nami", LATE)
    sport = sport.changed(agreements=[sport.agreements[0].model_copy(update={"licence": "sport"})])
    (one,) = found(item, sport)
    assert (one.rule, one.warning) == ("V31", True)


def test_v32_58_a_later_exclusive_takes_what_was_promised() -> None:
    before = ours(agreement_data(signed_at=EARLY))
    (one,) = found(before, rival("nami", LATE))
    assert (one.rule, one.warning) == ("V32", False)
    assert one.where == "partner nami agreement x-nami exclusivity"
    assert "agreement l-1 of partner gazette" in one.says
    assert "gazette" in one.mend


def test_v32_58_a_carve_out_settles_it() -> None:
    before = ours(agreement_data(signed_at=EARLY))
    assert found(before, rival("nami", LATE, carve_outs=["gazette"])) == []


def test_v32_what_is_agreed_after_the_exclusive_is_no_fault() -> None:
    assert found(ours(agreement_data(signed_at=LATE)), rival("nami", EARLY)) == []


@pytest.mark.parametrize(
    "apart",
    [
        agreement_data(licence="cc", signed_at=EARLY),
        agreement_data(territory={"include": ["GB"]}, signed_at=EARLY),
        agreement_data(media=["app"], signed_at=EARLY),
        agreement_data(state="terminated", signed_at=EARLY),
        agreement_data(
            term={"start": "2025-01-01T00:00Z", "end": "2025-06-01T00:00Z"}, signed_at=EARLY
        ),
    ],
)
def test_v32_what_does_not_meet_is_no_fault(apart: dict[str, Any]) -> None:
    assert found(ours(apart), rival("nami", LATE)) == []


def test_v32_the_publishers_own_site_is_no_other_partner() -> None:
    assert found(ours(agreement_data(signed_at=EARLY), own=True), rival("nami", LATE)) == []


def test_v32_what_was_made_at_the_same_time_is_a_warning() -> None:
    (one,) = found(ours(agreement_data(signed_at=EARLY)), rival("nami", EARLY))
    assert (one.rule, one.warning) == ("V32", True)
    assert "signed_at" in one.mend


def test_v32_without_a_signature_the_start_of_the_term_counts() -> None:
    (one,) = found(ours(agreement_data()), a_rival(agreement={"term": {"start": LATE}}))
    assert (one.rule, one.warning) == ("V32", False)


def test_v34_a_licence_that_requires_what_an_agency_refuses() -> None:
    refused = a_desk(source_agreements=[{"id": "norstar", "owner": "Norstar", "onward": False}])
    needs = a_licence(required_parts=["headline", "image"])
    for desk, licence, rules in (
        (refused, needs, ["V34"]),
        (refused, a_licence(), []),
        (a_desk(), needs, []),
    ):
        made = conflicts(DeskFiles(desk, (licence,), (a_partner(),)))
        assert [one.rule for one in made] == rules
        assert all(one.warning for one in made)


def renewed(**changes: Any) -> Partner:
    first = agreement_data(term={"start": EARLY, "end": LATE})
    follows = {"supersedes": "l-1", "licence": "other", "term": {"start": LATE}}
    return ours(first, agreement_data(id="l-2", **{**follows, **changes}))


def licensed(before: dict[str, Any], after: dict[str, Any]) -> tuple[Licence, ...]:
    return a_licence(**before), a_licence(id="other", **after)


def test_v35_a_shorter_display_does_not_bind_what_is_out() -> None:
    ten, nine = {"display": {"days": 10}}, {"display": {"days": 9}}
    for before, after, rules in (
        (ten, nine, ["V35"]),
        ({}, nine, ["V35"]),
        (nine, ten, []),
        (nine, {}, []),
        (nine, nine, []),
    ):
        made = found(renewed(), licences=licensed(before, after))
        assert [one.rule for one in made] == rules
        assert all(one.warning for one in made)
    assert found(renewed(retroactive=True), licences=licensed(ten, nine)) == []


def test_v35_a_new_version_of_an_agreement_is_compared_with_the_former_licence() -> None:
    old, new = a_licence(), a_licence(version=2, display={"days": 9})
    partner = ours(agreement_data(version=2, licence_version=2))
    assert [one.rule for one in found(partner, licences=(old, new))] == ["V35"]
    first = ours(agreement_data(version=1, licence_version=2))
    assert found(first, licences=(old, new)) == []


def test_v40_a_quota_that_changes_in_the_middle_of_a_period_is_pro_rata() -> None:
    month = {"quota": {"limit": 20, "period": "month"}}
    week = {"quota": {"limit": 9, "period": "week"}}
    (one,) = found(renewed(), licences=licensed(month, week))
    assert (one.rule, one.warning) == ("V40", True)
    assert "20 a month to 9 a week" in one.says
    assert "pro rata" in one.mend
    at_once = {"term": {"start": "2026-03-01T00:00:00Z"}}
    assert found(renewed(**at_once), licences=licensed(month, week)) == []
    assert found(renewed(), licences=licensed(month, month)) == []
    assert found(renewed(), licences=licensed({}, month)) == []


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ({}, {"sections": ["Sport"]}, True),
        ({"sections": ["Sport"]}, {"sections": ["Cities"]}, False),
        ({"sections": ["Sport"]}, {"sections": ["Sport", "Cities"]}, True),
        ({"sections": ["Sport"]}, {"products": ["gold"]}, True),
        ({"sections": ["Sport"]}, {"exclude_sections": ["Sport"]}, False),
        ({"sections": ["Sport", "Sea"]}, {"exclude_sections": ["Sport"]}, True),
        ({"keywords": ["Tide"]}, {"keywords": ["tide"]}, True),
        ({"keywords": ["Tide"]}, {"exclude_keywords": ["tide"]}, False),
        ({"subjects": ["06000000"]}, {"subjects": ["20000430"]}, True),
        ({"subjects": ["06000000"]}, {"subjects": ["15000000"]}, False),
        ({"languages": ["ar"]}, {"languages": ["ar-EG"]}, True),
        ({"languages": ["ar"]}, {"languages": ["en"]}, False),
        ({"max_age": "P1D"}, {"since": "2026-01-01T00:00:00Z"}, True),
    ],
)
def test_selections_meet_unless_an_axis_shares_nothing(
    one: dict[str, Any], other: dict[str, Any], meet: bool
) -> None:
    a, b = Selection.model_validate(one), Selection.model_validate(other)
    assert selections_overlap(a, b) is meet
    assert selections_overlap(b, a) is meet


DESK = """
name = "Harbour Post"
domain = "harbour.example"
since = 2024
contact = "licensing@harbour.example"
url = "https://harbour.example/"
base_url = "https://feeds.harbour.example/"
"""
LICENCE = """
id = "full"
version = 1
title = "Everything"
media = ["web"]
territory = {include = ["WORLD"]}
grants = [{kind = "headline"}, {kind = "body"}]
"""
PARTNER = """
id = "%s"
name = "%s"
legal_name = "%s Ltd"
country = "GB"
contacts = {notices = "night@%s.example"}
properties = [{id = "site", kind = "site", name = "Site", media = ["web"]}]
[[agreements]]
id = "a-%s"
licence = "full"
licence_version = 1
properties = ["site"]
state = "active"
zone = "UTC"
term = {start = 2026-01-01}
signed_at = %s
"""
EXCLUSIVE = """
[agreements.exclusivity]
level = "sole"
basis = "product"
window = "PT48H"
territory = {include = ["JP"]}
media = ["web"]
"""


def test_the_later_partner_is_unsound_and_the_other_is_served(tmp_path: Path) -> None:
    for folder in ("licences", "partners"):
        (tmp_path / folder).mkdir()
    (tmp_path / "desk.toml").write_text(DESK, "utf-8")
    (tmp_path / "licences" / "full.toml").write_text(LICENCE, "utf-8")
    for name, signed in (("gazette", EARLY), ("nami", LATE)):
        text = PARTNER % (*[name] * 5, signed)
        text += EXCLUSIVE if name == "nami" else ""
        (tmp_path / "partners" / f"{name}.toml").write_text(text, "utf-8")
    sound = load_sound(tmp_path)
    assert sound.files is not None
    assert [one.id for one in sound.files.partners] == ["gazette"]
    assert sound.unsound == {"nami"}
    assert [one.rule for one in read(tmp_path).between] == ["V32"]
