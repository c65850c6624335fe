"""The stand-in's own database: the shared verbs, and its numbered migrations."""

from importlib import resources

from registratura_ground import database
from registratura_ground.database import Connection, Pool, execute, find, open_pool, rows, value

__all__ = ["Connection", "Pool", "execute", "find", "migrate", "open_pool", "rows", "value"]

_LOCK = 740_002


async def migrate(url: str) -> list[str]:
    """Bring the schema up to date; names of the files that were applied."""
    return await database.migrate(url, resources.files(__package__) / "migrations", _LOCK)
