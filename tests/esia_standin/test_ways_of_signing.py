"""v1 with its containers, and GOST beside RSA: each client in its own mode, with its own tokens."""

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from registratura_standins.esia.database import Connection
from tests.esia_standin.browser import Browser
from tests.esia_standin.by_openssl import ProgramPortal, enrol, make_program_portal
from tests.esia_standin.conftest import PUBLIC_URL, open_browser
from tests.esia_standin.portal import answered, exchange, read, refresh_request
from tests.ground.openssl import Bench, bench, needs_gost

MARIA, MARIA_OID = "maria@example.org", 1_000_000_001
ALGORITHMS = {"rsa": "RS256", "gost": "GOST3410_2012_256"}
MODES = ["rsa", pytest.param("gost", marks=needs_gost)]


@pytest.fixture
async def portal_of(
    request: pytest.FixtureRequest, tmp_path: Path, esia_db: Connection
) -> ProgramPortal:
    """The registered portal of the mode that the test names."""
    portal = make_program_portal(tmp_path, request.param)
    await enrol(esia_db, portal)
    return portal


in_both_modes = pytest.mark.parametrize("portal_of", MODES, indirect=True)


def opened(token: str) -> tuple[dict[str, Any], bytes, bytes]:
    """Header, signed bytes and signature."""
    header, body, signature = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(header + "==")),
        f"{header}.{body}".encode(),
        base64.urlsafe_b64decode(signature + "=="),
    )


async def provider_bench(backend: httpx.AsyncClient, mode: str, folder: Path) -> Bench:
    """The program with ЕСИА's certificate of this mode, taken from its archive."""
    packed = (await backend.get("/public/esia.zip")).content
    pem = zipfile.ZipFile(io.BytesIO(packed)).read(f"{mode.upper()}/esia.crt")
    single = "esia.pem" if mode == "rsa" else "esia-gost.pem"
    assert (await backend.get(f"/public/{single}")).content == pem
    made = bench(folder, {"rsa": "sha256", "gost": "md_gost12_256"}[mode])
    (folder / "pem").write_bytes(pem)
    (folder / "pub").write_bytes(made.run("x509", "-in", "pem", "-noout", "-pubkey"))
    return made


async def code_by_v1(browser: Browser, portal: ProgramPortal, *form: str) -> str:
    """A code by the address and container of v1."""
    asked = httpx.URL("/aas/oauth2/ac", params=portal.contain(portal.ask(), *form))
    return answered(await browser.sign_on(str(asked), MARIA))["code"]


@in_both_modes
async def test_tokens_are_signed_in_the_clients_own_mode(
    browser: Browser, backend: httpx.AsyncClient, portal_of: ProgramPortal, tmp_path: Path
) -> None:
    code = answered(await browser.sign_on(portal_of.ask_url(), MARIA))["code"]
    tokens = (await exchange(backend, portal_of.token_request(code=code))).json()
    provider = await provider_bench(backend, portal_of.mode, tmp_path / "provider")
    for token in (code, tokens["access_token"], tokens["id_token"]):
        header, signed, signature = opened(token)
        assert header["alg"] == ALGORITHMS[portal_of.mode]
        assert provider.accepts(signed, signature)
    status, person = await read(backend, tokens["access_token"], f"/rs/prns/{MARIA_OID}")
    assert (status, person["firstName"]) == (200, "Мария")
    again = await exchange(backend, refresh_request(portal_of, tokens))
    assert opened(again.json()["access_token"])[0]["alg"] == ALGORITHMS[portal_of.mode]


@in_both_modes
async def test_a_changed_access_token_is_401_in_either_mode(
    browser: Browser, backend: httpx.AsyncClient, portal_of: ProgramPortal
) -> None:
    code = answered(await browser.sign_on(portal_of.ask_url(), MARIA))["code"]
    tokens = (await exchange(backend, portal_of.token_request(code=code))).json()
    head, body, signature = tokens["access_token"].split(".")
    claims = base64.urlsafe_b64decode(body + "==").replace(b"1000000001", b"1000000002")
    forged = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    path = f"/rs/prns/{MARIA_OID + 1}"
    assert (await read(backend, f"{head}.{forged}.{signature}", path))[0] == 401


