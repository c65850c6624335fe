"""`registratura-gosuslugi`: serve, migrate, keep-identity, statuses."""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable

import click
import psycopg
import structlog
import uvicorn
from litestar import Litestar

from registratura_ground.refused import Refused
from registratura_standins.gosuslugi import statuses
from registratura_standins.gosuslugi.app import create_app
from registratura_standins.gosuslugi.database import Connection, migrate
from registratura_standins.gosuslugi.esia import keep_identity
from registratura_standins.gosuslugi.settings import Settings, read_settings


@click.group()
def main_group() -> None:
    """Учебный стенд федерального портала."""


@main_group.command()
def serve() -> None:
    """Run the stand-in until it is stopped."""
    settings = read_settings()
    if not settings.status_basic:
        raise Refused(
            "Не задана переменная GOSUSLUGI_STATUS_BASIC: имя и пароль через двоеточие, с которыми "
            "регион передаёт статусы записей."
        )
    _run(settings, _nothing)  # a broken address is named before the port
    listening = _listen(settings.port)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    # No access log: addresses of requests hold codes of sign-on.
    config = uvicorn.Config(
        _make(settings), access_log=False, log_level=logging.WARNING, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listening])


@main_group.command("migrate")
def migrate_database() -> None:
    """Bring the schema up to date."""
    _run(read_settings(), _nothing)


@main_group.command("keep-identity")
def make_identity() -> None:
    """Make the key and certificate for ЕСИА, unless they are there."""
    try:
        keep_identity(read_settings())
    except (OSError, ValueError) as fault:
        raise Refused(f"Ключ и сертификат портала не сделаны: {fault}.") from fault


@main_group.command("statuses")
def count_statuses() -> None:
    """How many statuses the region has pushed, of bookings made here and elsewhere."""

    async def show(db: Connection) -> None:
        for it in await statuses.count(db):
            whose = "наши" if it.ours else "чужие"
            print(f"{whose}\t{it.source_code}\t{it.status}\t{it.number}")

    _run(read_settings(), show)


def main() -> None:
    """The command; what cannot be is one sentence and exit status 2."""
    try:
        main_group()
    except Refused as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)


def _make(settings: Settings) -> Litestar:
    try:
        return create_app(settings)
    except (OSError, ValueError) as fault:
        raise Refused(f"Ключ или сертификат для ЕСИА не читается: {fault}.") from fault


def _run(settings: Settings, work: Callable[[Connection], Awaitable[None]]) -> None:
    async def whole() -> None:
        await migrate(settings.database_url)
        async with await psycopg.AsyncConnection.connect(
            settings.database_url, autocommit=True
        ) as connection:
            await work(connection)

    try:
        asyncio.run(whole())
    except psycopg.Error as fault:
        reason = str(fault).strip().partition("\n")[0]
        raise Refused(
            f"База данных стенда (GOSUSLUGI_DATABASE_URL) не отвечает: {reason}"
        ) from fault


async def _nothing(_: Connection) -> None:
    return


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as fault:
        listening.close()
        raise Refused(
            f"Порт {port} занят или недоступен; другой задаёт переменная GOSUSLUGI_PORT."
        ) from fault
    return listening


if __name__ == "__main__":
    main()
