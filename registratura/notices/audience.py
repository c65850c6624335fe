"""Who may know of a visit at this moment; written once, asked from both ends."""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from registratura.db import Connection, rows
from registratura.people import names
from registratura.people.acting import BETTER, LIVING, MAY_SEE, THEIRS

# The patient himself, and whoever has a living link to him by which he may see the visit. A card
# joined into another is read through it. `today` is the region's date.
_KNOWING: LiteralString = f"""
    from appointment
    join person as patient on patient.id = appointment.patient_id
    join person as card on card.id = coalesce(patient.joined_into, patient.id)
    {THEIRS}
    where {LIVING} and {MAY_SEE}
"""

# Of a link: the patient, and who sees his visits; its own holder also when it has ended, but not
# when the desk closed it.
_KNOWING_OF_A_LINK: LiteralString = f"""
    from relative
    join person as named on named.id = relative.person_id
    join person as card on card.id = coalesce(named.joined_into, named.id)
    {THEIRS}
    where (acting.relative_id = relative.id and relative.closed_at is null
           or {LIVING} and acting.sees and rung.sees)
"""

STILL_KNOWS: LiteralString = f"""
    case when notice.relative_id is null then exists (
        select {_KNOWING} and appointment.id = notice.subject_id
           and acting.account_id = notice.account_id
    ) else exists (
        select {_KNOWING_OF_A_LINK} and relative.id = notice.relative_id
           and acting.account_id = notice.account_id
    ) end
"""
"""A condition on a row of `notice`: its account may know of its visit or link today."""

TAKEN: LiteralString = f"""
    (select appointment.id {_KNOWING}
        and acting.account_id = notice.account_id
        and appointment.patient_id = visit.patient_id and appointment.slot_id = visit.slot_id
        and appointment.state in ('booked', 'arrived', 'visited', 'not_arrived')
     limit 1)
"""
"""Beside a row of `notice` and its proposed `visit`: the visit by which the proposal was taken,
where the notice's account may know of it."""

MAILBOX: LiteralString = """
    (select email from account
     where account.id = {account}
       and exists (select from consent
                   where consent.account_id = account.id and withdrawn_at is null)
       and not exists (select from unwanted_letter
                       where unwanted_letter.account_id = account.id
                         and unwanted_letter.kind = {notice_kind}))
"""
"""The address of `account` for a letter of `notice_kind`; null where it agreed to nothing, has
agreed no longer, or wants no such letters."""

HAS_WITHDRAWN: LiteralString = """
    (exists (select from consent where account_id = acting.account_id
             and withdrawn_at is not null)
     and not exists (select from consent where account_id = acting.account_id
                     and withdrawn_at is null))
"""
"""The account of `acting` has withdrawn its consent and given no other: it is told nothing more,
on the portal either."""


@dataclass(frozen=True)
class Recipient:
    """An account that is told. The name is the patient's as this account knows him."""

    account_id: UUID
    person_id: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    email: str | None

    @property
    def patient(self) -> str:
        """«Иванов П.И.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)


async def search(
    db: Connection, appointment_id: UUID, *, today: date, kind: str | None = None
) -> list[Recipient]:
    """Every account that is told of the visit on `today`; of a patient who died, nobody.

    The address is ЕСИА's, and None for an account that agreed to nothing or wants no letters of
    this kind of notice.
    """
    return await rows(
        db,
        Recipient,
        """
        select distinct on (acting.account_id)
               acting.account_id, card.id as person_id,
               acting.last_name, acting.first_name, acting.middle_name,
        """
        + MAILBOX.format(account="acting.account_id", notice_kind="%(kind)s::text")
        + " as email"
        + _KNOWING
        + "and not"
        + HAS_WITHDRAWN
        + """
          and appointment.id = %(appointment)s and card.died_on is null
        order by acting.account_id,
        """
        + BETTER,
        appointment=appointment_id,
        today=today,
        kind=kind,
    )
