"""How often somebody may try: counted in a moving window, and forgotten when that has passed."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse

from syndicate.web.limits import Limits, network_of

THREE = parse("3/minute")
MANY = 10_000


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_are_let_in_and_the_next_is_told_how_long_to_wait() -> None:
    clock = Clock()
    limits = Limits(clock)
    for clock.now in (0.0, 10.0, 20.0):
        assert limits.wait(THREE, "a") == 0
    clock.now = 20.5
    assert limits.wait(THREE, "a") == 40
    assert limits.wait(THREE, "b") == 0
    assert limits.wait(parse("3/hour"), "a") == 0
    clock.now = 59.9
    assert limits.wait(THREE, "a") == 1
    clock.now = 60.0
    assert limits.wait(THREE, "a") == 0
    assert limits.wait(THREE, "a") == 10


def test_who_is_not_seen_any_more_is_forgotten() -> None:
    clock = Clock()
    limits = Limits(clock)
    for number in range(MANY):
        limits.wait(THREE, str(number))
    assert len(limits) == MANY
    clock.now = 61.0
    limits.wait(THREE, "a")
    assert len(limits) == 1


def test_no_more_names_are_kept_than_there_is_room_for() -> None:
    limits = Limits(Clock(), most=100)
    for number in range(MANY):
        limits.wait(THREE, str(number))
    assert len(limits) == 100


def test_who_is_refused_does_not_wait_longer_for_it() -> None:
    clock = Clock()
    limits = Limits(clock)
    for _ in range(MANY):
        limits.wait(THREE, "a")
    clock.now = 60.0
    assert limits.wait(THREE, "a") == 0


@given(st.lists(st.tuples(st.floats(0, 40), st.sampled_from("abc")), max_size=60))
def test_nobody_is_let_in_more_often_than_the_window_allows(
    steps: list[tuple[float, str]],
) -> None:
    clock, let_in = Clock(), dict[str, list[float]]()
    limits = Limits(clock)
    for step, who in steps:
        clock.now += step
        lately = [at for at in let_in.get(who, []) if at > clock.now - 60]
        wait = limits.wait(THREE, who)
        assert (wait == 0) == (len(lately) < 3)
        if not wait:
            let_in.setdefault(who, []).append(clock.now)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:0:ffff::2", True),
        ("2001:db8::1", "2001:0DB8:0000:0000:1:2:3:4", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("unix", "", False),
    ],
)
def test_an_address_of_ipv6_stands_for_its_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) == same


def test_there_are_no_more_networks_than_there_are() -> None:
    hosts = (f"2001:db8::{number:x}" for number in count())
    assert len({network_of(next(hosts)) for _ in range(1_000)}) == 1
