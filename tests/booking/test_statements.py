"""How often a booking goes to the database: counted at the connection."""

import pytest

from registratura.booking import doctors, slots
from registratura.booking.model import Channel
from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.people import NOW
from tests.given.trips import counted
from tests.given.visits import book


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that goes over a connection, BEGIN and COMMIT among them."""
    return counted(monkeypatch)


async def test_a_booking_is_at_most_four_statements_between_begin_and_commit(
    db: Connection, maria: Account, petr: Patient, trips: list[str]
) -> None:
    slot = (await region.free(db))[0]
    trips.clear()
    await book(db, maria, petr, slot.slot_id)
    words = [trip.strip().split()[0].lower() for trip in trips]
    assert (words[0], words[-1]) == ("begin", "commit")
    assert len(words) - 2 <= 4


async def test_two_weeks_of_one_doctor_are_one_statement(db: Connection, trips: list[str]) -> None:
    doctor = await doctors.get(db, await region.post(db, "area-doctor"), now=NOW)
    trips.clear()
    assert await slots.search_free(db, doctor.post_id, doctor.window(Channel.PORTAL, now=NOW))
    assert len(trips) == 1
