"""Marks: the clinic tells that a patient arrived, was received, or did not come."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import locks
from registratura.booking.model import TRANSITIONS, State, check_moment
from registratura.booking.refusals import AppointmentUnknown, CannotBeMarked, TooEarlyToMark
from registratura.db import Connection, retried

MARKS = (State.ARRIVED, State.VISITED, State.NOT_ARRIVED)


@dataclass(frozen=True)
class _Standing:
    state: State
    starts_at: datetime
    zone: str


@retried
async def mark(
    db: Connection, *, now: datetime, actor: Actor, appointment_id: UUID, state: State
) -> None:
    """Mark the visit arrived, visited or not arrived; the same mark again changes nothing.

    Arrival is marked from the beginning of the visit's day in the clinic's own zone, the rest once
    the visit has begun. Refuses with `AppointmentUnknown`, `TooEarlyToMark`, `CannotBeMarked`.
    Raises `ValueError` for a state that is no mark and for a `now` without a zone.
    """
    if state not in MARKS:
        raise ValueError(f"state: {state} is no mark")
    check_moment(now)
    async with db.transaction():
        standing = await _lock(db, appointment_id)
        if standing.state == state:
            return
        if state not in TRANSITIONS[State(standing.state)]:
            raise CannotBeMarked()
        _check_time(standing, state, now)
        await database.execute(
            db,
            _MARK,
            appointment=appointment_id,
            state=state,
            now=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
        )


async def _lock(db: Connection, appointment_id: UUID) -> _Standing:
    slot_id = await database.value(
        db, "select slot_id from appointment where id = %(it)s", it=appointment_id
    )
    if slot_id is None:
        raise AppointmentUnknown()
    await locks.lock_slots(db, [slot_id])
    # a statement of its own: one that had waited for the lock would see the state before it
    return await database.one(
        db,
        _Standing,
        """
        select state, starts_at, zone
        from appointment
        join department on department.id = appointment.department_id
        join organisation on organisation.id = department.organisation_id
        where appointment.id = %(appointment)s
        """,
        appointment=appointment_id,
    )


def _check_time(standing: _Standing, state: State, now: datetime) -> None:
    begins = standing.starts_at.astimezone(ZoneInfo(standing.zone))
    if state == State.ARRIVED:
        begins = datetime.combine(begins.date(), time(0), begins.tzinfo)
    if now < begins:
        raise TooEarlyToMark(when=f"{begins:%d.%m.%Y %H:%M}")


_MARK: LiteralString = """
    with before as (
        select * from appointment where id = %(appointment)s
    ), visit as (
        update appointment set state = %(state)s where id = %(appointment)s
        returning *
    ), recorded as (
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
        select %(now)s, 'appointment.' || visit.state, %(actor_kind)s, %(actor_id)s,
               visit.patient_id, visit.id, to_jsonb(before), to_jsonb(visit)
        from visit, before
    )
    insert into outbox (event, subject_id, created_at)
    select 'appointment.' || state, id, %(now)s from visit
"""
