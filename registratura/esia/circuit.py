"""The circuit to ЕСИА: while it is down, nobody waits for it; now and then one asks again."""

import time
from collections.abc import Callable

from registratura.esia.faults import EsiaDown

MOST_FAILURES = 5  # one after another, with no answer between them
PAUSE = 15.0  # seconds until one request may try again


class Circuit:
    """Counts failures of one process. Open: requests are refused at once. `clock` is in seconds
    and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._opens_again_at = 0.0

    def check(self) -> None:
        """Refuses with `EsiaDown` while the circuit is open: nobody is sent where he cannot come
        back from. Asks nothing itself."""
        if self._failures >= MOST_FAILURES and self._clock() < self._opens_again_at:
            raise EsiaDown("circuit open")

    def enter(self) -> None:
        """A request begins. Refuses with `EsiaDown` while the circuit is open; after the pause
        one request goes through, and those beside it are still refused."""
        self.check()
        if self._failures >= MOST_FAILURES:
            self._opens_again_at = self._clock() + PAUSE

    def succeed(self) -> None:
        """ЕСИА answered, be it with a refusal."""
        self._failures = 0

    def fail(self) -> None:
        """ЕСИА did not answer."""
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._opens_again_at = self._clock() + PAUSE
