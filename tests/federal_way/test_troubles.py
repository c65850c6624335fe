"""Whatever becomes of a question or an answer on its way, there is one visit in the end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar

from registratura.booking import checks
from registratura.db import Connection, value
from registratura_standins.gosuslugi import asking
from registratura_standins.gosuslugi.settings import Settings
from tests.federal_way.line import states, under
from tests.gosuslugi_standin.federal import (
    book,
    choose_time,
    line_of,
    name_petr,
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
