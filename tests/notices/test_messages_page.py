"""«Сообщения»: one's own, counted until seen, and only while the law lets one know."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from litestar import Litestar

from registratura.booking import withdrawals
from registratura.booking.model import Receipt
from registratura.db import Connection, Pool, execute, value
from registratura.people import relatives
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import links, people, portal, region
from tests.given.people import MARIA, NOW, OLEG, STRANGER
from tests.given.portal import words_of
from tests.given.visits import REGISTRAR, book
from tests.notices.working import told, work


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The portal, started."""
    async with portal.running(settings) as app:
        yield app


@pytest.fixture
async def receipt(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> Receipt:
    """Мария booked for Пётр and was told so."""
    receipt = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await work(pool, settings)
    return receipt


def counted(page: httpx.Response) -> bool:
    """Whether the header says that there is something new."""
    return "Сообщения , новых:" in words_of(page)


async def test_a_new_message_is_counted_until_it_is_seen(
    app: Litestar, db: Connection, receipt: Receipt
) -> None:
    async with await portal.signed_in(app, MARIA) as maria:
        assert "Сообщения , новых: 1" in words_of(await maria.get("/"))
        seen = await maria.get("/messages")
        assert "Новое Запись подтверждена: Иванов П.И." in words_of(seen)
        assert [it.state for it in await told(db)] == ["read"]
        assert not counted(await maria.get("/"))
        again = words_of(await maria.get("/messages"))
    assert "Запись подтверждена: Иванов П.И." in again
    assert "Новое" not in again


async def test_reading_of_a_childs_visit_is_told_in_his_journal(
    app: Litestar, db: Connection, petr: Patient, receipt: Receipt
) -> None:
    async with await portal.signed_in(app, MARIA) as maria:
        for _ in range(2):
            await maria.get("/messages")
    read = "select array_agg(person_id) from event where kind = 'visits.read'"
    assert await value(db, read) == [petr.person_id]


async def test_a_message_leads_to_its_visit(app: Litestar, receipt: Receipt) -> None:
    path = f"/appointments/{receipt.appointment_id}"
    async with await portal.signed_in(app, MARIA) as maria:
        assert f'href="{path}"' in (await maria.get("/messages")).text
        assert (await maria.get(path)).status_code == 200


async def test_without_sign_in_there_are_no_messages(app: Litestar, receipt: Receipt) -> None:
    async with portal.browser(app) as nobody:
        answer = await nobody.get("/messages")
    assert answer.status_code in (302, 303)
    assert "/signin" in answer.headers["location"]


async def test_nobody_sees_anothers_messages(app: Litestar, receipt: Receipt) -> None:
    async with await portal.signed_in(app, STRANGER) as stranger:
        assert not counted(await stranger.get("/"))
        words = words_of(await stranger.get("/messages"))
    assert "Сообщений пока нет" in words
    assert "Иванов" not in words


async def test_once_the_link_has_ended_its_messages_are_gone_and_not_counted(
    app: Litestar, db: Connection, maria: Account, petr: Patient, receipt: Receipt
) -> None:
    assert petr.relative_id is not None
    await relatives.leave(db, maria.id, petr.relative_id, now=NOW)
    async with await portal.signed_in(app, MARIA) as browser:
        assert not counted(await browser.get("/"))
        assert "Сообщений пока нет" in words_of(await browser.get("/messages"))
    assert [it.state for it in await told(db)] == ["new"]


async def test_from_the_day_the_child_is_eighteen_its_messages_are_gone(
    app: Litestar, db: Connection, receipt: Receipt
) -> None:
    await execute(db, "update person set birth_date = birth_date - interval '11 years'")
    async with await portal.signed_in(app, MARIA) as browser:
        assert not counted(await browser.get("/"))
        assert "Сообщений пока нет" in words_of(await browser.get("/messages"))


async def test_a_link_declared_anew_does_not_open_what_a_confirmed_one_was_told(
    app: Litestar,
    db: Connection,
    pool: Pool,
    settings: Settings,
    maria: Account,
    petr: Patient,
) -> None:
    oleg = await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    await execute(db, "update relative set level = 'confirmed' where id = %(it)s", it=link.id)
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await work(pool, settings)
    async with await portal.signed_in(app, OLEG) as browser:
        assert counted(await browser.get("/"))
        await execute(db, "update relative set level = 'declared' where id = %(it)s", it=link.id)
        assert not counted(await browser.get("/"))
        assert "Сообщений пока нет" in words_of(await browser.get("/messages"))


async def test_a_proposed_time_is_confirmed_from_the_message(
    app: Litestar, db: Connection, pool: Pool, settings: Settings, receipt: Receipt
) -> None:
    await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        day=receipt.starts_at.date(),
        reason="Врач заболел",
    )
    await work(pool, settings)
    # the test's clock is the engine's noon; the portal's is the real one
    await execute(
        db, "update appointment set held_until = now() + interval '1 hour' where state = 'held'"
    )
    async with await portal.signed_in(app, MARIA) as maria:
        page = await maria.get("/messages")
        ticket = f"/appointments/{receipt.appointment_id}"
        assert f'href="{ticket}" aria-describedby' in page.text
        assert "Подтвердить новое время" in words_of(page)
        assert "Подходит, записаться" in words_of(await maria.get(ticket))
        await execute(
            db, "update appointment set held_until = now() - interval '1 hour' where state = 'held'"
        )
        assert "Подтвердить новое время" not in words_of(await maria.get("/messages"))
        assert "Подходит, записаться" not in words_of(await maria.get(ticket))


