"""What cannot be is refused or named, and nothing is written."""

from datetime import date, datetime
from uuid import uuid4

import pytest

from registratura.booking import cancellation, holds, schedules, visits, withdrawals
from registratura.booking.doctors import PostUnknown
from registratura.booking.model import Channel
from registratura.booking.refusals import (
    AlreadyBookedToPosition,
    CannotBeCancelled,
    CannotBeReplaced,
    SlotUnknown,
)
from registratura.booking.wishes import Wish
from registratura.db import Connection, value
from registratura.directory.departments import DepartmentUnknown
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book

NAIVE = datetime(2026, 11, 25, 9)
A_DAY = date(2026, 11, 26)


async def written(db: Connection) -> int:
    count: int = await value(
        db, "select (select count(*) from appointment) + (select count(*) from idempotency_key)"
    )
    return count


async def test_a_moment_without_a_zone_is_named(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0].slot_id
    with pytest.raises(ValueError, match="now"):
        Wish(NAIVE, actor(maria), petr, slot, CHANNEL)
    with pytest.raises(ValueError, match="federal_session"):
        Wish(NOW, actor(maria), petr, slot, CHANNEL, federal_session="7")
    with pytest.raises(ValueError, match="now"):
        await cancellation.cancel(
            db, now=NAIVE, actor=actor(maria), zone=ZONE, appointment_id=uuid4()
        )
    with pytest.raises(ValueError, match="now"):
        await withdrawals.cancel_doctor_day(
            db,
            now=NAIVE,
            actor=REGISTRAR,
            post_id=await region.post(db, "ent"),
            day=A_DAY,
            reason="",
        )
    assert await written(db) == 0


async def test_no_statement_is_asked_with_a_moment_without_a_zone(db: Connection) -> None:
    with pytest.raises(ValueError, match="now: a datetime without a zone"):
        await holds.end_expired(db, now=NAIVE)
    with pytest.raises(ValueError, match="now: a datetime without a zone"):
        await schedules.open_days(db, now=NAIVE, first=A_DAY, last=A_DAY)
    with pytest.raises(ValueError, match="now: a datetime without a zone"):
        await visits.search_for(db, uuid4(), now=NAIVE, region_zone=ZONE)
    assert await written(db) == 0


async def test_ids_that_nobody_has_are_refused(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0].slot_id
    with pytest.raises(SlotUnknown):
        await book(db, maria, petr, uuid4())
    with pytest.raises(SlotUnknown):
        await holds.hold(db, Wish(NOW, actor(maria), petr, uuid4(), CHANNEL))
    with pytest.raises(CannotBeReplaced):
        await book(db, maria, petr, slot, replaces=uuid4())
    with pytest.raises(CannotBeCancelled):
        await cancellation.cancel(
            db, now=NOW, actor=actor(maria), zone=ZONE, appointment_id=uuid4()
        )
    about = {"now": NOW, "actor": REGISTRAR, "day": A_DAY, "reason": "Авария"}
    with pytest.raises(PostUnknown):
        await withdrawals.cancel_doctor_day(db, post_id=uuid4(), **about)  # type: ignore[arg-type]
    with pytest.raises(DepartmentUnknown):
        await withdrawals.close_day(db, department_id=uuid4(), **about)  # type: ignore[arg-type]
    assert await written(db) == 0


@pytest.mark.parametrize("last", [date(2026, 11, 24), date(2028, 1, 1)])
async def test_an_absurd_range_of_days_is_named(db: Connection, last: date) -> None:
    with pytest.raises(ValueError, match="last"):
        await schedules.open_days(db, now=NOW, first=date(2026, 11, 25), last=last)


async def test_only_staff_waive_the_one_visit_to_a_position(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first, second, third = (await region.free(db))[:3]
    await book(db, maria, petr, first.slot_id)
    with pytest.raises(AlreadyBookedToPosition):
        await book(db, maria, petr, second.slot_id, channel=Channel.DESK)
    with pytest.raises(ValueError, match="waived_by"):
        Wish(NOW, actor(maria), petr, third.slot_id, CHANNEL, waived_by="очень надо")
    await book(
        db, maria, petr, second.slot_id, channel=Channel.DESK, waived_by="повторно на снимок"
    )
    why = await value(db, "select waived_by from appointment where waived_by is not null")
    assert why == "повторно на снимок"
