"""Command line of the stand-in: serve, migrate, seed-demo, register-client."""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
import structlog
import uvicorn
from cryptography.exceptions import UnsupportedAlgorithm

from registratura_ground.refused import Refused
from registratura_ground.signing import OpensslFault, open_verifier
from registratura_standins.esia import clients, scopes
from registratura_standins.esia.app import create_app
from registratura_standins.esia.database import Connection, migrate
from registratura_standins.esia.demo_accounts import seed_demo
from registratura_standins.esia.settings import Settings, read_settings


@click.group()
def main_group() -> None:
    """Учебный стенд ЕСИА."""


@main_group.command()
def serve() -> None:
    """Run the stand-in until it is stopped."""
    settings = read_settings()
    _run(lambda: _in_database(settings, _nothing))  # a broken address is named before the port
    listening = _listen(settings.port)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    # No access log: addresses of requests hold signatures and codes.
    config = uvicorn.Config(
        create_app(settings), access_log=False, log_level=logging.WARNING, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listening])


@main_group.command("migrate")
def migrate_database() -> None:
    """Bring the schema up to date."""
    settings = read_settings()
    _run(lambda: _in_database(settings, _nothing))


@main_group.command("seed-demo")
def seed() -> None:
    """Add the demo's accounts; running it again changes nothing."""
    settings = read_settings()

    async def add(db: Connection) -> None:
        await seed_demo(db, datetime.now(UTC))

    _run(lambda: _in_database(settings, add))


@main_group.command()
@click.option("--mnemonic", required=True, help="Name of the system, such as REG40.")
@click.option("--certificate", "files", required=True, multiple=True, type=Path, help="PEM file.")
@click.option("--host", "hosts", required=True, multiple=True, help="Where answers may go.")
@click.option("--mode", type=click.Choice(["rsa", "gost"]), default="rsa", help="How it signs.")
@click.option("--name", help="Shown to people at login and consent; else the mnemonic.")
@click.option("--purpose", default="Чтобы вы могли войти, портал получит:", help="Consent's words.")
@click.option("--scope", "scope_names", default=" ".join(scopes.REGISTRY), help="Allowed scopes.")
def register_client(
    mnemonic: str,
    files: tuple[Path, ...],
    hosts: tuple[str, ...],
    mode: str,
    name: str | None,
    purpose: str,
    scope_names: str,
) -> None:
    """Add a client system or replace what was registered before."""
    settings = read_settings()
    origins = sorted({origin for host in hosts for origin in _read_origins(host)})
    unknown = set(scope_names.split()) - scopes.ALL
    if unknown:
        raise Refused(f"Неизвестные области доступа: {', '.join(sorted(unknown))}.")
    client = clients.Client(mnemonic, name or mnemonic, purpose, mode, origins, scope_names.split())
    certificates = [_read_certificate(mode, file) for file in files]

    async def add(db: Connection) -> None:
        await clients.register(db, client, certificates)

    _run(lambda: _in_database(settings, add))


def main() -> None:
    """The entry point: a refusal is one sentence on standard error and exit status 2."""
    try:
        main_group()
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)


def _run(work: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await work()

    try:
        asyncio.run(whole())
    except psycopg.Error as fault:
        reason = str(fault).strip().partition("\n")[0]
        raise Refused(f"База данных стенда (ESIA_DATABASE_URL) не отвечает: {reason}") from fault


async def _in_database(settings: Settings, work: Callable[[Connection], Awaitable[None]]) -> None:
    await migrate(settings.database_url)
    connection: Connection = await psycopg.AsyncConnection.connect(
        settings.database_url, autocommit=True
    )
    async with connection:
        await work(connection)


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
            f"Порт {port} занят или недоступен; другой задаёт переменная ESIA_PORT."
        ) from fault
    return listening


def _read_origins(host: str) -> list[str]:
    try:
        return clients.origins_of_host(host)
    except ValueError as fault:
        raise Refused(f"--host «{host}» не похож на адрес портала.") from fault


def _read_certificate(mode: str, file: Path) -> clients.Certificate:
    try:
        pem = file.read_bytes()
        return clients.Certificate(open_verifier(mode, pem).certificate_hash, pem.decode("ascii"))
    except OpensslFault as fault:
        raise Refused(
            "Для подписей ГОСТ нужны openssl и его движок: apt-get install libengine-gost-openssl."
        ) from fault
    except OSError as fault:
        raise Refused(f"Сертификат {file} не читается.") from fault
    except (ValueError, UnsupportedAlgorithm) as fault:
        kind = "ГОСТ Р 34.10-2012 (256 бит)" if mode == "gost" else "RSA"
        raise Refused(f"В файле {file} нет сертификата {kind} в виде PEM.") from fault


if __name__ == "__main__":
    main()
