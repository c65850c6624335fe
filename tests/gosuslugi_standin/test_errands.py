"""What goes on by itself ends with the application."""

import asyncio
from contextlib import suppress

from registratura_standins.gosuslugi.errands import break_off


async def deaf(times: int) -> None:
    """Goes on for ever, and misses so many of its cancellings."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if not times:
                raise
            times -= 1


async def test_a_task_that_misses_its_cancelling_is_cancelled_again() -> None:
    tasks = [asyncio.create_task(deaf(times)) for times in (0, 1, 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await break_off(*tasks)
    assert all(task.cancelled() for task in tasks)


async def test_one_that_ends_by_itself_or_fails_is_let_go() -> None:
    async def fail() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        raise ValueError

    failing, over = asyncio.create_task(fail()), asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await break_off(failing, over)
    assert isinstance(failing.exception(), ValueError)
