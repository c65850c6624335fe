"""A whole booking by the portal goes to the database eight times at most."""

import re

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, execute
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region, visits
from tests.given.trips import counted

MOST = 8


@pytest.fixture
async def mother(app: Litestar, maria: httpx.AsyncClient, db: Connection) -> Account:
    """Мария's account: she is signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, mother: Account) -> Patient:
    link = await people.relative(db, mother)
    return await visits.patient(db, mother, link.person_id)


@pytest.mark.parametrize("level", ["declared", "confirmed"])
async def test_sign_in_right_to_act_and_booking_are_eight_round_trips_at_most(
    maria: httpx.AsyncClient,
    db: Connection,
    petr: Patient,
    monkeypatch: pytest.MonkeyPatch,
    level: str,
) -> None:
    await execute(db, "update relative set level = %(level)s", level=level)
    slot = await region.free_slot(db, "area-doctor")
    page = await maria.get(f"/check?slot={slot}&patient={petr.person_id}")
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    held = await maria.post("/holds", data=form)
    trips = counted(monkeypatch)
    booked = await maria.post("/appointments", data=form)
    assert (held.status_code, booked.status_code) == (303, 303)
    assert "/appointments/" in booked.headers["location"]
    assert 4 < len(trips) <= MOST, trips
