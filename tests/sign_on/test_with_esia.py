"""The portal and the ЕСИА stand-in, both whole, walked by one browser."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from litestar import Litestar

from registratura.db import Connection, value
from registratura.esia import Answer, Esia
from registratura.esia.attempts import make_attempt
from tests.given import portal
from tests.sign_on.stand_in import MARIA, OLEG, SIMPLIFIED, at_esia, sign_in


async def test_maria_signs_in_and_is_known(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    answer = await sign_in(maria, esia, MARIA)
    assert answer.headers["location"] == "/consent?next=%2Fappointments"
    async with app.state.pool.connection() as db:
        assert await _account(db) == ("Иванова", "11223344595", "+79000000001")


async def _account(db: Connection) -> tuple[str, str, str]:
    found = await value(db, "select row(last_name, snils, phone) from account")
    return tuple(found)


async def test_oleg_signs_in_with_children_on_his_list(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    assert (await sign_in(maria, esia, OLEG)).status_code == 303


class WithoutEmbed(httpx.AsyncBaseTransport):
    """The way to an ЕСИА that embeds nothing: every element is an address to be fetched."""

    def __init__(self, way: httpx.AsyncBaseTransport) -> None:
        self.way = way

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/rs/"):
            request.url = request.url.copy_remove_param("embed")
        return await self.way.handle_async_request(request)


async def told_by(client: Esia, esia: Litestar, login: str) -> Answer:
    """What the client reads of who signs in there."""
    attempt = make_attempt("/")
    async with at_esia(esia) as browser:
        address = await client.start(attempt, now=datetime.now(UTC))
        back = (await browser.sign_on(address, login)).headers["location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return await client.finish(query, attempt, now=datetime.now(UTC))


async def test_an_answer_in_pieces_tells_the_same_as_a_whole_one(
    app: Litestar, esia: Litestar
) -> None:
    client: Esia = app.state.esia
    way = WithoutEmbed(httpx.ASGITransport(esia))  # type: ignore[arg-type]
    in_pieces = replace(client, http=httpx.AsyncClient(transport=way))
    whole = await told_by(client, esia, OLEG)
    assert await told_by(in_pieces, esia, OLEG) == whole
    assert len(whole.children) == 2
    assert {child.verified for child in whole.children} == {True, False}
    assert whole.profile.phone == "+79000000002"
    assert whole.profile.address


async def test_a_simplified_account_is_told_what_to_do(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    answer = await sign_in(maria, esia, SIMPLIFIED)
    assert answer.status_code == 403
    assert "Подтвердите учётную запись" in answer.text


async def test_who_declines_at_esia_comes_back_to_a_page_that_says_so(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    start = await maria.get("/signin/esia")
    async with at_esia(esia) as browser:
        asked = await browser.get(start.headers["location"])
        ask = parse_qs(urlsplit(asked.headers["location"]).query)["ask"][0]
        signed = await browser.sign_in(MARIA, ask=ask)
        declined = await browser.grant(signed.headers["location"], grant="")
    back = urlsplit(declined.headers["location"])
    answer = await portal.come_back(maria, dict(parse_qsl(back.query)))
    assert "Вы не разрешили передать данные порталу" in answer.text


async def test_esia_sends_the_browser_back_after_signing_out(
    esia: Litestar, maria: httpx.AsyncClient
) -> None:
    await sign_in(maria, esia, MARIA)
    left = await portal.submit(maria, "/signout", {})
    async with at_esia(esia) as browser:
        back = await browser.get(left.headers["location"])
    assert back.headers["location"] == f"{portal.ADDRESS}/"


async def test_olegs_children_are_kept_one_verified_and_one_not(
    app: Litestar, esia: Litestar, db: Connection
) -> None:
    async with portal.browser(app) as oleg:
        await sign_in(oleg, esia, OLEG)
    listed = await db.execute("select first_name, verified from esia_child order by first_name")
    assert await listed.fetchall() == [("Анна", True), ("Денис", False)]
