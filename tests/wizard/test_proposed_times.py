"""What a clinic's cancelling looks like to the patient: why, the time proposed, what to do."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
from litestar import Litestar

from registratura.booking import cancellation, withdrawals
from registratura.booking.model import Receipt
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, portal, region, visits
from tests.given.portal import words_of


@pytest.fixture
async def mother(app: Litestar, maria: httpx.AsyncClient, db: Connection) -> Account:
    """Мария's account: she is signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, mother: Account) -> Patient:
    link = await people.relative(db, mother)
    return await visits.patient(db, mother, link.person_id)


async def cancelled_visit(
    db: Connection, mother: Account, petr: Patient, post: str = "neurologist"
) -> Receipt:
    """A visit by referral of a later day, whose day the doctor then cancels."""
    now = datetime.now(UTC)
    referral = await visits.refer(db, petr, now=now) if post == "neurologist" else None
    slot = await region.free_slot(db, post, offset=20)
    visit = await visits.book(db, mother, petr, slot, now=now, referral_id=referral)
    await withdrawals.cancel_doctor_day(
        db,
        now=now,
        actor=visits.REGISTRAR,
        post_id=await region.post(db, post),
        day=(visit.starts_at + timedelta(hours=3)).date(),
        reason="врач <болеет>",
    )
    return visit


def link(page: httpx.Response, words: str) -> str:
    """The address behind the first link that begins with these words."""
    found = re.search(rf'href="([^"]+)"[^>]*>{re.escape(words)}', page.text)
    assert found is not None, words
    return unescape(found[1])


def form(page: httpx.Response, action: str) -> dict[str, str]:
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', page.text, re.S)
    assert found is not None, action
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[0]))


async def states(db: Connection) -> list[str]:
    told = "select array_agg(state order by number) from appointment"
    return list(await value(db, told))


