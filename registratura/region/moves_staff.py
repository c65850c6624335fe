"""From staging to staff roles. A role that was revoked stays so, whatever the folder says of it."""

from datetime import datetime

from registratura.db import Connection, execute, one
from registratura.region.report import Moved


async def move_staff(db: Connection, *, now: datetime) -> Moved:
    """By code; each role that is new or changes is an event."""
    await _step_aside(db)
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into staff_role (code, snils, role, organisation_id, department_id, valid_from,
                                    valid_to, granted_at)
            select staged.code, snils, role, organisation.id, department.id, valid_from, valid_to,
                   %(now)s
            from staged_staff as staged
            left join organisation on organisation.code = staged.organisation
            left join department on department.code = staged.department
            order by line
            on conflict (code) do update
            set (snils, role, organisation_id, department_id, valid_from, valid_to)
                = (excluded.snils, excluded.role, excluded.organisation_id,
                   excluded.department_id, excluded.valid_from, excluded.valid_to)
            where (staff_role.snils, staff_role.role, staff_role.organisation_id,
                   staff_role.department_id, staff_role.valid_from, staff_role.valid_to)
                  is distinct from
                  (excluded.snils, excluded.role, excluded.organisation_id,
                   excluded.department_id, excluded.valid_from, excluded.valid_to)
            returning (xmax = 0) as is_new, staff_role.*
        ), recorded as (
            insert into event (at, kind, actor_kind, subject_id, after)
            select %(now)s, case when is_new then 'staff_role.granted'
                                 else 'staff_role.changed' end, 'system', id,
                   jsonb_build_object('role', role, 'snils_ends', right(snils, 4),
                                      'from', valid_from, 'to', valid_to)
            from moved
        )
        select (select count(*) from staged_staff) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
        now=now,
    )


async def _step_aside(db: Connection) -> None:
    """Roles that change go to days of their own in the year 1 first.

    The table refuses a role twice at a time even for a moment, and two may change places.
    """
    await execute(
        db,
        """
        update staff_role
        set (valid_from, valid_to) = (aside.day, aside.day + 1)
        from staged_staff as staged
        left join organisation on organisation.code = staged.organisation
        left join department on department.code = staged.department
        cross join lateral (select date '0001-01-01' + staged.line) as aside(day)
        where staff_role.code = staged.code
          and (staff_role.snils, staff_role.role, staff_role.organisation_id,
               staff_role.department_id, staff_role.valid_from, staff_role.valid_to)
              is distinct from
              (staged.snils, staged.role, organisation.id, department.id, staged.valid_from,
               staged.valid_to)
        """,
    )
