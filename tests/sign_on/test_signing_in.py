"""The way through ЕСИА and back, as a browser walks it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar

from registratura.db import Pool, execute, value
from registratura.portal.consent_text import CURRENT
from registratura_ground.signing import RsaVerifier, unb64url
from tests.given import portal
from tests.given.provider import Provider


async def go_to_esia(client: httpx.AsyncClient, next_path: str = "/") -> dict[str, str]:
    """What the portal sends along to ЕСИА."""
    answer = await client.get("/signin/esia", params={"next": next_path})
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    assert (address.netloc, address.path) == ("127.0.0.1:8001", "/aas/oauth2/v2/ac")
    return {name: values[0] for name, values in parse_qs(address.query).items()}


async def come_back(
    client: httpx.AsyncClient, asked: dict[str, str], code: str = "the-code"
) -> httpx.Response:
    return await portal.come_back(client, {"code": code, "state": asked["state"]})


async def test_the_request_is_signed_over_its_fields_in_order(maria: httpx.AsyncClient) -> None:
    asked = await go_to_esia(maria)
    names = ("client_id", "scope", "timestamp", "state", "redirect_uri")
    text = "".join(asked[name] for name in names)
    verifier = RsaVerifier((portal.keys() / "registratura.crt").read_bytes())
    assert await verifier.verify(text.encode(), unb64url(asked["client_secret"]))
    assert asked["client_certificate_hash"] == verifier.certificate_hash
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/signin/done"
    datetime.strptime(asked["timestamp"], "%Y.%m.%d %H:%M:%S %z")


@pytest.mark.usefixtures("provider")
async def test_the_first_sign_in_asks_for_the_portals_own_consent(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    answer = await come_back(maria, await go_to_esia(maria, "/appointments"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/consent?next=%2Fappointments"
    for personal in ("/appointments", "/signin?next=/appointments"):
        asked = await maria.get(personal)
        assert asked.headers["location"] == "/consent?next=%2Fappointments"
    page = await maria.get("/consent?next=/appointments")
    assert "Даю согласие" in page.text
    assert "Иванова М.П." not in (await maria.get("/")).text
    form = {"version": CURRENT.version, "next": "/appointments"}
    given = await portal.submit(maria, "/consent", form, seen_on="/consent")
    assert (given.status_code, given.headers["location"]) == (303, "/appointments")
    assert "Иванова М.П." in (await maria.get("/appointments")).text
    async with app.state.pool.connection() as db:
        recorded = await value(db, "select text_sha256 from consent where document = 'portal'")
    assert recorded == CURRENT.sha256


@pytest.mark.usefixtures("provider")
async def test_consent_to_another_version_than_was_shown_is_asked_again(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    await come_back(maria, await go_to_esia(maria))
    given = await portal.submit(maria, "/consent", {"version": "2020-01"}, seen_on="/consent")
    assert given.headers["location"] == "/consent"
    async with app.state.pool.connection() as db:
        assert await value(db, "select count(*) from consent") == 0


@pytest.mark.usefixtures("provider")
async def test_who_declines_the_consent_is_signed_out(maria: httpx.AsyncClient) -> None:
    await come_back(maria, await go_to_esia(maria))
    await portal.submit(maria, "/signout", {}, seen_on="/consent")
    assert (await maria.get("/consent")).headers["location"].startswith("/signin")


@pytest.mark.usefixtures("provider")
async def test_giving_consent_changes_the_sessions_id(maria: httpx.AsyncClient) -> None:
    await come_back(maria, await go_to_esia(maria))
    before = maria.cookies["registratura_session"]
    await portal.submit(maria, "/consent", {"version": CURRENT.version}, seen_on="/consent")
    assert maria.cookies["registratura_session"] != before


@pytest.mark.usefixtures("provider")
async def test_an_id_planted_before_sign_in_is_not_used(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    maria.cookies.set("registratura_session", "planted", domain="127.0.0.1", path="/")
    await come_back(maria, await go_to_esia(maria))
    assert maria.cookies["registratura_session"] != "planted"
    thief = portal.with_session(app, "planted")
    assert (await thief.get("/appointments")).headers["location"].startswith("/signin")


@pytest.mark.usefixtures("provider")
async def test_a_state_serves_once(app: Litestar, maria: httpx.AsyncClient) -> None:
    asked = await go_to_esia(maria)
    await come_back(maria, asked)
    again = await come_back(maria, asked)
    assert (again.status_code, again.headers["location"]) == (303, "/")
    stranger = portal.browser(app)
    assert (await come_back(stranger, asked)).status_code == 400
    async with app.state.pool.connection() as db:
        assert await value(db, "select count(*) from web_session") == 1


@pytest.mark.usefixtures("provider")
async def test_a_state_of_another_browser_lets_nobody_in(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    stranger = portal.browser(app)
    his = await go_to_esia(stranger)
    await go_to_esia(maria)
    answer = await come_back(maria, his)
    assert answer.status_code == 400
    assert "Вход не завершён" in answer.text
    assert "registratura_session" not in maria.cookies
    assert (await come_back(stranger, his)).status_code == 303


async def test_two_tabs_that_begin_at_once_both_end_well(
    provider: Provider, maria: httpx.AsyncClient
) -> None:
    provider.codes.add("another-code")
    first = await go_to_esia(maria, "/appointments")
    second = await go_to_esia(maria, "/clinics")
    back = await come_back(maria, first)
    assert back.headers["location"] == "/consent?next=%2Fappointments"
    back = await come_back(maria, second, "another-code")
    assert back.headers["location"] == "/consent?next=%2Fclinics"


@pytest.mark.usefixtures("provider")
async def test_a_state_older_than_ten_minutes_is_stale(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    asked = await go_to_esia(maria)
    pool: Pool = app.state.pool
    async with pool.connection() as db:
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        await execute(db, "update sign_in set started_at = %(at)s", at=long_ago)
    assert (await come_back(maria, asked)).status_code == 400


@pytest.mark.parametrize("next_path", ["//evil.example", "\\\\evil.example", "http:evil.example"])
@pytest.mark.usefixtures("provider")
async def test_sign_in_never_leads_to_another_site(
    maria: httpx.AsyncClient, next_path: str
) -> None:
    answer = await come_back(maria, await go_to_esia(maria, next_path))
    assert answer.headers["location"] == "/consent?next=%2F"


async def test_another_name_of_the_host_is_left_before_the_cookie_is_set(
    app: Litestar,
) -> None:
    client = portal.browser(app)
    answer = await client.get("/signin/esia?next=/clinics", headers={"Host": "localhost:8000"})
    assert answer.headers["location"] == "http://127.0.0.1:8000/signin/esia?next=%2Fclinics"
    assert "set-cookie" not in answer.headers or "signin" not in answer.headers["set-cookie"]


async def test_the_sign_in_page_has_one_way_in_and_says_that_the_old_one_is_closed(
    maria: httpx.AsyncClient,
) -> None:
    page = (await maria.get("/signin?next=/check%3Fslot%3D1")).text
    assert 'href="/signin/esia?next=%2Fcheck%3Fslot%3D1">Войти через ЕСИА</a>' in page
    assert "Вход по номеру полиса ОМС закрыт" in page
    assert 'type="password"' not in page


async def test_nothing_of_tokens_reaches_our_addresses_or_logs(
    provider: Provider, maria: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = await go_to_esia(maria)
    answer = await come_back(maria, asked)
    told = capsys.readouterr()
    assert asked["state"] not in told.out + told.err
    assert "the-code" not in told.out + told.err
    assert answer.headers["location"] == "/consent?next=%2F"
    assert provider.asked == ["/aas/oauth2/v3/te", "/rs/prns/1000299654"]
