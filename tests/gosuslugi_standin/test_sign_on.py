"""Sign-on by ЕСИА's first version, against the real stand-in of ЕСИА."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura_ground.signing import keep_rsa_identity, open_verifier
from registratura_standins.esia import clients
from registratura_standins.esia.scopes import REGISTRY
from registratura_standins.esia.settings import Settings as EsiaSettings
from registratura_standins.gosuslugi.database import Connection, execute, value
from registratura_standins.gosuslugi.esia import EsiaFault, keep_identity
from registratura_standins.gosuslugi.profiles import read_profile
from registratura_standins.gosuslugi.settings import Settings
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.conftest import open_browser, transport_to
from tests.gosuslugi_standin.federal import begin, browser, running, send, signed_in, text_of
from tests.gosuslugi_standin.scripted import ScriptedRegion

MARIA, OLEG = "maria@example.org", "+7 900 000-00-02"


@pytest.fixture
async def federal(
    federal_settings: Settings,
    esia: Litestar,
    esia_settings: EsiaSettings,
    esia_db: Connection,
    region: ScriptedRegion,
) -> AsyncIterator[Litestar]:
    """The portal, registered at ЕСИА as the demo registers it, and ЕСИА behind it."""
    keep_identity(federal_settings)
    pem = federal_settings.certificate_file.read_bytes()
    client = clients.Client(
        federal_settings.mnemonic,
        "Госуслуги",
        "Портал получит:",
        "rsa",
        clients.origins_of_host("127.0.0.1:8002"),
        [*REGISTRY],
    )
    certificate = clients.Certificate(open_verifier("rsa", pem).certificate_hash, pem.decode())
    await clients.register(esia_db, client, [certificate])
    believed = replace(federal_settings, esia_certificate_file=esia_settings.certificate_file)
    async with running(believed, region.transport) as app:
        await app.state.esia.http.aclose()
        http = httpx.AsyncClient(transport=transport_to(esia))
        app.state.esia = replace(app.state.esia, http=http)
        yield app


async def sign_on(
    federal: Litestar,
    esia: Litestar,
    login: str = MARIA,
    path: str = "/signin",
) -> tuple[Browser, httpx.Response]:
    """Through ЕСИА and back: the browser, and the portal's answer to what it brought."""
    user = browser(federal)
    begun = await user.get(path)
    async with open_browser(esia) as there:
        back = await there.sign_on(begun.headers["location"], login)
    return user, await user.get(back.headers["location"])


async def test_oleg_signs_in_by_v1_and_his_children_come_along(
    federal: Litestar,
    esia: Litestar,
) -> None:
    user, answer = await sign_on(federal, esia, OLEG, "/signin?next=/booking")
    assert answer.headers["location"] == "/booking"
    assert "Смирнов О.А." in text_of(await user.get("/booking"))
    draft = await begin(user, "child")
    words = text_of(await user.get(f"{draft}/patient"))
    assert "Смирнова Анна Олеговна" in words
    assert "Смирнов Денис Олегович" in words


async def test_the_request_is_that_of_the_first_version(federal: Litestar) -> None:
    location = (await browser(federal).get("/signin")).headers["location"]
    asked = urlsplit(location)
    assert asked.path == "/aas/oauth2/ac"
    fields = parse_qs(asked.query)
    assert fields["client_id"] == ["GOSUSLUGI"]
    assert "client_certificate_hash" not in fields
    assert len(fields["client_secret"][0]) > 1000  # a container, not a bare signature


async def test_who_wanted_a_page_gets_it_after_signing_in(federal: Litestar) -> None:
    answer = await browser(federal).get("/appointments?x=1")
    assert answer.headers["location"] == "/signin?next=%2Fappointments%3Fx%3D1"
    elsewhere = await browser(federal).get("/signin?next=//evil.example")
    assert elsewhere.headers["location"].startswith("http://127.0.0.1:8001/aas/oauth2/ac?")


async def test_a_state_is_of_one_browser_and_used_once(
    federal: Litestar,
    esia: Litestar,
) -> None:
    user = browser(federal)
    begun = await user.get("/signin")
    async with open_browser(esia) as there:
        back = (await there.sign_on(begun.headers["location"], MARIA)).headers["location"]
    stranger = await browser(federal).get(back)
    assert stranger.status_code == 400
    assert "set-cookie" not in stranger.headers or "session" not in stranger.headers["set-cookie"]
    assert (await user.get(back)).headers["location"] == "/catalogue"
    assert (await user.get(back)).headers["location"] == "/catalogue"  # «Назад»: already in
    assert (await browser(federal).get(back)).status_code == 400


async def test_an_unconfirmed_account_is_told_what_it_lacks(
    federal: Litestar,
    esia: Litestar,
) -> None:
    _, answer = await sign_on(federal, esia, "+7 900 000-00-04")
    assert answer.status_code == 403
    assert "Нужна подтверждённая учётная запись" in text_of(answer)


