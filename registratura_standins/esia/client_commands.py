"""Commands about client systems: register, list, change, remove."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography.exceptions import UnsupportedAlgorithm

from registratura_ground.refused import Refused
from registratura_ground.signing import OpensslFault, open_verifier
from registratura_standins.esia import clients, scopes
from registratura_standins.esia.clients import Certificate, Client
from registratura_standins.esia.consent_types import BOOK
from registratura_standins.esia.database import Connection
from registratura_standins.esia.running import on_database

_MNEMONIC = click.option("--mnemonic", required=True, help="Name of the system, such as REG40.")
_RULES = (
    click.option("--name", help="Shown to people at login and consent; else the mnemonic."),
    click.option("--purpose", help="Words of the consent page before the list of data."),
    click.option("--scope", "scope_names", help="Allowed scopes, blanks between them."),
    click.option("--consent-type", "types", multiple=True, type=click.Choice(sorted(BOOK))),
    click.option("--confirmed-only/--any-level", default=None, help="Else ESIA-007055."),
    click.option("--second-step-only/--any-sign-in", default=None, help="Else ESIA-007046."),
)
_MODES = click.Choice(["rsa", "gost"])


def _with_rules(command: Any) -> Any:
    for option in reversed(_RULES):
        command = option(command)
    return command


@click.command("register-client")
@_MNEMONIC
@click.option("--certificate", "files", required=True, multiple=True, type=Path, help="PEM file.")
@click.option("--host", "hosts", required=True, multiple=True, help="Where answers may go.")
@click.option("--mode", type=_MODES, default="rsa", help="How it signs.")
@_with_rules
def register_client(
    mnemonic: str, files: Sequence[Path], hosts: Sequence[str], mode: str, **rules: Any
) -> None:
    """Add a client system or replace what was registered before."""
    ordinary = Client(
        mnemonic,
        mnemonic,
        "Чтобы вы могли войти, портал получит:",
        mode,
        _read_hosts(hosts),
        list(scopes.REGISTRY),
    )
    client = _changed(ordinary, rules)
    certificates = [_read_certificate(mode, file) for file in files]

    async def add(db: Connection) -> None:
        await clients.register(db, client, certificates)

    on_database(add)


@click.command("list-clients")
def list_clients() -> None:
    """Show every registered system."""

    async def show(db: Connection) -> None:
        for client in await clients.search_clients(db):
            click.echo(_describe(client, await clients.search_certificates(db, client)))

    on_database(show)


@click.command("change-client")
@_MNEMONIC
@click.option("--certificate", "files", multiple=True, type=Path, help="In place of the old ones.")
@click.option("--host", "hosts", multiple=True, help="In place of the old ones.")
@click.option("--mode", type=_MODES, help="How it signs.")
@_with_rules
@click.option("--suspend/--resume", "suspended", default=None, help="Suspended: ESIA-008010.")
def change_client(
    mnemonic: str, files: Sequence[Path], hosts: Sequence[str], mode: str | None, **rules: Any
) -> None:
    """Change what is given, leave the rest as it is registered."""

    async def change(db: Connection) -> None:
        client = await _get(db, mnemonic)
        if mode not in (None, client.mode) and not files:
            raise Refused("Вместе с --mode задайте --certificate: прежний сертификат не подойдёт.")
        changed = _changed(replace(client, mode=mode or client.mode), rules)
        changed = replace(changed, origins=_read_hosts(hosts)) if hosts else changed
        certificates = [_read_certificate(changed.mode, file) for file in files]
        await clients.change(db, changed, certificates)

    on_database(change)


@click.command("remove-client")
@_MNEMONIC
def remove_client(mnemonic: str) -> None:
    """Forget the system with its certificates, consents and tokens."""

    async def remove(db: Connection) -> None:
        await _get(db, mnemonic)
        await clients.remove(db, mnemonic)

    on_database(remove)


COMMANDS = (register_client, list_clients, change_client, remove_client)


async def _get(db: Connection, mnemonic: str) -> Client:
    client = await clients.find_client(db, mnemonic)
    if client is None:
        raise Refused(f"Система {mnemonic} не зарегистрирована.")
    return client


def _changed(client: Client, rules: dict[str, Any]) -> Client:
    """The client with the rules that were given. Refuses scopes that nobody knows."""
    names = rules.pop("scope_names") or ""
    types = list(rules.pop("types"))
    unknown = set(names.split()) - scopes.ALL
    if unknown:
        raise Refused(f"Неизвестные области доступа: {', '.join(sorted(unknown))}.")
    given = {name: one for name, one in rules.items() if one is not None}
    given |= {"scopes": names.split()} if names else {}
    given |= {"consent_types": types} if types else {}
    return replace(client, **given)


def _describe(client: Client, certificates: list[Certificate]) -> str:
    lines = [f"{client.mnemonic}  {client.name}", f"  подпись: {client.mode}"]
    for one in certificates:
        state = "" if one.is_active(datetime.now(UTC)) else ", не действует"
        until = f"{one.ends_at:%d.%m.%Y}" if one.ends_at else "без срока"
        lines.append(f"  сертификат: {one.hash} до {until}{state}")
    lines.append(f"  адреса: {' '.join(client.origins)}")
    lines.append(f"  области доступа: {' '.join(client.scopes)}")
    if client.consent_types:
        lines.append(f"  типы согласий: {' '.join(client.consent_types)}")
    rules = {
        "только подтверждённые записи": client.confirmed_only,
        "только со вторым шагом": client.second_step_only,
        "приостановлена": client.suspended,
    }
    return "\n".join([*lines, *(f"  {words}" for words, holds in rules.items() if holds)])


def _read_hosts(hosts: Sequence[str]) -> list[str]:
    return sorted({origin for host in hosts for origin in _read_origins(host)})


def _read_origins(host: str) -> list[str]:
    try:
        return clients.origins_of_host(host)
    except ValueError as fault:
        raise Refused(f"--host «{host}» не похож на адрес портала.") from fault


def _read_certificate(mode: str, file: Path) -> Certificate:
    try:
        pem = file.read_bytes()
        return Certificate(open_verifier(mode, pem).certificate_hash, pem.decode("ascii"))
    except OpensslFault as fault:
        raise Refused(
            "Для подписей ГОСТ нужны openssl и его движок: apt-get install libengine-gost-openssl."
        ) from fault
    except OSError as fault:
        raise Refused(f"Сертификат {file} не читается.") from fault
    except (ValueError, UnsupportedAlgorithm) as fault:
        kind = "ГОСТ Р 34.10-2012 (256 бит)" if mode == "gost" else "RSA"
        raise Refused(f"В файле {file} нет сертификата {kind} в виде PEM.") from fault
