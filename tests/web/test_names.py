"""Names of strangers, asked of a name server over a socket: a silent one hurts no other name."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import uvloop
from dns.asyncresolver import Resolver

from syndicate.web.names import Names

KNOWN = {
    ("both.example.", "A"): ["8.8.8.8", "8.8.4.4"],
    ("both.example.", "AAAA"): ["2606:4700::1111"],
    ("old.example.", "A"): ["8.8.8.8"],
    ("half.example.", "A"): ["8.8.8.8"],
}
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class NameServer:
    """Knows a few names, keeps silent about those that begin with `slow`."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        with suppress(OSError):
            while True:
                data, who = self._socket.recvfrom(4_096)
                if not data:
                    return
                query = dns.message.from_wire(data)
                name, kind = query.question[0].name.to_text(), query.question[0].rdtype.name
                self.asked.append(name)
                if not name.startswith("slow") and (name, kind) != ("half.example.", "AAAA"):
                    self._socket.sendto(_said(query, name, kind).to_wire(), who)

    def resolver(self) -> Resolver:
        made = Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.port
        return made

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(60)
        self._socket.close()


def _said(query: dns.message.Message, name: str, kind: str) -> dns.message.Message:
    found = dns.message.make_response(query)
    found.flags |= dns.flags.RA
    if addresses := KNOWN.get((name, kind)):
        found.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *addresses))
    elif not any(name == one for one, _ in KNOWN):
        found.set_rcode(dns.rcode.NXDOMAIN)
    return found


@pytest.fixture
def server() -> Iterator[NameServer]:
    made = NameServer()
    yield made
    made.close()


@pytest.fixture(params=[asyncio.run, uvloop.run])
def run(request: pytest.FixtureRequest) -> Run:
    """Both loops: programs are run by the one, `serve` by the other."""
    return request.param  # type: ignore[no-any-return]


def test_all_addresses_of_a_name_are_given_and_the_sorts_by_turns(
    server: NameServer, run: Run
) -> None:
    async def asked() -> list[list[str]]:
        names = Names(lambda: (), server.resolver)
        return [list(await names(f"{one}.example", 443)) for one in ("both", "old", "nobody")]

    both, *others = run(asked())  # a name server gives those of a sort in any order
    assert (both[1], sorted(both[::2])) == ("2606:4700::1111", ["8.8.4.4", "8.8.8.8"])
    assert others == [["8.8.8.8"], []]


def test_names_whose_servers_are_silent_keep_no_other_name_waiting(
    server: NameServer, run: Run
) -> None:
    async def asked() -> tuple[list[str], int]:
        names = Names(lambda: (), server.resolver)
        slow = [asyncio.create_task(names(f"slow{n}.example", 443)) for n in range(60)]
        while len(set(server.asked)) < len(slow) and not any(one.done() for one in slow):
            await asyncio.sleep(0.01)
        found = list(await names("old.example", 443))
        waiting = sum(not one.done() for one in slow)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return found, waiting

    assert run(asked()) == (["8.8.8.8"], 60)


def test_silence_is_told_from_a_name_that_is_not_there_and_one_sort_will_do(
    server: NameServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web.names.LONGEST", 0.2)

    async def asked(name: str) -> list[str]:
        return list(await Names(lambda: (), server.resolver)(name, 443))

    with pytest.raises(TimeoutError):
        run(asked("slow.example"))
    assert run(asked("half.example")) == ["8.8.8.8"]


def test_a_host_that_the_desk_allows_is_looked_up_as_this_machine_does_it(
    server: NameServer, run: Run
) -> None:
    async def asked() -> list[str]:
        names = Names(lambda: ("localhost:8443",), server.resolver)
        try:
            return list(await names("localhost", 8443))
        finally:
            names.close()

    assert "127.0.0.1" in run(asked())
    assert server.asked == []
