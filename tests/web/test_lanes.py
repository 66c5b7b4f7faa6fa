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
