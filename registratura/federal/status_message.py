"""UpdateAppointmentStatus: what the federation hears of a visit, without the patient (section 6).

Of the patient only the full years and whether he lives in a village go over the wire.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import LiteralString
from uuid import UUID

from lxml import etree

from registratura import db as database
from registratura.booking.model import Channel
from registratura.db import Connection
from registratura.directory import national
from registratura.directory.national import Clinic, Post
from registratura.federal import codes, pieces
from registratura.federal.statuses import Status
from registratura.federal.writing import Element, element, envelope, moment, needed

OPERATION = "UpdateAppointmentStatus"
_COMPULSORY_INSURANCE = 1  # `Payment_Source_Id` (4.10): nothing else is booked here
_TYPES = {"repeat": "REPEATED"}
_REASONS = {"preventive": "PROPHYLACTIC"}


class CannotBeTold(Exception):
    """The directory lacks what the message needs; the reason names the element, no data."""


@dataclass(frozen=True)
class Visit:
    """A visit as the message needs it. `age` in full years on its day, by the clinic's clock."""

    id: UUID
    number: str
    department_id: UUID
    post_id: UUID
    starts_at: datetime
    zone: str
    channel: str
    kind: str
    age: int
    is_villager: bool


# By the address types of the federal address system: посёлок, село, деревня … are rural; a city and
# an urban settlement (г., пгт, рп) are not. The registry keeps no address of a person: his area's
# addresses tell, if all of them are rural.
_RURAL: LiteralString = (
    r"'^\s*(п|пос|посёлок|поселок|с|село|д|дер|деревня|х|хутор|аул|сл|слобода|ст-ца|станица)"
    r"(\.\s*|\s+)\S'"
)

_VISIT: LiteralString = (
    """
    select visit.id, to_char(visit.number, 'FM9999999999000000') as number, visit.department_id,
           visit.post_id, visit.starts_at, here.zone, visit.channel, slot.kind,
           extract(year from age(here.day, person.birth_date))::integer as age,
           coalesce((
               select bool_and(settlement ~* """
    + _RURAL
    + """)
               from attachment join area_address on area_address.area_id = attachment.area_id
               where attachment.person_id = person.id and attachment.kind = 'main'
                 and daterange(attachment.valid_from, attachment.valid_to, '[)') @> here.day
           ), false) as is_villager
    from appointment as visit
    join slot on slot.id = visit.slot_id
    join person on person.id = visit.patient_id
    join department on department.id = visit.department_id
    join organisation on organisation.id = department.organisation_id
    cross join lateral (
        select organisation.zone, (visit.starts_at at time zone organisation.zone)::date as day
    ) as here
    where visit.id = %(visit)s
    """
)


async def make(db: Connection, appointment_id: UUID, status: Status, *, rmis_id: str) -> bytes:
    """The whole request, from what the directory says now.

    Refuses with `CannotBeTold` what the schema would not let pass: a clinic without a national
    OID, a doctor without a СНИЛС.
    """
    visit = await database.one(db, Visit, _VISIT, visit=appointment_id)
    clinics = await national.search_clinics(db, [visit.department_id])
    posts = await national.search_posts(db, [visit.post_id])
    if not clinics:
        raise CannotBeTold("MO_OID")
    content = build(visit, clinics[0], posts[0], status, rmis_id)
    try:
        _schema().assertValid(content)
    except etree.DocumentInvalid as fault:
        raise CannotBeTold(_where(str(fault))) from None
    return envelope(content)


def build(visit: Visit, clinic: Clinic, post: Post, status: Status, rmis_id: str) -> Element:
    """The content of the request: every element in the order of section 6."""
    return needed(
        f"{OPERATION}Request",
        element("Rmis_Id", rmis_id),
        element("Book_Id_Mis", visit.number),
        element("Visit_Time", moment(visit.starts_at, visit.zone)),
        element("Status", status),
        needed(
            "Book_Data",
            pieces.clinic_base(clinic),
            pieces.resource(post),
            element("Specialty_Id", post.speciality_id),
            pieces.services_info(post),
            element("Source_Code", codes.SOURCES[Channel(visit.channel)]),
            element("Appointment_Type", _TYPES.get(visit.kind, "PRIMARY")),
            element("Appointment_Reason", _REASONS.get(visit.kind, "ILLNESS")),
            element("Payment_Source_Id", _COMPULSORY_INSURANCE),
            needed(
                "Patient",
                element("Age", visit.age),
                element("Is_Villager", "true" if visit.is_villager else "false"),
            ),
        ),
    )


@cache
def _schema() -> etree.XMLSchema:
    file = resources.files("registratura.federal") / "schema" / "status-schema.xsd"
    with resources.as_file(file) as path:  # beside it lies the schema that it includes
        return etree.XMLSchema(etree.parse(path))


def _where(message: str) -> str:
    """The element that an error of the schema is about: the message may hold its content."""
    named = message.partition("Element '{")[2].partition("'")[0].rpartition("}")[2]
    return named or "schema"
