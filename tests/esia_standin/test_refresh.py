"""Refreshing: the sources disagree on what v3 signs; one form always, the other behind a switch."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura_standins.esia.app import create_app
from registratura_standins.esia.provider import Identity
from registratura_standins.esia.settings import Settings
from tests.esia_standin.browser import Browser
from tests.esia_standin.conftest import PUBLIC_URL, alive, transport_to
from tests.esia_standin.portal import (
    Portal,
    exchange,
    get_code,
    refresh_request,
    refused,
    stamp,
)


def by_token(portal: Portal, tokens: dict[str, str], **changes: str) -> dict[str, str]:
    """The other client's request: neither address nor hash; the token itself is signed."""
    fields = {
        "client_id": portal.mnemonic,
        "scope": "openid",
        "timestamp": stamp(),
        "state": str(uuid4()),
        "refresh_token": tokens["refresh_token"],
        "grant_type": "refresh_token",
        **changes,
    }
    order = ("client_id", "scope", "timestamp", "state", "refresh_token")
    return {"client_secret": portal.sign("".join(fields[name] for name in order)), **fields}


@pytest.fixture
async def switched(
    esia_settings: Settings, esia_identities: dict[str, Identity]
) -> AsyncIterator[Litestar]:
    """A stand-in that takes the other form too."""
    settings = replace(esia_settings, refresh_by_token=True)
    async with alive(create_app(settings, esia_identities)) as app:
        yield app


async def get_tokens(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> dict[str, str]:
    """Tokens of Мария's sign-on."""
    code = await get_code(browser, portal)
    answer = await exchange(backend, portal.token_request(code=code))
    tokens: dict[str, str] = answer.json()
    return tokens


async def test_the_other_form_is_refused_until_it_is_switched_on(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    tokens = await get_tokens(browser, backend, portal)
    assert await refused(backend, by_token(portal, tokens)) == "007014"
    hashed = by_token(
        portal,
        tokens,
        client_certificate_hash=portal.certificate_hash,
        redirect_uri="http://127.0.0.1:8000/",
    )
    assert await refused(backend, hashed) == "007053"


async def test_switched_on_both_forms_refresh_and_no_third(
    switched: Litestar, browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    tokens = await get_tokens(browser, backend, portal)
    async with httpx.AsyncClient(transport=transport_to(switched), base_url=PUBLIC_URL) as other:
        wrong = by_token(portal, tokens)
        wrong["client_secret"] = portal.sign(
            "".join(wrong[name] for name in ("scope", "client_id", "timestamp", "state"))
        )
        assert await refused(other, wrong) == "007053"
        second = (await exchange(other, by_token(portal, tokens))).json()
        third = (await exchange(other, refresh_request(portal, second))).json()
        assert len({one["refresh_token"] for one in (tokens, second, third)}) == 3
        assert await refused(other, by_token(portal, second)) == "007011"
