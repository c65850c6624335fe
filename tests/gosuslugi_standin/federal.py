"""The federal portal without a socket, and browsers that walk through its wizard."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from litestar import Litestar

from registratura_standins.gosuslugi import accounts, sessions
from registratura_standins.gosuslugi.accounts import Account, Child
from registratura_standins.gosuslugi.app import create_app, make_state
from registratura_standins.gosuslugi.asking import Line
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.training import Switch, rehearse
from registratura_standins.gosuslugi.visitors import lease_of
from tests.esia_standin.browser import Browser, Page
from tests.given import apps
from tests.given.portal import alive

MARIA = Account(
    *("Иванова", "Мария", "Петровна", "1988-06-25", "F", "11223344595", "4053110874010015"),
    oid=1_000_000_001,
    phone="+79000000001",
    email="maria@example.org",
)
OLEG = Account(
    *("Смирнов", "Олег", "Андреевич", "1985-03-14", "M", "20000000220", "4056410835000023"),
    oid=1_000_000_002,
    phone="+79000000002",
    email=None,
)
ANNA = Child(
    *("Смирнова", "Анна", "Олеговна", "2019-03-14", "F", "20000002123", "4096089785000126"),
    id="5001",
)
GROWN_UP = Child(
    *("Смирнов", "Глеб", "Олегович", "2001-03-14", "M", None, "4096089785000134"), id="5003"
)
PETR = {
    "last_name": "Иванов",
    "first_name": "Петр",
    "middle_name": "Иванович",
    "birth_date": "01.01.2015",
    "sex": "M",
    "policy_number": "1234567891234567",
    "no_middle_name": "",
}
REGION = ("region", "a-password-of-the-region")  # how the region shows who it is


@asynccontextmanager
async def running(
    settings: Settings, transport: httpx.AsyncBaseTransport, switches: Sequence[Switch] = ()
) -> AsyncIterator[Litestar]:
    """The portal, started, the region behind that transport."""
    limit = httpx.Timeout(settings.region_seconds)
    http = httpx.AsyncClient(transport=rehearse(transport, switches), timeout=limit)

    def state() -> dict[str, Any]:
        made = make_state(settings)
        return made | {"region": replace(made["region"], http=http)}

    key = ("federal portal", replace(settings, database_url=""))
    with apps.borrowed(key, lambda: create_app(settings), state) as app:
        async with alive(app):
            yield app


def line_of(app: Litestar) -> Line:
    """What the portal asks the region by."""
    return Line(app.state.pool, app.state.region, lease_of(app.state.settings))


def browser(app: Litestar) -> Browser:
    """A browser that has never been here. It follows no redirect by itself."""
    settings: Settings = app.state.settings
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    return Browser(transport=transport, base_url=settings.public_url)


async def signed_in(app: Litestar, who: Account = MARIA, *children: Child) -> Browser:
    """The browser of somebody who has signed in just now."""
    now = datetime.now(UTC)
    async with app.state.pool.connection() as db:
        await accounts.keep(db, who, children, now)
        session_id = await sessions.start_session(db, who.oid, now)
    opened = browser(app)
    opened.cookies.set("gosuslugi_session", session_id, domain=opened.base_url.host)
    return opened


def text_of(page: httpx.Response) -> str:
    """What a person reads on it."""
    return " ".join(Page(page.text).text.split())


async def send(user: Browser, path: str, form: int | str = "", **typed: str) -> httpx.Response:
    """Open a page and send its form: the one that leads to that address, else the page itself's."""
    page = await user.get(path)
    assert page.status_code == 200, (page.status_code, text_of(page))
    return await user.send_form(page, str(form) or path.partition("?")[0], **typed)


async def begin(user: Browser, whom: str = "other") -> str:
    """Step 1; the address of the draft."""
    answer = await send(user, "/booking", whom=whom)
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("/patient")


async def name_petr(user: Browser, **otherwise: str) -> str:
    """Steps 1 and 2: another person's data; the address of the draft."""
    draft = await begin(user)
    answer = await send(user, f"{draft}/patient", **{**PETR, **otherwise})
    assert answer.headers["location"] == f"{draft}/doctor", text_of(answer)
    return draft


async def choose_doctor(user: Browser, draft: str) -> httpx.Response:
    """Step 3: the area doctor who appears by himself."""
    answer = await send(user, f"{draft}/doctor")
    assert answer.headers["location"] == f"{draft}/time"
    return await user.get(f"{draft}/time")


async def choose_time(user: Browser, draft: str, slot: str = "") -> httpx.Response:
    """Steps 3 and 4: that time, else the first that is shown; the check."""
    page = await choose_doctor(user, draft)
    shown = [it["value"] for it in Page(page.text).ids.values() if it.get("name") == "slot"]
    answer = await user.send_form(page, f"{draft}/time", slot=slot or shown[0])
    assert answer.headers["location"] == f"{draft}/check", answer.headers["location"]
    return await user.get(f"{draft}/check")


async def book(user: Browser, draft: str) -> httpx.Response:
    """Step 5: «Записаться»; the booking's page."""
    answer = await send(user, f"{draft}/check", f"{draft}/book")
    assert answer.status_code == 303, text_of(answer)
    return await user.get(answer.headers["location"])


async def whole_walk(user: Browser) -> httpx.Response:
    """From «Начать» to the booking's page."""
    draft = await name_petr(user)
    await choose_time(user, draft)
    return await book(user, draft)
