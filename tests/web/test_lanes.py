"""Lanes: what hangs keeps only its own waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from syndicate.web.lanes import Lane
from syndicate.web.only import only_one


def test_a_host_that_hangs_takes_no_more_than_its_places() -> None:
    async def tried() -> tuple[int, int]:
        lane, hangs, inside = Lane(5, each=2), asyncio.Event(), [0, 0]

        async def slow() -> None:
            async with lane.taken("slow"):
                inside[0] += 1
                await hangs.wait()

        async def quick(number: int) -> None:
            async with lane.taken(f"quick-{number}"):
                inside[1] += 1

        waiting = [asyncio.create_task(slow()) for _ in range(50)]
        await asyncio.gather(*(quick(number) for number in range(50)))
        seen = inside[0], inside[1]
        hangs.set()
        await asyncio.gather(*waiting)
        assert inside[0] == 50
        return seen

    assert asyncio.run(tried()) == (2, 50)


def test_what_is_not_answered_soon_goes_on_without_a_place() -> None:
    async def tried() -> list[str]:
        lane, hangs, seen = Lane(2, each=1, kept=0.001), asyncio.Event(), []

        async def slow(host: str) -> None:
            async with lane.taken(host):
                seen.append(host)
                await hangs.wait()
            seen.append(f"{host} done")

        waiting = [asyncio.create_task(slow(host)) for host in ("a", "a", "b", "c", "c")]
        while len(seen) < 5:
            await asyncio.sleep(0)
        hangs.set()
        await asyncio.gather(*waiting)
        assert (lane._hosts, lane._users) == ({}, {})
        return seen

    assert sorted(asyncio.run(tried())[:5]) == ["a", "a", "b", "c", "c"]


def test_a_place_is_given_back_once_where_its_time_ended_before_the_request() -> None:
    async def tried() -> int:
        lane, inside, most = Lane(1, kept=0.001), 0, 0
        async with lane.taken("a"), lane.taken("b"):  # the second waits for the time of the first
            pass
        lane._kept = 60

        async def one(host: str) -> None:
            nonlocal inside, most
            async with lane.taken(host):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one(str(number)) for number in range(9)))
        return most

    assert asyncio.run(tried()) == 1


def test_only_one_is_inside_and_the_next_goes_in_when_it_ends(tmp_path: Path) -> None:
    async def tried() -> list[str]:
        seen: list[str] = []
        goes_on = asyncio.Event()

        async def one(name: str) -> None:
            async with only_one(tmp_path / "lock", 0.001):
                seen.append(f"{name} in")
                await goes_on.wait()
                seen.append(f"{name} out")

        first = asyncio.create_task(one("a"))
        while not seen:
            await asyncio.sleep(0)
        second = asyncio.create_task(one("b"))
        goes_on.set()
        await asyncio.gather(first, second)
        return seen

    assert asyncio.run(tried()) == ["a in", "a out", "b in", "b out"]
