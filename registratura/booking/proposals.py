"""Proposals: times that the clinic keeps for patients in place of visits that it cancelled."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import cancellation, locks, rights
from registratura.booking.holds import Hold
from registratura.booking.model import check_moment
from registratura.booking.refusals import HoldOver
from registratura.booking.visits import COLUMNS, FROM_REACHED, REACHED, VISIBLE, Visit
from registratura.db import Connection, retried
from registratura.people.acting import today_of


@dataclass(frozen=True)
class Proposal(Visit):
    """A time that is proposed, with the place and doctor as a visit has them; `id` is the hold's.

    It stands until `held_until`; `was_id` is the cancelled visit, `because` why it was cancelled.
    """

    held_until: datetime
    slot_id: UUID
    was_id: UUID
    was_at: datetime
    because: str | None


_PROPOSALS: LiteralString = (
    REACHED
    + COLUMNS
    + """
           , appointment.held_until, appointment.slot_id, before.id as was_id,
           before.starts_at as was_at, before.cancelled_because as because
    """
    + FROM_REACHED
    + """
    join appointment as before on before.id = appointment.proposed_for
    where appointment.state = 'held' and appointment.held_until > %(now)s
    """
)


async def search_for(
    db: Connection, account_id: UUID, *, now: datetime, region_zone: str
) -> list[Proposal]:
    """What stands for everybody whose visits this account may see, in order of time."""
    return await database.rows(
        db,
        Proposal,
        _PROPOSALS + " order by appointment.starts_at, appointment.id",
        account=account_id,
        now=now,
        today=today_of(now, region_zone),
    )


async def find_for(
    db: Connection, account_id: UUID, visit_id: UUID, *, now: datetime, region_zone: str
) -> Proposal | None:
    """What stands in place of that cancelled visit, as far as this account may see it."""
    return await database.find(
        db,
        Proposal,
        _PROPOSALS + " and before.id = %(visit)s",
        account=account_id,
        visit=visit_id,
        now=now,
        today=today_of(now, region_zone),
    )


async def find_taken(
    db: Connection, account_id: UUID, cancelled: Visit, *, now: datetime, region_zone: str
) -> Visit | None:
    """The visit that stands in place of that cancelled one, as far as this account may see it: the
    proposal that was taken, or a coming one to the same position that was booked since."""
    return await database.find(
        db,
        Visit,
        VISIBLE
        + """
          and reached.id = %(patient)s and appointment.state not in ('cancelled', 'moved')
          and appointment.booked_at >= %(cancelled_at)s
          and (appointment.position_id = %(position)s and appointment.starts_at > %(now)s
               or exists (select from appointment as proposal
                          where proposal.patient_id = appointment.patient_id
                            and proposal.slot_id = appointment.slot_id
                            and proposal.proposed_for = %(cancelled)s))
        order by appointment.starts_at limit 1
        """,
        account=account_id,
        patient=cancelled.patient_id,
        position=cancelled.position_id,
        cancelled=cancelled.id,
        cancelled_at=cancelled.cancelled_at,
        now=now,
        today=today_of(now, region_zone),
    )


@retried
async def decline(
    db: Connection, held: Hold, *, now: datetime, actor: Actor, zone: str | None = None
) -> None:
    """The patient does not want the proposed time: it is free for others at once.

    The referral of the cancelled visit is free too. The actor has been allowed to by `holds.get`,
    and is judged again as `rights.check_visit` does. Refuses with `HoldOver` once it has ended;
    raises `ValueError` for a hold that nobody proposed.
    """
    check_moment(now)
    if not held.proposed:
        raise ValueError("held: not proposed by the clinic")
    async with db.transaction():
        await locks.lock_patients(db, [held.patient_id])
        await locks.lock_slots(db, [held.slot_id])
        await rights.check_visit(db, actor, held.id, now=now, zone=zone)
        # a statement of its own: one that had waited for the lock would see the state before it
        stands = await database.value(
            db,
            """
            select true from appointment
            where id = %(it)s and state = 'held' and held_until > %(now)s
            """,
            it=held.id,
            now=now,
        )
        if not stands:
            raise HoldOver()
        await cancellation.end(
            db, now=now, actor=actor, appointment_id=held.id, by="patient", announce=None
        )
