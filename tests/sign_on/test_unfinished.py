"""A sign-in that did not end well is told at an address that holds nothing of ЕСИА's."""

from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from litestar import Litestar

from tests.given.portal import words_of
from tests.given.provider import Provider
from tests.sign_on.test_signing_in import go_to_esia

PAGE = "/signin/unfinished"


@pytest.mark.usefixtures("provider")
async def test_the_browser_is_sent_to_a_clean_address_with_the_number_of_the_log(
    maria: httpx.AsyncClient,
) -> None:
    asked = await go_to_esia(maria, "/appointments?x=1")
    back = {"code": "unknown-code", "state": asked["state"]}
    left = await maria.get("/signin/done", params=back)
    assert left.status_code == 303
    told = parse_qs(urlsplit(left.headers["location"]).query)
    number = left.headers["x-request-id"]
    assert told == {"why": ["refused"], "number": [number], "next": ["/appointments?x=1"]}
    page = await maria.get(left.headers["location"])
    assert page.status_code == 400
    assert "Вход не завершён" in page.text
    assert number in words_of(page)
    assert 'href="/signin/esia?next=%2Fappointments%3Fx%3D1"' in page.text


@pytest.mark.parametrize(
    ("why", "status", "words"),
    [
        ("unconfirmed", 403, "Подтвердите учётную запись"),
        ("away", 503, "Портал временно недоступен"),
        ("down", 503, "ЕСИА сейчас не отвечает"),
        ("declined", 400, "Вы не разрешили передать данные"),
        ("", 400, "Вход не завершён"),
        ("<b>", 400, "Вход не завершён"),
    ],
)
async def test_an_address_that_somebody_made_up_shows_words_of_ours_only(
    maria: httpx.AsyncClient, provider: Provider, why: str, status: int, words: str
) -> None:
    typed = {"why": why, "number": "позвоните 900", "next": "//evil.example"}
    page = await maria.get(PAGE, params=typed)
    assert page.status_code == status
    assert words in words_of(page)
    assert "900" not in words_of(page)
    assert "evil" not in page.text
    assert (await maria.get(PAGE)).status_code == 400


@pytest.mark.usefixtures("provider")
async def test_without_a_database_no_code_stays_in_the_address_either(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    back = {"code": "the-code", "state": (await go_to_esia(maria))["state"]}
    await app.state.pool.close()
    assert await why_of(maria, back) == "away"


@pytest.mark.usefixtures("provider")
async def test_a_fault_of_ours_leaves_no_code_in_the_address_either(
    maria: httpx.AsyncClient, owner_url: str
) -> None:
    back = {"code": "the-code", "state": (await go_to_esia(maria))["state"]}
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("alter table sign_in rename to lost")
    assert await why_of(maria, back) == "refused"


async def why_of(maria: httpx.AsyncClient, back: dict[str, str]) -> str:
    """What the clean address says of a return from ЕСИА."""
    left = await maria.get("/signin/done", params=back)
    assert left.status_code == 303
    told = parse_qs(urlsplit(left.headers["location"]).query)
    assert told["number"] == [left.headers["x-request-id"]]
    assert told.keys() == {"why", "number", "next"}
    return told["why"][0]
