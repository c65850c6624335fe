"""Staff roles: what a person, known by СНИЛС, may do at the desk, where, and until when.

The registry keeps no password: a member of staff signs in through ЕСИА as everybody does, and his
living roles are asked anew at each request.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg.errors import CheckViolation, ExclusionViolation

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, rows, value
from registratura.people import names
from registratura.people.refusals import (
    RoleHeldAlready,
    RolePeriodWrong,
    RolePlaceWrong,
    RoleUnknown,
)

ROLES = {
    "registrar": "регистратор",
    "doctor": "врач",
    "head": "заведующий",
    "regional_administrator": "администратор региона",
    "operator": "оператор горячей линии",
}

LIVING_ROLE: LiteralString = """
    staff_role.revoked_at is null and staff_role.valid_from <= %(today)s
    and (staff_role.valid_to is null or staff_role.valid_to > %(today)s)
"""
"""A condition on a row of `staff_role`: it acts on `today`, the region's date."""


@dataclass(frozen=True)
class Role:
    """A role and its place: of an organisation, of one of its clinics, or of the whole region."""

    id: UUID
    role: str
    organisation: str | None
    department: str | None
    valid_to: date | None  # exclusive

    @property
    def words(self) -> str:
        """«регистратор»."""
        return ROLES[self.role]

    @property
    def place(self) -> str:
        """«ДГБ, Поликлиника № 1», «ДГБ», «весь регион»."""
        return ", ".join(filter(None, (self.organisation, self.department))) or "весь регион"


@dataclass(frozen=True)
class Granted(Role):
    """A role as an administrator sees it; the name is known once its holder has signed in."""

    snils: str
    last_name: str | None
    first_name: str | None
    middle_name: str | None
    valid_from: date
    revoked_at: datetime | None

    @property
    def holder(self) -> str:
        """«Регистратова О.И.», or nothing."""
        if self.last_name is None or self.first_name is None:
            return ""
        return names.short(self.last_name, self.first_name, self.middle_name)


_ROLE: LiteralString = """
    select staff_role.id, role, organisation.short_name as organisation,
           department.name as department, valid_to
"""
_PLACE: LiteralString = """
    left join department on department.id = staff_role.department_id
    left join organisation on organisation.id
         = coalesce(staff_role.organisation_id, department.organisation_id)
"""


async def search_living(db: Connection, account_id: UUID, *, today: date) -> list[Role]:
    """The roles in which this account may work on `today`, the region's date."""
    return await rows(
        db,
        Role,
        _ROLE
        + "from account join staff_role on staff_role.snils = account.snils"
        + _PLACE
        + "where account.id = %(account)s and"
        + LIVING_ROLE
        + "order by role, organisation, department, staff_role.id",
        account=account_id,
        today=today,
    )


async def search(db: Connection, *, snils: str | None = None) -> list[Granted]:
    """Every role that was ever granted, or those of one СНИЛС, the latest first."""
    return await rows(
        db,
        Granted,
        _ROLE
        + ", staff_role.snils, last_name, first_name, middle_name, valid_from, revoked_at"
        + " from staff_role"
        + _PLACE
        + """
        left join lateral (
            select * from account where account.snils = staff_role.snils
            order by signed_in_at desc limit 1
        ) as holder on true
        where %(snils)s::text is null or staff_role.snils = %(snils)s
        order by revoked_at is not null, staff_role.granted_at desc, staff_role.id
        """,
        snils=snils,
    )


async def grant(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    snils: str,
    role: str,
    organisation_id: UUID | None,
    department_id: UUID | None,
    valid_from: date,
    valid_to: date | None,
) -> UUID:
    """Let the person of that СНИЛС (eleven digits) act in this role; the role's id.

    `valid_to` is exclusive. A registrar, doctor or head is of an organisation or of a clinic, the
    others of the region. Refuses with `RolePlaceWrong`, `RolePeriodWrong`, `RoleHeldAlready`.
    """
    try:
        async with db.transaction():
            role_id: UUID = await value(
                db,
                """
                insert into staff_role (snils, role, organisation_id, department_id, valid_from,
                                        valid_to, granted_at)
                values (%(snils)s, %(role)s, %(organisation)s, %(department)s, %(valid_from)s,
                        %(valid_to)s, %(now)s)
                returning id
                """,
                snils=snils,
                role=role,
                organisation=organisation_id,
                department=department_id,
                valid_from=valid_from,
                valid_to=valid_to,
                now=now,
            )
            after = {"role": role, "snils_ends": snils[-4:], "from": valid_from, "to": valid_to}
            await _tell(db, "granted", role_id, now, actor, after)
            return role_id
    except ExclusionViolation:
        raise RoleHeldAlready() from None
    except CheckViolation as broken:
        name = broken.diag.constraint_name
        raise (
            RolePeriodWrong if name == "a_role_ends_after_it_begins" else RolePlaceWrong
        )() from None


async def revoke(db: Connection, *, now: datetime, actor: Actor, role_id: UUID) -> None:
    """The role acts no more from the next request on. Refuses with `RoleUnknown`."""
    async with db.transaction():
        revoked = await find(
            db,
            _Revoked,
            """
            update staff_role set revoked_at = %(now)s, revoked_by = %(who)s
            where id = %(role)s and revoked_at is null
            returning role, right(snils, 4) as snils_ends
            """,
            role=role_id,
            now=now,
            who=actor.id or actor.kind,
        )
        if revoked is None:
            raise RoleUnknown()
        await _tell(db, "revoked", role_id, now, actor, vars(revoked))


@dataclass(frozen=True)
class _Revoked:
    role: str
    snils_ends: str


async def _tell(
    db: Connection, verb: str, role_id: UUID, now: datetime, actor: Actor, after: audit.Fields
) -> None:
    await audit.record(
        db, now=now, kind=f"staff_role.{verb}", actor=actor, subject_id=role_id, after=after
    )
