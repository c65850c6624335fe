"""From staging to people and schedules: cards, policies, attachments, templates.

Cards come by the million: their ids are ordered by time and line (`ordered_uuid`), so that
every index on an id grows at its end.
"""

from datetime import datetime

from registratura.db import Connection, execute, one, value
from registratura.region.report import Moved


async def move_persons(db: Connection, *, now: datetime) -> Moved:
    """By code."""
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into person (id, code, last_name, first_name, middle_name, birth_date, sex,
                                snils, died_on, created_at)
            select ordered_uuid(%(now)s, line), code, last_name, first_name, middle_name,
                   birth_date, sex, snils, died_on, %(now)s
            from staged_persons order by line
            on conflict (code) do update
            set (last_name, first_name, middle_name, birth_date, sex, snils, died_on)
                = (excluded.last_name, excluded.first_name, excluded.middle_name,
                   excluded.birth_date, excluded.sex, excluded.snils, excluded.died_on)
            where (person.last_name, person.first_name, person.middle_name, person.birth_date,
                   person.sex, person.snils, person.died_on)
                  is distinct from
                  (excluded.last_name, excluded.first_name, excluded.middle_name,
                   excluded.birth_date, excluded.sex, excluded.snils, excluded.died_on)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_persons) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
        now=now,
    )


async def move_policies(db: Connection, *, now: datetime) -> Moved:
    """By person, series and number; only the dates of a policy can change."""
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into policy (id, person_id, series, number, valid_from, valid_to)
            select ordered_uuid(%(now)s, line), person.id, coalesce(series, ''), number,
                   valid_from, valid_to
            from staged_policies as staged join person on person.code = staged.person
            order by line
            on conflict (person_id, series, number) do update
            set (valid_from, valid_to) = (excluded.valid_from, excluded.valid_to)
            where (policy.valid_from, policy.valid_to)
                  is distinct from (excluded.valid_from, excluded.valid_to)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_policies) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
        now=now,
    )


async def move_attachments(db: Connection, *, now: datetime) -> Moved:
    """By person, kind and first day.

    An earlier attachment that the folder no longer names ends where a new one begins. Changes
    come before additions: the table refuses two at a time even for a moment.
    """
    ended = await _end_attachments(db)
    changed = await _change_attachments(db)
    added = await execute(
        db,
        """
        insert into attachment (id, person_id, department_id, area_id, kind, valid_from, valid_to)
        select ordered_uuid(%(now)s, line), person.id, department.id, area.id, staged.kind,
               valid_from, valid_to
        from staged_attachments as staged
        join person on person.code = staged.person
        join department on department.code = staged.department
        left join area on area.code = staged.area
        where not exists (
            select from attachment as old
            where old.person_id = person.id and old.kind = staged.kind
              and old.valid_from = staged.valid_from
        )
        order by line
        """,
        now=now,
    )
    rows = await value(db, "select count(*) from staged_attachments")
    return Moved(rows=rows, added=added, changed=changed, removed=ended)


async def _end_attachments(db: Connection) -> int:
    return await execute(
        db,
        """
        with next as (
            select old.id, min(staged.valid_from) as valid_to
            from staged_attachments as staged
            join person on person.code = staged.person
            join attachment as old on old.person_id = person.id and old.kind = staged.kind
            where old.valid_from < staged.valid_from
              and (old.valid_to is null or old.valid_to > staged.valid_from)
              and not exists (
                  select from staged_attachments as same
                  where same.person = staged.person and same.kind = staged.kind
                    and same.valid_from = old.valid_from
              )
            group by old.id
        )
        update attachment set valid_to = next.valid_to from next where attachment.id = next.id
        """,
    )


async def _change_attachments(db: Connection) -> int:
    return await execute(
        db,
        """
        update attachment as old
        set (department_id, area_id, valid_to) = (department.id, area.id, staged.valid_to)
        from staged_attachments as staged
        join person on person.code = staged.person
        join department on department.code = staged.department
        left join area on area.code = staged.area
        where old.person_id = person.id and old.kind = staged.kind
          and old.valid_from = staged.valid_from
          and (old.department_id, old.area_id, old.valid_to)
              is distinct from (department.id, area.id, staged.valid_to)
        """,
    )


async def move_schedule_templates(db: Connection) -> Moved:
    """By code. Days that are open already stay as they are."""
    return await one(
        db,
        Moved,
        """
        with moved as (
            insert into schedule_template (code, post_id, room_id, weekday, weeks, starts, ends,
                                           minutes, kind, seats, channels, valid_from, valid_to)
            select staged.code, post.id, room.id, weekday, weeks, starts, ends, minutes, kind,
                   seats, string_to_array(
                       coalesce(channels,
                                'epgu portal kiosk desk call_centre doctor other_clinic'), ' '),
                   valid_from, valid_to
            from staged_schedule_templates as staged
            join post on post.code = staged.post
            join room on room.code = staged.room
            order by line
            on conflict (code) do update
            set (post_id, room_id, weekday, weeks, starts, ends, minutes, kind, seats, channels,
                 valid_from, valid_to)
                = (excluded.post_id, excluded.room_id, excluded.weekday, excluded.weeks,
                   excluded.starts, excluded.ends, excluded.minutes, excluded.kind,
                   excluded.seats, excluded.channels, excluded.valid_from, excluded.valid_to)
            where (schedule_template.post_id, schedule_template.room_id,
                   schedule_template.weekday, schedule_template.weeks, schedule_template.starts,
                   schedule_template.ends, schedule_template.minutes, schedule_template.kind,
                   schedule_template.seats, schedule_template.channels,
                   schedule_template.valid_from, schedule_template.valid_to)
                  is distinct from
                  (excluded.post_id, excluded.room_id, excluded.weekday, excluded.weeks,
                   excluded.starts, excluded.ends, excluded.minutes, excluded.kind,
                   excluded.seats, excluded.channels, excluded.valid_from, excluded.valid_to)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_schedule_templates) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )
