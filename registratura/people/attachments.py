"""Attachments: the clinic, area and area doctor of a person."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registratura.db import Connection, find


@dataclass(frozen=True)
class Attachment:
    """Where somebody is attached, in the words that a page shows."""

    department_id: UUID
    department: str
    organisation: str
    address: str
    area_number: str | None
    area_post_id: UUID | None
    area_doctor: str | None
    area_position: str | None
    valid_from: date


async def find_main(db: Connection, person_id: UUID, on: date) -> Attachment | None:
    """The main attachment (therapeutic or paediatric) on that day of the region, or None."""
    return await find(
        db,
        Attachment,
        """
        select department.id as department_id, department.name as department,
               organisation.short_name as organisation, department.address,
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
        where attachment.person_id = %(person)s and attachment.kind = 'main'
          and attachment.valid_from <= %(day)s
          and (attachment.valid_to is null or attachment.valid_to > %(day)s)
        """,
        person=person_id,
        day=on,
    )
