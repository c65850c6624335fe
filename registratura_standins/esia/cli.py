"""Command line of the stand-in: serve, migrate, seed-demo, and the commands about clients."""

import logging
import signal
import socket
import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

import click

from registratura_ground.refused import Refused
from registratura_standins.esia.client_commands import COMMANDS
from registratura_standins.esia.database import Connection
from registratura_standins.esia.demo_accounts import ACCOUNTS, PASSWORD, seed_demo
from registratura_standins.esia.own_database import open_database
from registratura_standins.esia.running import nothing, on_database, on_settings
from registratura_standins.esia.settings import Settings, read_settings


@click.group()
def main_group() -> None:
    """Учебный стенд ЕСИА."""


@main_group.command()
def serve() -> None:
    """Run the stand-in until it is stopped.

    Without ESIA_DATABASE_URL it starts a database of its own, with the demo's accounts in it.
    """
    import uvicorn  # with the application half a second, for this command only

    from registratura_standins.esia.app import create_app

    settings = read_settings()
    with open_database(settings) as url:
        own, settings = not settings.database_url, replace(settings, database_url=url)
        on_settings(settings, _seed if own else nothing)  # a broken address is named before a port
        listening = _listen(settings)
        _log_as_json()
        # No access log: addresses of requests hold signatures and codes.
        config = uvicorn.Config(
            create_app(settings),
            access_log=False,
            log_level=logging.WARNING,
            server_header=False,
            # Of nobody else: whoever writes the header would choose what his tries count for.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
        )
        if own:
            _show(settings)
        signal.signal(signal.SIGTERM, _stop)  # so that the database of our own is closed too
        uvicorn.Server(config).run(sockets=[listening])


@main_group.command("migrate")
def migrate_database() -> None:
    """Bring the schema up to date."""
    on_database(nothing)


@main_group.command("seed-demo")
def seed() -> None:
    """Add the demo's accounts; running it again changes nothing."""
    on_database(_seed)


for command in COMMANDS:
    main_group.add_command(command)


def main() -> None:
    """The entry point: a refusal is one sentence on standard error and exit status 2."""
    try:
        main_group()
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)


async def _seed(db: Connection) -> None:
    await seed_demo(db, datetime.now(UTC))


def _stop(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def _log_as_json() -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _show(settings: Settings) -> None:
    """What a person needs to begin with."""
    print(f"Учебный стенд ЕСИА: {settings.public_url}/ (сообщения: {settings.public_url}/messages)")
    print(f"Пароль всех учётных записей: {PASSWORD}")
    for one in sorted(ACCOUNTS, key=lambda one: one.number):
        print(f"  {one.phone}  {one.name}: {one.note}")
    print("Остановить: Ctrl-C", flush=True)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.listen else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.listen, settings.port))
    except OSError as fault:
        listening.close()
        raise Refused(
            f"{settings.listen}:{settings.port} занят или недоступен; другие адрес и порт задают "
            "ESIA_LISTEN и ESIA_PORT."
        ) from fault
    return listening


if __name__ == "__main__":
    main()