async def test_who_declines_and_a_silent_esia_are_told_apart(
    federal: Litestar,
    esia: Litestar,
) -> None:
    user = browser(federal)
    begun = await user.get("/signin")
    async with open_browser(esia) as there:
        ask = (await there.get(begun.headers["location"])).headers["location"].partition("=")[2]
        consent = (await there.sign_in(MARIA, ask=ask)).headers["location"]
        back = (await there.grant(consent, grant="0")).headers["location"]
    assert "не разрешили передать данные" in text_of(await user.get(back))
    silent = httpx.MockTransport(lambda _: httpx.Response(502))
    federal.state.esia = replace(federal.state.esia, http=httpx.AsyncClient(transport=silent))
    state = parse_qs(urlsplit((await user.get("/signin")).headers["location"]).query)["state"][0]
    answer = await user.get(f"/signin/done?code=a&state={state}")
    assert answer.status_code == 503
    assert "ЕСИА сейчас не отвечает" in text_of(answer)


async def test_a_token_of_another_key_is_not_believed(
    federal: Litestar,
    esia: Litestar,
    tmp_path: Path,
) -> None:
    keep_rsa_identity(tmp_path / "key", tmp_path / "crt", "other")
    other = open_verifier("rsa", (tmp_path / "crt").read_bytes())
    federal.state.esia = replace(federal.state.esia, trusted=other)
    _, answer = await sign_on(federal, esia)
    assert answer.status_code == 400


@pytest.mark.parametrize("spoilt", ["time", "issuer", "client"])
async def test_tokens_are_believed_in_their_time_of_their_issuer_for_their_client_only(
    federal: Litestar, esia: Litestar, spoilt: str
) -> None:
    now = datetime.now(UTC)
    ours = federal.state.esia
    async with open_browser(esia) as there:
        back = await there.sign_on(await ours.authorise_url(str(uuid4()), now), MARIA)
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    fields = await ours._signed(str(uuid4()), now)
    form = {**fields, "code": code, "grant_type": "authorization_code", "token_type": "Bearer"}
    tokens = await ours._call("POST", "/aas/oauth2/te", data=form)
    changed = {"issuer": {"issuer": "http://evil.example/"}, "client": {"mnemonic": "REG40"}}
    reader = replace(ours, **changed.get(spoilt, {}))
    moment = now + timedelta(hours=5) if spoilt == "time" else now
    with pytest.raises(EsiaFault, match="token"):
        await reader._verify(tokens["access_token"], tokens["id_token"], moment)


async def test_signing_out_ends_both_sessions_and_what_was_typed(
    federal: Litestar,
    esia: Litestar,
    federal_db: Connection,
) -> None:
    user, _ = await sign_on(federal, esia)
    await begin(user)
    answer = await user.send_form(await user.get("/"), "/signout")
    assert answer.headers["location"].startswith("http://127.0.0.1:8001/idp/ext/Logout?")
    assert (await user.get("/appointments")).headers["location"].startswith("/signin")
    assert await value(federal_db, "select count(*) from draft") == 0


async def test_a_session_has_a_new_id_at_each_sign_in_and_keeps_the_drafts_of_its_account(
    federal: Litestar,
    esia: Litestar,
    federal_db: Connection,
) -> None:
    user, _ = await sign_on(federal, esia)
    before = user.cookies["gosuslugi_session"]
    draft = await begin(user)
    past = datetime.now(UTC) - timedelta(minutes=1)
    await execute(federal_db, "update session set ends_at = %(past)s", past=past)
    begun = await user.get((await user.get(f"{draft}/patient")).headers["location"])
    async with open_browser(esia) as there:
        back = await there.sign_on(begun.headers["location"], MARIA)
    answer = await user.get(back.headers["location"])
    assert answer.headers["location"] == f"{draft}/patient"
    assert (await user.get(f"{draft}/patient")).status_code == 200
    assert user.cookies["gosuslugi_session"] != before
    kept = await value(federal_db, "select encode(id_hash, 'hex') from session")
    assert before not in kept
    oleg, _ = await sign_on(federal, esia, OLEG)
    assert (await oleg.get(f"{draft}/patient")).status_code == 404


def test_a_profile_without_an_identity_is_refused_and_odd_children_are_left_out() -> None:
    person = {
        "trusted": True,
        "firstName": "Мария",
        "lastName": "Иванова",
        "birthDate": "25.06.1988",
        "gender": "F",
        "kids": {"elements": ["http://a", {"firstName": "Пётр"}]},
    }
    account, children = read_profile(1, person)
    assert (account.birth_date, account.phone, children) == ("1988-06-25", None, ())
    with pytest.raises(EsiaFault, match="identity"):
        read_profile(1, {**person, "birthDate": "1988"})


async def test_a_form_without_its_token_is_refused(federal: Litestar) -> None:
    user = await signed_in(federal)
    answer = await user.post("/booking", data={"whom": "self"})
    assert answer.status_code == 403
    assert "Страница устарела" in text_of(answer)
    assert (await send(user, "/booking", whom="self")).status_code == 303
    assert Page((await user.get("/booking")).text).forms
