"""The portal whole, with a gateway of OpenID Connect in ЕСИА's place: it does not know which."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from litestar import Litestar

from registratura.db import value
from registratura.esia import attempts
from tests.given import portal
from tests.given.openid import ID, Gateway
from tests.given.openid import gateway as listening
from tests.given.people import MARIA

ESIA = "http://esia.gosuslugi.ru/"


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A gateway that knows the portal by its key."""
    key = RSAKey.import_key((portal.keys() / "registratura.key").read_bytes())
    async with listening(key) as made:
        yield made


@pytest.fixture
async def app(database_url: str, gateway: Gateway) -> AsyncIterator[Litestar]:
    """The portal, with settings and nothing else changed."""
    changed = {"esia_mode": "oidc", "oidc_issuer": gateway.issuer, "esia_mnemonic": ID}
    async with portal.running(portal.settings(database_url, **changed)) as app:
        yield app


async def walk(client: httpx.AsyncClient, gateway: Gateway) -> httpx.Response:
    """From the portal's link through the gateway to the portal's answer."""
    start = await client.get("/signin/esia?next=/appointments")
    assert start.headers["location"].startswith(f"{gateway.issuer}/authorization?")
    async with httpx.AsyncClient(trust_env=False) as browser:
        back = urlsplit((await browser.get(start.headers["location"])).headers["location"])
    return await portal.come_back(client, dict(parse_qsl(back.query)))


async def test_maria_signs_in_and_out_through_the_gateway(
    app: Litestar, gateway: Gateway, maria: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await walk(maria, gateway)
    assert answer.headers["location"] == "/consent?next=%2Fappointments"
    async with app.state.pool.connection() as db:
        found = await value(db, "select row(issuer, oid, last_name, address) from account")
        left = await value(db, "select count(*) from sign_in")
    assert tuple(found[:3]) == (ESIA, "1000299654", "Иванова")
    assert found[3].endswith("д. 1")
    assert left == 0
    assert "opaque" not in capsys.readouterr().out
    page = await maria.get("/consent?next=/")
    assert f"form-action 'self' {gateway.issuer}" in page.headers["content-security-policy"]
    out = await portal.submit(maria, "/signout", {}, seen_on="/consent")
    assert out.headers["location"].startswith(f"{gateway.issuer}/end_session?client_id={ID}&")


async def test_a_gateway_that_comes_between_changes_nobodys_account(
    app: Litestar, gateway: Gateway, maria: httpx.AsyncClient
) -> None:
    await portal.session_of(app, replace(MARIA, issuer=ESIA, oid=1000299654))
    answer = await walk(maria, gateway)
    assert answer.headers["location"] == "/appointments"
    async with app.state.pool.connection() as db:
        assert await value(db, "select count(*) from account") == 1


async def test_what_goes_wrong_at_the_gateway_has_the_same_pages(
    app: Litestar, gateway: Gateway, maria: httpx.AsyncClient
) -> None:
    gateway.userinfo = {"trusted": False}
    assert "Подтвердите учётную запись" in (await walk(maria, gateway)).text
    gateway.claims = {"nonce": "of another sign-in"}
    assert "Вход не завершён" in (await walk(maria, gateway)).text
    gateway.back = {"iss": "http://evil.example"}
    assert (await walk(maria, gateway)).status_code == 400
    async with app.state.pool.connection() as db:
        assert await value(db, "select count(*) from account") == 0


async def test_a_sign_in_begun_at_another_provider_is_not_finished_at_this_one(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    begun = {"issuer": ESIA, "browser": "mark", "next_path": "/", "now": datetime.now(UTC)}
    async with app.state.pool.connection() as db:
        attempt = await attempts.begin(db, **begun)
    maria.cookies.set("registratura_signin", "mark", domain="127.0.0.1", path="/")
    back = {"code": "a", "state": attempt.state}
    assert (await portal.come_back(maria, back)).status_code == 400


async def test_a_gateway_that_is_not_there_is_said_so_at_once(
    database_url: str,
) -> None:
    changed = {"esia_mode": "oidc", "oidc_issuer": "http://127.0.0.1:9", "esia_mnemonic": ID}
    async with portal.running(portal.settings(database_url, **changed)) as app:
        client = portal.browser(app)
        answer = await client.get("/signin/esia?next=/clinics")
        assert answer.status_code == 503
        assert "ЕСИА сейчас не отвечает" in answer.text
        assert (await client.get("/clinics")).status_code == 200
