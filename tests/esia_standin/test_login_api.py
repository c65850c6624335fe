"""The login page's calls in JSON: the same steps, answers and limits as the pages have."""

from typing import Any

import httpx
import pyotp
import pytest

from registratura_standins.esia.demo_seeding import TOTP_SECRET
from tests.esia_standin.browser import PASSWORD, Browser
from tests.esia_standin.portal import Portal, answered, exchange
from tests.esia_standin.walks import last_code

API = "/aas/oauth2/api/login"
MARIA, BY_SMS, BY_APP = "maria@example.org", "+7(900)0000005", "+7(900)0000030"


async def call(browser: Browser, login: str, password: str = PASSWORD) -> dict[str, Any]:
    """POST of login and password, as the scripts send it."""
    answer = await browser.post(API, json={"idType": "phone", "login": login, "password": password})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def verify(browser: Browser, way: str, code: str) -> dict[str, Any]:
    """POST of a code."""
    answer = await browser.post(f"{API}/{way}/verify", params={"code": code})
    body: dict[str, Any] = answer.json()
    return body


async def test_a_script_signs_on_to_a_portal_with_cookies_alone(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    await browser.get(portal.ask_url())
    assert (await browser.get("/aas/oauth2/config")).json() == {}
    body = await call(browser, MARIA)
    assert body["action"] == "DONE"
    assert body["redirect_url"].startswith("http://127.0.0.1:8001/consent?ask=")
    code = answered(await browser.grant(body["redirect_url"]))["code"]
    assert (await exchange(backend, portal.token_request(code=code))).status_code == 200
    await browser.get(portal.ask_url())  # the consent is remembered now
    browser.cookies.delete("esia_session")
    await browser.get(portal.ask_url())
    assert "code=" in (await call(browser, MARIA))["redirect_url"]


async def test_without_a_portal_it_leads_to_the_account(browser: Browser) -> None:
    body = await call(browser, "112-233-445 95")
    assert body == {"action": "DONE", "redirect_url": "http://127.0.0.1:8001/account"}
    assert (await browser.get("/account")).status_code == 200
    assert (await browser.get(f"{API}/next-step")).json() == body
    for offer in ("quiz-max/skip", "change-password/skip", "promo-mfa/fill-mfa?decision=false"):
        assert (await browser.post(f"{API}/{offer}", json={})).json() == body


async def test_wrong_unknown_and_locked_get_one_answer(browser: Browser) -> None:
    bodies = [await call(browser, MARIA, "wrong"), await call(browser, "nobody@example.org")]
    for _ in range(5):
        await call(browser, MARIA, "wrong")
    bodies.append(await call(browser, MARIA))
    assert bodies == [{"failed": "INVALID_PASSWORD"}] * 3


async def test_a_code_by_sms_is_asked_and_checked(browser: Browser) -> None:
    assert await call(browser, BY_SMS) == {
        "action": "ENTER_MFA",
        "mfa_details": {
            "type": "SMS",
            "otp_details": {
                "phone": "+7 900 •••-••-05",
                "code_length": 6,
                "verify_timeout_secs": 300,
                "verify_attempts_left": 3,
            },
        },
    }
    assert (await browser.get(f"{API}/next-step")).json()["action"] == "ENTER_MFA"
    wrong = await verify(browser, "otp", "000-00")
    assert wrong["failed"] == "INVALID_OTP"
    assert wrong["mfa_details"]["otp_details"]["verify_attempts_left"] == 2
    assert (await verify(browser, "otp", await last_code(browser)))["action"] == "DONE"


@pytest.mark.parametrize("way", ["totp", "ttp", "mfa", "otp"])
async def test_a_code_of_an_application_is_checked_under_each_of_its_names(
    browser: Browser, way: str
) -> None:
    body = await call(browser, BY_APP)
    assert body["mfa_details"] == {
        "type": "TTP",
        "ttp_details": {"code_length": 6, "verify_attempts_left": 3},
    }
    assert (await verify(browser, way, "000000"))["failed"] == "INVALID_TTP"
    assert (await verify(browser, way, pyotp.TOTP(TOTP_SECRET).now()))["action"] == "DONE"


async def test_three_wrong_codes_end_the_step(browser: Browser) -> None:
    await call(browser, BY_SMS)
    bodies = [await verify(browser, "otp", "abcdef") for _ in range(4)]
    left = [body["mfa_details"]["otp_details"]["verify_attempts_left"] for body in bodies[:3]]
    assert left == [2, 1, 0]
    assert bodies[3] == {"failed": "SESSION_NOT_FOUND"}
    assert (await browser.get(f"{API}/next-step")).json() == {"failed": "SESSION_NOT_FOUND"}


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8000"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]


async def test_another_sites_page_may_not_call(browser: Browser) -> None:
    for headers in FOREIGN:
        for path in (API, f"{API}/otp/verify", f"{API}/quiz-max/skip"):
            answer = await browser.post(
                path, json={"login": MARIA, "password": PASSWORD}, headers=headers
            )
            assert answer.status_code == 403, headers
            assert answer.headers["content-type"].startswith("application/json")
            assert not answer.cookies
    own = {"Origin": "http://127.0.0.1:8001", "Sec-Fetch-Site": "same-origin"}
    answer = await browser.post(API, json={"login": MARIA, "password": PASSWORD}, headers=own)
    assert answer.json()["action"] == "DONE"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_what_a_form_can_send_is_no_login(browser: Browser, kind: str | None) -> None:
    """A form of an old browser names no origin, but it cannot call itself JSON."""
    body = f'{{"login": "{MARIA}", "password": "{PASSWORD}"}}'.encode()
    headers = {"Content-Type": kind} if kind else {}
    answer = await browser.post(API, content=body, headers=headers)
    assert answer.status_code == 415
    assert answer.headers["content-type"].startswith("application/json")
    assert not answer.cookies
    if kind:
        await call(browser, BY_SMS)
        code = await last_code(browser)
        url = f"{API}/otp/verify?code={code}"
        assert (await browser.post(url, content=b"a=b", headers=headers)).status_code == 415
        assert (await browser.post(url)).json()["action"] == "DONE"  # scripts send no body here


async def test_json_may_name_its_letters(browser: Browser) -> None:
    body = f'{{"login": "{MARIA}", "password": "{PASSWORD}"}}'
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await browser.post(API, content=body, headers=headers)).json()["action"] == "DONE"


async def test_a_body_that_is_no_login_is_no_fault_of_ours(browser: Browser) -> None:
    for body in (b"", b"{", b"[]", b'{"login": 1, "password": null}', b"\xff"):
        answer = await browser.post(API, content=body, headers={"Content-Type": "application/json"})
        assert answer.json() == {"failed": "INVALID_PASSWORD"}, body
