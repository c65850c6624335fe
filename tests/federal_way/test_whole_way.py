"""From a child's data to a visit and back: by the area doctor, by position, by referral."""

from dataclasses import replace

import pytest
from litestar import Litestar

from registratura.db import Connection, value
from registratura_standins.gosuslugi.dialects import DIALECTS, Dialect
from registratura_standins.gosuslugi.settings import Settings
from tests.esia_standin.browser import Page
from tests.federal_way.line import line_to, states, take_first_time
from tests.given.federal import snils_of
from tests.gosuslugi_standin.federal import (
    book,
    choose_time,
    name_petr,
    running,
    send,
    signed_in,
    text_of,
    whole_walk,
)


async def test_a_child_is_booked_to_his_area_doctor_seen_and_cancelled(
    federal: Litestar, db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    found = text_of(await maria.get(f"{draft}/doctor"))
    assert "Мы нашли участкового педиатра Педиатр участковый Врачёв-А Илья Львович" in found
    assert "Поликлиника № 1" in found
    assert "Калуга, дом 1" in found
    checking = text_of(await choose_time(maria, draft))
    assert "кабинет 100" in checking
    done = await book(maria, draft)
    assert "Вы записаны" in text_of(done)
    number = await value(db, "select number::text from appointment")
    assert number in text_of(done)
    assert await states(db) == ["epgu booked"]
    await send(maria, f"{done.url.path}/cancel")
    assert "Вы отменили" in text_of(await maria.get("/appointments"))
    assert await states(db) == ["epgu cancelled"]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_the_region_understands_every_dialect(
    federal_settings: Settings, registry: Litestar, db: Connection, dialect: Dialect
) -> None:
    async with running(replace(federal_settings, dialect=dialect), line_to(registry)) as app:
        maria = await signed_in(app)
        done = await whole_walk(maria)
        assert "Вы записаны" in text_of(done)
        await send(maria, f"{done.url.path}/cancel")
    assert await states(db) == ["epgu cancelled"]


async def test_another_doctor_is_found_by_position_and_clinic_a_local_kind_and_a_room_too(
    federal: Litestar, db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    positions = await maria.get(f"{draft}/positions")
    assert "ЛОР: слух у детей" in text_of(positions)
    kinds = [it for it in Page(positions.text).links if "/clinics?" in it]
    chosen = ""
    for kind in kinds[:7]:
        for place in [it for it in Page((await maria.get(kind)).text).links if "/doctors?" in it]:
            page = await maria.get(place)
            assert page.status_code == 200
            if "Ушаков Лев" in text_of(page):
                chosen = place
    assert chosen
    await send(maria, chosen, f"{draft}/doctor", resource=await snils_of(db, "ear"))
    await take_first_time(maria, draft)
    assert "Вы записаны" in text_of(await book(maria, draft))
    post = "select post.code from appointment join post on post.id = post_id"
    assert await value(db, post) == "ear"


@pytest.mark.parametrize("number", ["", "40/000123"])
async def test_a_referral_is_used_once_told_by_the_region_or_by_its_number(
    federal: Litestar, db: Connection, number: str
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    page = await maria.get(f"{draft}/doctor")
    assert "Направление № 40-000123" in text_of(page)
    path = next(it for it in Page(page.text).links if "referral=" in it)
    if number:
        answer = await send(maria, f"{draft}/referral", number=number)
        path = answer.headers["location"]
    await send(maria, path, f"{draft}/doctor")
    await take_first_time(maria, draft)
    assert "Вы записаны" in text_of(await book(maria, draft))
    used = "select referral.number from appointment join referral on referral.id = referral_id"
    assert await value(db, used) == "40-000123"
    again = await name_petr(maria)
    answer = await send(maria, f"{again}/referral", number="40-000123")
    assert "По этому направлению уже записаны" in text_of(answer)


async def test_the_same_visit_once_more_is_refused_with_what_stands_in_its_way(
    federal: Litestar, db: Connection
) -> None:
    maria = await signed_in(federal)
    await whole_walk(maria)
    refused = text_of(await whole_walk(maria))
    assert "К врачу этой специальности уже есть запись" in refused
    assert "Врачёв-А Илья Львович" in refused
    assert "через Госуслуги" in refused
    assert await states(db) == ["epgu booked"]


async def test_whom_the_region_does_not_know_is_not_found(federal: Litestar) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria, policy_number="1234567891234560")
    answer = await maria.get(f"{draft}/doctor")
    assert answer.headers["location"] == f"{draft}/patient?found=no"
