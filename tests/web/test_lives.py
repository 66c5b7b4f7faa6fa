"""What goes on beside the answers: begun again whatever happens, and ended when it is to end."""

from __future__ import annotations

import asyncio

from syndicate.web.lives import Lives


def test_what_fails_is_told_and_begun_again() -> None:
    told: list[str] = []
    lives = Lives(told.append, again=0)

    async def seen() -> list[bool]:
        fails = [OSError("full"), KeyError("x")]
        goes_on, well = asyncio.Event(), []

        async def life() -> None:
            well.append(lives.are_well)
            if fails:
                raise fails.pop()
            goes_on.set()
            await asyncio.Event().wait()

        lives.begin(looking=life)
        await goes_on.wait()
        well.append(lives.are_well)
        await lives.end()
        return well

    assert asyncio.run(seen()) == [True, True, True, True]
    assert told == [
        "looking is begun again: KeyError: 'x'",
        "looking is begun again: OSError: full",
    ]


def test_while_something_is_down_they_are_not_well() -> None:
    down = asyncio.Event()
    lives = Lives(lambda _: down.set())

    async def seen() -> bool:
        async def life() -> None:
            raise OSError

        lives.begin(looking=life)
        await down.wait()
        well = lives.are_well
        await lives.end()
        return well

    assert not asyncio.run(seen())


def test_one_that_ends_badly_ends_all_the_same_and_so_do_the_others() -> None:
    ended: list[str] = []

    async def seen() -> None:
        lives, begun = Lives(ended.append), asyncio.Event()

        async def bad() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise OSError("the disk")

        async def good() -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("good")

        lives.begin(bad=bad, good=good)
        await begun.wait()
        await lives.end()

    asyncio.run(seen())
    assert ended == ["good"]
