"""A hold read, kept longer and given back by a caller who brings a key: asked twice, done once.

The key is claimed first, so a repeat is answered though the hold be over by then.
"""

from datetime import datetime
from typing import ClassVar, LiteralString
from uuid import UUID

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import cancellation, doctors, holds, keys, locks, rights
from registratura.booking.holds import Hold
from registratura.booking.refusals import HoldOver
from registratura.db import Connection, retried


class HoldBooked(HoldOver):
    """The hold has ended in a visit of the patient at this very time."""

    code: ClassVar[str] = "hold_booked"
    words: ClassVar[str] = "На это время уже записали: держать его больше не нужно"


async def get(db: Connection, account_id: UUID, hold_id: UUID, *, now: datetime) -> Hold:
    """The account's own hold. Refuses with `HoldOver`, with `HoldBooked` where it was booked."""
    try:
        return await holds.get(db, account_id, hold_id, now=now)
    except HoldOver:
        if await database.value(db, _BOOKED, hold=hold_id, account=account_id):
            raise HoldBooked() from None
        raise


_BOOKED: LiteralString = """
    select true from appointment as hold
    join appointment as visit
        on visit.patient_id = hold.patient_id and visit.starts_at = hold.starts_at
    where hold.id = %(hold)s and hold.account_id = %(account)s and hold.state = 'expired'
      and visit.slot_id = hold.slot_id and visit.account_id = hold.account_id
      and visit.booked_at >= hold.booked_at and visit.state not in ('held', 'expired')
    limit 1
"""


@retried
async def prolong(
    db: Connection, account_id: UUID, hold_id: UUID, key: UUID, *, now: datetime, zone: str
) -> Hold:
    """The account's own hold, longer by the minutes of the rules, once.

    Refuses with `HoldProlonged` the second time, as `get` does, with `KeyReused`, and as
    `rights.check_visit` does on the date of the region's `zone`.
    """
    actor = Actor("account", str(account_id))
    async with db.transaction():
        body = keys.Body("prolong", (), (hold_id,))
        answered = await keys.claim(db, now=now, actor=actor, key=key, body=body)
        if answered is not None:
            return Hold.from_json(answered)
        held = await get(db, account_id, hold_id, now=now)
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

    Refuses as `get` does once it has ended, with `KeyReused`, and as `prolong` does.
    """
    actor = Actor("account", str(account_id))
    async with db.transaction():
        body = keys.Body("release", (), (hold_id,))
        if await keys.claim(db, now=now, actor=actor, key=key, body=body) is not None:
            return
        held = await get(db, account_id, hold_id, now=now)
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
