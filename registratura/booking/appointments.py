"""Booking: one transaction, its locks in one order, its guarantees the constraints'.

Locks: idempotency key, patient, slots, appointments. No appointment row is touched before its
slot is locked; otherwise the exclusion constraints deadlock.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.booking import clashes, keys, rules
from registratura.booking.model import Channel, Receipt
from registratura.booking.refusals import (
    BookingRefusal,
    ClashNotShown,
    SlotUnknown,
)
from registratura.db import Connection
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Wish:
    """Who wants which slot for whom: what a booking is asked with."""

    now: datetime
    actor: Actor
    patient: Patient
    slot_id: UUID
    channel: Channel
    key: UUID

    @property
    def account_id(self) -> str | None:
        """The portal account that asks, if it is one."""
        return self.actor.id if self.actor.kind == "account" else None

    @property
    def fingerprint(self) -> bytes:
        """What must be the same when the key comes again."""
        return keys.fingerprint("book", self.patient.person_id, self.slot_id)


async def book(db: Connection, wish: Wish) -> Receipt:
    """Give the slot to the patient; the answer is on disk when this returns.

    The actor has been allowed to act for the patient by `people.patients.get_for`. The same key of
    the same actor with the same patient and slot gives the same receipt again, for 30 days.
    Refuses with a `BookingRefusal` or `KeyReused`; then nothing is written but, for a clash that
    the account may not see, the audit's row of it.
    """
    try:
        async with db.transaction():
            return await _book(db, wish)
    except psycopg.errors.IntegrityError as error:
        refusal = await clashes.name(
            db,
            now=wish.now,
            patient_id=wish.patient.person_id,
            slot_id=wish.slot_id,
            constraint=error.diag.constraint_name,
        )
        if refusal is None:
            raise
        refusal = clashes.veil(refusal, wish.actor, wish.patient)
        await _count_if_veiled(db, wish, refusal)
        raise refusal from error
    except ClashNotShown as refusal:
        await _count_if_veiled(db, wish, refusal)
        raise


async def _count_if_veiled(db: Connection, wish: Wish, refusal: BookingRefusal) -> None:
    if isinstance(refusal, ClashNotShown):
        await audit.record(
            db,
            now=wish.now,
            kind="appointment.clash_not_shown",
            actor=wish.actor,
            person_id=wish.patient.person_id,
        )


async def _book(db: Connection, wish: Wish) -> Receipt:
    claimed = await keys.claim_and_lock_patient(
        db,
        now=wish.now,
        actor=wish.actor,
        key=wish.key,
        fingerprint=wish.fingerprint,
        patient_id=wish.patient.person_id,
    )
    if claimed is not None:
        return Receipt.from_json(claimed)
    offer = await _lock_offer(db, wish)
    rules.check(offer, rules.Request(wish.patient, wish.channel, wish.now, offer.day))
    if offer.stale_holds:
        await _end_holds(db, offer.stale_holds, now=wish.now)
    return await _write(db, wish)


async def _lock_offer(db: Connection, wish: Wish) -> rules.Offer:
    """Lock the slot and those of dead holds in its way, in id order; read the rules' facts."""
    offer = await database.find(
        db,
        rules.Offer,
        """
        with in_the_way as (
            select id, slot_id from appointment
            where state = 'held' and held_until <= %(now)s
              and (patient_id = %(patient)s or slot_id = %(slot)s)
        ), locked as (
            select * from slot
            where id = any(array(select slot_id from in_the_way union select %(slot)s))
            order by id
            for no key update
        )
        select slot.id as slot_id, slot.post_id, slot.department_id, slot.position_id,
               slot.starts_at, slot.ends_at, slot.opens_at, slot.channels, slot.blocked,
               organisation.zone, coalesce(department.phone, '') as phone,
               post.age_from, post.age_to, post.sex,
               position.self_booking, position.needs_referral, position.sensitive,
               region.rules || organisation.rules || department.rules || position.rules
                   || post.rules as merged_rules,
               (select count(*) from appointment
                where patient_id = %(patient)s and state = 'booked' and starts_at > %(now)s
               ) as coming,
               (select count(*) from appointment
                where patient_id = %(patient)s and state = 'booked' and starts_at > %(now)s
                  and account_id = %(account)s::uuid
               ) as coming_seen,
               case when %(declared)s then (
                   select count(*) from appointment
                   join relative on relative.account_id = appointment.account_id
                        and relative.person_id = appointment.patient_id
                        and relative.level = 'declared' and relative.ended_at is null
                   where appointment.account_id = %(account)s::uuid
                     and appointment.state = 'booked' and appointment.starts_at > %(now)s
               ) else 0 end as coming_declared,
               case when %(declared)s then (
                   select count(*) from event
                   where person_id = %(patient)s and kind = 'appointment.clash_not_shown'
                     and actor_id = %(actor_id)s
                     and at >= date_trunc('day', %(now)s::timestamptz, organisation.zone)
               ) else 0 end as hidden_clashes,
               array(select id from in_the_way order by id) as stale_holds
        from locked as slot
        join post on post.id = slot.post_id
        join position on position.id = slot.position_id
        join department on department.id = slot.department_id
        join organisation on organisation.id = department.organisation_id
        cross join region
        where slot.id = %(slot)s
        """,
        slot=wish.slot_id,
        patient=wish.patient.person_id,
        account=wish.account_id,
        actor_id=wish.actor.id,
        declared=wish.patient.level == "declared",
        now=wish.now,
    )
    if offer is None:
        raise SlotUnknown()
    return offer