async def test_a_message_of_a_proposal_that_was_taken_leads_to_the_new_visit(
    app: Litestar,
    db: Connection,
    pool: Pool,
    settings: Settings,
    petr: Patient,
    receipt: Receipt,
) -> None:
    await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        day=receipt.starts_at.date(),
        reason="Врач заболел",
    )
    await work(pool, settings)
    maria = await people.account(db)
    slot_id = await value(db, "select slot_id from appointment where state = 'held'")
    taken = await book(db, maria, petr, slot_id)
    async with await portal.signed_in(app, MARIA) as browser:
        page = await browser.get("/messages")
        assert f'href="/appointments/{taken.appointment_id}" aria-describedby' in page.text
        assert "Открыть новую запись" in words_of(page)
        assert "Выбрать время" not in words_of(page)


async def test_a_message_of_a_link_leads_to_the_list_in_its_own_words(
    app: Litestar, db: Connection, pool: Pool, settings: Settings
) -> None:
    maria, oleg = await people.account(db, "Мария"), await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    await links.confirm(db, link)
    await links.let(db, maria, oleg)
    await work(pool, settings)
    async with await portal.signed_in(app, OLEG) as browser:
        words = words_of(await browser.get("/messages"))
    assert "которые сделали не вы. Открыть родственников" in words
    async with await portal.signed_in(app, MARIA) as browser:
        words = words_of(await browser.get("/messages"))
    assert "позвоните в регистратуру. Кто может записывать меня" in words


async def test_the_demo_shows_everybodys_messages(app: Litestar, receipt: Receipt) -> None:
    async with portal.browser(app) as nobody:
        words = words_of(await nobody.get("/demo/messages"))
    assert "Иванова Мария Петровна , личный кабинет: не прочитано" in words
    assert "Запись подтверждена: Иванов П.И." in words


async def test_a_production_has_no_such_page_and_no_link_to_it(
    settings: Settings, receipt: Receipt
) -> None:
    real = replace(settings, environment="production", public_url="https://example.org")
    async with portal.running(real) as app, portal.browser(app) as nobody:
        assert (await nobody.get("/demo/messages")).status_code == 404
        assert "/demo/messages" not in (await nobody.get("/")).text
