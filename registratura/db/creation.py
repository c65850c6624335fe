"""The registry's database on a server that somebody else runs: made once, by its administrator."""

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from registratura.db.migrate import ROLES, create_roles


async def create_database(admin_url: str, owner_url: str, app_url: str) -> None:
    """Make both roles with the passwords of their addresses, and the owner's database.

    Only these two may connect to it. What is there already stays. Raises `ValueError` where the
    addresses are not for the two roles and one database.
    """
    owner, application = conninfo_to_dict(owner_url), conninfo_to_dict(app_url)
    if (owner.get("user"), application.get("user")) != ROLES:
        raise ValueError(f"the addresses must be of the roles {' and '.join(ROLES)}")
    if not owner.get("dbname") or owner.get("dbname") != application.get("dbname"):
        raise ValueError("both addresses must name the same database")
    passwords = {str(one["user"]): str(one.get("password", "")) for one in (owner, application)}
    await create_roles(admin_url, passwords if all(passwords.values()) else None)
    await _create(admin_url, sql.Identifier(str(owner["dbname"])), str(owner["dbname"]))


async def _create(admin_url: str, database: sql.Identifier, name: str) -> None:
    owner, application = map(sql.Identifier, ROLES)
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as db:
        known = await db.execute("select 1 from pg_database where datname = %s", (name,))
        if await known.fetchone() is None:
            # An administrator who is no superuser gives a database away only as a member.
            await db.execute(sql.SQL("grant {} to current_user").format(owner))
            await db.execute(
                sql.SQL("create database {} owner {} template template0 encoding 'UTF8'").format(
                    database, owner
                )
            )
        await db.execute(sql.SQL("revoke all on database {} from public").format(database))
        await db.execute(
            sql.SQL("grant connect, temporary on database {} to {}").format(database, application)
        )
