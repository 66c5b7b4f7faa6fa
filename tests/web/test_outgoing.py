"""Whom we call, and whom never: addresses that lead inside, names that change, slow hosts."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import httpcore
import pytest

from syndicate.web.outgoing import (
    Address,
    Outgoing,
    Refused,
    Reply,
    Resolve,
    Unreached,
    address_of,
    is_outside,
)
from tests.web.inside import ADDRESSES, IN_THE_TEXT
from tests.web.websub import Callback, callback


def says(*addresses: str) -> Resolve:
    """Give what a name server would do that says so."""

    async def resolve(host: str, port: int) -> Iterable[str]:
        return addresses

    return resolve


def call(url: str, resolve: Resolve, *inside: str, method: str = "GET", most: int = 100) -> Reply:
    async def called() -> Reply:
        outgoing = Outgoing(resolve, lambda: inside)
        try:
            return await outgoing.send(method, url, most=most)
        finally:
            await outgoing.close()

    return asyncio.run(called())


def test_there_are_enough_inside_urls() -> None:
    assert len(set(IN_THE_TEXT)) >= 95
    assert len(set(IN_THE_TEXT)) == len(IN_THE_TEXT)


@pytest.mark.parametrize("url", IN_THE_TEXT)
def test_an_inside_url_is_refused_when_it_is_stated_and_when_it_is_called(url: str) -> None:
    with pytest.raises(Refused):
        address_of(url, ())
    with pytest.raises(Refused):
        call(url, says("8.8.8.8"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_name_that_leads_inside_is_not_connected_to(address: str) -> None:
    assert not is_outside(address)
    with callback() as there:
        for found in ((address,), ("8.8.8.8", address)):
            with pytest.raises(Unreached, match="inside"):
                call(f"https://partner.example:{there.place[10:]}/", says(*found))
        assert there.got == []


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111"])
def test_public_addresses_are_outside(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://partner.example/a?b=%20c", "partner.example:443"),
        ("https://Partner.Example:8443/a", "partner.example:8443"),
        ("https://xn--bcher-kva.example?a", "xn--bcher-kva.example:443"),
        ("https://a_b.partner.example/~x/(1);a=b,c", "a_b.partner.example:443"),
    ],
)
def test_a_public_name_may_be_called(url: str, place: str) -> None:
    found = address_of(url, ())
    assert isinstance(found, Address)
    assert (found.text, found.place) == (url, place)


def test_a_name_is_looked_at_once_for_each_call_and_what_it_says_is_connected_to() -> None:
    """The second answer of a rebinding name server is never asked for: nobody else knows the name,
    so a socket that was given it, and not the address, would find nobody."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Iterable[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with callback() as there:
        place = f"reader.intranet:{there.place[10:]}"
        assert call(f"http://{place}/a", resolve, place).status == 200
        assert len(asked) == len(there.got) == 1


def test_of_a_public_name_the_address_is_connected_to_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A later answer leads inside; it is not asked for."""
    connected, answers = [], iter([["8.8.8.8"], ["127.0.0.1"]])

    async def resolve(host: str, port: int) -> Iterable[str]:
        return next(answers)

    async def connect(_: object, host: str, *more: object) -> httpcore.AsyncNetworkStream:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(Unreached, match="no connection"):
        call("https://partner.example/", resolve)
    assert connected == ["8.8.8.8"]


def test_a_first_address_that_is_dead_leaves_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syndicate.web.outgoing.CONNECT", 2.0)
    with callback() as there, socket.socket() as dead, ExitStack() as waiting:
        place = f"reader.intranet:{there.place[10:]}"
        dead.bind(("127.0.0.2", int(there.place[10:])))
        dead.listen(0)
        for _ in range(4):  # more than wait to be taken in: the next is not answered
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(dead.getsockname())
        assert call(f"http://{place}/a", says("127.0.0.2", "127.0.0.1"), place).status == 200


@pytest.fixture
def there() -> Iterator[Callback]:
    with callback() as made:
        yield made


def test_a_host_that_the_desk_allows_is_called_at_that_port_alone(there: Callback) -> None:
    here = says("127.0.0.1")
    assert call(there.url("/a?b=%20c"), here, there.place).status == 200
    assert there.got[0].path == "/a?b=%20c"
    port = there.place[10:]
    for url in ("http://127.0.0.1:1/", f"http://localhost:{port}/"):
        with pytest.raises(Refused):
            call(url, here, there.place)
    with pytest.raises(Refused):
        call(there.url("/a"), here)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(there: Callback, status: int) -> None:
    there.status["/a"] = status
    assert call(there.url("/a"), says("127.0.0.1"), there.place).status == status
    assert len(there.got) == 1


def test_of_a_long_answer_only_the_beginning_is_read(there: Callback) -> None:
    there.says["/a"] = b"x" * 1_000_000
    found = call(there.url("/a"), says("127.0.0.1"), there.place, most=44)
    assert found.body == b"x" * 44


def test_a_host_that_says_nothing_is_left_in_time(
    there: Callback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web.outgoing.ALL", 0.05)
    there.held.add("/a")
    with pytest.raises(Unreached, match="too slow"):
        call(there.url("/a"), says("127.0.0.1"), there.place, method="POST")


def test_a_name_that_is_not_there_and_a_port_where_nobody_listens_are_unreached() -> None:
    with pytest.raises(Unreached, match="no address"):
        call("https://partner.example/", says())
    with callback() as gone:
        url, place = gone.url("/a"), gone.place
    with pytest.raises(Unreached, match="no connection"):
        call(url, says("127.0.0.1"), place)
