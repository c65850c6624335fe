"""Referrals across systems: those that another system issued, and ours that were used there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, LiteralString
from uuid import UUID

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.booking.model import check_moment
from registratura.booking.refusals import ReferralUnknown
from registratura.db import Connection, retried

UseState = Literal["recorded", "canceled", "success", "patient_not_arrived"]


@dataclass(frozen=True)
class Foreign:
    """A referral that another system issued; `issuer_oid` is its organisation's."""

    number: str
    issuer_oid: str
    position_id: int
    department_ids: Sequence[UUID]
    valid_from: date
    valid_to: date


@retried
async def write_down(
    db: Connection, foreign: Foreign, *, now: datetime, actor: Actor, patient_id: UUID
) -> UUID:
    """Write down another system's referral, so that it is used once; its id here.

    Told again it may have other dates, clinics or another position. Refuses with `ReferralUnknown`
    where it was told of another patient. Raises `ValueError` for dates in the wrong order.
    """
    check_moment(now)
    if foreign.valid_from > foreign.valid_to:
        raise ValueError(f"valid_to: {foreign.valid_to} is before {foreign.valid_from}")
    number = f"{foreign.number} ({foreign.issuer_oid})"
    async with db.transaction():
        written = await database.find(
            db,
            _Written,
            _WRITE_DOWN,
            **{**vars(foreign), "department_ids": list(foreign.department_ids), "number": number},
            patient=patient_id,
        )
        if written is None:
            raise ReferralUnknown()
        if written.is_new:
            await audit.record(
                db,
                now=now,
                kind="referral.added",
                actor=actor,
                person_id=patient_id,
                subject_id=written.id,
                after={"number": number, "position_id": foreign.position_id},
            )
    return written.id


@dataclass(frozen=True)
class _Written:
    id: UUID
    is_new: bool


_WRITE_DOWN: LiteralString = """
    insert into referral (number, patient_id, position_id, department_ids, valid_from, valid_to,
                          issuer_oid)
    values (%(number)s, %(patient)s, %(position_id)s, %(department_ids)s::uuid[], %(valid_from)s,
            %(valid_to)s, %(issuer_oid)s)
    on conflict (number) do update
    set (position_id, department_ids, valid_from, valid_to)
        = (excluded.position_id, excluded.department_ids, excluded.valid_from, excluded.valid_to)
    where referral.patient_id = excluded.patient_id and referral.issuer_oid is not null
    returning id, (xmax = 0) as is_new
"""


@dataclass(frozen=True)
class Use:
    """What another system told of its visit by our referral; `book_id` is its own number of it."""

    book_id: str
    state: UseState
    mo_oid: str
    mo_name: str
    resource_name: str
    visit_time: datetime


@retried
async def note(db: Connection, referral_id: UUID, use: Use, *, now: datetime, actor: Actor) -> None:
    """Note it: from then on the referral is used, until that visit is told to be cancelled.

    The same state of the same visit told again changes nothing. Refuses with `ReferralUnknown`.
    """
    check_moment(now)
    async with db.transaction():
        patient_id = await database.value(
            db, "select patient_id from referral where id = %(it)s", it=referral_id
        )
        if patient_id is None:
            raise ReferralUnknown()
        noted = await database.execute(
            db,
            """
            insert into referral_use (referral_id, book_id, state, mo_oid, mo_name, resource_name,
                                      visit_time, told_at)
            values (%(referral)s, %(book_id)s, %(state)s, %(mo_oid)s, %(mo_name)s,
                    %(resource_name)s, %(visit_time)s, %(now)s)
            on conflict on constraint a_use_elsewhere_is_told_once do nothing
            """,
            **vars(use),
            referral=referral_id,
            now=now,
        )
        if noted:
            await audit.record(
                db,
                now=now,
                kind="referral.used_elsewhere",
                actor=actor,
                person_id=patient_id,
                subject_id=referral_id,
                after=vars(use),
            )
