"""By a referral: what a search says of it, what is offered instead, the list of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.people.patients import Patient
from tests.api.conftest import API, Application, application
from tests.given import region, visits

NEUROLOGIST = 45


@pytest.fixture
async def petr(robot: Application, db: Connection) -> Patient:
    """Пётр, whose link was confirmed at the desk: his referrals are seen."""
    await execute(db, "update relative set level = 'confirmed'")
    return await visits.patient(db, robot.owner, robot.petr)


async def refer(db: Connection, whom: Patient, **otherwise: Any) -> UUID:
    return await visits.refer(db, whom, now=datetime.now(UTC), **otherwise)


async def told(robot: Application, db: Connection) -> list[Any]:
    """What the three searches say of the neurologist for Пётр."""
    clinic = (await region.departments(db))["child"]
    post = await region.post(db, "neurologist")
    positions = await robot.get(f"/clinics/{clinic}/positions", patient=robot.petr)
    [position] = [it for it in positions.json()["items"] if it["id"] == NEUROLOGIST]
    where = f"/clinics/{clinic}/positions/{NEUROLOGIST}/doctors"
    [offer] = (await robot.get(where, patient=robot.petr)).json()["items"]
    one = (await robot.get(f"/doctors/{post}", patient=robot.petr)).json()
    return [position["refused"], offer["doctor"]["refused"], one["refused"]]


async def test_who_has_a_referral_is_not_told_that_he_needs_one(
    robot: Application, db: Connection, petr: Patient
) -> None:
    assert {it["code"] for it in await told(robot, db)} == {"referral_needed"}
    await refer(db, petr)
    assert await told(robot, db) == [None, None, None]
    slot = await region.free_slot(db, "neurologist")
    assert (await robot.book(slot)).status_code == 201
    assert {it["code"] for it in await told(robot, db)} == {"referral_needed"}  # it is used


async def test_a_referral_that_the_booking_would_not_find_opens_nothing(
    robot: Application, db: Connection, petr: Patient
) -> None:
    await refer(db, petr, departments=[(await region.departments(db))["far"]])
    assert {it["code"] for it in await told(robot, db)} == {"referral_needed"}
    await refer(db, petr, number="Н-2")
    await execute(db, "update relative set level = 'declared'")
    assert {it["code"] for it in await told(robot, db)} == {"referral_needed"}


async def test_by_a_referral_other_times_are_offered_on_its_days_only(
    robot: Application, db: Connection, petr: Patient
) -> None:
    lost, after = [await region.free_slot(db, "neurologist", it) for it in (0, 1)]
    days = (await value(db, "select starts_at from slot where id = %(it)s", it=after)).date()
    await refer(db, petr, days=(days - datetime.now(UTC).date()).days)
    await execute(db, "update slot set blocked = 'Ремонт' where id = %(it)s", it=lost)
    answer = (await robot.book(lost)).json()
    times = answer["alternatives"]["same_doctor"]
    assert answer["code"] == "slot_taken"
    assert times
    assert all(datetime.fromisoformat(it["starts_at"]).date() <= days for it in times)
    assert (await robot.book(UUID(times[-1]["slot"]))).status_code == 201


async def test_in_place_of_a_referral_that_does_not_fit_another_of_his_is_found(
    robot: Application, db: Connection, petr: Patient
) -> None:
    slot = await region.free_slot(db, "neurologist")
    wrong = await refer(db, petr, departments=[(await region.departments(db))["far"]])
    answer = (await robot.book(slot, referral=wrong)).json()
    assert (answer["code"], answer["alternatives"]["same_doctor"]) == ("referral_elsewhere", [])
    await refer(db, petr, number="Н-2")
    times = (await robot.book(slot, referral=wrong)).json()["alternatives"]["same_doctor"]
    assert (await robot.book(UUID(times[0]["slot"]))).status_code == 201


async def test_without_a_referral_nothing_that_needs_one_is_offered(
    robot: Application, db: Connection
) -> None:
    answer = (await robot.book(await region.free_slot(db, "neurologist"))).json()
    assert answer["code"] == "referral_needed"
    assert answer["alternatives"] == {"same_doctor": [], "same_clinic": [], "elsewhere": []}


async def test_referrals_are_listed_and_the_journal_says_who_read(
    app: Litestar, robot: Application, db: Connection, petr: Patient
) -> None:
    assert (await robot.get("/referrals", patient=robot.petr)).json() == {"items": []}
    made = await refer(db, petr)
    [listed] = (await robot.get("/referrals", patient=robot.petr)).json()["items"]
    today = datetime.now(UTC).date()
    assert (listed["id"], listed["position_id"], listed["usable"]) == (str(made), 45, True)
    assert listed["valid_to"] == (today + timedelta(days=30)).isoformat()
    read = "select array_agg(person_id) from event where kind = 'referral.read_by_application'"
    assert await value(db, read) == [robot.petr]
    slot = await region.free_slot(db, "neurologist")
    assert (await robot.book(slot, referral=made)).status_code == 201
    [used] = (await robot.get("/referrals", patient=robot.petr)).json()["items"]
    assert used["usable"] is False
    async with await application(app, db, robot.owner, [robot.maria], "read") as narrow:
        answer = await narrow.get(f"{API}/referrals", params={"patient": robot.petr})
    assert answer.status_code == 404


async def test_of_a_declared_relative_no_referral_is_told(
    robot: Application, db: Connection
) -> None:
    await refer(db, await visits.patient(db, robot.owner, robot.petr))
    assert (await robot.get("/referrals", patient=robot.petr)).json() == {"items": []}
