"""The stand-in's own database: the shared verbs, its migrations, JSON of frozen dataclasses."""

from importlib import resources
from typing import Any, TypeVar

import msgspec
from psycopg.types.json import Jsonb

from registratura_ground import database
from registratura_ground.database import Connection, Pool, execute, find, open_pool, rows, value

__all__ = [
    "Connection",
    "Pool",
    "execute",
    "find",
    "migrate",
    "open_pool",
    "pack",
    "rows",
    "unpack",
    "value",
]

Shape = TypeVar("Shape")
_LOCK = 740_003


async def migrate(url: str) -> list[str]:
    """Bring the schema up to date; names of the files that were applied."""
    return await database.migrate(url, resources.files(__package__) / "migrations", _LOCK)


def pack(thing: object) -> Jsonb | None:
    """A dataclass, or a tuple of them, for a column of JSON."""
    return None if thing is None else Jsonb(msgspec.to_builtins(thing))


def unpack(shape: type[Shape], column: Any) -> Shape | None:
    """The dataclass that a column of JSON holds."""
    return None if column is None else msgspec.convert(column, shape)
