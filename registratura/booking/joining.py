"""Joining: two cards of one person become one; coming visits go over, history stays and is read.

Its event holds all that went over, so that `parting` can give it back.

Locks: joinings one after another, then persons, slots, quota counters, appointments, as in
`booking.locks`. Nobody books for either card meanwhile, and none can be booked for the losing one
afterwards.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import identities, locks
from registratura.booking.freeing import ENDED_HOLDS, GIVEN_BACK
from registratura.booking.model import check_moment
from registratura.booking.refusals import CardsClash
from registratura.db import Connection, retried
from registratura.people.refusals import CardJoined, CardsDiffer, CardUnknown, SameCard

# Three cards in two joinings at once would wait for each other in any order of their locks.
ONE_AT_A_TIME = 740_003


@dataclass(frozen=True)
class Joined:
    """How much went over to the winning card, and how many holds ended."""

    visits: int
    referrals: int
    holds: int


@dataclass(frozen=True)
class _Asked:
    """Parameters of the statements."""

    losing: UUID
    into: UUID
    now: datetime
    actor_kind: str
    actor_id: str | None
    despite: str | None = None
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Card:
    id: UUID
    joined_into: UUID | None


@dataclass(frozen=True)
class _Clash:
    """A coming visit of the losing card and one of the winning card that stands in its way."""

    losing: str
    losing_at: datetime
    losing_zone: str
    winning: str
    winning_at: datetime
    winning_zone: str

    @property
    def text(self) -> str:
        """Both visits in words."""
        one, other = (
            f"{what}, {at.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"
            for what, at, zone in (
                (self.losing, self.losing_at, self.losing_zone),
                (self.winning, self.winning_at, self.winning_zone),
            )
        )
        return f"{one} — {other}"


@retried
async def join_cards(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    losing_id: UUID,
    into_id: UUID,
    despite: str | None = None,
) -> Joined:
    """Join the losing card into the other; that they are one person is for the desk to decide.

    Coming visits, times that the clinic proposed, and referrals go over; other holds of the losing
    card end. If two visits clash, nothing is changed. `despite` says why cards that disagree about
    the person are one all the same (a slip in one of them). `parting.part_cards` undoes it.
    Refuses with `SameCard`, `CardUnknown`, `CardJoined` (either was joined before), `CardsDiffer`
    or `CardsClash`.
    """
    if losing_id == into_id:
        raise SameCard()
    check_moment(now)
    asked = _Asked(losing_id, into_id, now, actor.kind, actor.id, (despite or "").strip() or None)
    try:
        async with db.transaction():
            await _lock(db, losing_id, into_id, now)
            told = await identities.differences(db, losing_id, into_id)
            if told and asked.despite is None:
                raise CardsDiffer(in_what="; ".join(told))
            return await _join(db, replace(asked, differences=told))
    except psycopg.errors.ExclusionViolation:
        clashes = await database.rows(db, _Clash, _CLASHES, **vars(asked))
        raise CardsClash(clashes="; ".join(it.text for it in clashes)) from None


async def _join(db: Connection, asked: _Asked) -> Joined:
    holds = await database.value(db, _HOLDS, **vars(asked))
    ended = await database.value(db, _END_HOLDS, holds=holds, living_too=True, **vars(asked))
    await database.execute(db, _WAIVE_PAST, **vars(asked))
    moved = await database.one(db, _Moved, _MOVE, **vars(asked))
    return Joined(moved.visits, moved.referrals, ended)


@dataclass(frozen=True)
class _Moved:
    visits: int
    referrals: int


async def _lock(db: Connection, losing_id: UUID, into_id: UUID, now: datetime) -> None:
    await database.execute(db, "select pg_advisory_xact_lock(%(it)s)", it=ONE_AT_A_TIME)
    cards = await database.rows(
        db,
        _Card,
        """
        select id, joined_into from person
        where id in (%(losing)s, %(into)s) or joined_into = %(losing)s
        order by id
        for no key update
        """,
        losing=losing_id,
        into=into_id,
    )
    found = {card.id: card for card in cards}
    for card_id in (losing_id, into_id):
        if card_id not in found:
            raise CardUnknown()
        if found[card_id].joined_into is not None:
            raise CardJoined(card=card_id, into=found[card_id].joined_into)
    slots = await database.value(db, _SLOTS, losing=losing_id, into=into_id, now=now)
    await locks.lock_slots(db, slots)


# `appointment` goes over to the winning card. A time that the clinic proposed is its promise.
_GOES_OVER: LiteralString = """
    appointment.patient_id = %(losing)s and (
        appointment.state in ('booked', 'arrived') and appointment.ends_at > %(now)s
        or appointment.state = 'held' and appointment.proposed_for is not null
           and appointment.held_until > %(now)s)
