"""Attachments: the clinic, area and area doctor of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from registratura.audit import Actor, readings
from registratura.db import Connection, rows
from registratura.people.acting import today_of
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Attachment:
    """Where somebody is attached, in the words that a page shows."""

    person_id: UUID
    department_id: UUID
    department: str
    organisation: str
    address: str
    phone: str | None
    area_number: str | None
    area_post_id: UUID | None
    area_doctor: str | None
    area_position: str | None
    valid_from: date


_MAIN: LiteralString = """
    select attachment.person_id, department.id as department_id, department.name as department,
           organisation.short_name as organisation, department.address, department.phone,
           area.number as area_number, post.id as area_post_id,
           nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                            practitioner.middle_name), '') as area_doctor,
           position.name as area_position, attachment.valid_from
    from attachment
    join department on department.id = attachment.department_id
    join organisation on organisation.id = department.organisation_id
    left join area on area.id = attachment.area_id
    left join post on post.id = area.post_id
    left join practitioner on practitioner.id = post.practitioner_id
    left join position on position.id = post.position_id
    where attachment.person_id = any(%(persons)s) and attachment.kind = 'main'
      and attachment.valid_from <= %(day)s
      and (attachment.valid_to is null or attachment.valid_to > %(day)s)
"""


async def search_for(
    db: Connection, account_id: UUID, whom: Sequence[Patient], *, now: datetime, zone: str
) -> dict[UUID, Attachment]:
    """The main attachment (therapeutic or paediatric) of each of the account's patients who has
    one today, by the patient's card; `zone` is the region's.

    Of a patient whose visits the account may not see a page shows clinic and area doctor, no more.
    Seeing another's is an event, once a day.
    """
    day = today_of(now, zone)
    await readings.record(
        db,
        now=now,
        day=day,
        actor=Actor("account", str(account_id)),
        kind="attachment.read",
        persons=[it.person_id for it in whom if not it.is_own],
    )
    found = await rows(db, Attachment, _MAIN, persons=[it.person_id for it in whom], day=day)
    return {it.person_id: it for it in found}
