"""Who may call: addresses, name and password, certificates; nobody is believed but our proxy."""

import base64
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar

from registratura import setting_callers
from registratura.app import create_app
from registratura.federal import callers
from registratura.setting_callers import Networks
from registratura.settings import Settings
from registratura_ground.refused import Refused
from tests.given import federal, portal

PROXY, OURS, STRANGER = "10.0.0.9", "203.0.113.7", "198.51.100.4"
PASSWORD = "epgu:sixteen-letters-long"
CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\n"
    + base64.b64encode(b"invented certificate").decode()
    + "\n-----END CERTIFICATE-----\n"
)


def registry(**changes: Any) -> Litestar:
    """A registry that nobody starts: a caller who may not call is refused before the database."""
    ordinary = {"federal_callers": Networks(), "trusted_proxies": Networks(PROXY)}
    return create_app(portal.settings("postgresql:///nowhere", **(ordinary | changes)))


async def knock(app: Litestar, peer: str, **headers: str) -> int:
    """The status that an empty call gets: 500 is the Fault of whoever may call."""
    async with federal.caller(app, client=(peer, 40000)).client as client:
        named = {name.replace("_", "-"): it for name, it in headers.items()}
        return (await client.post("/federal/er", content=b"", headers=named)).status_code


async def test_addresses_may_call_and_others_may_not() -> None:
    app = registry(federal_callers=Networks("203.0.113.0/24", "2001:db8::/32"))
    assert await knock(app, OURS) == 500
    assert await knock(app, "2001:db8::1") == 500
    assert await knock(app, f"::ffff:{OURS}") == 500
    assert await knock(app, STRANGER) == 403
    assert await knock(app, "127.0.0.1") == 403


async def test_a_forged_address_is_not_believed() -> None:
    app = registry(federal_callers=Networks(OURS))
    assert await knock(app, STRANGER, x_forwarded_for=OURS) == 403
    assert await knock(app, PROXY, x_forwarded_for=OURS) == 500
    assert await knock(app, PROXY, x_forwarded_for=f"{OURS}:4711") == 500
    assert await knock(app, PROXY, x_forwarded_for=f"{OURS}, {STRANGER}") == 403
    assert await knock(app, PROXY, x_forwarded_for=f"{STRANGER}, {OURS}, {PROXY}") == 500
    assert await knock(app, PROXY, x_forwarded_for=f"{OURS}, nonsense") == 403
    assert await knock(app, PROXY) == 403, "the proxy itself is no caller"


async def test_a_certificate_is_believed_from_our_proxy_only() -> None:
    digest = callers.fingerprint_of(CERTIFICATE)
    assert digest is not None
    app = registry(federal_certificates=frozenset({digest}))
    told = quote(CERTIFICATE)
    other = quote(CERTIFICATE.replace("aW52", "aW53"))
    assert await knock(app, PROXY, x_client_certificate=told) == 500
    assert await knock(app, STRANGER, x_client_certificate=told) == 403, "forged"
    assert await knock(app, PROXY, x_client_certificate=other) == 403
    assert await knock(app, PROXY, x_client_certificate="none") == 403
    assert await knock(app, PROXY) == 403


async def test_name_and_password() -> None:
    app = registry(federal_basic=PASSWORD)
    right = "Basic " + base64.b64encode(PASSWORD.encode()).decode()
    assert await knock(app, STRANGER, authorization=right) == 500
    assert await knock(app, STRANGER, authorization=right.lower()) == 401
    assert await knock(app, STRANGER) == 401
    async with federal.caller(app, client=(STRANGER, 1)).client as client:
        refused = await client.post("/federal/er", content=b"")
    assert refused.headers["www-authenticate"] == "Basic"
    assert "пароль" in federal.fault_of(refused, 401)


async def test_every_way_that_is_set_must_be_passed_and_without_any_nobody_may_call() -> None:
    right = "Basic " + base64.b64encode(PASSWORD.encode()).decode()
    both = registry(federal_callers=Networks(OURS), federal_basic=PASSWORD)
    assert await knock(both, OURS, authorization=right) == 500
    assert await knock(both, OURS) == 401
    assert await knock(both, STRANGER, authorization=right) == 403
    assert await knock(registry(), "127.0.0.1") == 403


async def test_the_description_is_open_to_everybody() -> None:
    async with federal.caller(registry(), client=(STRANGER, 1)).client as client:
        for path in ("/federal/er?wsdl", "/federal/er", "/federal/er-schema.xsd"):
            found = await client.get(path)
            assert (found.status_code, found.headers["content-type"]) == (
                200,
                "text/xml; charset=utf-8",
            )


PRODUCTION = {
    "REGISTRATURA_ENVIRONMENT": "production",
    "REGISTRATURA_SECRET": "a-secret-of-more-than-thirty-two-characters",
    "REGISTRATURA_PUBLIC_URL": "https://registratura.example.org",
    "REGISTRATURA_ESIA_URL": "https://esia.example.org",
    "REGISTRATURA_ESIA_KEY_FILE": "/keys/own.key",
    "REGISTRATURA_ESIA_CERTIFICATE_FILE": "/keys/own.crt",
    "REGISTRATURA_ESIA_TRUSTED_FILES": "/keys/esia.crt",
    "DATABASE_URL": "postgresql://registratura_app@db.example.org/registratura",
}


def test_the_demo_lets_this_machine_call_and_a_production_nobody_unless_it_is_told() -> None:
    own = next(iter({setting_callers.LOOPBACK}))
    assert Settings.from_environment({}).federal_callers is own
    with pytest.raises(Refused, match="REGISTRATURA_FEDERAL_CALLERS"):
        Settings.from_environment(PRODUCTION)


@pytest.mark.parametrize("named", ["127.0.0.1", "10.0.0.0/8 ::1", "0.0.0.0/0", "::/0"])
def test_a_production_refuses_this_machine_among_its_callers(named: str) -> None:
    with pytest.raises(Refused, match="REGISTRATURA_FEDERAL_CALLERS"):
        Settings.from_environment(PRODUCTION | {"REGISTRATURA_FEDERAL_CALLERS": named})


def test_a_production_starts_with_each_way() -> None:
    digest = "0f:" * 31 + "0f"
    proxy = {"REGISTRATURA_TRUSTED_PROXIES": "127.0.0.1"}
    for ways in (
        {"REGISTRATURA_FEDERAL_CALLERS": "203.0.113.0/24, 2001:db8::/32"},
        {"REGISTRATURA_FEDERAL_BASIC": PASSWORD},
        {"REGISTRATURA_FEDERAL_CERTIFICATES": digest} | proxy,
    ):
        assert Settings.from_environment(PRODUCTION | ways).production
    with pytest.raises(Refused, match="REGISTRATURA_TRUSTED_PROXIES"):
        Settings.from_environment(PRODUCTION | {"REGISTRATURA_FEDERAL_CERTIFICATES": digest})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FEDERAL_CALLERS", "gosuslugi.ru"),
        ("FEDERAL_BASIC", "epgu:short"),
        ("FEDERAL_CERTIFICATES", "0f0f"),
        ("FEDERAL_SESSION_MINUTES", "0"),
        ("FEDERAL_CLASH_DETAILS", "perhaps"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
    ],
)
def test_a_bad_setting_is_named_and_a_password_is_not_shown(name: str, value: str) -> None:
    with pytest.raises(Refused, match=f"REGISTRATURA_{name}") as refused:
        Settings.from_environment({f"REGISTRATURA_{name}": value})
    assert "short" not in str(refused.value)
