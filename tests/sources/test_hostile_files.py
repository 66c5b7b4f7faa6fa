"""Files that are none, numbers without end, fields under other names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from syndicate.pipeline.ports import Hints, Source
from syndicate.sources.article_json import ArticleJson, ArticleLines
from syndicate.sources.html_page import HtmlPage
from syndicate.sources.markdown import Markdown
from syndicate.sources.plain_text import PlainText
from tests.builders import article_data
from tests.sources.reading_in import refused, written

SOURCES: list[Source] = [ArticleJson(), ArticleLines(), Markdown(), HtmlPage(), PlainText()]


@pytest.mark.parametrize("source", SOURCES)
def test_a_pipe_a_device_and_a_folder_are_refused_at_once(source: Source, tmp_path: Path) -> None:
    pipe, device, folder = (tmp_path / name for name in ("pipe", "device", "folder"))
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    folder.mkdir()
    for path in (pipe, device, folder):
        (refusal,) = refused(source, path)
        assert (refusal.code, refusal.says) == ("no-file", "is no regular file")


def test_a_compressed_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.html.gz")
    (refusal,) = refused(HtmlPage(), tmp_path / "page.html.gz")
    assert refusal.code == "no-file"


def test_a_number_of_5000_digits_is_a_clear_refusal(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", '{"version": ' + "9" * 5000 + "}")
    (refusal,) = refused(ArticleJson(), path)
    assert (refusal.code, refusal.says) == ("bad-json", "is no JSON: a number has 5,000 digits")


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("headlin", "headline"),
        ("title", "headline"),
        ("date", "first_created"),
        ("url", "canonical_url"),
        ("Language", "language"),
    ],
)
def test_an_unknown_field_names_the_one_that_was_meant(
    field: str, meant: str, tmp_path: Path
) -> None:
    path = written(tmp_path, "a.json", json.dumps(article_data(**{field: "x"})))
    (refusal,) = refused(ArticleJson(), path)
    assert refusal.code == "unknown-field"
    assert refusal.says == f"no such field; did you mean {meant}?"


def test_an_unknown_field_that_is_like_none_is_just_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", json.dumps(article_data(zzz=1)))
    (refusal,) = refused(ArticleJson(), path)
    assert refusal.says == "no such field"


def test_an_unknown_field_of_a_block_is_compared_with_the_fields_there(tmp_path: Path) -> None:
    body = [{"type": "quote", "text": "a", "cit": "b"}]
    path = written(tmp_path, "a.json", json.dumps(article_data(body=body)))
    (refusal,) = refused(ArticleJson(), path)
    assert refusal.says == "no such field; did you mean cite?"


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_an_instant_beyond_all_sense_is_a_refusal_with_its_mend(
    instant: str, tmp_path: Path
) -> None:
    path = written(tmp_path, "a.json", json.dumps(article_data(expires=instant)))
    (refusal,) = refused(ArticleJson(), path)
    assert refusal.code == "bad-expires"
    assert refusal.mend == "write the year in full, for example 2026"
    assert refusal.says.startswith(instant[:4])


def test_a_missing_instant_may_be_written_or_stated(tmp_path: Path) -> None:
    data = article_data()
    del data["first_created"], data["version_created"]
    path = written(tmp_path, "a.json", json.dumps(data))
    (refusal,) = refused(ArticleJson(), path, Hints())
    assert refusal.mend == "add first_created to the file, or state --first-created INSTANT"
