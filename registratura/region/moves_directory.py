"""From staging to the directory: organisations, departments, rooms, positions, posts, areas.

Each statement adds what is new, changes what differs, touches nothing else, and counts both.
"""

from typing import LiteralString

from registratura.db import Connection, one
from registratura.region.report import Moved


async def move_organisations(db: Connection) -> Moved:
    """By code."""
    return await _move(
        db,
        """
        with moved as (
            insert into organisation (code, oid, name, short_name, zone)
            select code, oid, name, short_name, zone from staged_organisations order by line
            on conflict (code) do update
            set (oid, name, short_name, zone)
                = (excluded.oid, excluded.name, excluded.short_name, excluded.zone)
            where (organisation.oid, organisation.name, organisation.short_name,
                   organisation.zone)
                  is distinct from
                  (excluded.oid, excluded.name, excluded.short_name, excluded.zone)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_organisations) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_departments(db: Connection) -> Moved:
    """By code."""
    return await _move(
        db,
        """
        with moved as (
            insert into department (code, organisation_id, oid, name, address, phone, ages)
            select staged.code, organisation.id, staged.oid, staged.name, address, phone, ages
            from staged_departments as staged
            join organisation on organisation.code = staged.organisation
            order by line
            on conflict (code) do update
            set (organisation_id, oid, name, address, phone, ages)
                = (excluded.organisation_id, excluded.oid, excluded.name, excluded.address,
                   excluded.phone, excluded.ages)
            where (department.organisation_id, department.oid, department.name,
                   department.address, department.phone, department.ages)
                  is distinct from
                  (excluded.organisation_id, excluded.oid, excluded.name, excluded.address,
                   excluded.phone, excluded.ages)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_departments) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_rooms(db: Connection) -> Moved:
    """By code."""
    return await _move(
        db,
        """
        with moved as (
            insert into room (code, department_id, oid, number, name, floor)
            select staged.code, department.id, staged.oid, number, staged.name, floor
            from staged_rooms as staged
            join department on department.code = staged.department
            order by line
            on conflict (code) do update
            set (department_id, oid, number, name, floor)
                = (excluded.department_id, excluded.oid, excluded.number, excluded.name,
                   excluded.floor)
            where (room.department_id, room.oid, room.number, room.name, room.floor)
                  is distinct from
                  (excluded.department_id, excluded.oid, excluded.number, excluded.name,
                   excluded.floor)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_rooms) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_positions(db: Connection) -> Moved:
    """By national number."""
    return await _move(
        db,
        """
        with moved as (
            insert into position (id, name, speciality_id, visit_minutes, area_kind,
                                  self_booking, needs_referral, sensitive)
            select code, name, speciality, visit_minutes, area_kind,
                   self_booking, needs_referral, sensitive
            from staged_positions order by line
            on conflict (id) do update
            set (name, speciality_id, visit_minutes, area_kind, self_booking, needs_referral,
                 sensitive)
                = (excluded.name, excluded.speciality_id, excluded.visit_minutes,
                   excluded.area_kind, excluded.self_booking, excluded.needs_referral,
                   excluded.sensitive)
            where (position.name, position.speciality_id, position.visit_minutes,
                   position.area_kind, position.self_booking, position.needs_referral,
                   position.sensitive)
                  is distinct from
                  (excluded.name, excluded.speciality_id, excluded.visit_minutes,
                   excluded.area_kind, excluded.self_booking, excluded.needs_referral,
                   excluded.sensitive)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_positions) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_national_codes(db: Connection) -> Moved:
    """By position: it is there, so nothing is added."""
    return await _move(
        db,
        """
        with moved as (
            update position
            set (national_id, service_code, service_name)
                = (nullif(staged.national, position.id), service, staged.service_name)
            from staged_national_codes as staged
            where staged.position = position.id
              and (position.national_id, service_code, position.service_name)
                  is distinct from
                  (nullif(staged.national, position.id), service, staged.service_name)
            returning 1
        )
        select (select count(*) from staged_national_codes) as rows, 0::bigint as added,
               (select count(*) from moved) as changed
        """,
    )


async def move_practitioners(db: Connection) -> Moved:
    """By code."""
    return await _move(
        db,
        """
        with moved as (
            insert into practitioner (code, snils, last_name, first_name, middle_name)
            select code, snils, last_name, first_name, middle_name
            from staged_practitioners order by line
            on conflict (code) do update
            set (snils, last_name, first_name, middle_name)
                = (excluded.snils, excluded.last_name, excluded.first_name,
                   excluded.middle_name)
            where (practitioner.snils, practitioner.last_name, practitioner.first_name,
                   practitioner.middle_name)
                  is distinct from
                  (excluded.snils, excluded.last_name, excluded.first_name,
                   excluded.middle_name)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_practitioners) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_posts(db: Connection) -> Moved:
    """By code."""
    return await _move(
        db,
        """
        with moved as (
            insert into post (code, practitioner_id, position_id, department_id, room_id,
                              age_from, age_to, sex)
            select staged.code, practitioner.id, staged.position, department.id, room.id,
                   age_from, age_to, sex
            from staged_posts as staged
            join department on department.code = staged.department
            join room on room.code = staged.room
            left join practitioner on practitioner.code = staged.practitioner
            order by line
            on conflict (code) do update
            set (practitioner_id, position_id, department_id, room_id, age_from, age_to, sex)
                = (excluded.practitioner_id, excluded.position_id, excluded.department_id,
                   excluded.room_id, excluded.age_from, excluded.age_to, excluded.sex)
            where (post.practitioner_id, post.position_id, post.department_id, post.room_id,
                   post.age_from, post.age_to, post.sex)
                  is distinct from
                  (excluded.practitioner_id, excluded.position_id, excluded.department_id,
                   excluded.room_id, excluded.age_from, excluded.age_to, excluded.sex)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_posts) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_areas(db: Connection) -> Moved:
    """By code."""
    return await _move(
        db,
        """
        with moved as (
            insert into area (code, department_id, number, kind, post_id)
            select staged.code, department.id, number, kind, post.id
            from staged_areas as staged
            join department on department.code = staged.department
            left join post on post.code = staged.post
            order by line
            on conflict (code) do update
            set (department_id, number, kind, post_id)
                = (excluded.department_id, excluded.number, excluded.kind, excluded.post_id)
            where (area.department_id, area.number, area.kind, area.post_id)
                  is distinct from
                  (excluded.department_id, excluded.number, excluded.kind, excluded.post_id)
            returning (xmax = 0) as is_new
        )
        select (select count(*) from staged_areas) as rows,
               count(*) filter (where is_new) as added,
               count(*) filter (where not is_new) as changed
        from moved
        """,
    )


async def move_area_addresses(db: Connection) -> Moved:
    """An area that the folder names keeps exactly the addresses that the folder gives it."""
    return await _move(
        db,
        """
        with wanted as (
            select area.id as area_id, settlement, street, parity, house_from, house_to, line
            from staged_area_addresses as staged join area on area.code = staged.area
        ), gone as (
            delete from area_address as old
            using area join staged_areas on staged_areas.code = area.code
            where old.area_id = area.id and not exists (
                select from wanted
                where (wanted.area_id, wanted.settlement, wanted.street, wanted.parity)
                    = (old.area_id, old.settlement, old.street, old.parity)
                  and (wanted.house_from, wanted.house_to)
                      is not distinct from (old.house_from, old.house_to)
            )
            returning 1
        ), moved as (
            insert into area_address (area_id, settlement, street, parity, house_from, house_to)
            select area_id, settlement, street, parity, house_from, house_to
            from wanted order by line
            on conflict do nothing
            returning 1
        )
        select (select count(*) from wanted) as rows, (select count(*) from moved) as added,
               0::bigint as changed, (select count(*) from gone) as removed
        """,
    )


async def _move(db: Connection, statement: LiteralString) -> Moved:
    return await one(db, Moved, statement)
