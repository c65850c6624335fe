-- Days that a clinic or a doctor closes or opens by itself; what blocked a slot; why a visit fell.

-- A clinic or one doctor does not receive on a day. `receives`: a clinic does, though it is a day off.
create table day_change (
    id            uuid primary key default gen_random_uuid(),
    department_id uuid references department,
    post_id       uuid references post,
    day           date not null,                      -- in the clinic's own zone
    receives      boolean not null default false,
    reason        text,                               -- why it is closed
    constraint a_day_change_is_a_clinics_or_a_doctors
        check (num_nonnulls(department_id, post_id) = 1),
    constraint only_a_clinic_receives_on_a_day_off check (department_id is not null or not receives),
    constraint a_closed_day_has_its_reason check (receives or reason is not null),
    constraint a_day_is_changed_once unique nulls not distinct (department_id, post_id, day)
);
create index day_change_post on day_change (post_id, day) where post_id is not null;

-- The holiday, absence or changed day that blocked the slot: when that ends, so does the block.
alter table slot add column blocked_by uuid;
update slot set blocked_by = off.id
from department
join organisation on organisation.id = department.organisation_id
cross join lateral (
    select id, null::uuid as post_id, organisation_id, day as first_day, day as last_day,
           name as reason from holiday
    union all
    select id, post_id, null, first_day, last_day, reason from absence
) as off
where department.id = slot.department_id and slot.blocked = off.reason
  and (slot.starts_at at time zone organisation.zone)::date between off.first_day and off.last_day
  and coalesce(off.post_id = slot.post_id, true)
  and coalesce(off.organisation_id = organisation.id, true);

-- Why the clinic cancelled, in its words for the patient.
alter table appointment add column cancelled_because text;

grant select, insert, update, delete on day_change to registratura_app;
