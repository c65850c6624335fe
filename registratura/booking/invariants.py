"""What must be true of a live database: one query for each promise, which finds what breaks it.

A query reads `period`, the appointments that begin in the period, and `opened`, the sessions that
end in it. Its columns are named after what an operator looks up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

_PERIOD: LiteralString = """
    with period as (
        -- by way of the posts: their index leads to the period past all history
        select appointment.* from post
        join appointment on appointment.post_id = post.id
             and appointment.starts_at >= %(since)s
    ), opened as (
        select session.* from post
        join session on session.post_id = post.id
             and tstzrange(session.starts_at, session.ends_at) && tstzrange(%(since)s, null)
    )
"""


@dataclass(frozen=True)
class Invariant:
    """A promise: its name, what a broken one is called, and the query of its breaches."""

    name: str
    words: str
    breaches: LiteralString


INVARIANTS: Sequence[Invariant] = (
    Invariant(
        "a_seat_is_given_once",
        "Место отдано дважды",
        """
        select slot_id as slot, seat, array_agg(id order by id) as appointments
        from period where live
        group by slot_id, seat having count(*) > 1
        """,
    ),
    Invariant(
        "a_slot_has_no_more_visits_than_seats",
        "На одно время записано больше, чем в нём мест",
        """
        select slot.id as slot, slot.seats, taking.live
        from (select slot_id, count(*) as live from period where live group by slot_id) as taking
        join slot on slot.id = taking.slot_id
        where taking.live > slot.seats
        """,
    ),
    Invariant(
        "a_patient_is_in_one_place_at_a_time",
        "Пациент записан в два места на одно время",
        """
        select later.patient_id as patient, array[earlier.id, later.id] as appointments,
               later.starts_at
        from period as later
        join appointment as earlier on earlier.patient_id = later.patient_id
             and earlier.starts_at <= later.starts_at
             and (earlier.starts_at, earlier.id) < (later.starts_at, later.id)
        where later.live and later.replaces is null
          and earlier.live and earlier.replaces is null
          and tstzrange(earlier.starts_at, earlier.ends_at)
              && tstzrange(later.starts_at, later.ends_at)
        """,
    ),
    Invariant(
        "one_coming_visit_per_position",
        "Вторая запись на ту же должность, сделанная до первого приёма",
        """
        select later.patient_id as patient, later.position_id as position,
               array[earlier.id, later.id] as appointments
        from period as later
        join appointment as earlier on earlier.patient_id = later.patient_id
             and earlier.starts_at <= later.starts_at
             and (earlier.starts_at, earlier.id) < (later.starts_at, later.id)
        where later.live and later.replaces is null and later.waived_by is null
          and earlier.live and earlier.replaces is null and earlier.waived_by is null
          and earlier.position_id = later.position_id
          and tstzrange(least(earlier.booked_at, earlier.starts_at), earlier.starts_at)
              && tstzrange(least(later.booked_at, later.starts_at), later.starts_at)
        """,
    ),
    Invariant(
        "a_referral_is_used_once",
        "Направление использовано дважды",
        """
        select its.referral_id as referral, array[its.id, other.id] as appointments
        from period as its
        join appointment as other on other.referral_id = its.referral_id and other.id <> its.id
             and other.live and other.replaces is null
        where its.live and its.replaces is null
          -- a pair is told once, though both are in the period
          and (its.id > other.id or other.starts_at < %(since)s)
        """,
    ),
    Invariant(
        "a_state_is_told_by_its_event",
        "Последнее событие записи говорит о другом состоянии",
        """
        select period.id as appointment, period.state, told.kind as event
        from period
        left join lateral (
            select kind from event
            where subject_id = period.id and kind = any(%(kinds)s)
            order by id desc limit 1
        ) as told on true
        where told.kind is distinct from 'appointment.' || period.state
        """,
    ),
    Invariant(
        "a_state_changes_by_the_table",
        "Недопустимая смена состояния записи",
        """
        select appointment, previous as before, kind as event, at
        from (
            select event.subject_id as appointment, event.kind, event.at,
                   lag(event.kind) over (partition by event.subject_id order by event.id)
                       as previous
            from period
            join event on event.subject_id = period.id and event.kind = any(%(kinds)s)
        ) as step
        where coalesce(previous, '') || '>' || kind <> all(%(ways)s)
        """,
    ),
    Invariant(
        "a_slot_counts_its_visits",
        "Занятые места сосчитаны неверно: освободилось, но не свободно, или наоборот",
        """
        select slot.id as slot, slot.starts_at, slot.taken, coalesce(counted.live, 0) as live
        from opened
        join slot on slot.session_id = opened.id and slot.starts_at >= %(since)s
        left join (
            select slot_id, count(*) as live from period where live group by slot_id
        ) as counted on counted.slot_id = slot.id
        where slot.taken <> coalesce(counted.live, 0)
        """,
    ),
    Invariant(
        "a_hold_ends_at_its_end",
        "Удержание не снято вовремя",
        """
        select id as appointment, slot_id as slot, held_until
        from appointment
        where state = 'held' and held_until < %(now)s - interval '5 minutes'
        """,
    ),
    Invariant(
        "a_block_has_its_reason",
        "Время закрыто, а выходного, отсутствия или закрытого дня уже нет",
        """
        select slot.id as slot, slot.starts_at, slot.blocked_by as reason
        from opened
        join slot on slot.session_id = opened.id and slot.starts_at > %(now)s
        where slot.blocked_by is not null
          and not exists (select from day_change where id = slot.blocked_by)
          and not exists (select from absence where id = slot.blocked_by)
          and not exists (select from holiday where id = slot.blocked_by)
        """,
    ),
    Invariant(
        "a_quota_counts_its_visits",
        "Квота сосчитана неверно",
        """
        select quota.session_id as session, quota.channel, quota.quota, quota.taken,
               coalesce(counted.live, 0) as live
        from opened
        join quota on quota.session_id = opened.id
        left join (
            select slot.session_id, period.channel, count(*) as live
            from period join slot on slot.id = period.slot_id
            where period.live
            group by slot.session_id, period.channel
        ) as counted on counted.session_id = quota.session_id and counted.channel = quota.channel
        -- of a session that began before the period only a part would be counted
        where opened.starts_at >= %(since)s
          and (quota.taken <> coalesce(counted.live, 0) or quota.taken > quota.quota)
        """,
    ),
    Invariant(
        "an_announcement_has_its_change",
        "В очереди сообщение об изменении, которого нет в журнале",
        """
        select id as outbox, outbox.event, subject_id as subject, created_at as at
        from outbox
        where 0 = (  -- counted, so that the journal is asked by its index, row by row
            select count(*) from event
            where event.at = outbox.created_at and event.subject_id = any(array(
                select outbox.subject_id
                union all
                -- of a visit is told what befell the time that the clinic proposed in its place
                select promise.id from appointment as visit
                join appointment as promise on promise.patient_id = visit.patient_id
                     and promise.proposed_for = visit.id
                where visit.id = outbox.subject_id))
        )
        """,
    ),
    Invariant(
        "a_key_answers_with_a_visit",
        "Ключ повтора без ответа или с записью, которой нет",
        """
        select idempotency_key.key, answered.appointment
        from idempotency_key
        left join lateral (
            select distinct (jsonb_path_query(answer, '$.**.appointment_id') #>> '{}')::uuid
        ) as answered(appointment) on true
        where idempotency_key.created_at >= %(since)s
          and (answer is null or answered.appointment is not null and not exists (
              select from appointment where appointment.id = answered.appointment))
        """,
    ),
)
"""Every promise, the gravest first."""


def question(invariant: Invariant) -> LiteralString:
    """The statement that counts its breaches and shows some of them."""
    return (
        _PERIOD
        + ", broken as ("
        + invariant.breaches
        + """
        )
        select count(*) over () as total, to_jsonb(broken) as row from broken limit %(shown)s
        """
    )
