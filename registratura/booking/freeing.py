"""What a visit or hold that has ended gives back: the seat of its slot, its part of the quota.

The constants are parts of one statement, after a CTE `gone (slot_id, channel)` of what has ended.
"""

from typing import LiteralString

GIVEN_BACK: LiteralString = """
    counted as (
        update slot set taken = taken - freed.seats
        from (select slot_id, count(*)::int as seats from gone group by slot_id) as freed
        where slot.id = freed.slot_id
    ), quoted as (
        update quota set taken = quota.taken - freed.seats
        from (select slot.session_id, gone.channel, count(*)::int as seats
              from gone join slot on slot.id = gone.slot_id
              group by slot.session_id, gone.channel) as freed
        where quota.session_id = freed.session_id and quota.channel = freed.channel
    )
"""

ENDED_HOLDS: LiteralString = """
    ended as (
        update appointment set state = 'expired', held_until = null
        where id = any(%(holds)s) and state = 'held'
          and (%(living_too)s or held_until <= %(now)s)
        returning *
    ), recorded_ends as (
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, after)
        select %(now)s, 'appointment.expired', %(actor_kind)s, %(actor_id)s, patient_id, id,
               to_jsonb(ended)
        from ended
    )
"""
