"""Asking until there is an answer: what a client does when none has come, by whatever face."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.journal import Entry

TWINS = 0.25  # of what is asked is sent twice at once
AGAIN = 0.15  # of what was acknowledged is sent once more

Sending = Callable[[], Awaitable[Entry]]
"""Sends the same once more, with the same key, and tells what was answered."""


@dataclass
class Asker:
    """Brings what it is given to its answer; remembers what is to be asked when all is quiet."""

    random: Random
    deadline: float = float("inf")  # of the run's clock: then it asks no more
    doubtful: list[Sending] = field(default_factory=list)

    async def bring_to_an_answer(self, send: Sending, calm: bool = False) -> Entry:
        """Send until the answer is yes, or no with no earlier sending unknown to the last."""
        twins = 2 if not calm and self.random.random() < TWINS else 1
        answers = await asyncio.gather(*(send() for _ in range(twins)))
        said = {it.said: it for it in answers}
        doubted = "unknown" in said
        while "unknown" in said and "yes" not in said and time.monotonic() < self.deadline:
            await asyncio.sleep(self.random.uniform(0.1, 0.5))
            answer = await send()
            said = {answer.said: answer}
            doubted |= answer.said == "unknown"
        if "yes" in said:
            if not calm and self.random.random() < AGAIN:
                await send()
            return said["yes"]
        if doubted and not calm:
            self.doubtful.append(send)
        return said.get("no") or said["unknown"]

    async def ask_again(self) -> None:
        """What was once unknown and then refused: the same once more, when all is quiet."""
        doubtful, self.doubtful = self.doubtful, []
        for send in doubtful:
            await self.bring_to_an_answer(send, calm=True)
