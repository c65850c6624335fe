"""How the country calls our clinics, posts and rooms: OIDs, СНИЛС, national codes of positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.db import Connection

_OID_OF_A_UUID = "2.25."  # ITU-T X.667: every UUID is an OID below this arc
_OID: LiteralString = r"'^\d+(\.\d+)+$'"


@dataclass(frozen=True)
class Clinic:
    """A department with its national OID; `ages` are adult, child or all."""

    id: UUID
    code: str
    oid: str
    organisation_oid: str
    name: str
    organisation: str
    address: str
    phone: str | None
    ages: str


@dataclass(frozen=True)
class Post:
    """A doctor, or a room without one (`snils` is None), in the words of the national lists.

    `position_id` is ours; where it is a local kind, `national_id` is the nearest national one.
    """

    id: UUID
    department_id: UUID
    position_id: int
    national_id: int
    position: str
    speciality_id: int
    service_code: str | None
    service_name: str | None
    snils: str | None
    last_name: str | None
    first_name: str | None
    middle_name: str | None
    room_id: UUID
    room_oid: str | None
    room_number: str
    room_name: str | None
    age_from: int
    age_to: int

    @property
    def room_national_oid(self) -> str:
        """The room's OID; where the region gave it none, the one that its UUID is."""
        return self.room_oid or f"{_OID_OF_A_UUID}{self.room_id.int}"


@dataclass(frozen=True)
class Position:
    """A position and its national number; `of_rooms`: nobody sits in it, only rooms."""

    position_id: int
    national_id: int
    position: str
    speciality_id: int
    service_code: str | None
    self_booking: bool
    of_rooms: bool


async def search_clinics(db: Connection, ids: Sequence[UUID]) -> list[Clinic]:
    """Those of the clinics that have a national OID, in alphabet order."""
    return await database.rows(
        db, Clinic, _CLINIC + "and department.id = any(%(ids)s)" + _BY_NAME, ids=list(ids)
    )


async def search_clinics_by_oid(db: Connection, oids: Sequence[str]) -> list[Clinic]:
    """The clinics of these OIDs; an organisation's covers its departments."""
    return await database.rows(
        db,
        Clinic,
        _CLINIC
        + "and (department.oid = any(%(oids)s) or organisation.oid = any(%(oids)s))"
        + _BY_NAME,
        oids=list(oids),
    )


async def find_clinic(db: Connection, code_or_oid: str) -> Clinic | None:
    """The clinic of that code of ours, or of that OID."""
    return await database.find(
        db,
        Clinic,
        _CLINIC + "and %(it)s in (department.code, department.oid)" + _BY_NAME + " limit 1",
        it=code_or_oid,
    )


_CLINIC: LiteralString = (
    """
    select department.id, department.code, department.oid, organisation.oid as organisation_oid,
           department.name, organisation.short_name as organisation, department.address,
           department.phone, department.ages
    from department
    join organisation on organisation.id = department.organisation_id
    where department.oid ~ """
    + _OID
    + "\n"
)
_BY_NAME: LiteralString = """
    order by name_key(organisation.short_name), name_key(department.name), department.code
"""


async def search_posts(db: Connection, ids: Sequence[UUID]) -> list[Post]:
    """These posts, in no order."""
    return await database.rows(db, Post, _POST + "where post.id = any(%(ids)s)", ids=list(ids))


_POST: LiteralString = """
    select post.id, post.department_id, position.id as position_id,
           coalesce(position.national_id, position.id) as national_id, position.name as position,
           position.speciality_id, position.service_code, position.service_name,
           practitioner.snils, practitioner.last_name, practitioner.first_name,
           practitioner.middle_name, room.id as room_id, room.oid as room_oid,
           room.number as room_number, room.name as room_name, post.age_from, post.age_to
    from post
    join position on position.id = post.position_id
    join room on room.id = post.room_id
    left join practitioner on practitioner.id = post.practitioner_id
"""


async def search_position_ids(
    db: Connection,
    *,
    national_ids: Sequence[int] = (),
    own_ids: Sequence[int] = (),
    speciality_id: int | None = None,
) -> list[int]:
    """Our positions of these national numbers, with these numbers of ours, of that speciality;
    those that need a referral first."""
    found = await database.value(
        db,
        """
        select array_agg(id order by needs_referral desc, id) from position
        where coalesce(national_id, id) = any(%(national)s::int[])
           or id = any(%(own)s::int[])
           or speciality_id = %(speciality)s::int
        """,
        national=list(national_ids),
        own=list(own_ids),
        speciality=speciality_id,
    )
    return list(found or ())


async def search_positions(db: Connection, ids: Sequence[int]) -> list[Position]:
    """These positions, in no order."""
    return await database.rows(
        db,
        Position,
        """
        select id as position_id, coalesce(national_id, id) as national_id, name as position,
               speciality_id, service_code, self_booking,
               exists (select from post where position_id = position.id)
                   and not exists (select from post where position_id = position.id
                                   and practitioner_id is not null) as of_rooms
        from position where id = any(%(ids)s)
        """,
        ids=list(ids),
    )


def room_id_of(oid: str) -> UUID | None:
    """The room's id that an OID of `Post.room_national_oid` holds, or None."""
    digits = oid.removeprefix(_OID_OF_A_UUID)
    fits = digits != oid and digits.isascii() and digits.isdigit() and len(digits) < 40
    return UUID(int=int(digits)) if fits and int(digits) < 1 << 128 else None
