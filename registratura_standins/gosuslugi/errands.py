"""Work with the region that goes on by itself when the patient need not wait for it any longer."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from registratura_standins.gosuslugi import logs

_LOG = structlog.get_logger("errands")


class Errands:
    """What is under way in this process. Whatever is broken off is done again: it is written down
    before it begins."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, work: Coroutine[Any, Any, None], patience: float) -> None:
        """Wait so many seconds for the work to be done, no longer. Raises what it raises till
        then."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        done, _ = await asyncio.wait({task}, timeout=patience)
        if done:
            task.result()
        else:
            task.add_done_callback(_tell)

    async def end(self) -> None:
        """Break off what is under way."""
        await break_off(*self._under_way)


async def break_off(*tasks: asyncio.Task[None]) -> None:
    """Cancel until all have ended: what a task waits for may swallow its being cancelled once, as
    `asyncio.wait_for` does before Python 3.12 when both happen at a time."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.1)


def _tell(task: asyncio.Task[None]) -> None:
    """Nobody waits for it any more: the log hears of its fault."""
    fault = None if task.cancelled() else task.exception()
    if fault is not None:
        _LOG.error("fault", **logs.fault(fault))
