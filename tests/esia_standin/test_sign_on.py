"""Sign-on of a portal: the whole walk, consent, logout."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
from joserfc import jwt

from registratura_standins.esia.database import Connection, execute
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.portal import (
    REDIRECT,
    SCOPE,
    Portal,
    answered,
    exchange,
    get_code,
    published_key,
    read_token,
    refresh_request,
    refused,
)

MARIA = "maria@example.org"
MARIA_OID = 1_000_000_001


async def test_the_whole_sign_on_gives_tokens_that_another_library_verifies(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    began = int(datetime.now(UTC).timestamp())
    asked = portal.ask()
    back = answered(await browser.sign_on(f"/aas/oauth2/v2/ac?{urlencode(asked)}", MARIA))
    assert back.keys() == {"code", "state"}
    assert back["state"] == asked["state"]
    assert back["code"].count(".") == 2
    request = portal.token_request(code=back["code"])
    answer = await exchange(backend, request)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["state"] == request["state"]
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert len(tokens["refresh_token"]) == 36
    key = await published_key(backend)
    access, id_token = read_token(tokens["access_token"], key), read_token(tokens["id_token"], key)
    check_access(access, began)
    check_id(id_token, began)
    assert access.claims["urn:esia:sid"] == id_token.claims["urn:esia:sid"]


def check_access(access: jwt.Token, began: int) -> None:
    """Header and claims of an access token, none missing and none more."""
    assert access.header == {"ver": 1, "typ": "JWT", "sbt": "access", "alg": "RS256"}
    claims = access.claims
    assert set(claims) == {
        *("nbf", "iat", "exp", "iss", "client_id", "scope", "urn:esia:sid", "urn:esia:sbj_id")
    }
    assert claims["iss"] == "http://esia.gosuslugi.ru/"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["iat"] >= began
    assert claims["urn:esia:sbj_id"] == MARIA_OID
    assert set(claims["scope"].split()) == {
        scope if scope == "openid" else f"{scope}?oid={MARIA_OID}" for scope in SCOPE.split()
    }


def check_id(id_token: jwt.Token, began: int) -> None:
    """Header and claims of an id token."""
    assert id_token.header == {"ver": 0, "typ": "JWT", "sbt": "id", "alg": "RS256"}
    claims = id_token.claims
    assert claims["sub"] == MARIA_OID
    assert claims["aud"] == "REG40"
    assert claims["exp"] - claims["iat"] == 10800
    assert claims["auth_time"] >= began
    assert claims["amr"] == claims["urn:esia:amd"] == "PWD"
    assert claims["urn:esia:sbj"] == {
        "urn:esia:sbj:typ": "P",
        "urn:esia:sbj:is_tru": True,
        "urn:esia:sbj:oid": MARIA_OID,
        "urn:esia:sbj:nam": f"OID.{MARIA_OID}",
        "urn:esia:sbj:lvl": "PR",
    }


async def test_an_unconfirmed_account_is_not_called_trusted(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal, login="+7 900 000-00-04")
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    subject = read_token(tokens["id_token"], await published_key(backend)).claims["urn:esia:sbj"]
    assert "urn:esia:sbj:is_tru" not in subject
    assert subject["urn:esia:sbj:lvl"] == "P"


async def test_consent_is_asked_once_and_again_for_a_new_scope(
    browser: Browser, portal: Portal
) -> None:
    first = await browser.get(portal.ask_url(scope="openid fullname"))
    ask = first.headers["location"].partition("=")[2]
    signed_in = await browser.sign_in(MARIA, ask=ask)
    page = await browser.get(signed_in.headers["location"])
    text = Page(page.text).text
    assert "ФИО, пол, дата рождения" in text
    assert "СНИЛС" not in text
    assert Page(page.text).ids["grantAuthorization"]["tag"] == "button"
    answered(await browser.send_form(page, "/consent", grant="1"))
    answered(await browser.get(portal.ask_url(scope="openid fullname")))
    wider = await browser.get(portal.ask_url(scope="openid fullname snils"))
    assert wider.headers["location"].startswith("/consent?ask=")
    assert "Оканчивается на 45 95" in (await browser.get(wider.headers["location"])).text


async def test_declining_tells_the_portal_and_is_asked_again(
    browser: Browser, portal: Portal
) -> None:
    await browser.sign_in(MARIA)
    asked = portal.ask()
    url = f"/aas/oauth2/v2/ac?{urlencode(asked)}"
    answer = await browser.grant((await browser.get(url)).headers["location"], grant="0")
    location = answer.headers["location"]
    assert location.startswith(f"{REDIRECT}?error_description=ESIA-007004%3A%20")
    assert location.endswith(f"&state={asked['state']}&error=access_denied")
    again = await browser.get(portal.ask_url())
    assert again.headers["location"].startswith("/consent?ask=")


async def test_consent_is_revoked_on_the_account_page_and_tokens_end_with_it(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal)
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    account = await browser.get("/account")
    assert "Регистратура Калужской области" in account.text
    await browser.send_form(account, "/account/consents/revoke")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await backend.get(f"/rs/prns/{MARIA_OID}", headers=bearer)).status_code == 401
    assert await refused(backend, refresh_request(portal, tokens)) == "007011"
    asked = await browser.get(portal.ask_url())
    assert asked.headers["location"].startswith("/consent?ask=")


async def test_another_person_may_sign_in_instead(browser: Browser, portal: Portal) -> None:
    await browser.sign_in("+7 900 000-00-03")
    consent = (await browser.get(portal.ask_url())).headers["location"]
    away = await browser.send_form(await browser.get(consent), "/signout")
    assert away.headers["location"] == f"/login?{consent.partition('?')[2]}"
    ask = consent.partition("=")[2]
    answer = await browser.sign_in(MARIA, ask=ask)
    assert answer.headers["location"] == consent


async def test_the_form_may_be_posted_by_the_browser_too(browser: Browser, portal: Portal) -> None:
    answer = await browser.post("/aas/oauth2/v2/ac", data=portal.ask())
    assert answer.headers["location"].startswith("/login?ask=")


async def test_logout_ends_the_session_and_leads_only_to_a_registered_host(
    browser: Browser, portal: Portal
) -> None:
    for target, status in (
        ("http://127.0.0.1:8000/", 302),
        ("http://evil.example/", 200),
        ("", 200),
        ("//evil.example", 200),
        ("http://127.0.0.1:8000/\n", 200),
    ):
        await browser.sign_in(MARIA)
        answer = await browser.get(
            "/idp/ext/Logout", params={"client_id": "REG40", "redirect_url": target}
        )
        assert answer.status_code == status
        assert answer.headers.get("location") == (target if status == 302 else None)
        assert (await browser.get("/account")).headers["location"] == "/login"
    unknown = {"client_id": "NOBODY\x00", "redirect_url": "http://127.0.0.1:8000/"}
    assert (await browser.get("/idp/ext/Logout", params=unknown)).status_code == 200


async def test_a_sign_on_that_ended_says_so(
    browser: Browser, portal: Portal, esia_db: Connection
) -> None:
    login = (await browser.get(portal.ask_url())).headers["location"]
    await execute(esia_db, "update authorisation set ends_at = '2020-01-01'")
    for path in (login, "/login?ask=nonsense", "/consent", "/consent?ask=%00"):
        answer = await browser.get(path)
        assert answer.status_code == 410
        assert "Вернитесь на портал" in answer.text
