"""The clinic tells that a patient arrived, was received, or did not come."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from registratura.booking import cancellation, checks, marks, visits
from registratura.booking.model import State
from registratura.booking.refusals import (
    AppointmentUnknown,
    CannotBeCancelled,
    CannotBeMarked,
    TooEarlyToMark,
)
from registratura.db import Connection, Pool, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.people import NOW, ZONE
from tests.given.visits import REGISTRAR, book

BEGINS = datetime.fromisoformat("2026-11-26T08:00:00+03:00")
MIDNIGHT = datetime.fromisoformat("2026-11-26T00:00:00+03:00")
A_MINUTE = timedelta(minutes=1)


async def mark(db: Connection, appointment_id: UUID, state: State, now: datetime = BEGINS) -> None:
    await marks.mark(db, now=now, actor=REGISTRAR, appointment_id=appointment_id, state=state)


@pytest.fixture
async def visit(db: Connection, maria: Account, petr: Patient) -> UUID:
    """Пётр's visit of tomorrow, eight o'clock in Kaluga."""
    slot = (await region.free(db))[0]
    assert slot.starts_at == BEGINS
    return (await book(db, maria, petr, slot.slot_id)).appointment_id


async def events(db: Connection, table: str = "event") -> list[str]:
    kinds: list[str] = await value(
        db,
        "select array_agg(kind order by id) from event where subject_id is not null"
        " and kind ~ '^appointment'"
        if table == "event"
        else "select array_agg(event order by id) from outbox where event ~ '^appointment'",
    )
    return kinds


async def test_a_patient_arrives_is_received_and_it_is_written_down(
    db: Connection, maria: Account, visit: UUID
) -> None:
    await mark(db, visit, State.ARRIVED)
    await mark(db, visit, State.VISITED, BEGINS + A_MINUTE)
    seen = await visits.get_for(db, maria.id, visit, now=NOW, region_zone=ZONE)
    assert seen.state == "visited"
    written = ["appointment.booked", "appointment.arrived", "appointment.visited"]
    assert await events(db) == await events(db, "outbox") == written
    by_whom = "select actor_id from event where kind = 'appointment.visited'"
    assert await value(db, by_whom) == REGISTRAR.id
    before_and_after = "select before ->> 'state' || ' → ' || (after ->> 'state') from event"
    last = " where kind = 'appointment.visited'"
    assert await value(db, before_and_after + last) == "arrived → visited"


@pytest.mark.parametrize(
    ("state", "first"),
    [(State.ARRIVED, MIDNIGHT), (State.VISITED, BEGINS), (State.NOT_ARRIVED, BEGINS)],
)
async def test_nothing_is_marked_before_its_time_in_the_clinics_zone(
    db: Connection, visit: UUID, state: State, first: datetime
) -> None:
    with pytest.raises(TooEarlyToMark, match=f"{first:%d.%m.%Y %H:%M}"):
        await mark(db, visit, state, first - A_MINUTE)
    await mark(db, visit, state, first)
    assert await value(db, "select state from appointment") == state


async def test_the_same_mark_again_is_quiet(db: Connection, visit: UUID) -> None:
    for _ in range(2):
        await mark(db, visit, State.NOT_ARRIVED)
    assert await events(db) == ["appointment.booked", "appointment.not_arrived"]


@pytest.mark.parametrize("first", [State.VISITED, State.NOT_ARRIVED])
async def test_what_is_over_is_not_marked_otherwise(
    db: Connection, visit: UUID, first: State
) -> None:
    await mark(db, visit, first)
    for state in set(marks.MARKS) - {first}:
        with pytest.raises(CannotBeMarked):
            await mark(db, visit, state)
    with pytest.raises(CannotBeCancelled):
        await cancellation.cancel(db, now=NOW, actor=REGISTRAR, appointment_id=visit)


@pytest.mark.parametrize("came", [True, False])
async def test_a_visit_that_the_clinic_did_not_receive_is_cancelled_and_not_missed(
    db: Connection, maria: Account, visit: UUID, came: bool
) -> None:
    """The doctor fell ill while the patients were waiting."""
    if came:
        await mark(db, visit, State.ARRIVED)
    late = BEGINS + 30 * A_MINUTE
    told = {"now": late, "actor": REGISTRAR, "appointment_id": visit}
    with pytest.raises(CannotBeCancelled):  # a patient cannot, any more
        await cancellation.cancel(db, **told)  # type: ignore[arg-type]
    await cancellation.cancel(db, **told, by="clinic", because="врач заболел")  # type: ignore[arg-type]
    seen = await visits.get_for(db, maria.id, visit, now=late, region_zone=ZONE)
    assert (seen.state, seen.cancelled_because) == ("cancelled", "врач заболел")
    assert await value(db, "select sum(taken) from slot") == 0
    with pytest.raises(CannotBeMarked):
        await mark(db, visit, State.NOT_ARRIVED, late)
    assert await checks.search(db, now=late) == []


async def test_what_was_received_or_missed_is_not_cancelled_by_the_clinic_either(
    db: Connection, visit: UUID
) -> None:
    await mark(db, visit, State.NOT_ARRIVED)
    with pytest.raises(CannotBeCancelled):
        await cancellation.cancel(
            db, now=BEGINS, actor=REGISTRAR, appointment_id=visit, by="clinic"
        )


async def test_a_cancelled_visit_and_one_that_is_not_there_get_no_mark(
    db: Connection, visit: UUID
) -> None:
    await cancellation.cancel(db, now=NOW, actor=REGISTRAR, appointment_id=visit)
    with pytest.raises(CannotBeMarked):
        await mark(db, visit, State.ARRIVED)
    with pytest.raises(AppointmentUnknown):
        await mark(db, uuid4(), State.ARRIVED)


async def test_what_is_no_mark_or_no_moment_is_named(db: Connection, visit: UUID) -> None:
    for state in set(State) - set(marks.MARKS):
        with pytest.raises(ValueError, match="state"):
            await mark(db, visit, state)
    with pytest.raises(ValueError, match="now"):
        await mark(db, visit, State.ARRIVED, BEGINS.replace(tzinfo=None))


async def test_a_visit_is_marked_or_cancelled_at_one_moment_but_never_both(
    db: Connection, pool: Pool, maria: Account, petr: Patient
) -> None:
    """In the morning of the visit, before it begins, both are allowed."""
    for turn, slot in enumerate((await region.free(db))[:24:2]):
        booked_at, morning = slot.starts_at - 20 * A_MINUTE, slot.starts_at - A_MINUTE
        visit = (await book(db, maria, petr, slot.slot_id, now=booked_at)).appointment_id

        async def arrive(visit: UUID = visit, now: datetime = morning) -> str:
            async with pool.connection() as own:
                try:
                    await mark(own, visit, State.ARRIVED, now)
                except CannotBeMarked:
                    return "not marked"
                return "marked"

        async def cancel(visit: UUID = visit, now: datetime = morning) -> str:
            async with pool.connection() as own:
                try:
                    await cancellation.cancel(own, now=now, actor=REGISTRAR, appointment_id=visit)
                except CannotBeCancelled:
                    return "not cancelled"
                return "cancelled"

        both = (arrive(), cancel()) if turn % 2 else (cancel(), arrive())
        answers = set(await asyncio.gather(*both))
        assert answers in ({"marked", "not cancelled"}, {"not marked", "cancelled"})
        if "marked" in answers:
            await mark(db, visit, State.VISITED, slot.starts_at)
    taken = "select count(*) from appointment where live"
    assert await value(db, "select sum(taken) from slot") == await value(db, taken)
