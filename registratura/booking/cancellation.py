"""Cancelling: the visit ends, its time is free again, in one transaction."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import keys, locks, rights
from registratura.booking.freeing import GIVEN_BACK
from registratura.booking.model import State, check_moment
from registratura.booking.refusals import CannotBeCancelled
from registratura.db import Connection, retried


@retried
async def cancel(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    appointment_id: UUID,
    by: str = "patient",
    because: str | None = None,
    zone: str | None = None,
    key: UUID | None = None,
) -> None:
    """Cancel a coming visit; its time is free again at once.

    The actor has been allowed to by `get_for` of `booking.visits`; an account is judged again, on
    the date of the region's `zone`. A visit that was cancelled before stays so, quietly. `by` is
    who gave up: patient, clinic or federation; `because` is what the patient reads of it. The
    clinic also says so of a visit that has begun, or whose patient has come, and was not received
    by its fault: he has missed nothing. Refuses with `CannotBeCancelled` once the visit has begun,
    of the clinic once it is marked otherwise, and as `rights.check_visit` does. With a `key` it is
    claimed first, and refuses with `KeyReused` for another visit.
    """
    check_moment(now)
    async with db.transaction():
        if key is not None and await _is_done(db, now, actor, key, appointment_id):
            return
        slot_id = await database.value(
            db, "select slot_id from appointment where id = %(it)s", it=appointment_id
        )
        await locks.lock_slots(db, [slot_id] if slot_id else [])
        if slot_id:
            await rights.check_visit(db, actor, appointment_id, now=now, zone=zone)
        # a statement of its own: one that had waited for the lock would see the state before it
        state = await database.value(
            db,
            "select state from appointment where id = %(appointment)s",
            appointment=appointment_id,
        )
        if state == State.CANCELLED:
            return
        ended = await end(
            db, now=now, actor=actor, appointment_id=appointment_id, by=by, because=because
        )
        if not ended:
            raise CannotBeCancelled()


async def _is_done(
    db: Connection, now: datetime, actor: Actor, key: UUID, appointment_id: UUID
) -> bool:
    """Whether the key has its answer; else it has it with this transaction."""
    body = keys.Body("cancel", (), (appointment_id,))
    if await keys.claim(db, now=now, actor=actor, key=key, body=body) is not None:
        return True
    await keys.store(db, actor, key, {"appointment_id": str(appointment_id)})
    return False


async def end(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    appointment_id: UUID,
    by: str,
    because: str | None = None,
    announce: str | None = "appointment.cancelled",
) -> bool:
    """The visit cancelled, its counts, event and outbox row, in the caller's transaction.

    False where it is no coming visit or hold, nor one that the clinic failed to receive. Its slot
    and quota are locked by the caller.
    """
    return bool(
        await database.value(
            db,
            _END,
            appointment=appointment_id,
            by=by,
            because=because,
            now=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            announce=announce,
        )
    )


_END: LiteralString = (
    """
    with before as (
        select * from appointment where id = %(appointment)s
    ), visit as (
        update appointment
        set state = case state when 'held' then 'expired' else 'cancelled' end,
            held_until = null, cancelled_by = %(by)s, cancelled_at = %(now)s,
            cancelled_because = %(because)s
        where id = %(appointment)s
          and (state in ('booked', 'held') and starts_at > %(now)s
               or %(by)s = 'clinic' and state in ('booked', 'arrived'))
        returning *
    ), gone as (
        select slot_id, channel from visit
    ),
    """
    + GIVEN_BACK
    + """
    , recorded as (
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id,
                           before, after)
        select %(now)s, 'appointment.' || visit.state, %(actor_kind)s, %(actor_id)s,
               visit.patient_id, visit.id, to_jsonb(before), to_jsonb(visit)
        from visit, before
    ), announced as (
        insert into outbox (event, subject_id, created_at)
        select %(announce)s::text, coalesce(visit.proposed_for, visit.id), %(now)s from visit
        where %(announce)s::text is not null
          and (visit.state = 'cancelled' or %(announce)s = 'appointment.withdrawn')
    )
    select count(*) from visit
    """
)
