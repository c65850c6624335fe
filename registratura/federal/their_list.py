"""The federation's own list of what it was told: fetched from its address, or read from a file.

The wire has no such call; the agreed form is JSON lines, the names those of the wire
(docs/decisions/0026). A booking has one line, its last status.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from registratura.federal.statuses import Status
from registratura.settings import Settings

_LONGEST_LINE = 4096  # bytes
_MOST_BYTES = 256 * 1024 * 1024
_TIMES = httpx.Timeout(60.0, connect=3.0)


class ListUnreadable(Exception):
    """The list cannot be had, or is none. The reason is for the operator."""


@dataclass(frozen=True)
class Line:
    """What the federation knows of a booking."""

    number: str
    status: Status
    visit_time: datetime


@dataclass(frozen=True)
class Range:
    """Visits that begin at `first` or later and before `end`."""

    first: datetime
    end: datetime


async def fetch(settings: Settings, asked: Range) -> dict[str, Line]:
    """The list at the address of the settings, by booking number. Refuses with `ListUnreadable`."""
    user, password = settings.federal_status_user, settings.federal_status_password
    query = {
        "rmis": settings.federal_rmis_id,
        "from": asked.first.isoformat(timespec="seconds"),
        "to": asked.end.isoformat(timespec="seconds"),
    }
    auth = httpx.BasicAuth(user, password) if user else None
    client = httpx.AsyncClient(timeout=_TIMES, auth=auth, trust_env=False)
    try:
        async with client, client.stream("GET", settings.federal_list_url, params=query) as answer:
            if answer.status_code != 200:
                raise ListUnreadable(f"адрес списка ответил {answer.status_code}")
            return read(await _lines(answer))
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise ListUnreadable(f"адрес списка не отвечает ({type(fault).__name__})") from None


async def _lines(answer: httpx.Response) -> list[bytes]:
    whole = bytearray()
    async for part in answer.aiter_bytes():
        whole += part
        if len(whole) > _MOST_BYTES:
            raise ListUnreadable("список слишком велик")
    return bytes(whole).split(b"\n")


def read_file(path: Path) -> dict[str, Line]:
    """The same from a file. Refuses with `ListUnreadable`."""
    try:
        with path.open("rb") as file:
            return read(file)
    except OSError as fault:
        raise ListUnreadable(f"{path}: {fault.strerror}") from None


def read(lines: Iterable[bytes]) -> dict[str, Line]:
    """Every line that is not empty; of several about one booking the last. Refuses with
    `ListUnreadable`, naming the line."""
    found: dict[str, Line] = {}
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                line = _read_line(text)
            except (ValueError, KeyError, TypeError, RecursionError):
                raise ListUnreadable(f"строка {number} списка не читается") from None
            found[line.number] = line
    return found


def _read_line(text: bytes) -> Line:
    if len(text) > _LONGEST_LINE:
        raise ValueError
    told: dict[str, Any] = json.loads(text)
    visit_time = datetime.fromisoformat(told["Visit_Time"])
    book_id = told["Book_Id_Mis"]
    if visit_time.tzinfo is None or not isinstance(book_id, str) or not 0 < len(book_id) <= 100:
        raise ValueError
    return Line(book_id, Status(told["Status"]), visit_time)
