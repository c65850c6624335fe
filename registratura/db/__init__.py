"""Plain SQL to frozen dataclasses: the only way the registry talks to its database."""

from registratura.db.pool import open_pool
from registratura.db.query import Connection, Pool, execute, find, one, records, rows, value
from registratura.db.retry import retried

__all__ = [
    "Connection",
    "Pool",
    "execute",
    "find",
    "one",
    "open_pool",
    "records",
    "retried",
    "rows",
    "value",
]
