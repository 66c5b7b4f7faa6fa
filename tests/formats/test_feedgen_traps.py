"""The surprises of feedgen, one test each: what we publish shows none of them."""

from __future__ import annotations

import ast
import locale
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.formats.atom import ATOM
from syndicate.formats.base import Format
from syndicate.formats.rss import RSS
from tests.builders import a_head, a_tombstone, an_entry, at
from tests.formats.feeds import NS, ROOT, a_full_entry, blocks, faults, texts, tree

BOTH = pytest.mark.parametrize("fmt", [RSS, ATOM], ids=lambda fmt: str(fmt.name))

RENDER = """
import hashlib, locale, sys, time
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
from syndicate.formats.atom import ATOM
from syndicate.formats.rss import RSS
from tests.builders import a_head, a_tombstone
from tests.formats.feeds import a_full_entry
for fmt in (RSS, ATOM):
    data = fmt.render(a_head(), [a_full_entry()], [a_tombstone()])
    print(hashlib.sha256(data).hexdigest())
"""


def digests(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.fixture
def no_locale(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: object) -> None:
        raise AssertionError("the locale of the process was touched")

    with monkeypatch.context() as patched:
        patched.setattr(locale, "setlocale", refuse)
        yield


@BOTH
def test_no_date_is_taken_from_the_clock(fmt: Format) -> None:
    root = tree(
        fmt,
        an_entry(updated="2020-02-02T02:02:02Z", published="2020-02-02T02:02:02Z"),
        head=a_head(updated=at("2020-02-02T02:02:02Z")),
    )
    dates = [
        one.text or ""
        for one in root.iter()
        if etree.QName(one).localname.lower()
        in {"updated", "published", "pubdate", "lastbuilddate", "modified"}
    ]
    assert len(dates) >= 4
    assert all("2020" in one for one in dates)


@BOTH
def test_entries_are_appended_not_prepended(fmt: Format) -> None:
    guids = [f"tag:harbour.example,2024:{name}" for name in "bca"]
    root = tree(fmt, *(an_entry(guid=guid) for guid in guids))
    assert texts(root, "channel/item/guid") + texts(root, "a:entry/a:id") == guids


def test_atom_links_keep_rel_type_language_title_and_length() -> None:
    root = tree(ATOM, a_full_entry())
    found = {
        name
        for one in root.findall("a:entry/a:link", NS)
        for name in ("rel", "type", "hreflang", "title", "length")
        if one.get(name)
    }
    assert found == {"rel", "type", "hreflang", "title", "length"}
    assert all(one.get("rel") for one in root.findall("a:entry/a:link", NS))


def test_an_entry_may_link_its_licence() -> None:
    generator = FeedGenerator()
    with pytest.raises(ValueError, match="rel"):
        generator.add_entry().link(href="https://harbour.example/", rel="license")
    links = tree(ATOM, an_entry()).findall("a:entry/a:link", NS)
    assert [one.get("rel") for one in links].count("license") == 2


def test_the_channel_link_is_the_publishers_page_not_the_feed() -> None:
    root = tree(RSS, an_entry())
    assert texts(root, "channel/link") == ["https://harbour.example/"]


def test_rss_and_atom_each_name_their_own_address() -> None:
    rss = tree(RSS, head=a_head(self_url="https://feeds.harbour.example/g.rss"))
    atom = tree(ATOM, head=a_head(self_url="https://feeds.harbour.example/g.atom"))
    for root, path, kind in ((rss, "channel/a:link", "rss"), (atom, "a:link", "atom")):
        own = root.find(path, NS)
        assert own is not None
        assert own.get("rel") == "self"
        assert own.get("type") == f"application/{kind}+xml"
        assert str(own.get("href")).endswith(kind)


def test_rights_of_an_entry_reach_rss() -> None:
    assert texts(tree(RSS, an_entry()), "channel/item/dc:rights") != []


@pytest.mark.parametrize("summary", ["", "A summary."])
def test_full_text_is_content_encoded_with_and_without_a_summary(summary: str) -> None:
    root = tree(RSS, an_entry(summary=summary))
    assert len(texts(root, "channel/item/content:encoded")) == 1
    assert texts(root, "channel/item/description") == ([summary] if summary else [])


def test_authors_without_a_mail_address_are_not_dropped() -> None:
    root = tree(RSS, an_entry(bylines=[{"name": "Lina Maro"}]))
    assert texts(root, "channel/item/dc:creator") == ["Lina Maro"]


def test_one_file_of_a_picture_is_in_no_group() -> None:
    (single,) = [
        one for one in a_full_entry().media() if one.id == "g1"
    ]  # the gallery's picture has one file
    for fmt, path in ((RSS, "channel/item"), (ATOM, "a:entry")):
        root = tree(fmt, an_entry(body=(single,)))
        assert root.find(f"{path}/media:group", NS) is None
        assert root.find(f"{path}/media:content", NS) is not None


@BOTH
def test_text_is_escaped_once_and_never_cdata(fmt: Format) -> None:
    body = blocks({"type": "paragraph", "text": "a ]]> b &amp; c"})
    data = fmt.render(a_head(), [an_entry(body=body)], [])
    assert b"CDATA" not in data
    assert b"&amp;amp;amp;" not in data
    assert faults(fmt, etree.fromstring(data)) == []


@BOTH
def test_withdrawals_are_told(fmt: Format) -> None:
    root = tree(fmt, tombstones=(a_tombstone(),))
    assert root.find(".//at:deleted-entry", NS) is not None


@BOTH
@pytest.mark.parametrize("bad", ["\x0b", "\ufffe", "\x00"])
def test_a_character_xml_forbids_does_not_fail_the_feed(fmt: Format, bad: str) -> None:
    # model_construct: what the models would refuse or strip, as a store of older days might hold.
    good = an_entry()
    entry = good.model_copy(update={"headline": f"Wall{bad}", "keywords": (f"sea{bad}",)})
    root = tree(fmt, entry)
    assert faults(fmt, root) == []
    assert (texts(root, "channel/item/title") + texts(root, "a:entry/a:title")) == ["Wall"]


@BOTH
def test_a_lone_surrogate_does_not_fail_the_feed(fmt: Format) -> None:
    entry = an_entry().model_copy(update={"headline": "Wall\udc80", "summary": "\ud800Sea"})
    assert faults(fmt, tree(fmt, entry)) == []


@BOTH
@pytest.mark.usefixtures("no_locale")
def test_the_locale_is_never_switched(fmt: Format) -> None:
    assert fmt.render(a_head(), [an_entry()], [a_tombstone()])


def test_only_one_module_imports_feedgen() -> None:
    importing = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "syndicate").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("feedgen"))
        or (isinstance(node, ast.Import) and any(a.name.startswith("feedgen") for a in node.names))
    }
    assert importing == {"syndicate/formats/_feedgen.py"}


@BOTH
def test_no_white_space_is_put_between_inline_elements(fmt: Format) -> None:
    body = blocks({"type": "paragraph", "text": "<b>un</b><i>broken</i>"})
    text = fmt.render(a_head(), [an_entry(body=body)], []).decode()
    assert "<b>un</b><i>broken</i>" in text.replace("&lt;", "<").replace("&gt;", ">")


@BOTH
def test_the_generator_is_ours(fmt: Format) -> None:
    assert b"python-feedgen" not in fmt.render(a_head(), [], [])


@BOTH
def test_rendering_warns_of_nothing_and_gives_the_same_bytes_again(fmt: Format) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = fmt.render(a_head(), [a_full_entry()], [a_tombstone()])
        assert fmt.render(a_head(), [a_full_entry()], [a_tombstone()]) == first


def test_bytes_depend_on_no_hash_seed_zone_or_locale() -> None:
    plain = digests(PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    other = digests(PYTHONHASHSEED="4711", TZ="Asia/Tokyo", LC_ALL="C.UTF-8", LANG="ar_EG.UTF-8")
    assert len(plain) == 2
    assert plain == other
