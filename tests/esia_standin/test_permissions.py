"""Consents of the digital profile: the parameter `permissions`, and what a client gets by them."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from registratura_standins.esia.clients import register
from registratura_standins.esia.database import Connection, execute
from registratura_standins.esia.permissions import read_permissions
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.by_openssl import make_program_portal
from tests.esia_standin.conftest import certificate_of, registered
from tests.esia_standin.portal import (
    Portal,
    answered,
    exchange,
    published_key,
    read,
    read_token,
    refused,
)

MARIA, MARIA_OID = "maria@example.org", 1_000_000_001
API = "http://lk.gosuslugi.ru/api-order"
TYPES = ["APIPGU", "FIN_AGREEMENT", "TRAINING_VISIT"]


def named(*names: str) -> list[dict[str, str]]:
    """`[{"sysname": …}]`."""
    return [{"sysname": name} for name in names]


APIPGU: dict[str, Any] = {
    "responsibleObject": "Учебная организация",
    "sysname": "APIPGU",
    "expire": 60,
    "actions": named("ALL_ACTIONS_TO_DATA"),
    "purposes": named("APIPGU"),
    "scopes": named(API, "snils"),
}
VISIT: dict[str, Any] = {
    "sysname": "TRAINING_VISIT",
    "actions": named("USE_DATA"),
    "purposes": named("TRAINING_VISIT"),
}


def spell(*permissions: Any) -> str:
    """base64url of the JSON, without padding."""
    text = json.dumps(list(permissions), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


@pytest.fixture
async def profile_portal(portal: Portal, esia_db: Connection) -> Portal:
    """The portal, allowed to ask for all three types."""
    client = replace(registered(portal), consent_types=TYPES)
    await register(esia_db, client, [certificate_of(portal)])
    return portal


FAULTY = [
    ({**APIPGU, "sysname": ""}, "036700"),
    ({**APIPGU, "sysname": "NOTHING"}, "036701"),
    ({**APIPGU, "sysname": ["APIPGU"]}, "036701"),
    ({**APIPGU, "scopes": named("snils")}, "036702"),
    ({**APIPGU, "scopes": named(API, "vehicles")}, "036703"),
    ({**VISIT, "scopes": named("snils")}, "036704"),
    ({**APIPGU, "actions": []}, "036705"),
    ({**APIPGU, "actions": named("EVERYTHING")}, "036706"),
    ({**APIPGU, "purposes": []}, "036707"),
    ({**APIPGU, "expire": 525_601}, "036716"),
    ({**APIPGU, "expire": 0}, "036716"),
    ({**APIPGU, "expire": "soon"}, "036716"),
    ({**APIPGU, "expire": True}, "036716"),
    ({**APIPGU, "purposes": named("CREDIT")}, "036726"),
    ({**VISIT, "purposes": named("TRAINING_VISIT", "CREDIT")}, "036726"),
    ({**VISIT, "purposes": named("TRAINING_VISIT", "TRAINING_REMINDER")}, "036727"),
    ("APIPGU", "007003"),
    ({**APIPGU, "scopes": [{"name": API}]}, "007003"),
]


async def test_a_fault_in_permissions_goes_back_with_its_code(
    browser: Browser, profile_portal: Portal
) -> None:
    for permission, code in FAULTY:
        url = profile_portal.ask_url(scope="openid", permissions=spell(permission))
        back = answered(await browser.get(url))
        told = (back["error"], back["error_description"][:11])
        assert told == ("invalid_request", f"ESIA-{code}"), permission


async def test_permissions_that_are_no_json_go_back_as_007003(
    browser: Browser, profile_portal: Portal
) -> None:
    for text in ("!", "AAAA", base64.b64encode(b"[" * 100_000).decode()[:9000]):
        back = answered(await browser.get(profile_portal.ask_url(permissions=text)))
        assert back["error_description"].startswith("ESIA-007003"), text[:9]


async def test_a_type_that_is_not_the_clients_is_not_found(
    browser: Browser, portal: Portal
) -> None:
    back = answered(await browser.get(portal.ask_url(permissions=spell(APIPGU))))
    assert back["error_description"].startswith("ESIA-036701")


def test_permissions_are_read_in_every_usual_form() -> None:
    (usual,) = read_permissions(spell(APIPGU), TYPES)
    assert (usual.scopes, usual.minutes) == ([API, "snils"], 60)
    text = json.dumps({**APIPGU, "expire": "60", "scopes": [API, "snils"], "new": 1})
    for spelling in (
        base64.b64encode(text.encode()).decode(),
        base64.urlsafe_b64encode(text.encode()).decode(),
    ):
        assert read_permissions(spelling, TYPES) == [usual]
    assert read_permissions("bnVsbA", TYPES) == read_permissions("", TYPES) == []  # null
    (visit,) = read_permissions(spell(VISIT), TYPES)
    assert (visit.minutes, "medical_doc" in visit.scopes) == (43_200, True)


async def granted(browser: Browser, portal: Portal, **asked: str) -> str:
    """A code, after the consent page was read and pressed."""
    url = portal.ask_url(scope="openid", permissions=spell(APIPGU), **asked)
    return answered(await browser.sign_on(url, MARIA))["code"]


async def test_a_permission_is_shown_given_and_told_in_the_token(
    browser: Browser, backend: httpx.AsyncClient, profile_portal: Portal
) -> None:
    await browser.sign_in(MARIA)
    url = profile_portal.ask_url(scope="openid", permissions=spell(APIPGU))
    page = await browser.get((await browser.get(url)).headers["location"])
    text = Page(page.text).text
    assert "Подача заявлений на Госуслуги" in text
    assert "СНИЛС" in text
    code = answered(await browser.send_form(page, "/consent", grant="1"))["code"]
    tokens = (await exchange(backend, profile_portal.token_request(code=code))).json()
    claims = read_token(tokens["access_token"], await published_key(backend)).claims
    (permission,) = claims["permissions"]
    assert permission["sysname"] == "APIPGU"
    assert f"snils?oid={MARIA_OID}" in claims["scope"].split()
    _, person = await read(backend, tokens["access_token"], f"/rs/prns/{MARIA_OID}")
    assert person["snils"] == "112-233-445 95"
    assert "lastName" not in person
    assert "code" in answered(await browser.get(url))  # remembered
    assert "Подача заявлений на Госуслуги" in (await browser.get("/account")).text


async def test_while_the_owner_is_away_the_client_reads_by_his_permission(
    browser: Browser, backend: httpx.AsyncClient, profile_portal: Portal, esia_db: Connection
) -> None:
    asked = {"grant_type": "client_credentials", "scope": f"prm_chg?oid={MARIA_OID}"}
    assert await refused(backend, profile_portal.token_request(**asked)) == "007019"
    await granted(browser, profile_portal)
    answer = await exchange(backend, profile_portal.token_request(**asked))
    tokens = answer.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "state"}
    status, person = await read(backend, tokens["access_token"], f"/rs/prns/{MARIA_OID}")
    assert (status, person["snils"]) == (200, "112-233-445 95")
    await execute(esia_db, "update permission set ends_at = now()")
    assert await refused(backend, profile_portal.token_request(**asked)) == "007019"


async def test_v1_gives_the_clients_own_token_for_a_container(
    browser: Browser,
    backend: httpx.AsyncClient,
    profile_portal: Portal,
    esia_db: Connection,
    tmp_path: Path,
) -> None:
    await granted(browser, profile_portal)
    old = make_program_portal(tmp_path, "rsa")
    client = replace(registered(profile_portal), consent_types=TYPES)
    await register(esia_db, client, [old.certificate()])
    asked = {"grant_type": "client_credentials", "scope": f"prm_chg?oid={MARIA_OID}"}
    answer = await backend.post("/aas/oauth2/te", data=old.contain(old.token_request(**asked)))
    assert answer.status_code == 200, answer.text
    status, person = await read(
        backend, answer.json()["access_token"], f"/rs/prns/{MARIA_OID}", embed="(contacts.elements)"
    )
    assert (status, person["snils"], "contacts" in person) == (200, "112-233-445 95", False)


async def test_a_permission_that_ended_closes_the_tokens_made_from_it(
    browser: Browser, backend: httpx.AsyncClient, profile_portal: Portal, esia_db: Connection
) -> None:
    code = await granted(browser, profile_portal)
    tokens = (await exchange(backend, profile_portal.token_request(code=code))).json()
    path = f"/rs/prns/{MARIA_OID}"
    assert (await read(backend, tokens["access_token"], path))[0] == 200
    await execute(esia_db, "update permit set until = now()")
    assert (await read(backend, tokens["access_token"], path))[0] == 401


FAULTY_OF_SYSTEM = [
    ({"scope": "openid"}, "007006"),
    ({"scope": "prm_chg?oid=x"}, "007006"),
    ({"scope": "prm_chg?oid=1000000002"}, "007019"),
    ({"redirect_uri": "http://evil.example/"}, "007023"),
    ({"redirect_uri": ""}, "007014"),
    ({"client_secret": "AAAA"}, "007053"),
]


async def test_a_faulty_request_for_the_clients_own_token_is_refused(
    backend: httpx.AsyncClient, profile_portal: Portal
) -> None:
    ordinary = {"grant_type": "client_credentials", "scope": f"prm_chg?oid={MARIA_OID}"}
    for changes, code in FAULTY_OF_SYSTEM:
        fields = profile_portal.token_request(**{**ordinary, **changes})
        assert await refused(backend, fields) == code, changes
