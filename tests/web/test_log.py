"""Lines of the log: what a stranger asked for, and no secret in any spelling of it."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.credential import secret_of
from syndicate.web.log import said

SECRET = secret_of(bytes(range(25)))[1]
FEED = "/fenwold/fenwold-text.rss"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (FEED, FEED),
        ("/", "/"),
        ("", ""),
        ("/t/", "/t/…"),
        (f"/t/{SECRET}{FEED}", f"/t/…{FEED}"),
        (f"/t/{SECRET}", "/t/…"),
        (f"/t/{SECRET[:-1]}", "/t/…"),
        (f"/t/{SECRET[1:]}{FEED}", f"/t/…{FEED}"),
        (f"/t/{SECRET.upper()}", "/t/…"),
        (f"/{SECRET.upper()}/a", "/syn_…/a"),
        (f"/{SECRET[:-9]}", "/syn_…"),
        (f"/x{SECRET}/{SECRET}", "/xsyn_…/syn_…"),
        (f"/{SECRET[:9]} {SECRET[9:]}/a", "/syn_…/a"),
        ("/x/syn%5fabc", "…"),
    ],
)
def test_what_may_be_a_secret_is_not_told(path: str, told: str) -> None:
    assert said(path) == told


@given(
    st.sampled_from(["/t/", "/", "/x/y/"]),
    st.integers(0, 9),
    st.sampled_from([str, str.upper, str.title]),
    st.integers(0, 2),
    st.sampled_from(["", "/", FEED]),
)
def test_no_spelling_of_a_secret_is_told(
    before: str, cut: int, cased: type[str], times: int, behind: str
) -> None:
    text = cased(SECRET[: len(SECRET) - cut])
    for _ in range(times):
        text = quote(text).replace("_", "%5F")
    told = said(unquote(f"{before}{text}{behind}"))
    assert SECRET[-20:-12] not in told.lower()
