"""What v3/te gives for codes and refresh tokens, and what it refuses."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from registratura_standins.esia import permits
from registratura_standins.esia.authorisations import find_authorisation, keep_authorisation
from registratura_standins.esia.clients import register
from registratura_standins.esia.consents import give_consent
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.sessions import find_session
from tests.esia_standin.browser import Browser
from tests.esia_standin.conftest import certificate_of, registered
from tests.esia_standin.portal import (
    REDIRECT,
    Portal,
    exchange,
    get_code,
    make_portal,
    published_key,
    read_token,
    refresh_request,
    refused,
)
from tests.esia_standin.walks import begin_session

MARIA = "maria@example.org"
MARIA_OID = 1_000_000_001


async def test_a_replayed_code_is_refused_and_ends_what_it_had_given(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal)
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    assert await refused(backend, portal.token_request(code=code)) == "007011"
    assert await refused(backend, refresh_request(portal, tokens)) == "007011"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await backend.get(f"/rs/prns/{MARIA_OID}", headers=bearer)).status_code == 401


async def test_a_code_for_another_redirect_or_of_another_client_is_refused(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, esia_db: Connection
) -> None:
    other = make_portal("OTHER", portal.esia_url)
    await register(esia_db, registered(other), [certificate_of(other)])
    code = await get_code(browser, portal)
    assert await refused(backend, other.token_request(code=code)) == "007011"
    moved = portal.token_request(code=code, redirect_uri=f"{REDIRECT}/other")
    assert await refused(backend, moved) == "007011"
    right = await exchange(backend, portal.token_request(code=code))
    assert right.status_code == 200


async def test_a_code_ends_after_three_minutes(esia_db: Connection, esia: Litestar) -> None:
    now = datetime.now(UTC)
    session_id = await begin_session(esia_db, MARIA_OID, now)
    session = await find_session(esia_db, session_id, now)
    id = await keep_authorisation(
        esia_db,
        mnemonic="REG40",
        redirect_uri=REDIRECT,
        scopes=["openid"],
        state="a",
        offline=False,
        now=now,
    )
    asked = await find_authorisation(esia_db, id, now)
    assert session
    assert asked
    assert not await permits.give_permit(esia_db, session, asked, "the code", now)
    await give_consent(esia_db, MARIA_OID, asked, now)
    assert await permits.give_permit(esia_db, session, asked, "the code", now)
    late = now + permits.CODE_LASTS
    with pytest.raises(Fault, match="007011"):
        await permits.redeem_code(esia_db, "the code", "REG40", REDIRECT, late)
    in_time = late - timedelta(seconds=1)
    assert await permits.redeem_code(esia_db, "the code", "REG40", REDIRECT, in_time)


FAULTY = [
    ({"code": "unknown"}, "007011"),
    ({"code": ""}, "007014"),
    ({"state": ""}, "007014"),
    ({"client_certificate_hash": ""}, "007014"),
    ({"grant_type": "password"}, "007012"),
    ({"grant_type": "client_credentials"}, "007005"),
    ({"scope": ""}, "007013"),
    ({"scope": "openid vehicles"}, "007019"),
    ({"token_type": "mac"}, "007003"),
    ({"client_id": "NOBODY"}, "007053"),
    ({"client_certificate_hash": "0" * 64}, "007053"),
    ({"client_secret": "AAAA"}, "007053"),
    ({"timestamp": "2025.12.29 17:47:23 +0000"}, "007015"),
    ({"scope": "everything"}, "007006"),
]


async def test_a_faulty_exchange_is_refused_with_its_code(
    backend: httpx.AsyncClient, portal: Portal
) -> None:
    for changes, code in FAULTY:
        fields = portal.token_request(**{"code": "a.b.c", **changes})
        assert await refused(backend, fields) == code, changes


async def test_a_body_that_is_no_form_is_answered_in_json(backend: httpx.AsyncClient) -> None:
    for body, kind in (
        (b'{"code": 1}', "application/json"),
        (b"\xff\xfe=%ff%fe&a=%00", "application/x-www-form-urlencoded"),
        (b"a" * 300_000, "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data; boundary=x"),
    ):
        answer = await backend.post(
            "/aas/oauth2/v3/te", content=body, headers={"Content-Type": kind}
        )
        assert 400 <= answer.status_code < 500
        assert answer.json()["error_description"].startswith("ESIA-0070")


async def test_fields_of_an_exchange_may_stand_in_the_query_with_stray_ones(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    fields = portal.token_request(code=await get_code(browser, portal), scope_org="")
    fields["refresh_token"] = "stray"
    answer = await backend.post("/aas/oauth2/v3/te", params=fields)
    assert answer.status_code == 200


async def test_a_refresh_token_is_replaced_at_every_use_and_its_replay_ends_all(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal)
    first = (await exchange(backend, portal.token_request(code=code))).json()
    second = (await exchange(backend, refresh_request(portal, first))).json()
    assert second["refresh_token"] != first["refresh_token"]
    key = await published_key(backend)
    scopes = {read_token(tokens["access_token"], key).claims["scope"] for tokens in (first, second)}
    assert len(scopes) == 1
    assert await refused(backend, refresh_request(portal, first)) == "007011"
    assert await refused(backend, refresh_request(portal, second)) == "007011"


async def test_no_refresh_token_without_offline_and_no_id_token_without_openid(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal, access_type="online", scope="fullname")
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    assert "refresh_token" not in tokens
    assert "id_token" not in tokens
