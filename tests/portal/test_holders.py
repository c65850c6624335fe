"""«Кто может записывать меня»: codes, consent taken back, hidden positions; a child's holders."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, value
from registratura.people.accounts import Profile
from registratura.people.link_refusals import (
    InvitationGivesNothing,
    InvitationUnknown,
    TermUnknown,
)
from registratura.people.refusals import KinshipUnknown
from registratura.portal.codes import TRIES
from registratura.web.limits import TriedTooOften
from tests.given import links, people, portal
from tests.given.links import ANDREY, IRINA, VERA, VERA_ON_THE_LIST
from tests.given.people import OLEG
from tests.given.portal import submit, words_of
from tests.portal.form import FORM, faults_of

HOLDERS = "/profile/holders"
TERMS = {"kinship": "spouse", "acts": "yes", "sees": "yes", "months": "12"}
BORN = date.today() - timedelta(days=6000)  # sixteen
YOUNG = replace(VERA, birth_date=BORN)


@pytest.fixture
async def oleg(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Олег's browser, signed in."""
    async with await portal.signed_in(app, OLEG) as client:
        yield client


async def code_of(client: httpx.AsyncClient, **otherwise: str) -> str:
    """A code made on the page."""
    made = await submit(client, f"{HOLDERS}/code", TERMS | otherwise, seen_on=HOLDERS)
    found = re.search(r'<p class="code big num sp-s">(\d{5}) (\d{5})</p>', made.text)
    assert found is not None
    assert made.headers["cache-control"] == "no-store"
    return found[1] + found[2]


async def enter(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await submit(client, "/profile/relatives/code", {"code": code}, seen_on=FORM)


async def test_maria_makes_a_code_oleg_enters_it_and_she_takes_it_back(
    maria: httpx.AsyncClient, oleg: httpx.AsyncClient
) -> None:
    assert "Кроме вас – никто" in words_of(await maria.get(HOLDERS))
    code = await code_of(maria)
    assert code not in (await maria.get(HOLDERS)).text
    assert (await enter(oleg, code)).headers["location"] == "/profile#relatives"
    assert "Иванова Мария Петровна Муж или жена 25.06.1988" in words_of(await oleg.get("/profile"))
    assert "Иванова М.П." in words_of(await oleg.get("/clinics"))
    page = await maria.get(HOLDERS)
    assert "Смирнов Олег Андреевич Муж Записывать и видеть все записи" in words_of(page)
    [end] = re.findall(r'action="(/profile/holders/[0-9a-f-]+/end)"', page.text)
    assert (await submit(maria, end, {}, seen_on=HOLDERS)).headers["location"] == HOLDERS
    assert "Иванова М.П." not in words_of(await oleg.get("/clinics"))  # at once, in his session


async def test_rights_and_term_are_chosen_and_one_right_at_least(
    maria: httpx.AsyncClient, oleg: httpx.AsyncClient
) -> None:
    await enter(oleg, await code_of(maria, sees="", months="6", kinship="parent"))
    words = words_of(await maria.get(HOLDERS))
    assert "Смирнов Олег Андреевич Сын Записывать, видит только свои записи" in words
    answer = await submit(maria, f"{HOLDERS}/code", {}, seen_on=HOLDERS)
    assert answer.status_code == 422
    assert faults_of(answer) == [
        ("kinship", KinshipUnknown.words),
        ("acts", InvitationGivesNothing.words),
        ("months", TermUnknown.words),
    ]
    for wrong, field in (({"months": "99"}, "months"), ({"kinship": "child"}, "kinship")):
        answer = await submit(maria, f"{HOLDERS}/code", TERMS | wrong, seen_on=HOLDERS)
        assert [it for it, _ in faults_of(answer)] == [field]
    form = (await maria.get(HOLDERS)).text.partition('action="/profile/holders/code"')[2]
    assert " checked>" not in form, "nobody consents by not looking"


async def test_wrong_codes_get_one_answer_and_tries_are_limited(
    maria: httpx.AsyncClient, oleg: httpx.AsyncClient
) -> None:
    used = await code_of(maria)
    await enter(oleg, used)
    answers = [await enter(oleg, code) for code in (used, "0000000000")]
    assert [it.status_code for it in answers] == [422, 422]
    assert all(InvitationUnknown.words in words_of(it) for it in answers)
    for _ in range(2 * TRIES):  # an hour may end meanwhile, once
        words = words_of(await enter(oleg, "1111111111"))
        if TriedTooOften.words.partition("{")[0] in words:
            return
    raise AssertionError(words)


async def test_a_code_is_withdrawn_on_the_page(
    maria: httpx.AsyncClient, oleg: httpx.AsyncClient
) -> None:
    code = await code_of(maria)
    assert "Код, который вы создали, действует до" in words_of(await maria.get(HOLDERS))
    await submit(maria, f"{HOLDERS}/code/withdraw", {}, seen_on=HOLDERS)
    assert (await enter(oleg, code)).status_code == 422


async def family(app: Litestar, db: Connection, *parents: Profile) -> None:
    """Вера of sixteen, confirmed for each of these parents."""
    now = datetime.now(UTC)
    child = replace(VERA_ON_THE_LIST, birth_date=BORN)
    await links.card_of(db, child)
    await people.account(db, YOUNG, now=now)
    for number, parent in enumerate(parents):
        account = await people.account(db, parent, now=now)
        await links.proven(db, account, child, now + timedelta(seconds=number))


async def test_at_sixteen_she_sees_her_parents_and_may_neither_end_nor_invite(
    app: Litestar, db: Connection
) -> None:
    await family(app, db, IRINA, ANDREY)
    async with await portal.signed_in(app, YOUNG) as vera:
        words = words_of(await vera.get(HOLDERS))
        assert "Соколова Ирина Павловна Мать" in words
        assert "Соколов Андрей Викторович Отец" in words
        assert "Прекратить" not in words
        assert "можно с 18 лет" in words
        answer = await submit(vera, f"{HOLDERS}/code", TERMS, seen_on="/profile")
        assert answer.status_code == 409
        link = await value(db, "select id from relative limit 1")
        answer = await submit(vera, f"{HOLDERS}/{link}/end", {}, seen_on="/profile")
        assert answer.status_code == 404


async def test_a_parent_sees_the_other_by_name_and_kind_and_no_more(
    app: Litestar, db: Connection
) -> None:
    await family(app, db, IRINA, ANDREY)
    link = await value(db, "select id from relative order by created_at limit 1")
    async with await portal.signed_in(app, IRINA) as irina:
        page = await irina.get(f"/profile/relatives/{link}/holders")
    words = words_of(page)
    assert "Соколова Ирина Павловна (это вы) Мать" in words
    assert "Соколов Андрей Викторович Отец" in words
    assert "andrey@" not in page.text
    assert ANDREY.birth_date.strftime("%d.%m.%Y") not in page.text


async def test_under_fifteen_the_page_says_from_when(app: Litestar) -> None:
    child = replace(VERA, birth_date=date.today() - timedelta(days=5000))
    async with await portal.signed_in(app, child) as young:
        answer = await young.get(HOLDERS)
        assert answer.status_code == 409
        assert "здесь видно с 15 лет" in words_of(answer)
        assert HOLDERS not in (await young.get("/profile")).text
        answer = await submit(young, f"{HOLDERS}/hidden", {"position": "13"}, seen_on="/profile")
        assert "Скрывать записи к врачам можно с 15 лет" in words_of(answer)
