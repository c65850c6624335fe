"""Readers of the environment: a text becomes a value, or a `ValueError` says what is expected."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from psycopg.conninfo import conninfo_to_dict


def read_text(given: str) -> str:
    if not given.isprintable():
        raise ValueError("нечто без непечатаемых знаков")
    return given


def read_path(given: str) -> Path:
    return Path(given).absolute()


def read_paths(given: str) -> tuple[Path, ...]:
    return tuple(read_path(one) for one in given.split(os.pathsep) if one)


def read_port(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise ValueError("число от 1 до 65535")
    return int(given)


def read_site(given: str) -> str:
    expected = ValueError("нечто вида https://example.org")
    try:
        parts = urlsplit(given)
        whole = parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        raise expected from None
    if parts.scheme not in ("http", "https") or not whole or parts.path.strip("/"):
        raise expected
    return given.rstrip("/")


def read_issuer(given: str) -> str:
    """An issuer of OpenID Connect, kept letter by letter: it is compared exactly."""
    parts = urlsplit(given)
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("нечто вида https://example.org/realms/esia")
    read_site(f"{parts.scheme}://{parts.netloc}")
    return given


def read_pairs(given: str) -> tuple[tuple[str, str], ...]:
    found = tuple((name.strip(), to.strip()) for name, _, to in map(read_halves, given.split(",")))
    if not all(name and to for name, to in found):
        raise ValueError("нечто вида oid=sub,snils=urn:esia:snils")
    return found


def read_halves(one: str) -> tuple[str, str, str]:
    return one.partition("=")


def read_mailbox(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", given):
        raise ValueError("нечто вида registratura@example.org")
    return given


def read_database(given: str) -> str:
    try:
        conninfo_to_dict(given)
    except psycopg.Error:
        raise ValueError("нечто вида postgresql://роль:пароль@узел:5432/база") from None
    return given


def read_zone(given: str) -> str:
    try:
        return ZoneInfo(given).key
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError("нечто вида Europe/Moscow") from None


def read_minutes(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= 1440):
        raise ValueError("число минут от 1 до 1440")
    return int(given)


def read_count(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 8 and int(given)):
        raise ValueError("число от 1 до 9999999")
    return int(given)


def read_switch(given: str) -> bool:
    return read_one_of("on", "off")(given) == "on"


def read_one_of(*words: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given not in words:
            raise ValueError(" или ".join(words))
        return given

    return read
