"""Parting: a joined card stands by itself again, with what had gone over and what is its own since.

Locks as in `booking.joining`. What went over stands in the event of the joining.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import locks
from registratura.booking.joining import ONE_AT_A_TIME
from registratura.booking.model import State, check_moment
from registratura.db import Connection, retried
from registratura.people.refusals import CardNotJoined, CardUnknown


@dataclass(frozen=True)
class Parted:
    """How much went back. By their numbers: what should have and could not, what is in doubt."""

    visits: int
    referrals: int
    kept_visits: Sequence[str]  # they would clash with others of the card
    kept_referrals: Sequence[str]  # used for a visit that stays
    doubtful: Sequence[str]  # coming visits booked since: nobody can say for whom


@dataclass(frozen=True)
class _Joining:
    """What the event of the joining says."""

    at: datetime
    into: UUID
    after: dict[str, Any]


@dataclass(frozen=True)
class _Visit:
    id: UUID
    number: str
    slot_id: UUID
    state: State


@retried
async def part_cards(
    db: Connection, *, now: datetime, actor: Actor, losing_id: UUID, reason: str
) -> Parted:
    """Undo a joining: the card `losing_id` is itself again, and so are those joined into it before.

    Back go visits and referrals that went over, whatever became of them since, what they were moved
    to, and what was booked since by accounts that reach the person by this card alone. Past visits
    of the other card that the joining let stand keep their mark, to no effect. Refuses with
    `CardUnknown` and `CardNotJoined`; raises `ValueError` for an empty reason.
    """
    check_moment(now)
    if not reason.strip():
        raise ValueError("reason: empty")
    async with db.transaction():
        joined_into = await _lock(db, losing_id)
        joining = await _find_joining(db, losing_id)
        about = {
            "losing": losing_id,
            "holders": [joined_into, joining.into] if joining else [joined_into],
            "since": joining.at if joining else now,
            "visits": joining.after.get("visits", []) if joining else [],
            "referrals": joining.after.get("referrals", []) if joining else [],
            "cards": joining.after.get("cards", []) if joining else [],
            "reason": reason.strip(),
            "now": now,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
        }
        return await _part(db, about)


async def _part(db: Connection, about: dict[str, Any]) -> Parted:
    its = await database.rows(db, _Visit, _ITS, **about)
    await locks.lock_slots(db, [it.slot_id for it in its])
    kept = [it.number for it in its if not await _give_back(db, it, about)]
    back = [it.id for it in its if it.number not in kept]
    referrals = await database.value(db, _REFERRALS_BACK, **about)
    await database.execute(db, _POINT_BACK, back=back, referrals_back=referrals, **about)
    return Parted(
        visits=sum(it.id in back and it.state not in (State.HELD, State.EXPIRED) for it in its),
        referrals=len(referrals),
        kept_visits=kept,
        kept_referrals=await database.value(db, _REFERRALS_KEPT, **about),
        doubtful=await database.value(db, _DOUBTFUL, kept=kept, **about),
    )


async def _lock(db: Connection, losing_id: UUID) -> UUID:
    """The card and what it is joined into; nobody books for either until the end. The latter."""
    await database.execute(db, "select pg_advisory_xact_lock(%(it)s)", it=ONE_AT_A_TIME)
    await database.execute(
        db,
        """
        select from person
        where %(it)s in (id, joined_into)
           or id = (select joined_into from person where id = %(it)s)
        order by id
        for no key update
        """,
        it=losing_id,
    )
    found = await database.value(
        db, "select array[id, joined_into] from person where id = %(it)s", it=losing_id
    )
    if found is None:
        raise CardUnknown()
    if found[1] is None:
        raise CardNotJoined()
    return UUID(str(found[1]))


async def _find_joining(db: Connection, losing_id: UUID) -> _Joining | None:
    """The last one of this card itself; that its target was joined on is another's."""
    return await database.find(
        db,
        _Joining,
        """
        select at, (after ->> 'joined_into')::uuid as into, after from event
        where subject_id = %(it)s and kind = 'person.joined' and before ->> 'joined_into' is null
        order by id desc limit 1
        """,
        it=losing_id,
    )


