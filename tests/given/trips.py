"""Round trips to the database, counted at the connection."""

from typing import Any

import psycopg
import pytest


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What every connection sends from here on, BEGIN and COMMIT among it."""
    seen: list[str] = []
    execute = psycopg.AsyncCursor.execute
    command = psycopg.AsyncConnection._exec_command

    async def executed(self: Any, query: Any, *rest: Any, **named: Any) -> Any:
        seen.append(str(query))
        return await execute(self, query, *rest, **named)

    def commanded(self: Any, sent: Any, *rest: Any, **named: Any) -> Any:
        seen.append(sent.decode() if isinstance(sent, bytes) else str(sent))
        return command(self, sent, *rest, **named)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", executed)
    monkeypatch.setattr(psycopg.AsyncConnection, "_exec_command", commanded)
    return seen
