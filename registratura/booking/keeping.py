"""Keeping a hold longer and giving it back, by a caller who brings a key: asked twice, done once.

The key is claimed first, so a repeat is answered though the hold be over by then.
"""

from datetime import datetime
from uuid import UUID

from registratura.audit import Actor
from registratura.booking import cancellation, doctors, holds, keys, locks, rights
from registratura.booking.holds import Hold
from registratura.booking.refusals import HoldOver
from registratura.db import Connection, retried


@retried
async def prolong(
    db: Connection, account_id: UUID, hold_id: UUID, key: UUID, *, now: datetime, zone: str
) -> Hold:
    """The account's own hold, longer by the minutes of the rules, once.

    Refuses with `HoldOver` the second time or too late, with `KeyReused`, and as
    `rights.check_visit` does on the date of the region's `zone`.
    """
    actor = Actor("account", str(account_id))
    async with db.transaction():
        body = keys.Body("prolong", (), (hold_id,))
        answered = await keys.claim(db, now=now, actor=actor, key=key, body=body)
        if answered is not None:
            return Hold.from_json(answered)
        held = await holds.get(db, account_id, hold_id, now=now)
        doctor = await doctors.get(db, held.post_id, now=now)
        minutes = doctor.rules.hold_minutes
        await holds.prolong(db, held, now=now, minutes=minutes, actor=actor, zone=zone)
        held = await holds.get(db, account_id, hold_id, now=now)
        await keys.store(db, actor, key, held.to_json())
        return held


@retried
async def release(
    db: Connection, account_id: UUID, hold_id: UUID, key: UUID, *, now: datetime, zone: str
) -> None:
    """The account's own hold ends; its time is free for others at once.

    Refuses with `HoldOver` once it has ended, with `KeyReused`, and as `prolong` does.
    """
    actor = Actor("account", str(account_id))
    async with db.transaction():
        body = keys.Body("release", (), (hold_id,))
        if await keys.claim(db, now=now, actor=actor, key=key, body=body) is not None:
            return
        held = await holds.get(db, account_id, hold_id, now=now)
        await locks.lock_patients(db, [held.patient_id])
        await locks.lock_slots(db, [held.slot_id])
        await rights.check_visit(db, actor, held.id, now=now, zone=zone)
        # a statement of its own: one that had waited for the lock would see the state before it
        held = await holds.get(db, account_id, hold_id, now=now)
        ended = await cancellation.end(
            db, now=now, actor=actor, appointment_id=held.id, by="patient", announce=None
        )
        if not ended:
            raise HoldOver()
        await keys.store(db, actor, key, {"hold_id": str(hold_id)})
