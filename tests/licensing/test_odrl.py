"""The machine-readable terms, read back by an RDF library with the official context."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, XSD

from syndicate.licensing.licence_document import documents
from tests.builders import a_licence, a_picture, agency, an_article, desk_files
from tests.licensing.asking import a_geo_blocker, entry
from tests.standards import STANDARDS

ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
FOLDER = STANDARDS / "odrl-rightsml"

pytestmark = [
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason="the ODRL context is not at hand (../shared/standards)"
    ),
    pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning:rdflib.*"),
]


def read(policy: str) -> Graph:
    """Expand a policy with the official context, which is not fetched."""
    data = json.loads(policy)
    assert data["@context"] == "http://www.w3.org/ns/odrl.jsonld"
    context = json.loads((FOLDER / "ODRL22.jsonld").read_text("utf-8"))
    data["@context"] = context["@context"]
    return Graph().parse(data=json.dumps(data), format="json-ld")


def policies() -> list[str]:
    licence = a_licence(
        territory={"include": ["WORLD"], "exclude": ["JP", "CA-QC"]},
        translation={"languages": ["fr", "de"]},
        display={"days": 90},
        duties={"attribute": "By {publisher}", "report": "month"},
        media=["web", "print"],
        ai={"allowed": ["search"]},
    )
    partner = a_geo_blocker()
    photo = a_picture(rights=agency(territory={"include": ["GB", "IE"]}))
    made = entry(an_article(body=[{"type": "paragraph", "text": "T."}, photo]), licence, partner)
    plain = entry(licence=a_licence(territory={"include": ["GB", "IE"]}))
    public = [
        one.data.decode()
        for one in documents(desk_files(licence))
        if one.media_type == "application/ld+json"
    ]
    counted = entry(licence=a_licence(quota={"limit": 20, "period": "month"}))
    items = [made.terms.odrl, made.terms.parts[0].odrl, plain.terms.odrl, counted.terms.odrl]
    return [*items, *public]


@pytest.mark.parametrize("policy", policies())
def test_every_term_is_known_and_none_is_deprecated(policy: str) -> None:
    vocabulary = Graph().parse(FOLDER / "ODRL22.ttl")
    old = set(vocabulary.subjects(OWL.deprecated, Literal(True)))
    known = {s for s in vocabulary.subjects() if str(s).startswith(str(ODRL))}
    used = {
        term
        for triple in read(policy)
        for term in triple
        if isinstance(term, URIRef) and str(term).startswith(str(ODRL))
    }
    assert used
    assert used <= known
    assert not used & old
    assert not {"pay", "commercialize", "copy", "license", "share"} & {
        str(term).removeprefix(str(ODRL)) for term in used
    }


@pytest.mark.parametrize("policy", policies())
def test_conflicts_prohibit_and_the_type_is_an_offer(policy: str) -> None:
    graph = read(policy)
    (uid,) = graph.subjects(RDF.type, ODRL.Offer)
    assert graph.value(uid, ODRL.conflict) == ODRL.prohibit
    assert graph.value(uid, ODRL.assigner) == URIRef("https://harbour.example/")
    assert not list(graph.objects(uid, ODRL.assignee))


def operands(graph: Graph, left: URIRef) -> list[tuple[Any, Any]]:
    return [
        (graph.value(one, ODRL.operator), right)
        for one in graph.subjects(ODRL.leftOperand, left)
        for right in graph.objects(one, ODRL.rightOperand)
    ]


def test_places_are_iris_of_countries() -> None:
    graph = read(entry(licence=a_licence(territory={"include": ["GB", "IE"]})).terms.odrl)
    found = set(operands(graph, ODRL.spatial))
    assert {operator for operator, _ in found} == {ODRL.isAnyOf}
    assert {str(right)[-3:] for _, right in found} == {"GBR", "IRL"}
    assert all(isinstance(right, URIRef) for _, right in found)


def test_moments_are_typed() -> None:
    graph = read(entry().terms.odrl)
    found = set(operands(graph, ODRL.dateTime))
    assert {operator for operator, _ in found} == {ODRL.gteq, ODRL.lt}
    assert all(right.datatype == XSD.dateTime for _, right in found)


def test_a_hole_in_the_world_is_none_of() -> None:
    licence = a_licence(territory={"exclude": ["JP"]})
    found = set(operands(read(entry(licence=licence).terms.odrl), ODRL.spatial))
    assert {(operator, str(right)[-3:]) for operator, right in found} == {(ODRL.isNoneOf, "JPN")}


def test_every_target_is_the_article_or_its_part() -> None:
    photo = a_picture(rights=agency())
    made = entry(an_article(body=[{"type": "paragraph", "text": "T."}, photo]))
    article = read(made.terms.odrl)
    part = read(made.terms.parts[0].odrl)
    guid = "tag:harbour.example,2024:wall"
    rules = [
        node
        for name in (ODRL.permission, ODRL.prohibition)
        for node in article.objects(None, name)
    ]
    assert {str(article.value(rule, ODRL.target)) for rule in rules} == {guid}
    assert URIRef(f"{guid};photo") in set(part.objects(None, ODRL.target))
