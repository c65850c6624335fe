"""A table that is filled for the first time: what is dear by the row is made once, at the end.

Over a full table an index is sorted, a reference judged by one join, an overlap by one reading;
row by row they cost more than the rows themselves.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import LiteralString

from registratura.db.query import Connection, rows, value


@dataclass(frozen=True)
class _Piece:
    """A constraint or an index, as the catalogue spells it: how it goes and how it comes back."""

    drop: str
    make: str


@asynccontextmanager
async def filling(db: Connection, *tables: LiteralString) -> AsyncIterator[None]:
    """Within it, those of `tables` that are empty and ours lack what can be made afterwards.

    That is references, exclusions and indexes; what is unique stays, `on conflict` needs it. All
    is one transaction, with a lock on those tables: nobody else sees them so, and an end at any
    moment leaves everything as it stood. On leaving, whatever a row breaks raises. Of tables with
    rows, or that this role does not own, each row is judged by itself, as ever.
    """
    async with db.transaction():
        pieces = [it for table in tables for it in await _loose(db, table)]
        for it in pieces:
            await db.execute(it.drop.encode())
        yield
        for it in pieces:
            await db.execute(it.make.encode())


async def _loose(db: Connection, table: LiteralString) -> list[_Piece]:
    """What may go for a while: nothing, where that would save nothing or is not for us to do."""
    is_ours = await value(
        db,
        "select pg_has_role(relowner, 'usage') from pg_class where oid = %(table)s::regclass",
        table=table,
    )
    if not is_ours or not await value(db, "select not exists (select from " + table + ")"):
        return []
    return await rows(
        db,
        _Piece,
        """
        select format('alter table %%s drop constraint %%I', conrelid::regclass, conname) as drop,
               format('alter table %%s add constraint %%I %%s', conrelid::regclass, conname,
                      pg_get_constraintdef(oid)) as make
        from pg_constraint where conrelid = %(table)s::regclass and contype in ('f', 'x')
        union all
        select format('drop index %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        from pg_index where indrelid = %(table)s::regclass and not indisunique
          and not exists (select from pg_constraint where conindid = indexrelid)
        """,
        table=table,
    )
