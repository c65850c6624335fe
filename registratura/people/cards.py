"""Cards without an account: as staff see them, or a caller whom another system vouches for."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura.db import Connection, find
from registratura.people.acting import KEPT
from registratura.people.patients import Patient
from registratura.people.refusals import NotYourPatient

_NOTHING: LiteralString = "'{}'::integer[]"


async def get_patient(db: Connection, person_id: UUID, *, now: datetime, zone: str) -> Patient:
    """The person of that card, or of the one it was joined into, as the clinic sees him; `zone` is
    the region's.

    Refuses with `NotYourPatient` where there is no such card.
    """
    return await _get(db, person_id, _NOTHING, now, zone)


async def get_vouched(db: Connection, person_id: UUID, *, now: datetime, zone: str) -> Patient:
    """The same for a caller whose right another system vouches for, without saying who he is: he
    may be a parent, so what the patient hides is hidden from him.

    Refuses with `NotYourPatient` likewise.
    """
    return await _get(db, person_id, KEPT, now, zone)


async def _get(
    db: Connection, person_id: UUID, hidden: LiteralString, now: datetime, zone: str
) -> Patient:
    found = await find(
        db,
        Patient,
        """
        select card.id as person_id, null::uuid as relative_id, 'confirmed' as level,
               null as kinship, card.last_name, card.first_name, card.middle_name,
               card.birth_date, card.sex, null as policy_number,
               true as sees, """
        + hidden
        + """ as hidden,
               attachment.department_id, attachment.area_id,
               area.number as area_number, area.post_id as area_post_id,
               today.day as judged_on
        from person as asked
        join person as card on card.id = coalesce(asked.joined_into, asked.id)
        cross join lateral (select (%(now)s at time zone %(zone)s)::date) as today(day)
        left join attachment on attachment.person_id = card.id and attachment.kind = 'main'
             and attachment.valid_from <= today.day
             and (attachment.valid_to is null or attachment.valid_to > today.day)
        left join area on area.id = attachment.area_id
        where asked.id = %(person)s
        """,
        person=person_id,
        now=now,
        zone=zone,
    )
    if found is None:
        raise NotYourPatient()
    return found
