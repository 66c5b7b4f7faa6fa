"""The words of the pages: every one is there in Arabic, with the same blanks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from syndicate.web.pages import words

PAGES = Path(words.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
Words = str | tuple[str, ...]


def marked() -> set[Words]:
    found = extract_from_dir(str(PAGES), METHODS, OPTIONS)
    return {one if isinstance(one, str) else tuple(one) for _, _, one, _, _ in found if one}


def known() -> dict[Words, Words]:
    with (words.CATALOGS / "ar.po").open("rb") as file:
        catalog = read_po(file, locale="ar")
    assert not [one.id for one in catalog if one.fuzzy and one.id]
    return {_plain(one.id): _plain(one.string) for one in catalog if one.id}


def _plain(one: str | list[str] | tuple[str, ...] | None) -> Words:
    return one if isinstance(one, str) else tuple(one or ())


def test_every_word_is_translated_and_no_other() -> None:
    assert set(known()) == marked()


def test_no_translation_is_empty_or_lacks_a_blank() -> None:
    for english, arabic in known().items():
        forms = (arabic,) if isinstance(arabic, str) else arabic
        assert all(forms), english
        if isinstance(english, str):
            assert _blanks(arabic) == _blanks(english), english


def _blanks(text: Words) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", str(text)))


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "إشعار واحد متأخر"),
        (2, "إشعاران متأخران"),
        (3, "3 إشعارات متأخرة"),
        (10, "10 إشعارات متأخرة"),
        (11, "11 إشعارًا متأخرًا"),  # 11 to 99: the singular, in the accusative
        (25, "25 إشعارًا متأخرًا"),
        (99, "99 إشعارًا متأخرًا"),
        (100, "100 إشعار متأخر"),  # 100 to 102, and so on: the singular, in the genitive
        (102, "102 إشعار متأخر"),
        (103, "103 إشعارات متأخرة"),
        (111, "111 إشعارًا متأخرًا"),
        (200, "200 إشعار متأخر"),
    ],
)
def test_arabic_counts_as_arabic_is_counted(number: int, says: str) -> None:
    ngettext = words.translations("ar").ngettext
    one, many = "%(num)d notice is overdue", "%(num)d notices are overdue"
    assert ngettext(one, many, number) % {"num": number} == says


def test_words_of_orders_and_facts_are_not_mistaken_for_others() -> None:
    arabic = known()
    assert arabic["Kill"] != "إلغاء"  # which is what buttons say that leave all as it is
    for first, second in (("Address", "Headline"), ("Kill", "Withhold"), ("killed", "withdrawn")):
        assert arabic[first] != arabic[second]


def test_arabic_counts_in_six_ways() -> None:
    ngettext = words.translations("ar").ngettext
    one, many = "%(num)d notice waits for your answer", "%(num)d notices wait for your answer"
    assert len({ngettext(one, many, number) for number in (0, 1, 2, 3, 11, 100)}) == 6


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_label_has_its_word(language: str) -> None:
    for names in (words.PARTS, words.GRADES, words.REASONS):
        for key in names:
            assert words.named(names, key, language)
