"""Reads what the rules ask about wishes, under the locks that it takes: one statement for all."""

from collections.abc import Sequence
from typing import LiteralString

from registratura import db as database
from registratura.booking import rules
from registratura.booking.offer import Offer
from registratura.booking.refusals import SlotUnknown
from registratura.booking.sight import SEEN_BY_WANTED
from registratura.booking.wishes import Wish
from registratura.db import Connection


async def get_fitting(db: Connection, wish: Wish) -> Offer:
    """The locked offer, if the rules allow the wish; what can race is left to the constraints.

    Refuses with a `BookingRefusal`: the first rule that is broken.
    """
    offer = await lock_offer(db, wish)
    rules.check(offer, rules.Request(wish.patient, wish.channel, wish.now, offer.day))
    return offer


async def lock_offer(db: Connection, wish: Wish, *, keep_proposals: bool = False) -> Offer:
    """Lock the slot and those that the way is cleared of; read the rules' facts.

    In the way are holds past their end, this account's own hold for the patient, the visit that is
    replaced, and, unless they are kept, times proposed by the clinic that the wish clashes with.
    Refuses with `SlotUnknown`.
    """
    [offer] = await lock_offers(db, [wish], keep_proposals=keep_proposals)
    return offer


async def lock_offers(
    db: Connection, wishes: Sequence[Wish], *, keep_proposals: bool = False
) -> list[Offer]:
    """The offers of several wishes of one actor at one moment, in their order."""
    first = wishes[0]
    offers = await database.rows(
        db,
        Offer,
        _WANTED + _LOCKED + _FACTS,
        slots=[wish.slot_id for wish in wishes],
        patients=[wish.patient.person_id for wish in wishes],
        declared=[wish.patient.level == "declared" for wish in wishes],
        sees=[wish.patient.sees for wish in wishes],
        hidden=[f"{{{','.join(map(str, wish.patient.hidden))}}}" for wish in wishes],
        replaced=[wish.replaces for wish in wishes],
        referrals=[wish.referral_id for wish in wishes],
        account=first.account_id,
        actor_id=first.actor.id,
        actor_kind=first.actor.kind,
        channel=first.channel,
        keep_proposals=keep_proposals,
        now=first.now,
    )
    if len(offers) < len(wishes):
        raise SlotUnknown()
    return offers


_WANTED: LiteralString = f"""
    with wanted as (
        select slot_id, patient_id, declared, sees, hidden::integer[] as hidden, replaces,
               referral_id, place
        from unnest(%(slots)s::uuid[], %(patients)s::uuid[], %(declared)s::boolean[],
                    %(sees)s::boolean[], %(hidden)s::text[], %(replaced)s::uuid[],
                    %(referrals)s::uuid[]) with ordinality
            as wanted (slot_id, patient_id, declared, sees, hidden, replaces, referral_id, place)
    ), in_the_way as (
        select id, slot_id, channel from appointment
        where state = 'held' and slot_id = any(%(slots)s) and held_until <= %(now)s
        union
        select id, slot_id, channel from appointment
        where state = 'held' and patient_id = any(%(patients)s)
          and (held_until <= %(now)s
               or account_id = %(account)s::uuid and proposed_for is null
               or proposed_for is not null and not %(keep_proposals)s and exists (
                   select from wanted join slot on slot.id = wanted.slot_id
                   where wanted.patient_id = appointment.patient_id
                     and {SEEN_BY_WANTED}
                     and (slot.position_id = appointment.position_id
                          or tstzrange(slot.starts_at, slot.ends_at)
                             && tstzrange(appointment.starts_at, appointment.ends_at))))
    ), replaced as (
        select slot_id, channel from appointment where id = any(%(replaced)s)
    )
"""

# The aggregate over `locked` makes every slot come before the first quota.
_LOCKED: LiteralString = """
    , locked as (
        select * from slot
        where id = any(array(
            select slot_id from in_the_way
            union select slot_id from wanted
            union select slot_id from replaced
        ))
        order by id
        for no key update
    ), locked_quota as (
        select 1 from quota
        where session_id = any((select array_agg(session_id) from locked)::uuid[])
          and channel = any(array(
              select channel from in_the_way union select channel from replaced
              union select %(channel)s
          ))
        order by session_id, channel
        for no key update
    )
"""

