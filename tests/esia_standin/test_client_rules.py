"""What a client is registered with decides whom it takes; suspended, it gets nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from registratura_standins.esia.clients import register
from registratura_standins.esia.database import Connection, execute
from tests.esia_standin.browser import Browser
from tests.esia_standin.by_openssl import make_program_portal
from tests.esia_standin.conftest import certificate_of, registered
from tests.esia_standin.portal import (
    Portal,
    answered,
    exchange,
    get_code,
    read,
    refresh_request,
    refused,
)

UNCONFIRMED, WITHOUT_SECOND_STEP = "+7 900 000-00-04", "maria@example.org"


async def change(db: Connection, portal: Portal, **rules: Any) -> None:
    """Register the portal with these rules."""
    await register(db, replace(registered(portal), **rules), [certificate_of(portal)])


def told(answer: httpx.Response) -> tuple[str, str]:
    """Code and `error` that came back to the portal."""
    back = answered(answer)
    return back["error_description"].partition(":")[0], back["error"]


async def test_a_client_of_confirmed_accounts_is_told_007055(
    browser: Browser, portal: Portal, esia_db: Connection
) -> None:
    await change(esia_db, portal, confirmed_only=True)
    answer = await browser.sign_on(portal.ask_url(), UNCONFIRMED)
    assert told(answer) == ("ESIA-007055", "access_denied")
    browser.cookies.clear()
    assert "code" in answered(await browser.sign_on(portal.ask_url(), WITHOUT_SECOND_STEP))


async def test_a_client_that_demands_a_second_step_is_told_007046(
    browser: Browser, portal: Portal, esia_db: Connection
) -> None:
    await change(esia_db, portal, second_step_only=True)
    answer = await browser.sign_on(portal.ask_url(), WITHOUT_SECOND_STEP)
    assert told(answer) == ("ESIA-007046", "access_denied")


@pytest.mark.parametrize(
    "asked",
    [
        {"scope_org": "org_inn?org_oid=1000000357 org_shortname?org_oid=1000000357"},
        {"scope_org": "http://esia.gosuslugi.ru/org_inn?org_oid=1000000357"},
        {"scope": "openid org_inn?org_oid=1000000357"},
    ],
)
async def test_nobody_here_belongs_to_an_organisation(
    browser: Browser, portal: Portal, asked: dict[str, str]
) -> None:
    answer = await browser.sign_on(portal.ask_url(**asked), WITHOUT_SECOND_STEP)
    assert told(answer) == ("ESIA-007194", "access_denied")


async def test_a_suspended_client_is_told_008010_everywhere(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, esia_db: Connection
) -> None:
    code = await get_code(browser, portal)
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    await change(esia_db, portal, suspended=True)
    assert told(await browser.get(portal.ask_url())) == ("ESIA-008010", "invalid_client")
    assert await refused(backend, portal.token_request(code="a.b.c")) == "008010"
    answer = await exchange(backend, refresh_request(portal, tokens))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    status, _ = await read(backend, tokens["access_token"], "/rs/prns/1000000001")
    assert status == 401
    await change(esia_db, portal)
    status, _ = await read(backend, tokens["access_token"], "/rs/prns/1000000001")
    assert status == 200


async def test_a_client_reads_no_more_than_it_is_registered_for_now(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, esia_db: Connection
) -> None:
    code = await get_code(browser, portal)
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    await change(esia_db, portal, scopes=["openid", "fullname"])
    fresh = (await exchange(backend, refresh_request(portal, tokens))).json()
    _, person = await read(backend, fresh["access_token"], "/rs/prns/1000000001")
    assert person["firstName"] == "Мария"
    assert "snils" not in person


@pytest.mark.parametrize(("days", "later"), [(-1, False), (1, True)], ids=["ended", "not begun"])
async def test_a_certificate_outside_its_dates_signs_nothing(
    browser: Browser, portal: Portal, esia_db: Connection, days: int, later: bool
) -> None:
    moment = datetime.now(UTC) + timedelta(days=days)
    if later:
        await execute(esia_db, "update client_certificate set starts_at = %(at)s", at=moment)
    else:
        await execute(esia_db, "update client_certificate set ends_at = %(at)s", at=moment)
    assert told(await browser.get(portal.ask_url())) == ("ESIA-007053", "access_denied")


async def test_the_dates_of_a_certificate_are_read_when_it_is_registered(
    esia_db: Connection, portal: Portal
) -> None:
    await change(esia_db, portal)
    cursor = await esia_db.execute("select starts_at, ends_at from client_certificate")
    row = await cursor.fetchone()
    assert row is not None
    assert row[0] < datetime.now(UTC) < row[1] < row[0] + timedelta(days=32)


async def test_without_the_program_nobody_can_tell_and_the_client_hears_007007(
    browser: Browser,
    backend: httpx.AsyncClient,
    tmp_path: Any,
    esia_db: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    portal = make_program_portal(tmp_path, "rsa")
    await register(esia_db, portal.as_client(), [portal.certificate()])
    asked = portal.contain(portal.ask())
    given = portal.contain(portal.token_request(code="a.b.c"))
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = await browser.get("/aas/oauth2/ac", params=asked)
    assert told(answer) == ("ESIA-007007", "server_error")
    refusal = await backend.post("/aas/oauth2/te", data=given)
    assert refusal.json()["error"] == "server_error"
