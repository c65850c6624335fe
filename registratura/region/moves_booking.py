"""From staging to what the engine books by: days off, absences, referrals.

What the folder no longer names stays as it is.
"""

from registratura.db import Connection, execute, one
from registratura.region.report import Moved


async def move_holidays(db: Connection) -> Moved:
    """By organisation, or the region as a whole, and day; only its name can change."""
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into holiday (organisation_id, day, name)
            select organisation.id, day, staged.name
            from staged_holidays as staged
            left join organisation on organisation.code = staged.organisation
            order by line
            on conflict (organisation_id, day) do update set name = excluded.name
            where holiday.name <> excluded.name
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_holidays) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_absences(db: Connection) -> Moved:
    """By code."""
    await _step_aside(db)
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into absence (code, post_id, first_day, last_day, reason, substitute_id)
            select staged.code, post.id, first_day, last_day, reason, substitute.id
            from staged_absences as staged
            join post on post.code = staged.post
            left join post as substitute on substitute.code = staged.substitute
            order by line
            on conflict (code) do update
            set (post_id, first_day, last_day, reason, substitute_id)
                = (excluded.post_id, excluded.first_day, excluded.last_day, excluded.reason,
                   excluded.substitute_id)
            where (absence.post_id, absence.first_day, absence.last_day, absence.reason,
                   absence.substitute_id)
                  is distinct from
                  (excluded.post_id, excluded.first_day, excluded.last_day, excluded.reason,
                   excluded.substitute_id)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_absences) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def _step_aside(db: Connection) -> None:
    """Absences that change go to days of their own in the year 1 first.

    The table refuses two at a time even for a moment, and two may change places.
    """
    await execute(
        db,
        """
        update absence set (first_day, last_day) = (aside.day, aside.day)
        from staged_absences as staged
        join post on post.code = staged.post
        cross join lateral (select date '0001-01-01' + staged.line) as aside(day)
        where absence.code = staged.code
          and (absence.post_id, absence.first_day, absence.last_day)
              is distinct from (post.id, staged.first_day, staged.last_day)
        """,
    )


async def move_referrals(db: Connection) -> Moved:
    """By number; whom it was given and for which position cannot change."""
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into referral (number, patient_id, position_id, department_ids, issued_by,
                                  valid_from, valid_to)
            select staged.number, coalesce(person.joined_into, person.id), staged.position,
                   array(select department.id from department
                         where department.code = any(string_to_array(departments, ';'))
                         order by department.code),
                   post.id, valid_from, valid_to
            from staged_referrals as staged
            join person on person.code = staged.person
            left join post on post.code = staged.issued_by
            order by line
            on conflict (number) do update
            set (department_ids, issued_by, valid_from, valid_to)
                = (excluded.department_ids, excluded.issued_by, excluded.valid_from,
                   excluded.valid_to)
            where (referral.department_ids, referral.issued_by, referral.valid_from,
                   referral.valid_to)
                  is distinct from
                  (excluded.department_ids, excluded.issued_by, excluded.valid_from,
                   excluded.valid_to)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_referrals) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )
