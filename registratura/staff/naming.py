"""What people call things: a printed number, a code of the region's files, or an id."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from registratura.booking.doctors import PostUnknown
from registratura.booking.refusals import AppointmentUnknown
from registratura.db import Connection, find, value
from registratura.directory.departments import DepartmentUnknown
from registratura.people.refusals import CardUnknown


@dataclass(frozen=True)
class Place:
    """A post or a clinic, and the zone of its days."""

    id: UUID
    zone: str


async def card(db: Connection, named: str) -> UUID:
    """The card by its id or the region's code. Refuses with `CardUnknown`."""
    found: UUID | None = await value(
        db,
        "select id from person where id = %(id)s::uuid or code = %(code)s",
        id=_uuid(named),
        code=named,
    )
    if found is None:
        raise CardUnknown()
    return found


async def visit(db: Connection, named: str) -> UUID:
    """The visit by its id or its printed number. Refuses with `AppointmentUnknown`."""
    digits = named.isascii() and named.isdecimal() and len(named) <= 18
    found: UUID | None = await value(
        db,
        "select id from appointment where id = %(id)s::uuid or number = %(number)s::bigint",
        id=_uuid(named),
        number=int(named) if digits else None,
    )
    if found is None:
        raise AppointmentUnknown()
    return found


_PLACE: LiteralString = """
    join organisation on organisation.id = department.organisation_id
    where {0}.code = %(code)s or {0}.id = %(id)s::uuid
"""


async def post(db: Connection, named: str) -> Place:
    """The doctor's post by its code or id. Refuses with `PostUnknown`."""
    found = await find(
        db,
        Place,
        "select post.id, organisation.zone from post"
        " join department on department.id = post.department_id" + _PLACE.format("post"),
        code=named,
        id=_uuid(named),
    )
    if found is None:
        raise PostUnknown()
    return found


async def clinic(db: Connection, named: str) -> Place:
    """The clinic by the code of its department or its id. Refuses with `DepartmentUnknown`."""
    found = await find(
        db,
        Place,
        "select department.id, organisation.zone from department" + _PLACE.format("department"),
        code=named,
        id=_uuid(named),
    )
    if found is None:
        raise DepartmentUnknown()
    return found


def _uuid(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None
