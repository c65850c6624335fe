"""The line between the two systems, what goes wrong on it, and what the registry holds after."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from litestar import Litestar

from registratura.db import Connection, rows
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.training import read_switches
from tests.esia_standin.browser import Browser, Page
from tests.gosuslugi_standin.federal import running, signed_in


def line_to(registry: Litestar) -> httpx.ASGITransport:
    """HTTP to the gateway, as from this machine."""
    return httpx.ASGITransport(registry, client=("127.0.0.1", 40000))  # type: ignore[arg-type]


@asynccontextmanager
async def under(
    settings: Settings, registry: Litestar, switches: str
) -> AsyncIterator[tuple[Litestar, Browser]]:
    """The portal with something going wrong on its line, and Мария's browser."""
    async with running(settings, line_to(registry), read_switches(switches)) as app:
        yield app, await signed_in(app)


@dataclass(frozen=True)
class Visit:
    """One visit of the registry in words."""

    told: str


async def states(db: Connection) -> list[str]:
    """Every visit of the registry: channel and state, in the order they were made."""
    found = await rows(
        db, Visit, "select channel || ' ' || state as told from appointment order by number"
    )
    return [it.told for it in found]


async def take_first_time(user: Browser, draft: str) -> None:
    """The doctor is chosen: keep the first of his times."""
    page = await user.get(f"{draft}/time")
    slot = next(it["value"] for it in Page(page.text).ids.values() if it.get("name") == "slot")
    answer = await user.send_form(page, f"{draft}/time", slot=slot)
    assert answer.headers["location"] == f"{draft}/check"
