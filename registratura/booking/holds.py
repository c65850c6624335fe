"""Holds: a slot kept for a patient for some minutes, while the details are checked.

A hold is an appointment in state `held`, so the same constraints guard it. It ends when its time
is over and somebody comes next, when the account holds another slot for the same patient, or when
the visit is booked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, LiteralString, Self
from uuid import UUID

import msgspec

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import asking, keys, locks, rights
from registratura.booking.appointments import write
from registratura.booking.freeing import ENDED_HOLDS, GIVEN_BACK
from registratura.booking.model import State, check_moment
from registratura.booking.refusals import AppointmentUnknown, HoldOver, HoldProlonged
from registratura.booking.sight import sight
from registratura.booking.wishes import Wish, judged
from registratura.db import Connection, retried
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Hold:
    """A slot that is kept for a patient until `held_until`."""

    id: UUID
    slot_id: UUID
    post_id: UUID
    patient_id: UUID
    starts_at: datetime
    held_until: datetime
    prolonged: bool
    replaces: UUID | None
    proposed_for: UUID | None  # the visit that the clinic cancelled and proposes this in place of

    @property
    def proposed(self) -> bool:
        """Whether the clinic proposes the time: nobody has chosen it yet."""
        return self.proposed_for is not None

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> Self:
        """From the stored answer of an idempotency key."""
        return msgspec.convert(answer, cls)

    def to_json(self) -> dict[str, Any]:
        """As an idempotency key stores it."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told


@retried
async def hold(db: Connection, wish: Wish, key: UUID | None = None) -> Hold:
    """Keep the slot for the minutes of the rules; the account's earlier hold for the patient ends.

    With `wish.replaces` the patient's other rules wait until the visit is really moved. The same
    `key` with the same wish gives the same hold again, though it be over by then. Refuses with a
    `BookingRefusal`, `CannotBeReplaced` or `KeyReused`, and as `write` does.
    """
    async with judged(db, wish):
        asked = (wish.slot_id, wish.replaces, wish.referral_id, wish.channel)
        body = keys.Body("hold", (wish.patient.person_id,), asked)
        answer = await locks.begin(db, wish, key, body)
        if answer is not None:
            return Hold.from_json(answer)
        offer = await asking.get_fitting(db, wish)
        held_until = wish.now + timedelta(minutes=offer.rules.hold_minutes)
        # the visit to be replaced stays where it is until the new one is booked
        await locks.clear_the_way(db, replace(wish, replaces=None), offer)
        receipt = await write(db, wish, offer, State.HELD, held_until=held_until)
        held = Hold(
            id=receipt.appointment_id,
            slot_id=wish.slot_id,
            post_id=offer.post_id,
            patient_id=wish.patient.person_id,
            starts_at=offer.starts_at,
            held_until=held_until,
            prolonged=False,
            replaces=wish.replaces,
            proposed_for=None,
        )
        if key is not None:
            await keys.store(db, wish.actor, key, held.to_json())
        return held


async def get(
    db: Connection,
    account_id: UUID | str | None,
    hold_id: UUID,
    *,
    now: datetime,
    patient: Patient | None = None,
) -> Hold:
    """The account's own hold, or what the clinic proposes to a patient whose visits it sees.

    Of that patient nothing at a position that he hides.

    Refuses with `HoldOver` once it has ended, and to a stranger.
    """
    found = await database.find(
        db,
        Hold,
        """
        select id, slot_id, post_id, patient_id, starts_at, held_until, prolonged, replaces,
               proposed_for
        from appointment
        where id = %(hold)s and state = 'held' and held_until > %(now)s
          and (account_id = %(account)s::uuid
               or proposed_for is not null and patient_id = %(patient)s::uuid and %(sees)s)
          and (patient_id is distinct from %(patient)s::uuid
               or position_id <> all(%(hidden)s::integer[]))
        """,
        hold=hold_id,
        account=account_id,
        patient=patient and patient.person_id,
        sees=patient is not None and patient.sees,
        hidden=list(patient.hidden) if patient else [],
        now=now,
    )
    if found is None:
        raise HoldOver()
    return found


