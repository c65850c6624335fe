"""What stands before a visit is written: the slots are locked, the facts read, the way cleared."""

from uuid import UUID

from registratura import db as database
from registratura.booking import rules
from registratura.booking.refusals import CannotBeReplaced, SlotUnknown
from registratura.booking.wishes import Wish
from registratura.db import Connection


async def lock_patient(db: Connection, patient_id: UUID) -> None:
    """One booking of a patient at a time; without a key to claim first."""
    await database.execute(
        db, "select from person where id = %(it)s for no key update", it=patient_id
    )


async def lock_offer(db: Connection, wish: Wish) -> rules.Offer:
    """Lock, in id order, the slot and those that the way is cleared of; read the rules' facts.

    In the way are holds past their end, this account's own hold for the patient, and the visit
    that is replaced. Refuses with `SlotUnknown`.
    """
    offer = await database.find(
        db,
        rules.Offer,
        """
        with in_the_way as (
            select id, slot_id from appointment
            where state = 'held'
              and (held_until <= %(now)s and (patient_id = %(patient)s or slot_id = %(slot)s)
                   or patient_id = %(patient)s and account_id = %(account)s::uuid)
        ), locked as (
            select * from slot
            where id = any(array(
                select slot_id from in_the_way
                union select %(slot)s
                union select slot_id from appointment where id = %(replaces)s::uuid
            ))
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
               coming.coming, coming.coming_seen,
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
               case when %(referral)s::uuid is not null then %(referral)s::uuid
                    when position.needs_referral and not %(declared)s then (
                   select referral.id from referral
                   where referral.patient_id = %(patient)s
                     and referral.position_id = slot.position_id
                     and coalesce(referral.department_id = slot.department_id, true)
                     and (slot.starts_at at time zone organisation.zone)::date
                         between referral.valid_from and referral.valid_to
                     and not exists (select from appointment
                                     where appointment.referral_id = referral.id
                                       and appointment.live
                                       and appointment.id is distinct from %(replaces)s::uuid)
                   order by referral.valid_to, referral.id limit 1
               ) end as referral_id,
               %(replaces)s::uuid is null or exists (
                   select from appointment
                   where id = %(replaces)s::uuid and state = 'booked' and starts_at > %(now)s
                     and patient_id = %(patient)s
                     and (not %(declared)s or account_id = %(account)s::uuid)
               ) as replaceable,
               array(select id from in_the_way order by id) as in_the_way
        from locked as slot
        join post on post.id = slot.post_id
        join position on position.id = slot.position_id
        join department on department.id = slot.department_id
        join organisation on organisation.id = department.organisation_id
        cross join region
        cross join lateral (
            select count(*) as coming,
                   count(*) filter (where account_id = %(account)s::uuid) as coming_seen
            from appointment
            where patient_id = %(patient)s and state = 'booked' and starts_at > %(now)s
              and id is distinct from %(replaces)s::uuid
        ) as coming
        where slot.id = %(slot)s
        """,
        slot=wish.slot_id,
        patient=wish.patient.person_id,
        account=wish.account_id,
        actor_id=wish.actor.id,
        declared=wish.patient.level == "declared",
        replaces=wish.replaces,
        referral=wish.referral_id,
        now=wish.now,
    )
    if offer is None:
        raise SlotUnknown()
    return offer


async def clear_the_way(db: Connection, wish: Wish, offer: rules.Offer) -> None:
    """End the holds in the way and move the replaced visit out of it: one statement, or none.

    Their slots are locked. Refuses with `CannotBeReplaced` where the named visit is not a coming
    one of this patient that the actor may cancel.
    """
    if not offer.in_the_way and wish.replaces is None:
        return
    moved = await database.value(
        db,
        """
        with ended as (
            update appointment set state = 'expired', held_until = null
            where id = any(%(holds)s) and state = 'held'
            returning slot_id
        ), before as (
            select * from appointment where id = %(replaces)s::uuid
        ), moved as (
            update appointment
            set state = 'moved', cancelled_by = 'patient', cancelled_at = %(now)s
            where id = %(replaces)s::uuid and state = 'booked' and starts_at > %(now)s
              and patient_id = %(patient)s
              and (not %(declared)s or account_id = %(account)s::uuid)
            returning *
        ), freed as (
            select slot_id, count(*) as seats
            from (select slot_id from ended union all select slot_id from moved) as seats
            group by slot_id
        ), counted as (
            update slot set taken = taken - freed.seats from freed where slot.id = freed.slot_id
        ), recorded as (
            insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
            select %(now)s, 'appointment.moved', %(actor_kind)s, %(actor_id)s, moved.patient_id,
                   moved.id, to_jsonb(before), to_jsonb(moved)
            from moved, before
        ), announced as (
            insert into outbox (event, subject_id, created_at)
            select 'appointment.moved', id, %(now)s from moved
        )
        select count(*) from moved
        """,
        holds=offer.in_the_way,
        replaces=wish.replaces,
        patient=wish.patient.person_id,
        declared=wish.patient.level == "declared",
        account=wish.account_id,
        actor_kind=wish.actor.kind,
        actor_id=wish.actor.id,
        now=wish.now,
    )
    if wish.replaces is not None and not moved:
        raise CannotBeReplaced()
