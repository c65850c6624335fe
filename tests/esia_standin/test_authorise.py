"""What v2/ac refuses, where and with which code; what it tolerates."""

import base64
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx

from registratura_standins.esia.clients import register
from registratura_standins.esia.database import Connection
from registratura_standins.esia.signatures import read_secret
from tests.esia_standin.browser import Browser
from tests.esia_standin.conftest import certificate_of, registered
from tests.esia_standin.portal import (
    REDIRECT,
    Portal,
    answered,
    make_portal,
    refused,
    stamp,
)


async def error_of(browser: Browser, fields: dict[str, str]) -> tuple[str, str]:
    """Code and `error` that came back to the portal."""
    back = answered(await browser.get("/aas/oauth2/v2/ac", params=fields))
    assert "code" not in back
    assert back.get("state", "") == fields.get("state", "")
    return back["error_description"].partition(":")[0], back["error"]


def ago(**time: float) -> str:
    """A timestamp of the past."""
    return stamp(datetime.now(UTC) - timedelta(**time))


FAULTY = [
    ({"timestamp": "2025-12-29 17:47:23"}, "007015", "invalid_request"),
    ({"timestamp": "2025.12.29 17:47:23 0000"}, "007015", "invalid_request"),
    ({"timestamp": "2025.13.41 17:47:23 +0000"}, "007015", "invalid_request"),
    ({"timestamp": "0001.01.01 00:00:00 +2359"}, "007015", "invalid_request"),
    ({"timestamp": "٢٠٢٥.12.29 17:47:23 +0000"}, "007015", "invalid_request"),
    ({"scope": "openid everything"}, "007006", "invalid_scope"),
    ({"scope": "openid vehicles"}, "007019", "access_denied"),
    ({"scope": "openid  fullname"}, "007006", "invalid_scope"),
    ({"scope_org": "org_inn"}, "007006", "invalid_scope"),
    ({"scope_org": "fullname"}, "007006", "invalid_scope"),
    ({"response_type": "token"}, "007009", "unsupported_response_type"),
    ({"access_type": "always"}, "007003", "invalid_request"),
    ({"client_certificate_hash": "0" * 64}, "007053", "access_denied"),
    ({"client_certificate_hash": "0" * 40}, "007053", "access_denied"),
    ({"client_secret": "!"}, "007053", "access_denied"),
    ({"client_secret": "AAAA"}, "007053", "access_denied"),
    ({"client_certificate_hash": ""}, "007014", "invalid_request"),
    ({"state": ""}, "007014", "invalid_request"),
    ({"scope": ""}, "007013", "invalid_scope"),
    ({"scope": "", "state": ""}, "007014", "invalid_request"),
]


async def test_a_faulty_request_goes_back_with_its_code(browser: Browser, portal: Portal) -> None:
    for changes, code, error in FAULTY:
        told = await error_of(browser, portal.ask(**changes))
        assert told == (f"ESIA-{code}", error), changes


async def test_the_clock_may_err_by_five_minutes_either_way(
    browser: Browser, portal: Portal
) -> None:
    for minutes in (4.9, -4.9):
        answer = await browser.get(portal.ask_url(timestamp=ago(minutes=minutes)))
        assert answer.headers["location"].startswith("/login?ask=")
    for minutes in (5.1, -5.1):
        fields = portal.ask(timestamp=ago(minutes=minutes))
        assert (await error_of(browser, fields))[0] == "ESIA-007015"


async def test_a_timestamp_of_another_zone_is_understood(browser: Browser, portal: Portal) -> None:
    local = datetime.now(UTC).astimezone()
    shifted = (local.astimezone(UTC) + timedelta(hours=3)).strftime("%Y.%m.%d %H:%M:%S +0300")
    answer = await browser.get(portal.ask_url(timestamp=shifted))
    assert answer.headers["location"].startswith("/login?ask=")


async def test_every_missing_parameter_is_named(browser: Browser, portal: Portal) -> None:
    fields = portal.ask()
    del fields["timestamp"], fields["client_secret"]
    back = answered(await browser.get("/aas/oauth2/v2/ac", params=fields))
    assert back["error_description"] == (
        "ESIA-007014: The request doesn`t contain the mandatory parameter "
        "[client_secret, timestamp]."
    )


UNREGISTERED = [
    {"redirect_uri": "http://evil.example/signin/done"},
    {"redirect_uri": "http://127.0.0.1:8000@evil.example/"},
    {"redirect_uri": "http://evil.example\\@127.0.0.1:8000/"},
    {"redirect_uri": "https://127.0.0.1:8000/signin/done"},
    {"redirect_uri": "http://127.0.0.1:8009/signin/done"},
    {"redirect_uri": "//127.0.0.1:8000/"},
    {"redirect_uri": "javascript:alert(1)"},
    {"redirect_uri": "http://127.0.0.1:8000/#a"},
    {"redirect_uri": "http://127.0.0.1:port/"},
    {"redirect_uri": ""},
    {"client_id": "NOBODY"},
    {"client_id": ""},
]


async def test_without_a_known_client_and_address_the_fault_stays_on_our_own_page(
    browser: Browser, portal: Portal
) -> None:
    for changes in UNREGISTERED:
        answer = await browser.get("/aas/oauth2/v2/ac", params=portal.ask(**changes))
        assert (answer.status_code, "location" in answer.headers) == (400, False), changes
        assert "Портал не может начать вход" in answer.text
        assert "ESIA-0070" in answer.text


async def test_a_repeated_unprintable_or_unreadable_parameter_goes_back_too(
    browser: Browser, portal: Portal
) -> None:
    fields = portal.ask()
    for more, code in (
        ("&scope=openid", "007003"),
        ("&a=%00", "007003"),
        (f"&a={'b' * 4001}", "007003"),
        ("&a=%ff", "007038"),
    ):
        back = answered(await browser.get(f"/aas/oauth2/v2/ac?{urlencode(fields)}{more}"))
        assert back["state"] == fields["state"]
        assert (back["error"], back["error_description"][:11]) == (
            "invalid_request",
            f"ESIA-{code}",
        )
    for broken in ({"state": "a\tb"}, {"state": "a\nb"}):
        back = answered(await browser.get(portal.ask_url(**broken)))
        assert "state" not in back
        assert back["error_description"].startswith("ESIA-007003")


async def test_parameters_without_end_are_refused_at_once(browser: Browser) -> None:
    began = time.thread_time()
    body = "&".join(["client_id=REG40", *["a=b"] * 60_000])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/aas/oauth2/v2/ac", content=body.encode(), headers=headers)
    assert answer.status_code == 400
    assert time.thread_time() - began < 2


async def test_of_a_repeated_client_or_address_none_is_believed(
    browser: Browser, portal: Portal
) -> None:
    for more in (
        "&client_id=REG40",
        f"&redirect_uri={REDIRECT}",
        "&redirect_uri=http://evil.example/",
        "&redirect_uri=%ff",
    ):
        answer = await browser.get(f"{portal.ask_url()}{more}")
        assert (answer.status_code, "location" in answer.headers) == (400, False), more
        assert "ESIA-0070" in answer.text


async def test_scopes_in_another_order_than_signed_are_refused(
    browser: Browser, portal: Portal
) -> None:
    fields = portal.ask(scope="openid fullname")
    fields["scope"] = "fullname openid"
    assert await error_of(browser, fields) == ("ESIA-007053", "access_denied")
    kept = await browser.get(portal.ask_url(scope="snils openid fullname"))
    assert kept.headers["location"].startswith("/login?ask=")


async def test_a_wrong_order_of_signed_fields_is_refused(browser: Browser, portal: Portal) -> None:
    fields = portal.ask()
    names = ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri")
    for order in ((1, 0, 2, 3, 4, 5), (1, 3, 0, 4, 2, 5), (0, 1, 2, 3, 4)):
        fields["client_secret"] = portal.sign("".join(fields[names[at]] for at in order))
        assert await error_of(browser, fields) == ("ESIA-007053", "access_denied"), order


async def test_the_signature_may_be_spelt_in_three_ways(browser: Browser, portal: Portal) -> None:
    fields = portal.ask()
    plain = fields["client_secret"].replace("-", "+").replace("_", "/")
    for spelling in (fields["client_secret"] + "==", plain, plain + "=="):
        answer = await browser.get(
            "/aas/oauth2/v2/ac", params={**fields, "client_secret": spelling}
        )
        assert answer.headers["location"].startswith("/login?ask=")


async def test_the_spelling_of_dot_net_ends_with_a_digit(browser: Browser, portal: Portal) -> None:
    asked = portal.ask()
    bare = asked["client_secret"]
    spelt = {**asked, "client_secret": f"{bare}{-len(bare) % 4}"}
    answer = await browser.get("/aas/oauth2/v2/ac", params=spelt)
    assert answer.headers["location"].startswith("/login?ask=")
    assert read_secret("AAAA0") == [bytes(3)]
    assert read_secret("AAA1") == [b"\x00\x005", bytes(2)]  # three bytes, or two of .NET
    assert read_secret("!") == []


async def test_names_of_the_first_versions_are_understood(browser: Browser, portal: Portal) -> None:
    scope = "openid http://esia.gosuslugi.ru/fullname http://esia.gosuslugi.ru/snils?oid=1000000001"
    answer = await browser.get(portal.ask_url(scope=scope))
    assert answer.headers["location"].startswith("/login?ask=")


async def test_blanks_between_scopes_may_be_plus_or_percent(
    browser: Browser, portal: Portal
) -> None:
    for text in (portal.ask_url(), portal.ask_url().replace("+", "%20")):
        assert (await browser.get(text)).headers["location"].startswith("/login?ask=")


async def test_a_gost_client_is_never_accepted_with_an_rsa_signature(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, esia_db: Connection
) -> None:
    await register(esia_db, registered(portal, mode="gost"), [certificate_of(portal)])
    assert await error_of(browser, portal.ask()) == ("ESIA-007053", "access_denied")
    assert await refused(backend, portal.token_request(code="a")) == "007053"


async def test_an_rsa_client_is_never_accepted_with_a_gost_signature(
    browser: Browser, portal: Portal
) -> None:
    gost = base64.urlsafe_b64encode(bytes(64)).decode()
    assert (await error_of(browser, portal.ask(client_secret=gost)))[0] == "ESIA-007053"


async def test_another_clients_key_does_not_sign_for_this_one(
    browser: Browser, portal: Portal, esia_db: Connection
) -> None:
    other = make_portal("OTHER", portal.esia_url)
    await register(esia_db, registered(other), [certificate_of(other)])
    fields = other.ask(client_id=portal.mnemonic)
    assert (await error_of(browser, fields))[0] == "ESIA-007053"
