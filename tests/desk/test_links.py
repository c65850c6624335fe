"""A parent at the counter: found, shown as far as needed, confirmed by a document."""

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.link_refusals import OrderOver
from registratura.people.patients import Patient
from registratura.people.refusals import NotConfirmable, OwnLink, RelativeUnknown
from registratura.people.relatives import Relative
from tests.desk.work import at_work
from tests.given import people, portal, staff
from tests.given.people import PETR
from tests.given.portal import words_of
from tests.given.staff import ELENA, OLGA
from tests.given.visits import patient

SEARCH = "/desk/links"
POST = "Регистратова О.И., регистратор, ДГБ, Поликлиника № 1"


async def find(client: httpx.AsyncClient, what: str = "1234 5678 9123 4567") -> httpx.Response:
    return await portal.submit(client, SEARCH, {"what": what}, seen_on=SEARCH)


async def confirm(client: httpx.AsyncClient, link_id: UUID, document: str) -> httpx.Response:
    page = f"{SEARCH}/{link_id}"
    return await portal.submit(client, page, {"document": document}, seen_on="/desk")


async def test_a_link_is_found_by_the_policy_and_shows_what_is_needed_and_no_more(
    olga: httpx.AsyncClient, db: Connection, maria: Account, link: Relative
) -> None:
    found = await find(olga)
    assert found.status_code == 200, "the policy is in no address"
    assert "Иванов Петр Иванович , 01.01.2015" in words_of(found)
    shown = await olga.get(f"{SEARCH}/{link.id}")
    words = words_of(shown)
    assert "Иванова Мария Петровна" in words
    assert "•••• •••• •••• 4567" in words
    for secret in (PETR.policy_number, maria.snils, maria.phone, maria.email, "Поликлиника № 2"):
        assert str(secret) not in shown.text
    read = "select array_agg(distinct actor_id) from event where kind = 'relative.read'"
    assert await value(db, read) == [POST]
    assert (await find(olga, str(link.id))).headers["location"] == f"{SEARCH}/{link.id}"


async def test_a_confirmed_parent_sees_all_and_the_journal_names_the_registrar(
    app: Litestar, olga: httpx.AsyncClient, db: Connection, maria: Account, link: Relative
) -> None:
    answer = await confirm(olga, link.id, "свидетельство о рождении I-ЖТ 500002")
    assert answer.headers["location"] == f"{SEARCH}/{link.id}"
    assert "Родство подтверждено" in words_of(await olga.get(f"{SEARCH}/{link.id}"))
    petr: Patient = await patient(db, maria, link.person_id)
    assert petr.level == "confirmed"
    told = "select actor_id || ': ' || (after ->> 'document') from event where kind = %(kind)s"
    assert await value(db, told, kind="relative.confirmed") == (
        f"{POST}: свидетельство о рождении I-ЖТ 500002"
    )
    async with await portal.signed_in(app, people.MARIA) as client:
        words = words_of(await client.get(f"/profile/journal?patient={petr.person_id}"))
    assert f"Родство подтверждено документом {POST}" in words


async def test_a_patient_of_another_organisation_is_not_there(
    app: Litestar, db: Connection, link: Relative
) -> None:
    elsewhere = await people.attachment(
        db, (await people.account(db, "Чужой")).person_id, date(2020, 1, 1)
    )
    await staff.grant(db, ELENA, department_id=elsewhere)
    async with at_work(app, ELENA) as client:
        assert "Не нашлось" in words_of(await find(client))
        for number in (link.id, uuid4()):
            assert (await client.get(f"{SEARCH}/{number}")).status_code == 404
            answer = await confirm(client, number, "паспорт")
            assert answer.status_code == 404
            assert RelativeUnknown.words not in answer.text
        assert await value(db, "select count(*) from event where kind = 'relative.read'") == 0
        await execute(db, "update attachment set valid_to = '2026-01-01'")  # attached nowhere now
        assert "Нашлось: 1" in words_of(await find(client))


async def test_a_registrar_of_the_whole_organisation_sees_all_its_clinics(
    app: Litestar, db: Connection, clinic: UUID, link: Relative
) -> None:
    whole = await value(db, "select organisation_id from department where id = %(it)s", it=clinic)
    await staff.grant(db, ELENA, organisation_id=whole)
    async with at_work(app, ELENA) as client:
        assert "Нашлось: 1" in words_of(await find(client))


async def test_without_a_document_nothing_is_confirmed(
    olga: httpx.AsyncClient, db: Connection, link: Relative
) -> None:
    answer = await confirm(olga, link.id, "  ")
    assert answer.status_code == 422
    assert "какой документ вам показали" in words_of(answer)
    assert await value(db, "select level from relative") == "declared"


async def test_a_guardian_is_confirmed_by_his_order_until_its_last_day(
    olga: httpx.AsyncClient, db: Connection, maria: Account, clinic: UUID
) -> None:
    ward = await people.relative(db, maria, kinship="ward")
    page = f"{SEARCH}/{ward.id}"
    paper, day = {"document": "паспорт"}, date.today() + timedelta(days=300)
    for typed, words in (
        ({}, "Напишите номер акта об опеке"),
        ({"order": "7"}, "Введите дату цифрами"),
        ({"order": "7", "until": "01.01.2020"}, OrderOver.words),
    ):
        answer = await portal.submit(olga, page, paper | typed, seen_on="/desk")
        assert (answer.status_code, words in words_of(answer)) == (422, True)
    typed = paper | {"order": "Приказ № 7", "until": f"{day:%d.%m.%Y}"}
    answer = await portal.submit(olga, page, typed, seen_on="/desk")
    assert answer.headers["location"] == page
    kept = await value(db, "select level || confirmed_by_order || ends_on from relative")
    assert kept == f"confirmedПриказ № 7{day + timedelta(days=1)}"


async def test_nobody_confirms_a_link_of_his_own(
    olga: httpx.AsyncClient, db: Connection, clinic: UUID
) -> None:
    own = await people.relative(db, await people.account(db, OLGA))
    words = words_of(await olga.get(f"{SEARCH}/{own.id}"))
    assert "подтверждает другой сотрудник" in words
    answer = await confirm(olga, own.id, "свидетельство")
    assert answer.status_code == 409
    assert OwnLink.words in words_of(answer)
    assert await value(db, "select level from relative") == "declared"


async def test_an_aunt_is_not_confirmed(
    olga: httpx.AsyncClient, db: Connection, maria: Account, clinic: UUID
) -> None:
    link = await people.relative(db, maria, kinship="other_child")
    assert "Подтвердить можно только родителя" in words_of(await olga.get(f"{SEARCH}/{link.id}"))
    answer = await confirm(olga, link.id, "свидетельство")
    assert (answer.status_code, NotConfirmable.words in words_of(answer)) == (409, True)


async def test_a_policy_mistyped_is_told_at_its_field(olga: httpx.AsyncClient) -> None:
    for typed, words in (
        ("", "Введите номер полиса"),
        ("123", "здесь 3 цифры"),
        ("абв", "только цифры"),
    ):
        answer = await find(olga, typed)
        assert answer.status_code == 422
        assert re.search(rf'id="what-e">.*{words}', answer.text, re.S)
        assert f'value="{typed}"' in answer.text
