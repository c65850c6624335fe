"""What is owed to the federation: each status of each visit once, told in its order.

A row is written in the relay's transaction, so nothing is owed that was not committed. Holds and
times that the clinic proposes are no visits: the federation does not hear of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.db import Connection
from registratura.people.acting import VISIT_IS_KEPT


class Status(StrEnum):
    """What the federation may hear of a visit (sheet, 4.10)."""

    RECORDED = "RECORDED"
    CANCELED = "CANCELED"
    SUCCESS = "SUCCESS"
    NOT_ARRIVED = "PATIENT_NOT_ARRIVED"


EVENTS: Sequence[str] = (
    "appointment.booked",
    "appointment.moved",
    "appointment.cancelled",
    "appointment.proposed",
    "appointment.withdrawn",
    "appointment.visited",
    "appointment.not_arrived",
)
"""The events of the outbox after which something may be owed."""

# Whether nothing is told of `visit` now: it was booked at the federal portal, whose account may be
# a parent's, and the patient hides its position. Of other channels' visits nobody is told there.
KEPT_BACK: LiteralString = f"(visit.federal_session is not null and {VISIT_IS_KEPT})"

# What is owed of a visit by the state in which it is, from its booking on. Of a hold nothing; one
# that the clinic proposes tells that the visit for which it stands was cancelled.
OWED: LiteralString = (
    """
    select visit.id as appointment_id, owed.status
    from appointment as visit
    cross join lateral (values
        ('RECORDED', 1, true),
        ('CANCELED', 2, visit.state in ('cancelled', 'moved')),
        ('SUCCESS', 2, visit.state = 'visited'),
        ('PATIENT_NOT_ARRIVED', 2, visit.state = 'not_arrived')
    ) as owed (status, place, is_due)
    where owed.is_due and visit.state not in ('held', 'expired') and not """
    + KEPT_BACK
    + """
      and visit.id = (select case when state in ('held', 'expired') then proposed_for else id end
                      from appointment where id = %(subject)s)
    order by owed.place
    """
)


@dataclass(frozen=True)
class Told:
    """A status that the federation is to hear of a visit."""

    appointment_id: UUID
    status: Status


async def owe(db: Connection, subject_id: UUID, *, now: datetime) -> list[Told]:
    """Write down what the visit owes and did not owe before, in the caller's transaction.

    `subject_id` is the visit, or the hold by which the clinic proposes another time for it. The
    answer is what is new, in the order in which it is to be told; asked twice, nothing.
    """
    written = await database.rows(
        db,
        Told,
        "with owed as ("
        + OWED
        + """
        ), written as (
            insert into federal_status (appointment_id, status, owed_at)
            select appointment_id, status, %(now)s from owed
            on conflict on constraint a_status_of_a_visit_is_owed_once do nothing
            returning appointment_id, status
        )
        select * from written order by status <> 'RECORDED'
        """,
        subject=subject_id,
        now=now,
    )
    return [Told(it.appointment_id, Status(it.status)) for it in written]


async def owe_again(
    db: Connection, appointment_id: UUID, wanted: Sequence[Status], *, now: datetime
) -> list[Told]:
    """Of these statuses, the ones that the visit owes are to be sent as if they never had been.

    In the caller's transaction; in the order in which they are to be told.
    """
    await owe(db, appointment_id, now=now)
    written = await database.rows(
        db,
        Told,
        """
        with written as (
            update federal_status
            set state = 'waiting', code = null, comment = null, attempts = 0,
                delivered_at = null, owed_at = %(now)s
            where appointment_id = %(appointment)s and status = any(%(wanted)s)
            returning appointment_id, status
        )
        select * from written order by status <> 'RECORDED'
        """,
        appointment=appointment_id,
        wanted=list(wanted),
        now=now,
    )
    return [Told(it.appointment_id, Status(it.status)) for it in written]


@dataclass(frozen=True)
class Owed:
    """A status that is to be sent now."""

    id: int
    status: Status
    attempts: int  # requests sent so far, since it was owed or asked for again


async def search_due(db: Connection, appointment_id: UUID, status: Status) -> list[Owed]:
    """That status, if it is not delivered, and what is still to be told of the visit before it.

    One that was given up is sent again only when it is asked for itself; none is sent once a later
    one of its visit has been delivered, and none that is kept back since: that is written down.
    """
    await _keep_back(db, appointment_id)
    found = await database.rows(
        db,
        Owed,
        """
        select id, status, case state when 'failed' then 0 else attempts end as attempts
        from federal_status as its
        where appointment_id = %(appointment)s and status in ('RECORDED', %(status)s)
          and code is distinct from 'KEPT_BACK'
          and (state = 'waiting' or state = 'failed' and status = %(status)s)
          and not exists (
              select from federal_status as later
              where later.appointment_id = its.appointment_id and later.state = 'delivered'
                and its.status = 'RECORDED' and later.status <> 'RECORDED')
        order by status <> 'RECORDED'
        """,
        appointment=appointment_id,
        status=status,
    )
    return [replace(it, status=Status(it.status)) for it in found]


async def _keep_back(db: Connection, appointment_id: UUID) -> None:
    """What waits of a visit that has been hidden since will not be sent by itself."""
    await database.execute(
        db,
        """
        update federal_status set state = 'failed', code = 'KEPT_BACK', comment = null
        from appointment as visit
        where visit.id = %(appointment)s and appointment_id = visit.id
          and federal_status.state = 'waiting' and """
        + KEPT_BACK,
        appointment=appointment_id,
    )


@dataclass(frozen=True)
class Outcome:
    """What became of a request: the row's new state, the code and words of the answer."""

    state: str
    code: str
    comment: str | None = None
    was_sent: bool = True


async def keep_outcome(db: Connection, owed: Owed, outcome: Outcome, *, now: datetime) -> None:
    """Write down what became of it. What was delivered stays so."""
    await database.execute(
        db,
        """
        update federal_status
        set state = %(state)s, code = %(code)s, comment = %(comment)s,
            attempts = case when federal_status.state = 'failed' then 0 else attempts end
                       + %(was_sent)s::boolean::integer,
            tried_at = %(now)s,
            delivered_at = case when %(state)s = 'delivered' then %(now)s::timestamptz end
        where id = %(id)s and state <> 'delivered'
        """,
        id=owed.id,
        now=now,
        **vars(outcome),
    )


@dataclass(frozen=True)
class Count:
    """How many statuses are in that state, and since when the oldest of them is owed."""

    state: str
    number: int
    oldest_at: datetime


async def count(db: Connection) -> list[Count]:
    """All statuses by state: waiting, delivered, failed. What is kept back is none of them."""
    return await database.rows(
        db,
        Count,
        """
        select state, count(*) as number, min(owed_at) as oldest_at from federal_status
        where code is distinct from 'KEPT_BACK'
        group by state order by array_position(array['waiting', 'failed', 'delivered'], state)
        """,
    )
