"""A guardian at the counter, by the commands: his order, its last day."""

from datetime import timedelta

from registratura.db import Connection
from tests.given import people
from tests.given.people import PETR
from tests.running.terminal import BEFORE, NOW, Desk


async def test_a_guardian_is_confirmed_by_an_order_with_its_last_day(
    db: Connection, database_url: str
) -> None:
    desk, maria = Desk(database_url), await people.account(db, now=BEFORE)
    ward = await people.relative(db, maria, kinship="ward", now=BEFORE)
    day = (NOW + timedelta(days=300)).date()
    asked = ("confirm-link", str(ward.id), "--document", "паспорт", "--order", "Приказ № 7")
    assert "--order и --until" in await desk.is_refused(*asked)
    assert "подтверждено" in await desk.does(*asked, "--until", day.isoformat())
    found = await desk.does("find", "--policy", PETR.policy_number)
    assert f"подтверждена, Иванова М.П., по {day:%d.%m.%Y}" in found
