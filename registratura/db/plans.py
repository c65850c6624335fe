"""Plans outlive a rollback: a refusal must not make its connection think everything out again.

psycopg forgets all that a connection has prepared whenever a transaction is rolled back, because
what the transaction had created may be gone. Nothing creates tables while the registry runs, and
every refused booking is a rollback: with it went ten plans, a hundred times the booking's own work.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg.pq.abc import PGresult


class _Plans(PrepareManager):
    """What a connection has prepared, until it closes or there are too many."""

    def clear(self) -> bool:
        """Keep them; the answer says that there is nothing to tell the server."""
        return False

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[PGresult]) -> None:
        """A statement that was refused at its first run is prepared all the same."""
        self._rotate()


class PlanningConnection(psycopg.AsyncConnection[Any]):
    """A connection of the pool: plans each statement once in its life."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared = _Plans()
