"""The journal of one person: who did what with his data, and who has looked at them.

Read from `event`, which nobody can change. Shown to the person himself, and to whoever may see his
visits: to him without those that this reader may not see.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from registratura.audit import Actor, readings
from registratura.booking.visits import VISIBLE
from registratura.db import Connection, rows
from registratura.people.acting import today_of
from registratura.people.patients import Patient
from registratura.people.refusals import NotYourPatient

# How the reader stands to whoever did it: himself, the person's own account, another account that
# acts for the person, or none of the portal's accounts.
Who = Literal["you", "patient", "representative", "staff", "federation", "system"]


@dataclass(frozen=True)
class Entry:
    """One line. `staff` is name and post of whoever acted for a clinic; others stay unnamed.
    `confirmed_by`: of a link, what confirmed it, where it was not the desk by a document."""

    id: int
    at: datetime
    kind: str
    who: Who
    staff: str | None
    confirmed_by: Literal["esia", "consent"] | None = None


# What is done with a card. Sign-ins, consents and sessions are of an account: only its owner's.
_OF_THE_CARD = [
    "appointment",
    "attachment",
    "federation",
    "journal",
    "person",
    "referral",
    "relative",
    "visits",
]

# Holds come and go while somebody looks at a form: nothing of theirs is worth a line.
_ENTRIES: LiteralString = (
    """
    with card as (
        select id from person where %(patient)s in (id, joined_into)
    )
    select event.id, event.at, event.kind,
           case when actor_kind <> 'account' then actor_kind
                when actor_id = %(account)s::text then 'you'
                when exists (select from account where account.id::text = event.actor_id
                             and account.person_id in (select id from card)) then 'patient'
                else 'representative' end as who,
           case when actor_kind = 'staff' then actor_id end as staff,
           case when event.kind like 'relative.%%' then after ->> 'confirmed_by' end
               as confirmed_by
    from event
    where event.person_id in (select id from card)
      and (%(before)s::bigint is null or event.id < %(before)s)
      and event.kind not in ('appointment.held', 'appointment.expired')
      and (%(is_own)s or split_part(event.kind, '.', 1) = any(%(of_the_card)s) and (
          event.kind not like 'appointment.%%' or event.subject_id in (
              select visible.id from ("""
    + VISIBLE
    + """) as visible))
          and (event.kind not like 'referral.%%' or not exists (
              select from referral
              where referral.id = event.subject_id and position_id = any(%(hidden)s::integer[]))))
    order by event.id desc
    limit %(most)s
    """
)


async def search(
    db: Connection,
    account_id: UUID,
    patient: Patient,
    *,
    now: datetime,
    zone: str,
    before: int | None = None,
    most: int | None = 30,
) -> list[Entry]:
    """The latest lines, or those before the line of that id; `zone` is the region's.

    `patient` is what `patients.get_for` gave this account. Refuses with `NotYourPatient` where it
    may not see his visits. Reading another's journal is itself a line of it.
    """
    if not patient.sees:
        raise NotYourPatient()
    if not patient.is_own:
        await readings.record(
            db,
            now=now,
            day=today_of(now, zone),
            actor=Actor("account", str(account_id)),
            kind="journal.read",
            persons=[patient.person_id],
        )
    return await rows(
        db,
        Entry,
        _ENTRIES,
        account=account_id,
        patient=patient.person_id,
        is_own=patient.is_own,
        hidden=list(patient.hidden),
        of_the_card=_OF_THE_CARD,
        before=before,
        most=most,
        today=today_of(now, zone),
    )
