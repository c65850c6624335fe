"""The databases of the stand: the embedded server's, or those that the environment names."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from registratura.db.migrate import ROLES, migrate
from registratura.db.reachability import check_reachable
from registratura.settings import Settings, variable
from registratura_ground import embedded
from registratura_ground.refused import Refused

OWNER, APPLICATION = ROLES
REGISTRY = "registratura"
STAND_INS = ("esia", "gosuslugi")


@dataclass(frozen=True)
class Databases:
    """Addresses; each contains a password. `server` is ours to stop, if there is one."""

    registry: str
    owner: str
    stand_ins: Mapping[str, str]
    server: embedded.Server | None


def embedded_folder(var: Path) -> Path:
    """Where the embedded server's data belong to."""
    return var / "postgres"


def start_embedded(var: Path) -> embedded.Server:
    """The server with a database and a role for each application; none reads another's."""
    server = embedded.start(embedded_folder(var))
    try:
        for role in (*ROLES, *STAND_INS):
            server.ensure_role(role)
        server.ensure_database(REGISTRY, OWNER, guests=(APPLICATION,))
        for name in STAND_INS:
            server.ensure_database(name, name)
    except BaseException:
        server.stop()
        raise
    return server


def open_databases(settings: Settings, environment: Mapping[str, str]) -> Databases:
    """Start what is not named: DATABASE_URL with DATABASE_OWNER_URL, ESIA_DATABASE_URL, ….

    Refuses an unreachable address in one sentence.
    """
    given = {name: environment.get(f"{name.upper()}_DATABASE_URL", "") for name in STAND_INS}
    if settings.database_url:
        _check_given(settings)
    if settings.database_url and all(given.values()):
        return Databases(settings.database_url, settings.database_owner_url, given, None)
    server = start_embedded(settings.var)
    return Databases(
        settings.database_url or server.url(REGISTRY, APPLICATION),
        settings.database_owner_url if settings.database_url else server.url(REGISTRY, OWNER),
        {name: address or server.url(name, name) for name, address in given.items()},
        server,
    )


def migrate_registry(owner_url: str) -> list[str]:
    """Bring the schema up to date. Refuses where the roles were never made."""
    try:
        return asyncio.run(migrate(owner_url))
    except psycopg.errors.UndefinedObject:
        raise Refused(
            f"На сервере нет роли {APPLICATION}: выполните registratura migrate --create-roles."
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise Refused(f"{variable('database_owner_url')}: роль не владеет базой.") from None


def _check_given(settings: Settings) -> None:
    if not settings.database_owner_url:
        raise Refused("Вместе с DATABASE_URL задайте DATABASE_OWNER_URL: им обновляется схема.")
    for name in ("database_url", "database_owner_url"):
        asyncio.run(check_reachable(getattr(settings, name), variable(name)))