async def test_my_visits_begin_with_what_the_clinic_proposes_and_it_is_taken_there(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    await cancelled_visit(db, mother, petr)
    page = await maria.get("/appointments")
    words = words_of(page)
    proposed, ahead = words.index("Клиника предлагает другое время"), words.index("Предстоят")
    assert proposed < ahead
    assert "Причина: врач <болеет>. Держим это время за вами до" in words
    assert "Отменена клиникой" in words
    for _ in range(2):  # sent twice, booked once
        taken = await maria.post("/appointments", data=form(page, "/appointments"))
        assert taken.status_code == 303
    assert "Вы записаны" in words_of(await maria.get(taken.headers["location"]))
    assert await states(db) == ["cancelled", "expired", "booked"]
    used = "select count(referral_id) from appointment where state = 'booked'"
    assert await value(db, used) == 1
    assert "Клиника предлагает" not in (await maria.get("/appointments")).text


async def test_once_the_proposal_is_taken_the_cancelled_visit_leads_to_the_new_one(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    visit = await cancelled_visit(db, mother, petr)
    page = await maria.get("/appointments")
    taken = await maria.post("/appointments", data=form(page, "/appointments"))
    new = taken.headers["location"]
    ticket = await maria.get(f"/appointments/{visit.appointment_id}")
    words = words_of(ticket)
    assert "Вместо этого приёма есть запись на другое время: Невролог" in words
    assert "не держим" not in words
    assert "Выбрать другое время" not in words
    assert link(ticket, "Открыть талон") == new
    await portal.submit(maria, f"{new}/cancel", {}, seen_on=f"{new}/cancel")
    words = words_of(await maria.get(f"/appointments/{visit.appointment_id}"))
    assert "Другого времени взамен сейчас не держим." in words


async def test_the_ticket_of_the_cancelled_visit_says_why_and_offers_the_same(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    visit = await cancelled_visit(db, mother, petr)
    ticket = await maria.get(f"/appointments/{visit.appointment_id}")
    words = words_of(ticket)
    assert "Приём отменён клиникой Причина: врач <болеет>. Приходить не нужно." in words
    assert "снова свободно" not in words
    assert "Подходит, записаться" in words
    hold = await value(db, "select id from appointment where state = 'held'")
    declined = await maria.post(
        f"/holds/{hold}/decline", data=form(ticket, f"/holds/{hold}/decline")
    )
    assert declined.headers["location"] == "/appointments"
    assert await states(db) == ["cancelled", "expired"]
    again = await maria.post(f"/holds/{hold}/decline", data=form(ticket, f"/holds/{hold}/decline"))
    assert again.status_code == 303  # from another tab
    words = words_of(await maria.get(f"/appointments/{visit.appointment_id}"))
    assert "Другого времени взамен сейчас не держим. Направление снова действует." in words


async def test_another_time_is_chosen_without_losing_the_referral(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    visit = await cancelled_visit(db, mother, petr)
    referral = await value(db, "select id from referral")
    hold = await value(db, "select id from appointment where state = 'held'")
    ticket = f"/appointments/{visit.appointment_id}"
    held = await maria.get(f"/holds/{hold}?patient={petr.person_id}")
    assert held.headers["location"] == ticket
    doctors = await maria.get(link(await maria.get(ticket), "Выбрать другое время"))
    times = await maria.get(link(doctors, "Врачёв"))
    slot = re.findall(r'name="slot" id="[^"]+" value="([^"]+)"', times.text)[-1]
    held = await maria.post("/holds", data={**form(times, "/holds"), "slot": slot})
    check = await maria.get(held.headers["location"])
    booked = await maria.post("/appointments", data=form(check, "/appointments"))
    assert booked.status_code == 303, words_of(booked)
    used = "select referral_id from appointment where state = 'booked'"
    assert await value(db, used) == referral
    assert "held" not in await states(db)
    assert link(await maria.get(ticket), "Открыть талон") == booked.headers["location"]


async def test_nobody_else_sees_takes_or_declines_what_is_proposed(
    app: Litestar, maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    await cancelled_visit(db, mother, petr, "area-doctor")
    hold = await value(db, "select id from appointment where state = 'held'")
    async with await portal.signed_in(app, people.STRANGER) as stranger:
        assert "Клиника предлагает" not in (await stranger.get("/appointments")).text
        own = await value(db, "select person_id from account where last_name = %(it)s", it="Чужов")
        for whom in (own, petr.person_id):
            form = {"patient": str(whom)}
            answer = await portal.submit(stranger, f"/holds/{hold}/decline", form)
            assert answer.status_code == 404
    assert "held" in await states(db)


async def test_who_may_only_see_is_told_and_offered_no_button(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    visit = await cancelled_visit(db, mother, petr, "area-doctor")
    await execute(db, "update relative set level = 'confirmed', acts = false")
    for path in ("/appointments", f"/appointments/{visit.appointment_id}"):
        page = await maria.get(path)
        assert "Клиника предлагает другое время" in page.text
        for way in ("Подходит, записаться", "Выбрать другое время", "Отказаться"):
            assert way not in page.text


async def test_a_visit_that_the_clinic_cancelled_alone_says_why(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    now = datetime.now(UTC)
    slot = await region.free_slot(db, "area-doctor")
    visit = await visits.book(db, mother, petr, slot, now=now)
    await cancellation.cancel(
        db,
        now=now,
        actor=visits.REGISTRAR,
        appointment_id=visit.appointment_id,
        by="clinic",
        because="записали дважды",
    )
    words = words_of(await maria.get(f"/appointments/{visit.appointment_id}"))
    assert "Причина: записали дважды. Приходить не нужно." in words
    assert "Выбрать другое время" in words


@pytest.mark.parametrize(
    ("state", "begins", "ends", "heading", "listed"),
    [
        ("booked", 30, 45, "Вы записаны", "Предстоят"),
        ("arrived", 30, 45, "Вы пришли на приём", "Предстоят"),
        ("booked", -5, 10, "Приём идёт", "Предстоят"),
        ("arrived", -5, 10, "Вы пришли на приём", "Предстоят"),
        ("arrived", -30, -15, "Приём прошёл", "Прошли"),
        ("booked", -30, -15, "Приём прошёл", "Прошли"),
        ("visited", -5, 10, "Приём состоялся", "Прошли"),
    ],
)
async def test_the_words_of_a_visit_go_by_its_state_and_its_time(
    maria: httpx.AsyncClient,
    db: Connection,
    mother: Account,
    petr: Patient,
    state: str,
    begins: int,
    ends: int,
    heading: str,
    listed: str,
) -> None:
    now = datetime.now(UTC)
    slot = await region.free_slot(db, "area-doctor")
    visit = await visits.book(db, mother, petr, slot, now=now)
    await execute(
        db,
        """
        update appointment set state = %(state)s, starts_at = %(begins)s, ends_at = %(ends)s,
                               booked_at = %(begins)s
        """,
        state=state,
        begins=now + timedelta(minutes=begins),
        ends=now + timedelta(minutes=ends),
    )
    ticket = await maria.get(f"/appointments/{visit.appointment_id}")
    assert f"<h1>{heading}</h1>" in ticket.text
    words = words_of(await maria.get("/appointments"))
    place = words.index("Педиатр участковый")
    assert (listed in words[:place], "Прошли" in words[:place]) == (True, listed == "Прошли")
    assert ("Перенести" in words) == ((state, begins) == ("booked", 30))
