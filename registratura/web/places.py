"""Places that are counted, and the line before them: whoever is `first` goes to its head.

The library's semaphore knows no head of the line.
"""

import asyncio
from collections import deque


class Places:
    """So many places of one event loop."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def are_taken(self) -> bool:
        """Whether the next one will wait."""
        return self._free == 0

    async def take(self, *, first: bool = False) -> None:
        """Returns with a place; whoever is cancelled has none."""
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if first:
            self._line.appendleft(turn)
        else:
            self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came at this very moment
                self.give_back()
            raise

    def give_back(self) -> None:
        """The place is the next one's: whoever comes now does not overtake the line."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
