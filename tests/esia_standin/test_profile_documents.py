"""Documents, addresses and children's fields of the profile: each scope opens its own."""

import httpx
import pytest

from registratura_standins.esia.clients import register
from registratura_standins.esia.database import Connection, execute
from registratura_standins.esia.scopes import ALL
from tests.esia_standin.browser import Browser
from tests.esia_standin.conftest import certificate_of, registered
from tests.esia_standin.portal import Portal, answered, exchange, read

ARTEM, OLEG = 1_000_000_030, 1_000_000_002


async def token_of(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, login: str, scope: str
) -> str:
    """An access token; a second step is passed over by turning it off beforehand."""
    back = answered(await browser.sign_on(portal.ask_url(scope=scope), login))
    answer = await exchange(backend, portal.token_request(code=back["code"]))
    return str(answer.json()["access_token"])


@pytest.fixture
async def wide_portal(portal: Portal, esia_db: Connection) -> Portal:
    """The portal with every scope there is; nobody has a second step."""
    await register(esia_db, registered(portal, scopes=tuple(ALL)), [certificate_of(portal)])
    await execute(esia_db, "update account set second_step = null")
    return portal


async def test_every_scope_opens_its_documents_and_no_other(
    browser: Browser, backend: httpx.AsyncClient, wide_portal: Portal
) -> None:
    for scope, types in {
        "id_doc": {"RF_PASSPORT"},
        "medical_doc": {"MDCL_PLCY"},
        "birth_cert_doc": {"RF_BRTH_CERT"},
        "foreign_passport_doc": {"FRGN_PASS"},
        "drivers_licence_doc": {"RF_DRIVING_LICENSE"},
        "military_doc": {"MLTR_ID"},
        "residence_doc": set(),
        "temporary_residence_doc": set(),
    }.items():
        token = await token_of(browser, backend, wide_portal, "+79000000030", f"openid {scope}")
        path = f"/rs/prns/{ARTEM}/docs"
        status, found = await read(backend, token, path, embed="(elements)")
        assert status == 200
        assert {one["type"] for one in found["elements"]} == types, scope
        assert found["size"] == len(types)


async def test_a_travel_passport_has_names_in_latin_letters_and_an_end(
    browser: Browser, backend: httpx.AsyncClient, wide_portal: Portal
) -> None:
    scope = "openid foreign_passport_doc addresses inn vehicles usr_org"
    token = await token_of(browser, backend, wide_portal, "+79000000030", scope)
    embed = "(documents.elements-1,addresses.elements,vehicles.elements,organizations.elements-1)"
    _, person = await read(backend, token, f"/rs/prns/{ARTEM}", embed=embed)
    (passport,) = person["documents"]["elements"]
    assert (passport["lastName"], passport["firstName"]) == ("KODOV", "ARTEM")
    assert passport["expiryDate"] == "20.05.2031"
    assert person["inn"] == "400000000030"
    assert "lastName" not in person
    home = {one["type"]: one for one in person["addresses"]["elements"]}["PLV"]
    assert len(home["fiasCode"]) == 36
    assert person["vehicles"]["elements"] == person["organizations"]["elements"] == []
    for path in ("vhls", "orgs", "roles"):
        _, found = await read(backend, token, f"/rs/prns/{ARTEM}/{path}")
        assert (found["size"], found["elements"]) == (0, [])


async def test_a_child_is_shown_by_the_scopes_of_children(
    browser: Browser, backend: httpx.AsyncClient, wide_portal: Portal, esia_db: Connection
) -> None:
    await execute(
        esia_db,
        """
        update child set inn = '400000000501', phone = '+79000005001', email = 'anna@example.org'
        where id = 5001
        """,
    )
    path = f"/rs/prns/{OLEG}/kids/5001"
    shown = {}
    for scope in ("kid_inn kid_mobile kid_email", "kid_fullname"):
        token = await token_of(browser, backend, wide_portal, "oleg@example.org", f"openid {scope}")
        _, shown[scope] = await read(backend, token, path)
        assert (await read(backend, token, f"{path}/docs"))[0] == 403
    wide, narrow = shown.values()
    assert (wide["inn"], wide["mobile"], wide["email"]) == (
        *("400000000501", "+7(900)0005001", "anna@example.org"),
    )
    assert {"firstName", "lastName", "documents"} & set(wide) == set()
    assert {"inn", "mobile", "email", "snils", "birthDate", "documents"} & set(narrow) == set()


async def test_the_wide_scope_of_the_first_versions_opens_the_person(
    browser: Browser, backend: httpx.AsyncClient, wide_portal: Portal
) -> None:
    token = await token_of(
        browser, backend, wide_portal, "oleg@example.org", "http://esia.gosuslugi.ru/usr_inf"
    )
    _, person = await read(backend, token, f"/rs/prns/{OLEG}", embed="(contacts.elements)")
    assert (person["lastName"], person["birthDate"]) == ("Смирнов", "14.03.1985")
    assert person["contacts"]["size"] == 2
