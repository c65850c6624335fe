"""Whatever becomes of a question or an answer on its way, there is one visit in the end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from litestar import Litestar

from registratura.booking import checks
from registratura.db import Connection, value
from registratura_standins.gosuslugi import asking
from registratura_standins.gosuslugi.settings import Settings
from tests.federal_way.line import states, under
from tests.given import people
from tests.gosuslugi_standin.federal import (
    book,
    choose_time,
    line_of,
    name_petr,
    send,
    signed_in,
    text_of,
    whole_walk,
)


@pytest.mark.parametrize(
    ("switches", "shown"),
    [
        ("lost-answer:1", "Вы записаны"),
        ("lost-answer:2", "Ждём ответа"),
        ("fault:1", "Вы записаны"),
        ("fault:2", "Ждём ответа"),
        ("expired-session:1", "Вы записаны"),
        ("expired-session@GetScheduleInfo:1", "Вы записаны"),
    ],
)
async def test_a_visit_is_made_once(
    federal_settings: Settings, registry: Litestar, db: Connection, switches: str, shown: str
) -> None:
    async with under(federal_settings, registry, switches) as (app, maria):
        done = await whole_walk(maria)
        assert shown in text_of(done)
        await asking.look_after(line_of(app), datetime.now(UTC) + timedelta(hours=1))
        assert "Вы записаны" in text_of(await maria.get(done.url.path))
    assert await states(db) == ["epgu booked"]
    assert await checks.search(db, now=datetime.now(UTC), days=30, seconds=30) == []


async def test_a_slow_region_is_asked_again_and_books_once(
    federal_settings: Settings, registry: Litestar, db: Connection
) -> None:
    impatient = replace(federal_settings, region_seconds=1.0)
    async with under(impatient, registry, "slow-answer:1") as (_, maria):
        assert "Вы записаны" in text_of(await whole_walk(maria))
    assert await states(db) == ["epgu booked"]


async def test_a_wrong_time_in_the_answer_frees_the_slot_again(
    federal_settings: Settings, registry: Litestar, db: Connection
) -> None:
    async with under(federal_settings, registry, "wrong-time:1") as (_, maria):
        draft = await name_petr(maria)
        await choose_time(maria, draft)
        assert "Мы отменили эту запись" in text_of(await book(maria, draft))
        assert await states(db) == ["epgu cancelled"]
        assert "Вы записаны" in text_of(await book(maria, draft))
    assert await states(db) == ["epgu cancelled", "epgu booked"]


async def test_a_session_that_the_region_has_ended_is_opened_anew(
    federal: Litestar, db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    await db.execute("update federal_session set used_at = used_at - interval '1 day'")
    assert "Вы записаны" in text_of(await book(maria, draft))
    assert await value(db, "select count(*) from federal_session") == 1


async def test_a_lost_answer_is_asked_for_the_child_it_was_about_whoever_is_named_since(
    federal_settings: Settings, registry: Litestar, db: Connection
) -> None:
    anna = people.Identity("Смирнова", "Анна", "Олеговна", date(2019, 3, 14))
    await people.card(db, anna, policy_number="4096089785000126", sex="F")
    async with under(federal_settings, registry, "fault:2") as (app, maria):
        done = await whole_walk(maria)
        assert "Ждём ответа" in text_of(done)
        draft = await value_of_draft(app)
        typed = {
            "last_name": anna.last_name,
            "first_name": anna.first_name,
            "middle_name": "Олеговна",
            "birth_date": "14.03.2019",
            "sex": "F",
            "policy_number": "4096089785000126",
        }
        await send(maria, f"/booking/{draft}/patient", no_middle_name="", **typed)
        assert "Смирнова Анна" in text_of(await maria.get(f"/booking/{draft}/doctor"))
        await asking.look_after(line_of(app), datetime.now(UTC) + timedelta(hours=1))
        assert "Вы записаны" in text_of(await maria.get(done.url.path))
    whose = "select first_name from appointment join person on person.id = patient_id"
    assert await value(db, whose) == "Пётр"
    assert await states(db) == ["epgu booked"]


async def value_of_draft(app: Litestar) -> str:
    """The only draft there is."""
    async with app.state.pool.connection() as there:
        return str(await value(there, "select id from draft"))
