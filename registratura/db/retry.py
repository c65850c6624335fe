"""Writes that the database broke off for another's sake are done again; nobody hears of it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure

_TRIES = 4
_PAUSE = 0.02  # seconds, doubled with each try, and as much again by chance

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def retried(write: Callable[Given, Awaitable[Answer]]) -> Callable[Given, Awaitable[Answer]]:
    """A write that opens its own transaction, done again after 40001 and 40P01, four times in all.

    The transaction was rolled back by the database, so nothing of the first try is left.
    """

    @wraps(write)
    async def again(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        for number in range(1, _TRIES):
            try:
                return await write(*args, **kwargs)
            except (SerializationFailure, DeadlockDetected):
                pause = _PAUSE * 2**number
                await asyncio.sleep(pause + random.uniform(0, pause))  # noqa: S311 - no secret
        return await write(*args, **kwargs)

    return again
