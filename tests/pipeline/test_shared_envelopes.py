"""What stands around the articles is made and checked once for a class, whoever its feeds are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicate.checks.base import CheckFinding
from syndicate.checks.findings import check_document
from syndicate.checks.fragments import check_envelope
from syndicate.formats.all import FORMATS
from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.pipeline import sheets
from tests.builders import NOW, a_desk, a_licence, a_partner, agreement_data, an_article
from tests.pipeline.naive import Naive
from tests.pipeline.running import Running

LATER = NOW + timedelta(minutes=1)
Named = Sequence[tuple[str, str]]
"""Title and description of each feed."""


def partner(number: int, title: str, description: str, **facts: Any) -> Partner:
    name = f"partner-{number}"
    feed = {"id": f"{name}-all", "title": title, "description": description, **facts}
    feed["formats"] = list(FORMATS)
    return a_partner(id=name, feeds=[feed], agreements=[agreement_data(id=f"{name}-2026")])


def desk_of(named: Named) -> DeskFiles:
    partners = tuple(partner(number, *one) for number, one in enumerate(named))
    return DeskFiles(a_desk(), (a_licence(),), partners)


def versions() -> tuple[Article, Article, Article]:
    later = LATER.isoformat()
    other = {"guid": "tag:harbour.example,2024:n2", "canonical_url": "https://harbour.example/n2"}
    return (
        an_article(),
        an_article(version=2, version_created=later, correction_note="Not so high."),
        an_article(**other, first_created=later, version_created=later),
    )


def agree(named: Named, folder: Path) -> None:
    """Publish twice, and compare with feeds that are all made anew, each by itself."""
    files, naive = desk_of(named), Naive()
    desk = Running(folder, files)
    first, *rest = versions()
    steps = ((NOW, (first,), (first,)), (LATER, rest, versions()))
    with closing(desk.store):
        for now, new, all_ in steps:
            desk.take(*new, now=now)
            assert [one.failure for one in desk.run(now)] == [""] * 3 * len(named)
            wanted = naive.publish(files, all_, now)
            assert {path: (desk.folder / path).read_bytes() for path in wanted} == wanted


NAMES = [
    ("Harbour for all", "What the harbour says."),
    ("Harbour for all", "What the harbour says."),
    ("\u0645\u064a\u0646\u0627\u0621 <b>", "\u0643\u0644 \u0634\u064a\u0621 & more"),
    ('R&D\'s "best" > rest', 'It\'s "so" & <so>'),
    ("&amp; &lt;b&gt; ]]>", "{0} %s \\1"),
    ("partner-0", "partner-0-all"),
    ("t-5c1e9a7d", "p-5c1e9a7d f-5c1e9a7d d-5c1e9a7d"),
    ("harbour.example", "https://harbour.example/"),
]


def test_feeds_of_a_class_share_an_envelope(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = check_envelope

    def noted(envelope: Any, name: str, *rest: Any) -> tuple[CheckFinding, ...]:
        checked.append(name)
        return real(envelope, name, *rest)

    monkeypatch.setattr(sheets, "check_envelope", noted)
    agree(NAMES, tmp_path)
    assert sorted(checked) == sorted(FORMATS)


def test_feeds_with_and_without_a_description_share_none(tmp_path: Path) -> None:
    agree([("One", "Says"), ("Two", ""), ("Three", "Says more"), ("Four", "")], tmp_path)


def test_a_feed_of_another_language_shares_none(tmp_path: Path) -> None:
    files = desk_of(NAMES[:2])
    other = partner(2, "\u0645\u064a\u0646\u0627\u0621", "", language="ar")
    files = DeskFiles(files.desk, files.licences, (*files.partners, other))
    desk, naive = Running(tmp_path, files), Naive()
    desk.take(versions()[0])
    desk.run()
    wanted = naive.publish(files, versions()[:1], NOW)
    assert {path: (desk.folder / path).read_bytes() for path in wanted} == wanted
    assert b'lang="ar"' in wanted["partner-2/partner-2-all.atom"]


def is_title(text: str) -> bool:
    try:
        Feed.model_validate({"id": "a", "title": text, "description": text, "property": "web"})
    except ValidationError:
        return False
    return True


titles = st.one_of(st.text(max_size=60), st.text("<>&\"' ;\u0645a")).filter(is_title)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(titles, titles), min_size=2, max_size=3))
def test_whatever_feeds_are_called_their_documents_are_as_if_made_alone(named: Named) -> None:
    with TemporaryDirectory() as folder:
        agree(named, Path(folder))
        for path in Path(folder).rglob("partner-*.*"):
            name = next((n for n, f in FORMATS.items() if path.suffix == f".{f.suffix}"), None)
            if name:
                assert check_document(path.read_bytes(), name) == ()
