"""A circuit to another system: while it is down, nobody waits for it; now and then one asks."""

import time
from collections.abc import Callable

MOST_FAILURES = 5  # one after another, with no answer between them
PAUSE = 15.0  # seconds until one request may try again


class CircuitOpen(Exception):
    """The other system has not answered for a while: it is not asked now."""

    def __init__(self) -> None:
        super().__init__("circuit open")


class Circuit:
    """Counts failures of one process. Open: requests are refused at once. `clock` is in seconds
    and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._opens_again_at = 0.0

    def check(self) -> None:
        """Refuses with `CircuitOpen` while the circuit is open: nobody is sent where he cannot come
        back from. Asks nothing itself."""
        if self._failures >= MOST_FAILURES and self._clock() < self._opens_again_at:
            raise CircuitOpen()

    def enter(self) -> None:
        """A request begins. Refuses with `CircuitOpen` while the circuit is open; after the pause
        one request goes through, and those beside it are still refused."""
        self.check()
        if self._failures >= MOST_FAILURES:
            self._opens_again_at = self._clock() + PAUSE

    def succeed(self) -> None:
        """The other system answered, be it with a refusal."""
        self._failures = 0

    def fail(self) -> None:
        """It did not answer."""
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._opens_again_at = self._clock() + PAUSE
