"""What is kept of TOML files gives what parsing gives, or nothing, whatever its file holds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from syndicate.model.roster import Outline, Roster
from syndicate.sources import kept_toml
from syndicate.sources.desk_folder import read
from syndicate.sources.kept_toml import KeptToml, digest_of_texts
from tests.cli.running import a_copy

TEXT = """
day = 2026-01-01
at = 2026-01-01T10:00:00.5+02:00
utc = 2026-01-01T10:00:00Z
naive = 2026-01-01T10:00:00
clock = 10:00:00
numbers = [1, 1.5, inf, true]
text = "a\\nb\\u2028c"
[[inner]]
day = { of = 2026-01-02 }
"""
TEXTS = [("partners/gazette.toml", TEXT)]
SOUND = digest_of_texts(TEXTS)
GAZETTE = Outline(
    "gazette", False, True, (datetime(2027, 1, 1, tzinfo=UTC),), (("all", ("rss",)),)
)
LOOKS = "as they were"


def never(_: str) -> NoReturn:
    raise AssertionError("parsed again")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that keeps TEXT."""
    kept = KeptToml(tmp_path / "kept", LOOKS)
    kept.parsed(TEXT, tomllib.loads)
    kept.is_sound(TEXTS, [GAZETTE])
    kept.keep()
    return tmp_path / "kept"


def test_what_was_parsed_is_not_parsed_again(path: Path) -> None:
    found, wanted = KeptToml(path).parsed(TEXT, never), tomllib.loads(TEXT)
    assert found == wanted
    assert list(map(type, found.values())) == list(map(type, wanted.values()))
    assert [*map(type, found["numbers"])] == [int, float, float, bool]


def test_a_sound_desk_that_looks_the_same_is_told_without_its_files(path: Path) -> None:
    kept = KeptToml(path, LOOKS)
    same = kept.same()
    assert same is not None
    assert (same.digest, same.partners) == (SOUND, (("partners/gazette.toml", GAZETTE),))
    assert kept.data(same.files["partners/gazette.toml"]) == tomllib.loads(TEXT)
    kept.keep()
    assert KeptToml(path, LOOKS).same() == same


@pytest.mark.parametrize("looks", ["", "otherwise"])
def test_a_desk_that_looks_otherwise_is_read(path: Path, looks: str) -> None:
    assert KeptToml(path, looks).same() is None


def test_a_desk_of_which_a_text_is_lost_is_read(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if one.startswith("sound ")), "utf-8")
    assert KeptToml(path, LOOKS).same() is None


def test_another_text_is_parsed(path: Path) -> None:
    kept = KeptToml(path)
    assert kept.parsed("a = 1", tomllib.loads) == {"a": 1}
    with pytest.raises(tomllib.TOMLDecodeError):
        kept.parsed("a = ", tomllib.loads)


def test_only_what_was_read_last_is_kept(path: Path) -> None:
    kept = KeptToml(path)
    kept.parsed("a = 1", tomllib.loads)
    kept.keep()
    with pytest.raises(AssertionError, match="parsed again"):
        KeptToml(path).parsed(TEXT, never)
    assert not KeptToml(path).was_sound(SOUND)


def test_a_text_with_a_key_that_marks_moments_is_always_parsed(path: Path) -> None:
    text = '"$" = ["date", "2026-01-01"]\n'
    kept = KeptToml(path)
    kept.parsed(text, tomllib.loads)
    kept.keep()
    with pytest.raises(AssertionError, match="parsed again"):
        KeptToml(path).parsed(text, never)


HOSTILE: list[Callable[[str], str]] = [
    lambda text: text[: len(text) // 2],
    lambda text: text.replace("1.5", "2.5"),
    lambda text: text.replace("sound ", "sound x"),
    lambda text: text.replace(LOOKS, "as they are"),
    lambda text: text.replace("{", "["),
    lambda text: "\n".join(line.partition(" ")[0] + ' {"day": 1}' for line in text.split("\n")),
    lambda text: "[" * 100_000,
    lambda text: "",
]


@pytest.mark.parametrize("change", HOSTILE)
def test_what_was_changed_is_passed_over(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    kept = KeptToml(path)
    assert kept.parsed(TEXT, tomllib.loads) == tomllib.loads(TEXT)
    assert not kept.was_sound("another desk")
    assert KeptToml(path, "as they are").same() is None


def test_a_file_that_cannot_be_read_or_written_is_passed_over(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "kept"):
        kept = KeptToml(path)
        assert kept.parsed(TEXT, tomllib.loads) == tomllib.loads(TEXT)
        kept.keep()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert not KeptToml(tmp_path / "bytes").was_sound("")


def test_another_version_parses_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_toml, "__version__", "0.0.9")
    with pytest.raises(AssertionError, match="parsed again"):
        KeptToml(path).parsed(TEXT, never)
    assert not KeptToml(path).was_sound(SOUND)


def test_the_example_desk_is_read_alike(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    plain = read(desk)
    for _ in range(3):
        kept = KeptToml(tmp_path / "kept")
        assert read(desk, kept=kept) == plain
        kept.keep()
    assert KeptToml(tmp_path / "kept").was_sound(plain.digest) == (not plain.between)


def test_partners_of_a_desk_that_looks_the_same_are_read_when_asked_for(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    kept = KeptToml(tmp_path / "kept", LOOKS)
    plain = read(desk, kept=kept)
    kept.keep()
    again = read(desk, kept=KeptToml(tmp_path / "kept", LOOKS))
    assert again.files is not None
    assert plain.files is not None
    assert isinstance(again.files.partners, Roster)
    assert again.files.outlines == plain.files.outlines
    assert [*again.files.partners] == [*plain.files.partners]
    assert again.files.partners[-1] is again.files.partners[-1]
    assert (again.files.desk, again.files.licences) == (plain.files.desk, plain.files.licences)
    assert again.digest == plain.digest


def test_the_digest_of_a_desk_changes_with_every_text_and_name(tmp_path: Path) -> None:
    desk = a_copy(tmp_path)
    seen = {read(desk).digest}
    partner = desk / "partners" / "marfa.toml"
    partner.write_text(partner.read_text() + "# more\n")
    seen.add(read(desk).digest)
    partner.rename(partner.with_name("other.toml"))
    seen.add(read(desk).digest)
    assert len(seen) == 3
    partner.write_text("x = ")
    assert read(desk).digest == ""
