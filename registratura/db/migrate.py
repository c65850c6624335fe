"""Brings the schema up to date: numbered SQL files, forward only, each in its transaction."""

from importlib import resources
from typing import Any, LiteralString

import psycopg
from psycopg import sql

ROLES = ("registratura_owner", "registratura_app")
_LOCK = 740_001  # one migration at a time on a database


def migration_files() -> list[tuple[str, LiteralString]]:
    """Name and text of every migration, in order. Our own package data, hence literal."""
    folder = resources.files("registratura.db") / "migrations"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return [(name, (folder / name).read_text(encoding="utf-8")) for name in names]


async def create_roles(admin_url: str, passwords: dict[str, str] | None = None) -> None:
    """Make the two roles of a server, once; with `passwords`, set them."""
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as db:
        for role in ROLES:
            known = await db.execute("select 1 from pg_roles where rolname = %s", (role,))
            if await known.fetchone() is None:
                await db.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            if passwords:
                await db.execute(
                    sql.SQL("alter role {} password {}").format(
                        sql.Identifier(role), sql.Literal(passwords[role])
                    )
                )


async def migrate(owner_url: str) -> list[str]:
    """Apply what is missing; the names applied. A failed file leaves no trace of itself."""
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as db:
        await db.execute("select pg_advisory_lock(%s)", (_LOCK,))
        await db.execute(
            """
            create table if not exists schema_migration (
                name text primary key,
                applied_at timestamptz not null default statement_timestamp()
            )
            """
        )
        known = {row[0] async for row in await db.execute("select name from schema_migration")}
        missing = [item for item in migration_files() if item[0] not in known]
        for name, text in missing:
            await _apply(db, name, text)
        return [name for name, _ in missing]


async def _apply(db: psycopg.AsyncConnection[Any], name: str, text: LiteralString) -> None:
    async with db.transaction():
        # A migration that cannot get its lock gives way; the running system goes on.
        await db.execute("set local lock_timeout = '5s'")
        await db.execute(text)
        await db.execute("insert into schema_migration (name) values (%s)", (name,))
