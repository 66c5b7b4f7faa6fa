"""Every golden case in every format: render, validate, compare, render again elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from lxml import etree

from syndicate.checks.findings import check_document
from syndicate.formats.all import FORMATS
from tests.golden.cases import CASES, digests, expected_file, rendered
from tests.standards import STANDARDS

MATRIX = [(case, name) for case in CASES for name in FORMATS]
OFFICIAL = {
    "atom": "atom/atom.rng",
    "newsml-g2": "newsml-g2/schema/G2-nitf-odrl-driver.project.xsd",
    "rss": "rss/rss-2.0.project-draft.rng",
}


def test_there_are_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize(("case", "name"), MATRIX)
def test_bytes_are_as_expected(case: str, name: str) -> None:
    fmt = FORMATS[name]
    assert rendered(case, fmt) == expected_file(case, fmt).read_bytes()


@pytest.mark.parametrize(("case", "name"), MATRIX)
def test_bytes_pass_our_profile_and_rules(case: str, name: str) -> None:
    assert check_document(rendered(case, FORMATS[name]), name) == ()


@pytest.mark.parametrize(("case", "name"), MATRIX)
def test_bytes_pass_the_official_schema(case: str, name: str) -> None:
    if not STANDARDS.is_dir():
        pytest.skip("the official schemas are not at hand (../shared/standards)")
    path = STANDARDS / OFFICIAL[name]
    schema = etree.parse(path)
    validator = etree.RelaxNG(schema) if path.suffix == ".rng" else etree.XMLSchema(schema)
    document = etree.fromstring(rendered(case, FORMATS[name]))
    assert validator.validate(document), validator.error_log


@pytest.mark.parametrize(
    ("seed", "zone", "locale"), [("1", "Asia/Kathmandu", "C"), ("77", "America/St_Johns", "tr_TR")]
)
def test_bytes_are_the_same_under_another_seed_zone_and_locale(
    seed: str, zone: str, locale: str
) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
    found = subprocess.run(
        [sys.executable, "-m", "tests.golden.cases", "digests"],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert json.loads(found.stdout) == digests()