async def _end_holds(db: Connection, holds: object, *, now: datetime) -> None:
    """End holds whose time is over; their slots are locked already."""
    await database.execute(
        db,
        """
        with ended as (
            update appointment set state = 'expired', held_until = null
            where id = any(%(holds)s) and state = 'held' and held_until <= %(now)s
            returning slot_id
        )
        update slot set taken = taken - freed.seats
        from (select slot_id, count(*) as seats from ended group by slot_id) as freed
        where slot.id = freed.slot_id
        """,
        holds=holds,
        now=now,
    )


async def _write(db: Connection, wish: Wish) -> Receipt:
    """The visit, its slot's count, event, outbox row and key's answer: one statement."""
    return await database.one(
        db,
        Receipt,
        """
        with visit as (
            insert into appointment (slot_id, seat, patient_id, post_id, department_id, position_id,
                room_id, starts_at, ends_at, state, channel, account_id, booked_at)
            select slot.id,
                   coalesce((select min(seat) from generate_series(1, slot.seats) as seat
                             where not exists (select from appointment as other
                                 where other.slot_id = slot.id and other.seat = seat
                                   and other.live)), 1),
                   %(patient)s, slot.post_id, slot.department_id, slot.position_id, slot.room_id,
                   slot.starts_at, slot.ends_at, 'booked', %(channel)s, %(account)s::uuid, %(now)s
            from slot where slot.id = %(slot)s
            returning *
        ), counted as (
            update slot set taken = taken + 1 from visit where slot.id = visit.slot_id
        ), receipt as (
            select visit.id as appointment_id, visit.number::text as number, visit.slot_id,
                   visit.starts_at, room.number as room
            from visit join room on room.id = visit.room_id
        ), recorded as (
            insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, after)
            select %(now)s, 'appointment.booked', %(actor_kind)s, %(actor_id)s, visit.patient_id,
                   visit.id, to_jsonb(visit)
            from visit
        ), announced as (
            insert into outbox (event, subject_id, created_at)
            select 'appointment.booked', visit.id, %(now)s from visit
        ), answered as (
            update idempotency_key set answer = (select to_jsonb(receipt) from receipt)
            where actor = %(key_actor)s and key = %(key)s
        )
        select * from receipt
        """,
        slot=wish.slot_id,
        patient=wish.patient.person_id,
        channel=wish.channel,
        account=wish.account_id,
        now=wish.now,
        actor_kind=wish.actor.kind,
        actor_id=wish.actor.id,
        key_actor=keys.owner(wish.actor),
        key=wish.key,
    )