@retried
async def prolong(
    db: Connection,
    held: Hold,
    *,
    now: datetime,
    minutes: int,
    actor: Actor,
    zone: str | None = None,
) -> None:
    """Hold it for `minutes` more, once. Refuses with `HoldProlonged` the second time, `HoldOver`
    too late, and as `rights.check_visit` does."""
    check_moment(now)
    async with db.transaction():
        await locks.lock_patients(db, [held.patient_id])
        await locks.lock_slots(db, [held.slot_id])
        await rights.check_visit(db, actor, held.id, now=now, zone=zone)
        changed = await database.execute(
            db,
            """
            update appointment
            set held_until = held_until + make_interval(mins => %(minutes)s), prolonged = true
            where id = %(hold)s and state = 'held' and held_until > %(now)s and not prolonged
              and proposed_for is null
            """,
            hold=held.id,
            minutes=minutes,
            now=now,
        )
        if not changed:
            raise await _why_not_longer(db, held, now)


async def _why_not_longer(db: Connection, held: Hold, now: datetime) -> HoldOver:
    stands = """
        select true from appointment
        where id = %(hold)s and state = 'held' and held_until > %(now)s and prolonged
    """
    prolonged = await database.value(db, stands, hold=held.id, now=now)
    return HoldProlonged() if prolonged else HoldOver()


async def check_his(db: Connection, account_id: UUID, hold_id: UUID, patient: Patient) -> None:
    """Whether the hold stands or is over: it is of this patient, and this account's or proposed.

    Refuses with `AppointmentUnknown`: a stranger's, and one of a patient for whom the account may
    act no longer, though it took the hold itself.
    """
    his = await database.value(
        db,
        """
        select true from appointment
        where id = %(hold)s and patient_id = %(patient)s
          and (account_id = %(account)s or proposed_for is not null and %(sees)s)
          and position_id <> all(%(hidden)s::integer[])
        """,
        **sight(patient, account_id),
        hold=hold_id,
        patient=patient.person_id,
    )
    if not his:
        raise AppointmentUnknown()


async def get_patient_id(db: Connection, account_id: UUID, hold_id: UUID) -> UUID:
    """Whose hold it is that this account took, whether it stands or is over.

    Refuses with `AppointmentUnknown`: a stranger's, what the clinic proposes, what is no hold.
    """
    found: UUID | None = await database.value(
        db,
        """
        select coalesce(person.joined_into, person.id)
        from appointment join person on person.id = appointment.patient_id
        where appointment.id = %(hold)s and appointment.account_id = %(account)s
          and appointment.state in ('held', 'expired') and appointment.proposed_for is null
        """,
        hold=hold_id,
        account=account_id,
    )
    if found is None:
        raise AppointmentUnknown()
    return found


async def find_slot(db: Connection, account_id: UUID, hold_id: UUID) -> UUID | None:
    """The slot that this account held, though the hold is over; None if it never did."""
    slot_id: UUID | None = await database.value(
        db,
        """
        select slot_id from appointment
        where id = %(hold)s and account_id = %(account)s and state in ('held', 'expired')
        """,
        hold=hold_id,
        account=account_id,
    )
    return slot_id


@retried
async def end_expired(db: Connection, *, now: datetime, most: int = 500) -> int:
    """End up to `most` holds that are past their end, so that their times are free to all.

    Whoever comes next to one ends it too; a slot that somebody else has locked is left to him.
    """
    async with db.transaction():
        over = await database.value(db, _LOCK_EXPIRED, now=now, most=most)
        if not over:
            return 0
        ended: int = await database.value(
            db,
            _END_EXPIRED,
            now=now,
            holds=over,
            living_too=False,
            actor_kind="system",
            actor_id=None,
        )
        return ended


_LOCK_EXPIRED: LiteralString = """
    with over as (
        select id, slot_id from appointment
        where state = 'held' and held_until <= %(now)s
        order by held_until limit %(most)s
    ), locked as (
        select id, session_id from slot where id in (select slot_id from over)
        order by id for no key update skip locked
    )
    select array(select over.id from over join locked on locked.id = over.slot_id)
    from (select array_agg(session_id) as ids from locked) as sessions
    left join lateral (
        select count(*) from (
            select from quota where session_id = any(sessions.ids)
            order by session_id, channel for no key update
        ) as locked_quota
    ) as quotas on true
"""

_END_EXPIRED: LiteralString = (
    "with"
    + ENDED_HOLDS
    + """
    , gone as (
        select slot_id, channel from ended
    ),
    """
    + GIVEN_BACK
    + "select count(*) from ended"
)
