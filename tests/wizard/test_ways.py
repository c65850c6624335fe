"""Ways on: by a referral, two children together, and what a refusal offers."""

import gc
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.web.lending import Errand, Lender, Overloaded
from tests.given import people, portal, region, visits


@pytest.fixture
async def mother(app: Litestar, maria: httpx.AsyncClient, db: Connection) -> Account:
    """Мария's account: she is signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, mother: Account) -> Patient:
    link = await people.relative(db, mother)
    return await visits.patient(db, mother, link.person_id)


@pytest.fixture
async def pavel(db: Connection, mother: Account) -> Patient:
    link = await people.relative(db, mother, first_name="Павел", policy_number="1234567891234568")
    return await visits.patient(db, mother, link.person_id)


def hidden(answer: httpx.Response, action: str) -> dict[str, str]:
    """What the form with that action holds."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', answer.text, re.S)
    assert form is not None, action
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


async def test_a_number_from_paper_leads_to_its_doctors_and_to_a_visit(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    referral = await visits.refer(db, petr, now=datetime.now(UTC))
    page = await maria.get(f"/referrals?patient={petr.person_id}")
    assert "Направлений в регистратуре пока нет" not in page.text  # declared: nothing is said
    assert "Н-1" not in page.text
    found = await maria.post("/referrals", data={**hidden(page, "/referrals"), "number": "Н-1"})
    assert found.headers["location"].startswith(f"/referrals/{referral}?patient=")
    doctors = await maria.get(found.headers["location"])
    times = re.search(r'href="(/doctors/[^"]+referral=[^"]+)"', doctors.text)
    assert times is not None
    shown = await maria.get(times[1].replace("&amp;", "&"))
    slot = re.search(r'name="slot" id="[^"]+" value="([^"]+)"', shown.text)
    assert slot is not None
    held = await maria.post("/holds", data={**hidden(shown, "/holds"), "slot": slot[1]})
    check = await maria.get(held.headers["location"])
    assert "По направлению № Н-1".lower() in portal.words_of(check).lower().replace("ё", "е")
    booked = await maria.post("/appointments", data=hidden(check, "/appointments"))
    assert booked.status_code == 303
    used = await value(db, "select referral_id from appointment where state = 'booked'")
    assert used == referral


async def test_a_number_that_is_not_his_is_said_at_the_field(
    maria: httpx.AsyncClient, db: Connection, petr: Patient, pavel: Patient
) -> None:
    await visits.refer(db, petr, now=datetime.now(UTC))
    page = await maria.get(f"/referrals?patient={pavel.person_id}")
    for number in ("Н-1", "", "' or 1=1"):
        form = {**hidden(page, "/referrals"), "number": number}
        answer = await maria.post("/referrals", data=form)
        assert answer.status_code == 422
        assert "Такого направления нет" in answer.text


async def test_numbers_cannot_be_guessed(maria: httpx.AsyncClient, petr: Patient) -> None:
    page = await maria.get(f"/referrals?patient={petr.person_id}")
    form = {**hidden(page, "/referrals"), "number": "Н-1"}
    answers = [(await maria.post("/referrals", data=form)).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


async def test_a_referral_of_another_is_no_page(
    app: Litestar, maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    referral = await visits.refer(db, petr, now=datetime.now(UTC))
    async with await portal.signed_in(app, people.STRANGER) as stranger:
        assert (await stranger.get(f"/referrals/{referral}")).status_code == 404
        path = f"/referrals/{referral}?patient={petr.person_id}"
        assert (await stranger.get(path)).status_code == 404
        clinic = (await region.departments(db))["child"]
        path = f"/clinics/{clinic}/45?referral={referral}"
        assert (await stranger.get(path)).status_code == 404


async def test_a_confirmed_relative_sees_the_referral_among_the_positions(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    await visits.refer(db, petr, now=datetime.now(UTC))
    await execute(db, "update relative set level = 'confirmed'")
    clinic = (await region.departments(db))["child"]
    positions = await maria.get(f"/clinics/{clinic}?patient={petr.person_id}")
    assert "По вашему направлению" in positions.text
    listed = await maria.get(f"/referrals?patient={petr.person_id}")
    assert "Н-1" in listed.text


async def test_two_children_are_booked_together(
    maria: httpx.AsyncClient, db: Connection, petr: Patient, pavel: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    times = await maria.get(f"/doctors/{post}?patient={petr.person_id}")
    assert "Записать двоих подряд" in times.text
    page = await maria.get(f"/doctors/{post}/together?patient={petr.person_id}")
    assert pavel.name in page.text
    pairs = await maria.get(
        f"/doctors/{post}/together?patient={petr.person_id}&second={pavel.person_id}"
    )
    first = re.search(r'href="(/together/check[^"]+)"', pairs.text)
    assert first is not None
    check = await maria.get(first[1].replace("&amp;", "&"))
    form = hidden(check, "/together")
    for _ in range(2):  # sent twice, booked once
        answer = await maria.post("/together", data=form)
        assert answer.headers["location"] == "/appointments"
    assert await value(db, "select count(*) from appointment where state = 'booked'") == 2
    lost = await maria.post("/together", data={**form, "key": str(uuid4())})
    assert lost.status_code == 409
    assert "Никто не записан" in lost.text


async def test_the_second_of_two_is_a_patient_of_the_account(
    app: Litestar, maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    async with await portal.signed_in(app, people.OLEG) as oleg:
        path = f"/doctors/{post}/together?second={petr.person_id}"
        assert (await oleg.get(path)).status_code == 404


async def test_a_refusal_keeps_what_was_chosen_and_offers_the_nearest(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    far = await region.free_slot(db, "far-paediatrician")
    form = {
        **hidden(await maria.get(f"/check?slot={far}&patient={petr.person_id}"), "/appointments")
    }
    await region.rule(db, attachment="own")
    answer = await maria.post("/appointments", data=form)
    words = portal.words_of(answer)
    assert answer.status_code == 409
    assert "прикреплён к этой поликлинике" in words
    assert "Вы выбирали" in words
    assert f"/doctors/{await region.post(db, 'area-doctor')}" in answer.text


async def test_in_a_rush_others_are_offered_where_the_same_doctor_has_nothing(
    app: Litestar, maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    far = await region.free_slot(db, "far-paediatrician")
    page = await maria.get(f"/check?slot={far}&patient={petr.person_id}")
    await region.rule(db, attachment="own")
    lender: Lender = app.state.lender
    async with AsyncExitStack() as rush:
        for _ in range(lender.pool.max_size):
            await rush.enter_async_context(lender.lent(Errand.WRITE))
        with pytest.raises(Overloaded):
            await lender.lend(Errand.WRITE)
    answer = await maria.post("/appointments", data=hidden(page, "/appointments"))
    assert answer.status_code == 409
    assert "очень много желающих" not in answer.text
    assert f"/doctors/{await region.post(db, 'area-doctor')}" in answer.text


async def test_no_way_on_is_promised_where_every_time_would_be_refused(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    slot = await region.free_slot(db, "area-doctor")
    page = await maria.get(f"/check?slot={slot}&patient={petr.person_id}")
    await region.rule(db, max_coming=0)
    answer = await maria.post("/appointments", data=hidden(page, "/appointments"))
    assert "Тот же врач в другое время" not in answer.text
    assert "больше нельзя" in answer.text


async def test_missed_visits_are_told_before_they_close_the_way(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    path = f"/doctors/{post}?patient={petr.person_id}"
    slot = await region.free_slot(db, "area-doctor")
    page = await maria.get(f"/check?slot={slot}&patient={petr.person_id}")
    await maria.post("/appointments", data=hidden(page, "/appointments"))
    await execute(
        db,
        """
        update appointment set state = 'not_arrived', starts_at = starts_at - interval '20 days',
                               ends_at = ends_at - interval '20 days'
        """,
    )
    assert "Пропущено приёмов" not in (await maria.get(path)).text
    await region.rule(db, no_show_limit=2, no_show_pause_days=14)
    words = portal.words_of(await maria.get(path))
    assert "Пропущено приёмов: 1 из 2" in words
    assert "закроется на 14 дней" in words
    await region.rule(db, no_show_limit=1, no_show_pause_days=60)
    assert "Через интернет можно записаться с" in portal.words_of(await maria.get(path))


async def test_two_together_are_two(
    maria: httpx.AsyncClient, db: Connection, petr: Patient, pavel: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    path = f"/doctors/{post}/together?patient={petr.person_id}&second={petr.person_id}"
    assert (await maria.get(path)).status_code == 400


async def test_a_clash_with_a_visit_by_referral_can_be_replaced_by_another_doctor(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    referral = await visits.refer(db, petr, now=datetime.now(UTC))
    slot = await region.free_slot(db, "neurologist")
    path = f"/check?slot={slot}&patient={petr.person_id}&referral={referral}"
    check = await maria.get(path)
    booked = await maria.post("/appointments", data=hidden(check, "/appointments"))
    assert booked.status_code == 303
    at_that_time = await value(
        db,
        """
        select ent.id from slot as ent join post on post.id = ent.post_id
        where post.code = 'ent' and ent.starts_at = (
            select starts_at from slot where id = %(slot)s)
        """,
        slot=slot,
    )
    check = await maria.get(f"/check?slot={at_that_time}&patient={petr.person_id}")
    clash = await maria.post("/holds", data=hidden(check, "/appointments"))
    assert clash.status_code == 409
    replaced = await maria.post("/holds", data=hidden(clash, "/holds"))
    assert replaced.status_code == 303


async def test_requests_that_cannot_be_read_keep_no_connection(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    gc.disable()  # nothing is left to be collected later
    try:
        for _ in range(15):
            assert (await maria.get("/clinics?patient=x")).status_code == 400
        assert (await maria.get("/clinics")).status_code == 200
    finally:
        gc.enable()
    counted = app.state.pool.get_stats()
    assert counted["pool_available"] == counted["pool_size"]


async def test_before_a_relative_is_taken_off_the_list_his_coming_visits_are_told(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient
) -> None:
    slot = await region.free_slot(db, "area-doctor")
    await visits.book(db, mother, petr, slot, now=datetime.now(UTC))
    page = await maria.get(f"/profile/relatives/{petr.relative_id}/leave")
    assert "есть 1 предстоящая запись. Она останется в силе" in portal.words_of(page)
