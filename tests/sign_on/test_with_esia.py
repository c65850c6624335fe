"""The portal and the ЕСИА stand-in, both whole, walked by one browser."""

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from litestar import Litestar

from registratura.db import Connection, value
from registratura.esia import Answer, Esia
from registratura.esia.attempts import make_attempt
from registratura_ground import embedded
from registratura_ground.signing import rsa_certificate_hash
from registratura_standins.esia.app import create_app
from registratura_standins.esia.clients import Certificate, Client, register
from registratura_standins.esia.database import migrate
from registratura_standins.esia.demo_accounts import seed_demo
from registratura_standins.esia.scopes import REGISTRY
from registratura_standins.esia.settings import Settings
from tests.esia_standin.browser import Browser
from tests.given import portal

ESIA = "http://127.0.0.1:8001"
MARIA, OLEG, SIMPLIFIED = "+7 900 000-00-01", "+7 900 000-00-02", "+7 900 000-00-04"
_numbers = itertools.count(1)


@pytest.fixture
async def esia(server: embedded.Server, app: Litestar) -> AsyncIterator[Litestar]:
    """The stand-in with its demo accounts; it knows the portal, and the portal asks it."""
    name = f"esia_for_portal_{os.getpid()}_{next(_numbers)}"
    server.ensure_role("esia")
    server.ensure_database(name, "esia")
    configured = Settings(
        database_url=server.url(name, "esia"),
        key_file=portal.keys() / "esia.key",
        certificate_file=portal.keys() / "esia.crt",
    )
    await _fill(configured.database_url)
    stand_in = create_app(configured)
    async with portal.alive(stand_in):
        transport = httpx.ASGITransport(stand_in)  # type: ignore[arg-type]
        app.state.esia = replace(app.state.esia, http=httpx.AsyncClient(transport=transport))
        yield stand_in
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database "{name}" with (force)'.encode())


async def _fill(url: str) -> None:
    await migrate(url)
    certificate = (portal.keys() / "registratura.crt").read_bytes()
    client = Client("REG40", "Портал", "Запись к врачу", "rsa", [portal.ADDRESS], list(REGISTRY))
    named = Certificate(rsa_certificate_hash(certificate), certificate.decode())
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        await seed_demo(db, datetime.now(UTC))
        await register(db, client, [named])


@asynccontextmanager
async def at_esia(esia: Litestar) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(esia)  # type: ignore[arg-type]
    async with Browser(transport=transport, base_url=ESIA) as browser:
        yield browser


async def sign_in(maria: httpx.AsyncClient, esia: Litestar, login: str) -> httpx.Response:
    """From the portal's link through ЕСИА to the portal's answer."""
    start = await maria.get("/signin/esia?next=/appointments")
    async with at_esia(esia) as browser:
        answer = await browser.sign_on(start.headers["location"], login)
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}" == portal.ADDRESS
    return await maria.get(f"{back.path}?{back.query}")


async def test_maria_signs_in_and_is_known(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    answer = await sign_in(maria, esia, MARIA)
    assert answer.headers["location"] == "/consent?next=%2Fappointments"
    async with app.state.pool.connection() as db:
        assert await _account(db) == ("Иванова", "11223344595", "+79000000001")


async def _account(db: Connection) -> tuple[str, str, str]:
    found = await value(db, "select row(last_name, snils, phone) from account")
    return tuple(found)


async def test_oleg_signs_in_with_children_on_his_list(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    assert (await sign_in(maria, esia, OLEG)).status_code == 303


class WithoutEmbed(httpx.AsyncBaseTransport):
    """The way to an ЕСИА that embeds nothing: every element is an address to be fetched."""

    def __init__(self, way: httpx.AsyncBaseTransport) -> None:
        self.way = way

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/rs/"):
            request.url = request.url.copy_remove_param("embed")
        return await self.way.handle_async_request(request)


async def told_by(client: Esia, esia: Litestar, login: str) -> Answer:
    """What the client reads of who signs in there."""
    attempt = make_attempt("/")
    async with at_esia(esia) as browser:
        address = await client.start(attempt, now=datetime.now(UTC))
        back = (await browser.sign_on(address, login)).headers["location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return await client.finish(query, attempt, now=datetime.now(UTC))


async def test_an_answer_in_pieces_tells_the_same_as_a_whole_one(
    app: Litestar, esia: Litestar
) -> None:
    client: Esia = app.state.esia
    way = WithoutEmbed(httpx.ASGITransport(esia))  # type: ignore[arg-type]
    in_pieces = replace(client, http=httpx.AsyncClient(transport=way))
    whole = await told_by(client, esia, OLEG)
    assert await told_by(in_pieces, esia, OLEG) == whole
    assert len(whole.children) == 2
    assert {child.verified for child in whole.children} == {True, False}
    assert whole.profile.phone == "+79000000002"


async def test_a_simplified_account_is_told_what_to_do(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    answer = await sign_in(maria, esia, SIMPLIFIED)
    assert answer.status_code == 403
    assert "Подтвердите учётную запись" in answer.text


async def test_who_declines_at_esia_comes_back_to_a_page_that_says_so(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    start = await maria.get("/signin/esia")
    async with at_esia(esia) as browser:
        asked = await browser.get(start.headers["location"])
        ask = parse_qs(urlsplit(asked.headers["location"]).query)["ask"][0]
        signed = await browser.sign_in(MARIA, ask=ask)
        declined = await browser.grant(signed.headers["location"], grant="")
    back = urlsplit(declined.headers["location"])
    answer = await maria.get(f"{back.path}?{back.query}")
    assert "Вы не разрешили передать данные порталу" in answer.text


async def test_esia_sends_the_browser_back_after_signing_out(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    await sign_in(maria, esia, MARIA)
    left = await portal.submit(maria, "/signout", {})
    async with at_esia(esia) as browser:
        back = await browser.get(left.headers["location"])
    assert back.headers["location"] == f"{portal.ADDRESS}/"


async def test_olegs_children_are_kept_one_verified_and_one_not(
    app: Litestar, esia: Litestar, db: Connection
) -> None:
    async with portal.browser(app) as oleg:
        await sign_in(oleg, esia, OLEG)
    listed = await db.execute("select first_name, verified from esia_child order by first_name")
    assert await listed.fetchall() == [("Анна", True), ("Денис", False)]
