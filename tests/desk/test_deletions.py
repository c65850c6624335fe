"""Deletion requests at the desk: the regional administrator carries them out, by name."""

from datetime import UTC, datetime
from uuid import uuid4

from litestar import Litestar

from registratura.db import Connection, value
from registratura.people import deletions
from registratura.people.accounts import Account
from tests.desk.work import at_work
from tests.given import portal, staff
from tests.given.people import MARIA
from tests.given.portal import words_of
from tests.given.staff import ELENA

PAGE = "/desk/deletions"


async def test_a_request_is_seen_and_carried_out_by_the_administrator(
    app: Litestar, db: Connection, maria: Account
) -> None:
    await staff.grant(db, ELENA, role="regional_administrator")
    await deletions.ask(db, maria.id, now=datetime.now(UTC))
    async with at_work(app, ELENA) as elena:
        assert "Ждёт: 1 заявка" in words_of(await elena.get("/desk"))
        assert await value(db, "select count(*) from event where kind = 'deletion.read'") == 0
        assert "Иванова М.П." in words_of(await elena.get(PAGE))
        one = f"{PAGE}/{await value(db, 'select id from deletion_request')}"
        words = words_of(await elena.get(one))
        assert "Вернуть удалённое нельзя" in words
        answer = await portal.submit(elena, one, {}, seen_on=one)
        assert answer.headers["location"] == PAGE
        assert "Сейчас заявок нет" in words_of(await elena.get(PAGE))
        for gone in (one, f"{PAGE}/{uuid4()}"):
            assert (await elena.get(gone)).status_code == 404
            assert (await portal.submit(elena, gone, {}, seen_on=PAGE)).status_code == 404
    async with await portal.signed_in(app, MARIA) as client:
        words = words_of(await client.get("/profile/journal"))
    by = "Админова Е.Ю., администратор региона, весь регион"
    assert f"Данные с портала удалены по заявке {by}" in words
    assert words.count(f"Просмотр заявки на удаление {by}") == 1