"""

# Holds of the losing card that do not go over, and those of the winning card that are past their
# end and only seem to be in the way.
_ENDS: LiteralString = (
    """
    appointment.state = 'held' and (
        appointment.patient_id = %(losing)s and not ("""
    + _GOES_OVER
    + """)
        or appointment.patient_id = %(into)s and appointment.held_until <= %(now)s)
"""
)

# Visits of the winning card that are over, before which a coming one of the losing card was booked:
# as one card they would have clashed then; there is nothing left to choose from.
_OVER: LiteralString = (
    """
    appointment.patient_id = %(into)s and appointment.live and appointment.starts_at <= %(now)s
    and appointment.waived_by is null and appointment.state <> 'held' and exists (
        select from appointment as coming
        where coming.position_id = appointment.position_id
          and coming.booked_at < appointment.starts_at and """
    + _GOES_OVER.replace("appointment.", "coming.")
    + ")"
)

_SLOTS: LiteralString = (
    "select array(select distinct slot_id from appointment where "
    + f"({_GOES_OVER}) or ({_ENDS}) or ({_OVER}))"
)
_HOLDS: LiteralString = f"select array(select id from appointment where {_ENDS})"

_END_HOLDS: LiteralString = (
    "with"
    + ENDED_HOLDS
    + """
    , gone as (
        select slot_id, channel from ended
    ),
    """
    + GIVEN_BACK
    + "select count(*) from ended where patient_id = %(losing)s"
)

_WAIVE_PAST: LiteralString = f"""
    with before as (
        select * from appointment where {_OVER}
    ), waived as (
        update appointment set waived_by = 'joined cards' from before
        where appointment.id = before.id
        returning appointment.*
    )
    insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
    select %(now)s, 'appointment.waived', %(actor_kind)s, %(actor_id)s, waived.patient_id,
           waived.id, to_jsonb(before), to_jsonb(waived)
    from waived join before on before.id = waived.id
"""

_MOVE: LiteralString = f"""
    with before as (
        select * from appointment where {_GOES_OVER}
    ), moved as (
        update appointment set patient_id = %(into)s from before
        where appointment.id = before.id
        returning appointment.*
    ), referred as (
        update referral set patient_id = %(into)s where patient_id = %(losing)s
        returning id
    ), cards as (
        select id, joined_into from person where id = %(losing)s or joined_into = %(losing)s
    ), pointed as (
        update person set joined_into = %(into)s from cards where person.id = cards.id
    ), recorded as (
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
        select %(now)s, 'person.joined', %(actor_kind)s, %(actor_id)s, id, id,
               jsonb_build_object('joined_into', joined_into),
               jsonb_build_object('joined_into', %(into)s::uuid)
               || case when id = %(losing)s then jsonb_build_object(
                      'despite', %(despite)s::text,
                      'differences', %(differences)s::text[],
                      'visits', array(select moved.id from moved order by moved.id),
                      'referrals', array(select referred.id from referred order by referred.id),
                      'cards', array(select other.id from cards as other
                                     where other.id <> %(losing)s order by other.id))
                  else '{{}}' end
        from cards
        union all
        select %(now)s, 'appointment.joined', %(actor_kind)s, %(actor_id)s, moved.patient_id,
               moved.id, to_jsonb(before), to_jsonb(moved)
        from moved join before on before.id = moved.id
    ), announced as (
        insert into outbox (event, subject_id, created_at)
        select 'person.joined', %(losing)s::uuid, %(now)s
    )
    select (select count(*) from moved where state <> 'held') as visits,
           (select count(*) from referred) as referrals
"""

# What the constraints met, asked after the rollback; holds past their end were not in the way.
_CLASHES: LiteralString = f"""
    with coming as (
        select appointment.*, organisation.zone,
               '№ ' || to_char(number, 'FM9999999999000000') || ', ' || position.name as what
        from appointment
        join position on position.id = appointment.position_id
        join department on department.id = appointment.department_id
        join organisation on organisation.id = department.organisation_id
        where live and replaces is null and ends_at > %(now)s
          and patient_id in (%(losing)s, %(into)s)
          and coalesce(held_until > %(now)s, true)
    )
    select appointment.what as losing, appointment.starts_at as losing_at,
           appointment.zone as losing_zone, other.what as winning,
           other.starts_at as winning_at, other.zone as winning_zone
    from coming as appointment
    join coming as other on other.patient_id = %(into)s
         and (tstzrange(appointment.starts_at, appointment.ends_at)
                  && tstzrange(other.starts_at, other.ends_at)
              or appointment.position_id = other.position_id
                 and appointment.waived_by is null and other.waived_by is null
                 and tstzrange(least(appointment.booked_at, appointment.starts_at),
                               appointment.starts_at)
                     && tstzrange(least(other.booked_at, other.starts_at), other.starts_at)
                 and other.starts_at > %(now)s)
    where {_GOES_OVER}
    order by appointment.starts_at, other.starts_at
"""
