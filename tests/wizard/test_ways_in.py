"""What is by referral tells the way in; two together are told early what stands in their way."""

import re
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

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


@pytest.fixture
async def pavel(db: Connection, mother: Account) -> Patient:
    link = await people.relative(db, mother, first_name="Павел", policy_number="1234567891234568")
    return await visits.patient(db, mother, link.person_id)


def cards(page: httpx.Response) -> dict[str, str]:
    """The positions of a clinic's page: name → its whole card."""
    found = re.findall(r'<li class="pick[^"]*">.*?</li>', page.text, re.S)
    return {re.sub(r"<[^>]+>", "", re.findall(r"<h3>.*?</h3>", it, re.S)[0]): it for it in found}


# by referral


async def test_every_position_and_room_by_referral_tells_where_referrals_are_given(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    await execute(db, "update position set needs_referral = true where id in (53, 116)")
    clinic = (await region.departments(db))["child"]
    shown = cards(await maria.get(f"/clinics/{clinic}?patient={petr.person_id}"))
    for name in ("Невролог", "Оториноларинголог", "УЗИ"):  # the last through the desk only
        assert f'href="/clinics/{clinic}/59?patient={petr.person_id}"' in shown[name], name
    assert "Записывает регистратура" in shown["УЗИ"]
    assert "Понадобится направление" in shown["УЗИ"]


async def test_where_the_clinic_has_no_area_doctor_the_way_leads_to_ones_own(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    await execute(
        db,
        """
        update post set department_id = (select id from department where code = 'adult')
        where code = 'neurologist'
        """,
    )
    await execute(db, "update position set area_kind = null where id = 110")
    clinic, own = (await region.departments(db))["adult"], await region.post(db, "area-doctor")
    shown = cards(await maria.get(f"/clinics/{clinic}?patient={petr.person_id}"))
    assert f'href="/doctors/{own}?patient={petr.person_id}"' in shown["Невролог"]


async def test_a_doctor_by_referral_shows_both_ways_in_wherever_he_is_met(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    doctor, own = await region.post(db, "neurologist"), await region.post(db, "area-doctor")
    slot = await region.free_slot(db, "neurologist")
    who = f"patient={petr.person_id}"
    pages = [
        await maria.get(f"/doctors/{doctor}?{who}"),
        await maria.get(f"/check?slot={slot}&{who}"),
    ]
    form = {"slot": str(slot), "patient": str(petr.person_id)}
    pages.append(await portal.submit(maria, "/holds", form))
    for page in pages:
        assert "Сюда записывают по направлению" in page.text
        assert f'href="/doctors/{own}?{who}"' in page.text
        assert f'href="/referrals?{who}"' in page.text


# two together


async def test_who_cannot_come_along_is_not_offered_as_the_second(
    maria: httpx.AsyncClient, db: Connection, petr: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    alone = await maria.get(f"/doctors/{post}?patient={petr.person_id}")
    assert "Записать двоих подряд" not in alone.text  # Мария is an adult
    page = await maria.get(f"/doctors/{post}/together?patient={petr.person_id}")
    assert "Больше записать к этому врачу некого" in page.text
    assert f"second={await value(db, 'select person_id from account')}" not in page.text


async def test_a_visit_to_the_same_position_is_told_as_soon_as_the_second_is_chosen(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient, pavel: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    slot = await region.free_slot(db, "paediatrician", offset=30)
    visit = await visits.book(db, mother, pavel, slot, now=datetime.now(UTC))
    path = f"/doctors/{post}/together?patient={petr.person_id}"
    assert "уже есть" not in words_of(await maria.get(path))
    page = await maria.get(f"{path}&second={pavel.person_id}")
    assert "Иванов Павел Иванович: запись к врачу этой специальности уже есть" in words_of(page)
    assert f'href="/appointments/{visit.appointment_id}"' in page.text
    assert "/together/check" not in page.text


async def test_times_at_which_either_is_busy_are_not_offered(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient, pavel: Patient
) -> None:
    post = await region.post(db, "area-doctor")
    path = f"/doctors/{post}/together?patient={petr.person_id}&second={pavel.person_id}"
    page = await maria.get(path)
    pairs = re.findall(r"first_slot=([0-9a-f-]+)&amp;second_slot=([0-9a-f-]+)", page.text)
    # one after which there is another: the first may be the day's last
    taken = next(second for _, second in pairs if second in {first for first, _ in pairs})
    busy = await value(
        db,
        """
        select ent.id from slot as ent join post on post.id = ent.post_id
        join slot as wanted on wanted.id = %(slot)s and wanted.starts_at = ent.starts_at
        where post.code = 'ent'
        """,
        slot=taken,
    )
    await visits.book(db, mother, pavel, busy, now=datetime.now(UTC))
    left = (await maria.get(path)).text
    assert f"second_slot={taken}" not in left
    assert f"first_slot={taken}" in left  # Пётр is free then
    assert f"second_slot={pairs[-1][1]}" in left


async def test_of_a_visit_that_one_may_not_see_nothing_is_told_beforehand(
    maria: httpx.AsyncClient, db: Connection, mother: Account, petr: Patient, pavel: Patient
) -> None:
    oleg = await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    his = await visits.patient(db, oleg, link.person_id)
    slot = await region.free_slot(db, "paediatrician", offset=30)
    await visits.book(db, oleg, his, slot, now=datetime.now(UTC))
    post = await region.post(db, "area-doctor")
    path = f"/doctors/{post}/together?patient={petr.person_id}&second={pavel.person_id}"
    page = await maria.get(path)
    assert "уже есть" not in words_of(page)
    assert "/together/check" in page.text
