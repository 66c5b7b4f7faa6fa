"""Files that are none, numbers without end, fields under other names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from syndicate.model.article import Article
from syndicate.pipeline.incoming import Hints, Source
from syndicate.sources.article_json import ArticleJson, ArticleLines
from syndicate.sources.html_page import HtmlPage
from syndicate.sources.markdown import Markdown
from syndicate.sources.plain_text import PlainText
from tests.builders import article_data
from tests.sources.reading_in import one_draft, refused, written

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


def test_a_name_that_does_not_show_is_told_by_its_escapes(tmp_path: Path) -> None:
    for name, told in (
        (b"a\nb.json", r"a\nb.json"),
        (b"a\xe2\x80\xaeb.json", r"a\u202eb.json"),
        (b"a\xffb.json", r"a\xffb.json"),
        ("مرفأ.json".encode(), "مرفأ.json"),
    ):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(b"{")
        assert refused(ArticleJson(), path)[0].where == f"{tmp_path}/{told}"


def test_two_names_that_are_no_utf8_are_two_identities(tmp_path: Path) -> None:
    data = article_data()
    del data["guid"]
    paths = [tmp_path / os.fsdecode(name) for name in (b"\xfe.json", b"\xff.json")]
    for path in paths:
        path.write_text(json.dumps(data))
    assert len({one_draft(ArticleJson(), path).article.guid for path in paths}) == 2


def test_what_a_refusal_quotes_is_made_visible(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.json", json.dumps(article_data(**{"x\u202ey\x9b": 1}, language="\x9b"))
    )
    told = "".join(f"{one.field}{one.says}" for one in refused(ArticleJson(), path))
    assert r"x\u202ey\x9b" in told
    assert told.isprintable()


@pytest.mark.parametrize(
    ("changes", "says", "mend"),
    [
        ({"headline": " \x00"}, "is empty", "write something, or leave it out"),
        ({"headline": "x" * 20_000}, "is 20,000 long, more than 16,384", "shorten it"),
        (
            {"body": [{"type": "paragraph", "text": "&" * 60_000}]},
            "has more than 50,000 ampersands or quotation marks",
            "write it as several paragraphs",
        ),
        (
            {"first_created": "0000-00-00"},
            "Input should be a valid datetime or date, "
            "month value is outside expected range of 1-12",
            "write for example 2026-04-24T00:00:00Z",
        ),
    ],
)
def test_what_is_empty_or_too_long_is_said_in_words(
    tmp_path: Path, changes: dict[str, object], says: str, mend: str
) -> None:
    path = written(tmp_path, "a.json", json.dumps(article_data(**changes)))
    assert (says, mend) in [(one.says, one.mend) for one in refused(ArticleJson(), path)]


def test_a_text_too_long_for_a_run_is_refused(tmp_path: Path) -> None:
    text = b"The harbour wall moves again\n\nThe wall moved two centimetres.\n\nPhoto: "
    path = written(tmp_path, "a.txt", text + b"&" * 1_000_000)
    assert [one.code for one in refused(PlainText(), path)] == ["bad-text"]


@pytest.mark.parametrize("name", ["loop.json", "gone.json"])
def test_a_link_that_leads_to_no_file_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("loop.json" if name == "loop.json" else "nowhere.json")
    (refusal,) = refused(ArticleJson(), tmp_path / name)
    assert (refusal.code, refusal.mend) == ("unreadable", "mend or remove the link")


def test_a_restriction_without_end_is_kept_as_far_as_a_line_goes(tmp_path: Path) -> None:
    picture = {"type": "picture", "caption": "The wall. " + "JAPAN OUT " * 3_000}
    path = written(tmp_path, "a.json", json.dumps(article_data(body=[picture])))
    article = one_draft(ArticleJson(), path).article
    assert article.body[0].rights
    assert article.body[0].rights.restrictions[0].startswith("JAPAN OUT JAPAN")
    assert Article.model_validate_json(article.model_dump_json()) == article