async def _give_back(db: Connection, visit: _Visit, about: dict[str, Any]) -> bool:
    """False where a visit of the card stands in its way."""
    try:
        async with db.transaction():
            await database.execute(db, _VISIT_BACK, visit=visit.id, **about)
    except psycopg.errors.ExclusionViolation:
        return False
    return True


# Accounts that reach the person by the losing card, and by no other of those that are one now.
_BY_THIS_CARD: LiteralString = """
    links as (
        select id as account_id, person_id from account
        union all
        select account_id, person_id from relative
    ), mine as (
        select account_id from links
        where person_id = %(losing)s or person_id = any(%(cards)s::uuid[])
        except
        select account_id from links
        where person_id in (select id from person
                            where id = any(%(holders)s) or joined_into = any(%(holders)s))
          and person_id <> %(losing)s and person_id <> all(%(cards)s::uuid[])
    )
"""

_ITS: LiteralString = (
    "with recursive"
    + _BY_THIS_CARD
    + """
    , its as (
        select id from appointment where id = any(%(visits)s::uuid[])
        union
        select id from appointment
        where patient_id = any(%(holders)s) and booked_at > %(since)s
          and account_id in (select account_id from mine)
        union
        select later.id
        from its
        join appointment as later on later.patient_id = any(%(holders)s)
             and its.id in (later.moved_from, later.proposed_for)
    )
    select appointment.id, to_char(number, 'FM9999999999000000') as number, slot_id, state
    from its join appointment using (id)
    where patient_id = any(%(holders)s)
    order by appointment.starts_at, appointment.id
    """
)

_VISIT_BACK: LiteralString = """
    with before as (
        select * from appointment where id = %(visit)s
    ), back as (
        update appointment set patient_id = %(losing)s where id = %(visit)s returning *
    )
    insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
    select %(now)s, 'appointment.parted', %(actor_kind)s, %(actor_id)s, back.patient_id, back.id,
           to_jsonb(before), to_jsonb(back)
    from back, before
"""

_REFERRALS_BACK: LiteralString = """
    with back as (
        update referral set patient_id = %(losing)s
        where id = any(%(referrals)s::uuid[]) and patient_id = any(%(holders)s)
          and not exists (select from appointment
                          where referral_id = referral.id and live and patient_id <> %(losing)s)
        returning id
    )
    select array(select id from back order by id)
"""

_REFERRALS_KEPT: LiteralString = """
    select array(select number from referral
                 where id = any(%(referrals)s::uuid[]) and patient_id = any(%(holders)s)
                 order by number)
"""

_POINT_BACK: LiteralString = """
    with cards as (
        select id, joined_into from person
        where id = %(losing)s or id = any(%(cards)s::uuid[]) and joined_into = any(%(holders)s)
    ), pointed as (
        update person set joined_into = nullif(%(losing)s, person.id)
        from cards where person.id = cards.id
        returning person.id, person.joined_into
    ), announced as (
        insert into outbox (event, subject_id, created_at)
        values ('person.parted', %(losing)s, %(now)s)
    )
    insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
    select %(now)s, 'person.parted', %(actor_kind)s, %(actor_id)s, id, id,
           jsonb_build_object('joined_into', cards.joined_into),
           jsonb_build_object('joined_into', pointed.joined_into)
           || case when id = %(losing)s then jsonb_build_object(
                  'reason', %(reason)s::text, 'visits', %(back)s::uuid[],
                  'referrals', %(referrals_back)s::uuid[])
              else '{}' end
    from cards join pointed using (id)
"""

_DOUBTFUL: LiteralString = """
    select array(
        select to_char(number, 'FM9999999999000000') from appointment
        where patient_id = any(%(holders)s) and state = 'booked' and starts_at > %(now)s
          and booked_at > %(since)s
          and to_char(number, 'FM9999999999000000') <> all(%(kept)s)
        order by starts_at, number)
"""
