"""NewsML-G2 2.35: hostile input, large bodies, sample documents, bytes that never vary."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate.formats.newsml_g2 import render
from syndicate.model.entry import Entry, Terms
from syndicate.model.errors import RenderFailed
from tests.builders import a_head, a_picture, an_entry
from tests.formats.g2_help import (
    ALL_RENDITIONS,
    FOLDER,
    ROOT,
    WITH_NITF,
    blocks,
    faults,
    find,
    message,
    official,
    paragraph,
    profile,
    value,
)

HOSTILE = (
    "a ]]> <!-- & \u202e\u2066bidi\u2069 😀 e\u0301 \u000b\ufffe\ud800 <script>x()</script> z"
)


def test_hostile_characters_leave_valid_documents() -> None:
    entry = an_entry(
        headline=HOSTILE,
        summary=HOSTILE,
        section=HOSTILE,
        genre=HOSTILE,
        keywords=["]]>", "&amp;"],
        bylines=[{"name": HOSTILE, "affiliation": HOSTILE}],
        body=blocks(paragraph(HOSTILE), a_picture(caption=HOSTILE, alt=HOSTILE, credit=HOSTILE)),
    )
    root = message(entry)
    title = value(root, "//g:newsItem[1]/g:itemMeta/g:title/text()")
    assert title == "a ]]> <!-- & \u2066bidi\u2069 😀 \u00e9 <script>x()</script> z"
    assert find(root, "//*[local-name()='script']") == []


def test_an_illegal_character_in_a_policy_refuses_the_entry_not_the_document() -> None:
    terms = Terms.model_construct(**{**dict(an_entry().terms), "odrl": "\u000b"})
    entry = Entry.model_construct(**{**dict(an_entry()), "terms": terms})
    with pytest.raises(RenderFailed) as caught:
        render(a_head(), [entry], [])
    assert caught.value.where == "tag:harbour.example,2024:wall"


def test_a_body_of_a_megabyte_is_valid_and_whole() -> None:
    entry = an_entry(body=blocks(paragraph("wörd " * 100_000), paragraph("x<b>y</b>" * 50_000)))
    root = message(entry)
    assert value(root, "//h:p[1]/text()").count("wörd") == 100_000
    assert len(find(root, "//h:p[2]/h:b")) == len(find(root, "//n:p[2]/n:em")) == 50_000


def test_nesting_beyond_reason_is_refused_with_the_article() -> None:
    deep = an_entry(
        guid="tag:harbour.example,2024:deep",
        body=blocks(paragraph("<em>" * 3000 + "x" + "</em>" * 3000)),
    )
    with pytest.raises(RenderFailed) as caught:
        render(a_head(renditions=ALL_RENDITIONS), [an_entry(), deep], [])
    assert caught.value.where == deep.guid


@settings(max_examples=60, deadline=None)
@given(
    headline=st.text(min_size=1).map(lambda text: f"x{text}"),
    run=st.text(),
    cells=st.lists(st.text(), max_size=3),
)
def test_any_text_renders_to_a_valid_message(headline: str, run: str, cells: list[str]) -> None:
    table = {"type": "table", "rows": [cells, ["x"]]}
    body = blocks(paragraph(run), table, {"type": "list", "items": [run]})
    message(an_entry(headline=headline, summary=run, body=body))


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "should_pass").glob("*.xml")), ids=lambda p: p.stem
)
def test_the_profile_accepts(path: Path) -> None:
    assert faults(path.read_bytes()) == []
    xsd = official(WITH_NITF)
    assert xsd.validate(etree.parse(str(path))), xsd.error_log


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "should_fail").glob("*.xml")), ids=lambda p: p.stem
)
def test_the_profile_refuses(path: Path) -> None:
    assert not profile().validate(etree.parse(str(path)))


SCRIPT = """
import hashlib
from syndicate.formats.newsml_g2 import render
from tests.builders import a_head, a_tombstone
from tests.formats.g2_help import ALL_RENDITIONS, everything
data = render(a_head(renditions=ALL_RENDITIONS), [everything()], [a_tombstone()])
print(hashlib.sha256(data).hexdigest())
"""


def test_bytes_do_not_depend_on_hash_seed_zone_or_locale() -> None:
    worlds = [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "ar_EG.UTF-8"},
    ]
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env={**os.environ, **world},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for world in worlds
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


@pytest.mark.parametrize("caption", ["&nbsp;", "<b></b>", '<a href="https://a.example/"> </a>'])
def test_a_caption_in_which_nothing_can_be_read_is_no_description(caption: str) -> None:
    root = message(an_entry(body=blocks(paragraph("x"), a_picture(caption=caption, alt=None))))
    assert find(root, "//g:newsItem[2]//g:description") == []
