-- Holds that can be prolonged, moves, referrals, quotas, days off.

alter table appointment add column prolonged boolean not null default false;

-- A visit that took another's place, and the visit whose place was taken.
alter table appointment add column moved_from uuid references appointment;

create table referral (
    id             uuid primary key default gen_random_uuid(),
    number         text not null unique,
    patient_id     uuid not null references person,
    position_id    integer not null references position,
    department_id  uuid references department,          -- null: any clinic
    issued_by      uuid references post,
    diagnosis      text,
    valid_from     date not null,
    valid_to       date not null,                       -- inclusive
    constraint a_referral_ends_after_it_begins check (valid_from <= valid_to)
);
create index referral_patient on referral (patient_id, position_id);

alter table appointment add column referral_id uuid references referral;
create unique index a_referral_is_used_once on appointment (referral_id) where live;

grant select, insert, update, delete on referral to registratura_app;