@in_both_modes
@pytest.mark.parametrize("form", [[], ["-noattr"], ["-nodetach"]], ids=["plain", "bare", "whole"])
async def test_v1_signs_on_with_every_form_of_container(
    browser: Browser, backend: httpx.AsyncClient, portal_of: ProgramPortal, form: list[str]
) -> None:
    code = await code_by_v1(browser, portal_of, *form)
    asked = portal_of.contain(portal_of.token_request(code=code), *form)
    answer = await backend.post("/aas/oauth2/te", data=asked)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert tokens["state"] == asked["state"]
    assert (await read(backend, tokens["access_token"], f"/rs/prns/{MARIA_OID}"))[0] == 200
    renewed = portal_of.contain(refresh_request(portal_of, tokens))
    del renewed["redirect_uri"]  # v1 refreshes without it too
    assert (await backend.post("/aas/oauth2/te", data=renewed)).status_code == 200


@pytest.mark.parametrize("portal_of", ["rsa"], indirect=True)
async def test_v1_refuses_a_wrong_container_with_007005_where_it_was_asked(
    browser: Browser, backend: httpx.AsyncClient, portal_of: ProgramPortal
) -> None:
    right = portal_of.contain(portal_of.ask())
    wrong_order = portal_of.bench.container(
        "".join(right[name] for name in ("client_id", "scope", "timestamp", "state")).encode()
    )
    raw = portal_of.ask()["client_secret"]
    for secret in (base64.b64encode(wrong_order).decode(), raw, "!", "AAAA"):
        asked = {**right, "client_secret": secret}
        back = answered(await browser.get("/aas/oauth2/ac", params=asked))
        assert back["error"] == "unauthorized_client"
        assert back["error_description"] == (
            "ESIA-007005: The client is not authorized to request an access token "
            "using this method."
        )
        answer = await backend.post(
            "/aas/oauth2/te",
            data={**asked, "code": "a.b.c", "grant_type": "authorization_code"},
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("portal_of", ["rsa"], indirect=True)
async def test_a_container_is_no_raw_signature_and_a_raw_one_no_container(
    browser: Browser, portal_of: ProgramPortal
) -> None:
    asked = portal_of.ask()
    contained = {**asked, "client_secret": portal_of.contain(asked)["client_secret"]}
    back = answered(await browser.get("/aas/oauth2/v2/ac", params=contained))
    assert back["error_description"] == "ESIA-007053: OAuthErrorEnum.clientSecretWrong"


@in_both_modes
async def test_another_systems_container_does_not_sign_for_this_one(
    browser: Browser, portal_of: ProgramPortal, tmp_path: Path, esia_db: Connection
) -> None:
    other = make_program_portal(tmp_path / "other", portal_of.mode, "OTHER")
    await enrol(esia_db, other)
    asked = other.contain(other.ask(client_id="REG40"))
    back = answered(await browser.get("/aas/oauth2/ac", params=asked))
    assert back["error_description"].startswith("ESIA-007005")


@needs_gost
@pytest.mark.parametrize("portal_of", ["gost"], indirect=True)
async def test_a_client_of_gost_is_refused_with_rsa_in_v1_too(
    browser: Browser, portal_of: ProgramPortal, tmp_path: Path, esia_db: Connection
) -> None:
    by_rsa = make_program_portal(tmp_path / "rsa", "rsa")
    await enrol(esia_db, portal_of, by_rsa)
    back = answered(await browser.get("/aas/oauth2/ac", params=by_rsa.contain(by_rsa.ask())))
    assert back["error_description"].startswith("ESIA-007005")


@in_both_modes
async def test_while_certificates_change_either_of_two_signs(
    esia: Litestar, portal_of: ProgramPortal, tmp_path: Path, esia_db: Connection
) -> None:
    new = make_program_portal(tmp_path / "new", portal_of.mode)
    await enrol(esia_db, portal_of, new)
    for portal in (portal_of, new):
        async with open_browser(esia, PUBLIC_URL) as browser:
            assert "code" in answered(await browser.sign_on(portal.ask_url(), MARIA))
            assert await code_by_v1(browser, portal)


@pytest.mark.parametrize("portal_of", ["rsa"], indirect=True)
async def test_a_client_without_a_certificate_is_told_so(
    browser: Browser, portal_of: ProgramPortal, esia_db: Connection
) -> None:
    await esia_db.execute("delete from client_certificate where mnemonic = 'REG40'")
    back = answered(await browser.get(portal_of.ask_url()))
    assert (back["error"], back["error_description"][:11]) == ("unauthorized_client", "ESIA-007002")


async def test_a_client_unknown_to_v1_stays_on_our_own_page(
    browser: Browser, tmp_path: Path
) -> None:
    nobody = make_program_portal(tmp_path, "rsa", "NOBODY")
    answer = await browser.get("/aas/oauth2/ac", params=nobody.contain(nobody.ask()))
    assert answer.status_code == 400
    assert "ESIA-007005" in answer.text
