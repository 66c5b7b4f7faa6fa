"""The terms for machines that gather pages: valid, and the same as in every other encoding."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from syndicate.licensing.licence_document import documents
from syndicate.licensing.rsl import NAMESPACE
from syndicate.licensing.terms import document_path
from syndicate.model.licence import Licence
from tests.builders import a_licence, desk_files
from tests.standards import STANDARDS

GRAMMAR = STANDARDS / "rsl" / "rsl-1.0.project-draft.rng"
USES = [[], ["search"], ["search", "index"], ["index", "input", "train"]]


@pytest.fixture(params=USES, ids=lambda uses: "+".join(uses) or "none")
def licence(request: pytest.FixtureRequest) -> Licence:
    return a_licence(ai={"allowed": request.param})


def document(licence: Licence, suffix: str) -> bytes:
    found = {one.path: one.data for one in documents(desk_files(licence))}
    return found[document_path(licence, suffix)]


def test_what_is_not_allowed_is_forbidden_and_nothing_else(licence: Licence) -> None:
    root = etree.fromstring(document(licence, "rsl"))
    stated = root.findtext(f".//{{{NAMESPACE}}}prohibits", "").split()
    allowed = set(licence.ai.allowed)
    spread = {"ai-all": ["ai-index", "ai-input", "ai-train"]}
    every = {one for token in stated for one in spread.get(token, [token])}
    assert every == {f"ai-{one}" for one in ("index", "input", "train") if one not in allowed}


def test_it_forbids_nothing_that_the_policy_does_not(licence: Licence) -> None:
    """Drift between two encodings of the same terms is the fault that is seen in the field."""
    policy = json.loads(document(licence, "jsonld"))
    mined = {"@id": "http://www.w3.org/ns/tdmrep#mine"}
    stated = any(one["action"] == mined for one in policy["prohibition"])
    root = etree.fromstring(document(licence, "rsl"))
    assert (root.find(f".//{{{NAMESPACE}}}prohibits") is not None) == stated


def test_it_is_never_free_and_leads_to_the_terms(licence: Licence) -> None:
    root = etree.fromstring(document(licence, "rsl"))
    payment = root.find(f".//{{{NAMESPACE}}}payment")
    assert payment is not None
    assert payment.get("type") == "subscription"
    assert root.findtext(f".//{{{NAMESPACE}}}terms", "").endswith(f"/{licence.id}/v1.html")


@pytest.mark.skipif(not GRAMMAR.is_file(), reason="no RSL grammar at hand (../shared/standards)")
def test_it_is_valid(licence: Licence) -> None:
    grammar = etree.RelaxNG(etree.parse(GRAMMAR))
    grammar.assertValid(etree.fromstring(document(licence, "rsl")))
