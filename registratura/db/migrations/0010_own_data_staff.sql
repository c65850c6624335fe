-- One's own data: who has read whose, choice of letters, deletion requests. Staff and their sessions.

-- Who has read whose data on which day of the region: the journal tells of it once a day.
create table reading (
    person_id  uuid not null references person,
    actor_kind text not null check (actor_kind in ('account', 'staff', 'federation')),
    actor_id   text not null,
    kind       text not null,                          -- of the event: visits.read …
    day        date not null,
    constraint a_reading_is_told_once_a_day primary key (person_id, actor_id, actor_kind, kind, day)
);
create index reading_day on reading (day);

-- Kinds of notices that an account does not want by e-mail; the portal tells of everything.
create table unwanted_letter (
    account_id uuid not null references account,
    kind       text not null,
    primary key (account_id, kind)
);

-- «Удалить мои данные с портала».
create table deletion_request (
    id           uuid primary key default gen_random_uuid(),
    account_id   uuid not null references account,
    state        text not null default 'new' check (state in ('new', 'taken_back', 'done')),
    requested_at timestamptz not null,
    closed_at    timestamptz,
    closed_by    text,                                 -- name and post of whoever carried it out
    constraint a_closed_request_has_its_moment check ((state = 'new') = (closed_at is null)),
    constraint a_request_is_carried_out_by_somebody check ((state = 'done') = (closed_by is not null))
);
create unique index an_account_asks_for_deletion_once on deletion_request (account_id)
    where state = 'new';
create index deletion_request_account on deletion_request (account_id, requested_at);

-- What a member of staff may do and where; known by СНИЛС when he signs in through ЕСИА.
-- Without organisation and department: in the whole region.
create table staff_role (
    id              uuid primary key default gen_random_uuid(),
    code            text unique,                       -- the region's own number; null: granted by command
    snils           text not null check (snils ~ '^\d{11}$'),
    role            text not null check (role in
                        ('registrar', 'doctor', 'head', 'regional_administrator', 'operator')),
    organisation_id uuid references organisation,
    department_id   uuid references department,
    valid_from      date not null,
    valid_to        date,                              -- exclusive
    granted_at      timestamptz not null,
    revoked_at      timestamptz,
    revoked_by      text,
    constraint a_role_is_of_a_clinic_or_of_the_region check (
        num_nonnulls(organisation_id, department_id)
            = case when role in ('regional_administrator', 'operator') then 0 else 1 end),
    constraint a_role_ends_after_it_begins check (valid_from < valid_to),
    constraint a_revoked_role_names_who_revoked_it check (num_nulls(revoked_at, revoked_by) in (0, 2)),
    constraint a_role_is_held_once_at_a_time exclude using gist
        (snils with =, role with =,
         coalesce(department_id, organisation_id, '00000000-0000-0000-0000-000000000000') with =,
         daterange(valid_from, valid_to) with &&) where (revoked_at is null)
);
create index staff_role_snils on staff_role (snils) where revoked_at is null;

-- A session by a number that may be shown, with the browser in a few words; and, while its owner
-- works at the desk, the role in which he does.
alter table web_session add column number uuid not null default gen_random_uuid();
alter table web_session add column browser text not null default '';
alter table web_session add column role_id uuid references staff_role;
create unique index web_session_number on web_session (number);

grant select, insert, update, delete on reading, unwanted_letter, deletion_request, staff_role
    to registratura_app;
