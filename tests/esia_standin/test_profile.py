"""The profile by REST: by scope, one's own only, in every shape that clients ask for."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura_standins.esia.permits import Permit
from registratura_standins.esia.tokens import make_access_token
from tests.esia_standin.browser import Browser
from tests.esia_standin.portal import SCOPE, Portal, answered, exchange, read

MARIA, OLEG = 1_000_000_001, 1_000_000_002
LOGINS = {MARIA: "maria@example.org", OLEG: "oleg@example.org"}


async def get_token(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, oid: int, scope: str = SCOPE
) -> str:
    """An access token of this account."""
    back = answered(await browser.sign_on(portal.ask_url(scope=scope), LOGINS[oid]))
    answer = await exchange(backend, portal.token_request(code=back["code"]))
    return str(answer.json()["access_token"])


@pytest.fixture
async def oleg(browser: Browser, backend: httpx.AsyncClient, portal: Portal) -> str:
    return await get_token(browser, backend, portal, OLEG)


async def test_the_person_is_spelt_as_the_original_does(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    token = await get_token(browser, backend, portal, MARIA)
    status, person = await read(backend, token, f"/rs/prns/{MARIA}")
    assert status == 200
    assert len(person.pop("eTag")) == 40
    assert isinstance(person.pop("updatedOn"), int)
    assert person == {
        "stateFacts": ["EntityRoot"],
        "firstName": "Мария",
        "lastName": "Иванова",
        "middleName": "Петровна",
        "birthDate": "25.06.1988",
        "gender": "F",
        "snils": "112-233-445 95",
        "trusted": True,
        "status": "REGISTERED",
        "verifying": False,
        "containsUpCfmCode": False,
    }


async def test_fields_without_their_scope_are_left_out(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    token = await get_token(browser, backend, portal, MARIA, scope="openid snils email")
    _, person = await read(backend, token, f"/rs/prns/{MARIA}")
    assert person["snils"] == "112-233-445 95"
    assert not {"firstName", "lastName", "birthDate", "gender", "rIdDoc"} & set(person)
    _, contacts = await read(backend, token, f"/rs/prns/{MARIA}/ctts", embed="(elements)")
    assert [(one["type"], one["value"]) for one in contacts["elements"]] == [
        ("EML", "maria@example.org")
    ]
    for path in ("addrs", "docs", "kids", "vhls", "roles", "orgs"):
        status, body = await read(backend, token, f"/rs/prns/{MARIA}/{path}")
        assert (status, set(body)) == (403, {"code", "message"})


async def test_a_collection_is_addresses_to_fetch_one_by_one_or_objects(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    base = f"/rs/prns/{OLEG}"
    _, plain = await read(backend, oleg, f"{base}/ctts")
    assert plain["size"] == 2
    assert all(url.startswith(f"http://127.0.0.1:8001{base}/ctts/") for url in plain["elements"])
    one_by_one = [(await read(backend, oleg, url))[1] for url in plain["elements"]]
    _, embedded = await read(backend, oleg, f"{base}/ctts", embed="(elements)")
    assert embedded["elements"] == one_by_one
    assert one_by_one[0]["value"] == "+7(900)0000002"
    assert one_by_one[0]["vrfStu"] == "VERIFIED"


async def test_addresses_of_elements_do_not_follow_a_foreign_host_header(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    headers = {"Authorization": f"Bearer {oleg}", "Host": "evil.example"}
    body = (await backend.get(f"/rs/prns/{OLEG}/kids", headers=headers)).json()
    assert all(url.startswith("http://127.0.0.1:8001/") for url in body["elements"])


@pytest.mark.parametrize("suffix", ["", "-1"])
async def test_parts_can_be_embedded_into_the_person(
    backend: httpx.AsyncClient, oleg: str, suffix: str
) -> None:
    embed = ",".join(f"{part}.elements{suffix}" for part in ("contacts", "kids", "addresses"))
    _, person = await read(backend, oleg, f"/rs/prns/{OLEG}", embed=f"({embed})")
    assert person["contacts"]["size"] == 2
    assert "addresses" not in person  # no scope for them
    assert "documents" not in person  # not asked for
    assert [child["id"] for child in person["kids"]["elements"]] == ["5002", "5001"]


async def test_one_of_two_children_has_a_verified_birth_certificate(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    _, kids = await read(backend, oleg, f"/rs/prns/{OLEG}/kids", embed="(elements)")
    shown = {}
    for child in kids["elements"]:
        path = f"/rs/prns/{OLEG}/kids/{child['id']}/docs"
        _, documents = await read(backend, oleg, path, embed="(elements)")
        assert child["documents"]["elements"] == documents["elements"]
        by_type: dict[str, Any] = {one["type"]: one for one in documents["elements"]}
        certificate, policy = by_type["RF_BRTH_CERT"], by_type["MDCL_PLCY"]
        shown[child["firstName"]] = (
            child["birthDate"],
            child["snils"],
            certificate["vrfStu"],
            policy["number"],
        )
    assert shown == {
        "Анна": ("14.03.2019", "200-000-021 23", "VERIFIED", "4096089785000126"),
        "Денис": ("02.11.2012", "200-000-022 24", "NOT_VERIFIED", "4088789747003452"),
    }


async def test_a_child_and_its_documents_can_be_fetched_one_by_one(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    status, child = await read(backend, oleg, f"/rs/prns/{OLEG}/kids/5001")
    assert (status, child["firstName"]) == (200, "Анна")
    _, documents = await read(backend, oleg, f"/rs/prns/{OLEG}/kids/5001/docs")
    for url in documents["elements"]:
        assert (await read(backend, oleg, url))[0] == 200


async def test_doubled_and_trailing_slashes_do_not_matter(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    for path in (f"/{OLEG}/", f"//{OLEG}", f"/{OLEG}//kids", f"//{OLEG}/kids/5001/"):
        assert (await read(backend, oleg, f"/rs/prns{path}"))[0] == 200, path


async def test_a_schema_in_the_accept_header_is_tolerated(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    accept = 'application/json; schema="http://127.0.0.1:8001/rs/model/prn/Person-3"'
    headers = {"Authorization": f"Bearer {oleg}", "Accept": accept}
    assert (await backend.get(f"/rs/prns/{OLEG}", headers=headers)).status_code == 200


async def test_what_is_not_there_is_404(backend: httpx.AsyncClient, oleg: str) -> None:
    ended = ("nothing", "ctts/999999", "kids/999", "kids/999/docs", "kids/5001/nothing", "docs/a/b")
    for path in ended:
        status, body = await read(backend, oleg, f"/rs/prns/{OLEG}/{path}")
        assert (status, set(body)) == (404, {"code", "message"}), path


async def test_another_oid_is_403_whether_it_exists_or_not(
    backend: httpx.AsyncClient, oleg: str
) -> None:
    for oid in (MARIA, 999):
        for path in ("", "/kids", "/nothing"):
            assert (await read(backend, oleg, f"/rs/prns/{oid}{path}"))[0] == 403


def _changed(token: str, **changes: Any) -> str:
    header, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    text = json.dumps({**claims, **changes}).encode()
    return f"{header}.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{signature}"


async def test_a_tampered_or_missing_token_is_401(backend: httpx.AsyncClient, oleg: str) -> None:
    header, body, signature = oleg.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","sbt":"access"}').decode().rstrip("=")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    forged = [
        _changed(oleg, **{"urn:esia:sbj_id": MARIA}),
        _changed(oleg, exp=4_000_000_000),
        f"{header}.{body}.{flipped}",
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        "",
        "a.b.c",
    ]
    for token in forged:
        for oid in (OLEG, MARIA):
            status, refusal = await read(backend, token, f"/rs/prns/{oid}")
            assert status == 401
            assert refusal == {"code": "ESIA-005011", "message": "SecurityErrorEnum.invalidToken"}
    assert (await backend.get(f"/rs/prns/{OLEG}")).status_code == 401


async def test_an_expired_token_or_one_of_another_kind_is_401(
    backend: httpx.AsyncClient, esia: Litestar, oleg: str
) -> None:
    provider, now = esia.state.provider, datetime.now(UTC)
    sid = json.loads(base64.urlsafe_b64decode(oleg.split(".")[1] + "=="))["urn:esia:sid"]
    permit = Permit(uuid4(), "REG40", OLEG, sid, SCOPE.split(), False, now)

    async def make(issuer: str, moment: datetime) -> str:
        return await make_access_token(provider.signer_for("rsa"), issuer, permit, moment)

    issuer = provider.settings.issuer
    assert (await read(backend, await make(issuer, now), f"/rs/prns/{OLEG}"))[0] == 200
    past, future = now - timedelta(seconds=3601), now + timedelta(seconds=60)
    for token in (
        await make(issuer, past),
        await make(issuer, future),
        await make("http://other.example/", now),
    ):
        assert (await read(backend, token, f"/rs/prns/{OLEG}"))[0] == 401


async def test_an_id_token_opens_nothing(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    back = answered(await browser.sign_on(portal.ask_url(), LOGINS[OLEG]))
    tokens = (await exchange(backend, portal.token_request(code=back["code"]))).json()
    assert (await read(backend, tokens["id_token"], f"/rs/prns/{OLEG}"))[0] == 401
