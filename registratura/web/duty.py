"""Duty: a session in which a member of staff works at the desk, in one role, in one place.

Going on duty and leaving it change what the session may do, so it gets a new id each time.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find
from registratura.people import names
from registratura.people.staff_roles import LIVING_ROLE, Role
from registratura.web.sessions import IDLE_ON_DUTY, digest


@dataclass(frozen=True)
class Duty(Role):
    """Who works, as what and where; `ends_at` is when the session ends whatever happens."""

    organisation_id: UUID | None
    department_id: UUID | None
    account_id: UUID
    person_id: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    created_at: datetime
    ends_at: datetime

    @property
    def name(self) -> str:
        """«Регистратова О.И.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)

    @property
    def actor(self) -> Actor:
        """Name and post, as patients read them in the journal."""
        return Actor("staff", f"{self.name}, {self.words}, {self.place}")


async def find_duty(db: Connection, session_id: str, *, now: datetime, today: date) -> Duty | None:
    """The duty of a living session while its role lives; None once the role was revoked, has
    ended, or is no longer of the account's СНИЛС. `today` is the region's date."""
    return await find(
        db,
        Duty,
        """
        select staff_role.id, staff_role.role, organisation.short_name as organisation,
               department.name as department, staff_role.valid_to,
               organisation.id as organisation_id, department.id as department_id,
               account.id as account_id, account.person_id, account.last_name,
               account.first_name, account.middle_name, it.created_at, it.ends_at
        from web_session as it
        join account on account.id = it.account_id
        join staff_role on staff_role.id = it.role_id and staff_role.snils = account.snils
        left join department on department.id = staff_role.department_id
        left join organisation on organisation.id
             = coalesce(staff_role.organisation_id, department.organisation_id)
        where it.id_sha256 = %(id)s and it.ends_at > %(now)s and it.seen_at > %(since)s and
        """
        + LIVING_ROLE,
        id=digest(session_id),
        now=now,
        since=now - IDLE_ON_DUTY,
        today=today,
    )


async def begin(
    db: Connection, session_id: str, role_id: UUID, *, now: datetime, today: date
) -> str | None:
    """The session works in that role from here on; its new id. None where the account has no such
    role today, or the session has ended meanwhile."""
    new_id = secrets.token_urlsafe(32)
    async with db.transaction():
        changed = await execute(
            db,
            """
            update web_session set id_sha256 = %(new)s, role_id = staff_role.id, seen_at = %(now)s
            from account, staff_role
            where id_sha256 = %(old)s and account.id = web_session.account_id
              and staff_role.id = %(role)s and staff_role.snils = account.snils and
            """
            + LIVING_ROLE,
            new=digest(new_id),
            old=digest(session_id),
            role=role_id,
            now=now,
            today=today,
        )
        duty = await find_duty(db, new_id, now=now, today=today) if changed else None
        if duty is None:
            return None
        await audit.record(
            db,
            now=now,
            kind="duty.begun",
            actor=duty.actor,
            person_id=duty.person_id,
            subject_id=duty.id,
            after={"account": duty.account_id},
        )
    return new_id


async def leave(db: Connection, session_id: str) -> str:
    """The session is its owner's own again; its new id."""
    new_id = secrets.token_urlsafe(32)
    await execute(
        db,
        "update web_session set id_sha256 = %(new)s, role_id = null where id_sha256 = %(old)s",
        new=digest(new_id),
        old=digest(session_id),
    )
    return new_id
