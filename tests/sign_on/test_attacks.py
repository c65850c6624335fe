"""Who tries to come in as another, at the portal and the real stand-in together."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, value
from registratura.esia import Esia
from registratura.esia.attempts import make_attempt
from registratura.esia.authorise import authorise_url
from registratura.portal import signin
from tests.given import portal
from tests.given.people import MARIA as PROFILE
from tests.sign_on.stand_in import MARIA, OLEG, at_esia, bring_back, sign_in


async def nobody_is_in(app: Litestar) -> bool:
    async with app.state.pool.connection() as db:
        return await _count(db) == 0


async def _count(db: Connection) -> int:
    found: int = await value(db, "select count(*) from web_session")
    return found


async def own_state(client: httpx.AsyncClient) -> str:
    """The state of a sign-in that this browser began itself."""
    return str(httpx.URL((await client.get("/signin/esia")).headers["location"]).params["state"])


async def test_a_code_that_was_used_opens_no_other_sign_in(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    back = await bring_back(maria, esia, MARIA)
    assert (await portal.come_back(maria, back)).status_code == 303
    stranger = portal.browser(app)
    replayed = {"code": back["code"], "state": await own_state(stranger)}
    assert (await portal.come_back(stranger, replayed)).status_code == 400
    assert "registratura_session" not in stranger.cookies


async def test_with_pkce_a_stolen_unused_code_opens_no_other_sign_in(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    app.state.esia = replace(app.state.esia, pkce=True)
    stolen = await bring_back(maria, esia, MARIA)
    stranger = portal.browser(app)
    swapped = {"code": stolen["code"], "state": await own_state(stranger)}
    assert (await portal.come_back(stranger, swapped)).status_code == 400
    assert await nobody_is_in(app)
    assert (await portal.come_back(maria, stolen)).status_code == 303


async def test_without_pkce_it_would_which_is_why_it_can_be_switched_on(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    """The control of the test above, and the known limit of the protocol: decision 0020."""
    stolen = await bring_back(maria, esia, MARIA)
    stranger = portal.browser(app)
    swapped = {"code": stolen["code"], "state": await own_state(stranger)}
    assert (await portal.come_back(stranger, swapped)).status_code == 303


async def test_a_link_to_the_end_of_a_strangers_sign_in_signs_nobody_in(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    stranger = portal.browser(app)
    his = await bring_back(stranger, esia, OLEG)
    answer = await portal.come_back(maria, his)
    assert answer.status_code == 400
    assert await nobody_is_in(app)


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_portal_whose_clock_is_wrong_is_told_so_by_esia(
    app: Litestar, esia: Litestar, minutes: int
) -> None:
    client: Esia = app.state.esia
    wrong = datetime.now(UTC) + timedelta(minutes=minutes)
    async with at_esia(esia) as browser:
        answer = await browser.get(await authorise_url(client, make_attempt("/"), now=wrong))
    assert "ESIA-007015" in answer.headers["location"]


async def test_a_request_that_was_altered_on_the_way_is_refused_by_esia(
    app: Litestar, esia: Litestar
) -> None:
    client: Esia = app.state.esia
    sent = httpx.URL(await client.start(make_attempt("/"), now=datetime.now(UTC)))
    first, second, *rest = sent.params["scope"].split()
    for changed in (
        {"scope": " ".join([second, first, *rest])},
        {"scope": f"{sent.params['scope']} id_doc"},
        {"state": make_attempt("/").state},
        {"redirect_uri": f"{portal.ADDRESS}/elsewhere"},
    ):
        async with at_esia(esia) as browser:
            answer = await browser.get(str(sent.copy_merge_params(changed)))
        assert "ESIA-007053" in answer.headers["location"]


async def test_an_id_planted_before_sign_in_is_nobodys_after_it(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    maria.cookies.set("registratura_session", "planted", domain="127.0.0.1", path="/")
    await sign_in(maria, esia, MARIA)
    assert maria.cookies["registratura_session"] != "planted"
    thief = portal.with_session(app, "planted")
    assert (await thief.get("/appointments")).headers["location"].startswith("/signin")


async def test_signing_out_ends_the_session_for_requests_under_way_too(app: Litestar) -> None:
    session_id = await portal.session_of(app, PROFILE)
    page = await portal.with_session(app, session_id).get("/profile")
    assert page.status_code == 200
    browsers = [portal.with_session(app, session_id) for _ in range(4)]
    looks = [one.get(path) for one in browsers[1:] for path in ("/profile", "/appointments")]
    out = portal.submit(browsers[0], "/signout", {})
    answers = await asyncio.gather(*looks[:3], out, *looks[3:])
    assert {answer.status_code for answer in answers} <= {200, 303}
    async with app.state.pool.connection() as db:
        assert await _count(db) == 0
    late = await portal.with_session(app, session_id).get("/profile")
    assert late.headers["location"].startswith("/signin")


async def test_two_applications_count_one_limit(
    app: Litestar, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "_STARTS_A_MINUTE", 4)
    async with portal.running(portal.settings(database_url)) as other:
        for _ in range(2):  # should a minute end meanwhile, the next one is whole
            clients = [portal.browser(one) for one in (app, other) * 4]
            codes = [(await one.get("/signin/esia")).status_code for one in clients]
            if codes.count(303) == 4:
                break
    assert codes == [303] * 4 + [429] * 4