_FACTS: LiteralString = f"""
    select slot.id as slot_id, slot.post_id, slot.department_id, slot.position_id,
           slot.starts_at, slot.ends_at, slot.opens_at, slot.channels, slot.blocked,
           organisation.zone, coalesce(department.phone, '') as phone,
           post.age_from, post.age_to, post.sex, position.area_kind,
           position.self_booking, position.needs_referral, position.sensitive,
           region.rules || organisation.rules || department.rules || position.rules
               || post.rules as merged_rules,
           array(select absence.post_id from absence
                 where absence.substitute_id = slot.post_id
                   and local.day between first_day and last_day) as stands_in_for,
           patient.died_on is not null or patient.joined_into is not null as card_closed,
           coming.coming, coming.coming_seen,
           case when wanted.declared then (
               select count(*) from appointment
               where appointment.account_id = %(account)s::uuid
                 and appointment.state = 'booked' and appointment.starts_at > %(now)s
                 and appointment.id is distinct from wanted.replaces
                 and exists (
                     -- a link that was left counts on: its visits stand
                     select from relative join person on person.id = relative.person_id
                     where relative.account_id = %(account)s::uuid
                       and relative.level = 'declared'
                       and appointment.patient_id in (person.id, person.joined_into))
           ) else 0 end as coming_declared,
           case when not wanted.sees or wanted.hidden <> '{{}}' then (
               select count(*) from event
               where person_id = wanted.patient_id and kind = 'appointment.clash_not_shown'
                 -- a federal caller has as many sessions as he likes
                 and (actor_id = %(actor_id)s
                      or actor_kind = 'federation' and %(actor_kind)s = 'federation')
                 and at >= date_trunc('day', %(now)s::timestamptz, organisation.zone)
           ) else 0 end as hidden_clashes,
           array(select starts_at from appointment
                 where patient_id = any(array(select person.id from person
                                              where wanted.patient_id in (id, joined_into)))
                   and state = 'not_arrived' and starts_at > %(now)s - interval '1 year'
                   and {SEEN_BY_WANTED}) as missed,
           coalesce(named.referral_id, case when position.needs_referral and wanted.sees
                                             and slot.position_id <> all(wanted.hidden) then (
                   select referral.id from referral
                   where referral.patient_id = wanted.patient_id
                     and referral.position_id = slot.position_id
                     and (department_ids = '{{}}' or slot.department_id = any(department_ids))
                     and local.day between referral.valid_from and referral.valid_to
                     and not is_used_elsewhere(referral.id)
                     and not exists (select from appointment
                                     where appointment.referral_id = referral.id
                                       and appointment.live
                                       and appointment.id is distinct from wanted.replaces
                                       and appointment.id not in (select id from in_the_way))
                   order by referral.valid_to, referral.id limit 1
               ) end) as referral_id,
           case when named.referral_id is not null then coalesce((
               select case
                   when referral.patient_id <> wanted.patient_id
                        or referral.position_id = any(wanted.hidden) then 'unknown'
                   when referral.position_id <> slot.position_id
                        or department_ids <> '{{}}' and slot.department_id <> all(department_ids)
                   then 'elsewhere'
                   when local.day not between valid_from and valid_to then 'over'
                   when is_used_elsewhere(referral.id) then 'used'
                   else 'fits' end
               from referral where referral.id = named.referral_id
           ), 'unknown') end as referral_fits,
           proposal.channel as proposed_channel, proposal.waived_by as proposed_waiver,
           wanted.replaces is null or exists (
               select from appointment
               where id = wanted.replaces and starts_at > %(now)s
                 and (state = 'booked' or state = 'held' and proposed_for is not null)
                 and patient_id = wanted.patient_id and {SEEN_BY_WANTED}
           ) as replaceable,
           array(select id from in_the_way order by id) as in_the_way
    from wanted
    join locked as slot on slot.id = wanted.slot_id
    join person as patient on patient.id = wanted.patient_id
    join post on post.id = slot.post_id
    join position on position.id = slot.position_id
    join department on department.id = slot.department_id
    join organisation on organisation.id = department.organisation_id
    cross join region
    cross join (select count(*) from locked_quota) as quotas_locked
    cross join lateral (select (slot.starts_at at time zone organisation.zone)::date) as local(day)
    left join lateral (
        select appointment.* from appointment
        where slot_id = slot.id and patient_id = wanted.patient_id
          and state = 'held' and proposed_for is not null and held_until > %(now)s
          and {SEEN_BY_WANTED}
        limit 1  -- there is one at most; so the slot's holds alone are looked at
    ) as proposal on true
    cross join lateral (
        select coalesce(wanted.referral_id, proposal.referral_id, (
            select referral_id from appointment
            where id = wanted.replaces and position_id = slot.position_id
        ))
    ) as named(referral_id)
    cross join lateral (
        select count(*) as coming,
               count(*) filter (where {SEEN_BY_WANTED}) as coming_seen
        from appointment
        where patient_id = wanted.patient_id and state = 'booked' and starts_at > %(now)s
          and id is distinct from wanted.replaces
    ) as coming
    order by wanted.place
"""
