-- Who gives care and where (directory), who receives it (people), and what was done (event, outbox).

create extension if not exists btree_gist;

-- ё and е are one letter for every comparison of names; case, blanks and hyphens' neighbours do not matter.
create function name_key(name text) returns text
language sql immutable parallel safe strict
return replace(lower(regexp_replace(btrim(name), '\s+', ' ', 'g')), 'ё', 'е');

-- The day on which an age is reached. Born on 29 February: on 1 March of a common year.
create function birthday(birth_date date, years integer) returns date
language sql immutable parallel safe strict
return case
    when extract(day from birth_date) <> extract(day from birth_date + make_interval(years => years))
    then (birth_date + make_interval(years => years))::date + 1
    else (birth_date + make_interval(years => years))::date
end;

-- An id whose beginning grows with time and row (UUIDv7): millions of rows loaded at once fill
-- every index on it from left to right. Sixty-four rows share a millisecond.
create function ordered_uuid(moment timestamptz, line integer) returns uuid
language sql volatile parallel safe strict
return overlay(
    replace(gen_random_uuid()::text, '-', '')
    placing lpad(to_hex((extract(epoch from moment) * 1000)::bigint + line / 64), 12, '0') || '7'
    from 1 for 13
)::uuid;

-- directory ---------------------------------------------------------------------------------

create table organisation (
    id          uuid primary key default gen_random_uuid(),
    code        text not null unique,
    oid         text not null unique,
    name        text not null,
    short_name  text not null,
    zone        text not null default 'Europe/Moscow',
    rules       jsonb not null default '{}'       -- overrides of the region's booking rules
);

create table department (
    id              uuid primary key default gen_random_uuid(),
    code            text not null unique,
    organisation_id uuid not null references organisation,
    oid             text not null unique,
    name            text not null,
    address         text not null,
    phone           text,
    ages            text not null check (ages in ('adult', 'child', 'all')),
    rules           jsonb not null default '{}'
);
create index department_organisation on department (organisation_id);

create table room (
    id            uuid primary key default gen_random_uuid(),
    code          text not null unique,
    department_id uuid not null references department,
    oid           text unique,
    number        text not null,
    name          text,
    floor         smallint
);
create index room_department on room (department_id);

-- A position of the national list (НСИ 1.2.643.5.1.13.13.11.1002); `id` is its national number.
create table position (
    id              integer primary key,
    name            text not null,                -- врач-педиатр участковый → «Педиатр участковый»
    speciality_id   integer not null,             -- НСИ 1.2.643.5.1.13.13.11.1066
    visit_minutes   smallint not null check (visit_minutes between 5 and 120),
    area_kind       text check (area_kind in ('paediatric', 'therapeutic')),
    self_booking    boolean not null default true,
    needs_referral  boolean not null default false,
    sensitive       boolean not null default false,
    rules           jsonb not null default '{}'
);

create table practitioner (
    id          uuid primary key default gen_random_uuid(),
    code        text not null unique,
    snils       text not null unique check (snils ~ '^\d{11}$'),
    last_name   text not null,
    first_name  text not null,
    middle_name text
);

-- A post: one practitioner (or a room alone: ECG, blood) in one position in one department.
create table post (
    id              uuid primary key default gen_random_uuid(),
    code            text not null unique,
    practitioner_id uuid references practitioner,
    position_id     integer not null references position,
    department_id   uuid not null references department,
    room_id         uuid not null references room,
    age_from        smallint not null default 0,     -- full years, inclusive
    age_to          smallint not null default 150,   -- full years, inclusive
    sex             text check (sex in ('M', 'F')),  -- null: both
    rules           jsonb not null default '{}',
    constraint ages_are_a_range check (age_from between 0 and age_to and age_to <= 150)
);
create index post_department_position on post (department_id, position_id);
create index post_practitioner on post (practitioner_id);

create table area (
    id            uuid primary key default gen_random_uuid(),
    code          text not null unique,
    department_id uuid not null references department,
    number        text not null,
    kind          text not null check (kind in ('paediatric', 'therapeutic')),
    post_id       uuid references post               -- the area's own doctor
);
create index area_department on area (department_id);
create index area_post on area (post_id);

create table area_address (
    id          bigint generated always as identity primary key,
    area_id     uuid not null references area on delete cascade,
    settlement  text not null,
    street      text not null,
    parity      text not null check (parity in ('all', 'odd', 'even')),
    house_from  smallint,                            -- null on both: the whole street
    house_to    smallint
);
create unique index area_address_once on area_address
    (area_id, settlement, street, parity, coalesce(house_from, 0), coalesce(house_to, 0));

-- people ------------------------------------------------------------------------------------

create table person (
    id          uuid primary key default gen_random_uuid(),
    code        text unique,                         -- the region's own number; null: a card made here
    last_name   text not null,
    first_name  text not null,
    middle_name text,
    birth_date  date not null,
    sex         text not null check (sex in ('M', 'F')),
    snils       text check (snils ~ '^\d{11}$'),
    died_on     date,
    joined_into uuid references person,              -- the desk joined this card into another
    created_at  timestamptz not null
);
-- One index answers a match by name and birth date at any size of the region.
create index person_identity on person (birth_date, name_key(last_name), name_key(first_name));
create index person_snils on person (snils) where snils is not null;
create index person_joined on person (joined_into) where joined_into is not null;

create table policy (
    id        uuid primary key default gen_random_uuid(),
    person_id uuid not null references person,
    series    text not null default '',
    number    text not null,
    valid_from date,
    valid_to   date,
    constraint a_person_has_a_policy_once unique (person_id, series, number)
);
create index policy_number on policy (number);

create table attachment (
    id            uuid primary key default gen_random_uuid(),
    person_id     uuid not null references person,
    department_id uuid not null references department,
    area_id       uuid references area,
    kind          text not null default 'main' check (kind in ('main', 'gynaecological', 'dental')),
    valid_from    date not null,
    valid_to      date,
    constraint one_attachment_of_a_kind_at_a_time exclude using gist
        (person_id with =, kind with =, daterange(valid_from, valid_to, '[)') with &&)
);

-- A person known to ЕСИА who has signed in here. Keyed by issuer and oid; names as ЕСИА gives them.
create table account (
    id            uuid primary key default gen_random_uuid(),
    issuer        text not null,
    oid           bigint not null,
    person_id     uuid not null references person,
    last_name     text not null,
    first_name    text not null,
    middle_name   text,
    birth_date    date not null,
    sex           text not null check (sex in ('M', 'F')),
    snils         text check (snils ~ '^\d{11}$'),
    policy_number text,
    email         text,
    phone         text,
    created_at    timestamptz not null,
    signed_in_at  timestamptz not null,
    constraint one_account_per_oid unique (issuer, oid)
);
create index account_person on account (person_id);

-- A relative: this account may act for that person. Names and policy stay as the owner typed them:
-- a declared link tells its owner nothing that he did not know.
create table relative (
    id            uuid primary key default gen_random_uuid(),
    account_id    uuid not null references account,
    person_id     uuid not null references person,
    kinship       text not null check (kinship in
                      ('child', 'grandchild', 'sibling', 'ward', 'other_child')),
    level         text not null check (level in ('declared', 'confirmed')),
    last_name     text not null,
    first_name    text not null,
    middle_name   text,
    birth_date    date not null,
    sex           text not null check (sex in ('M', 'F')),
    policy_number text not null,
    snils         text check (snils ~ '^\d{11}$'),
    affirmed_at   timestamptz not null,              -- «законный представитель или действую с его согласия»
    created_at    timestamptz not null,
    ended_at      timestamptz,
    constraint a_person_is_one_relative_of_an_account unique nulls not distinct
        (account_id, person_id, ended_at)
);
create index relative_person on relative (person_id) where ended_at is null;

create table consent (
    id           uuid primary key default gen_random_uuid(),
    account_id   uuid not null references account,
    document     text not null,                      -- which consent
    version      text not null,
    text_sha256  text not null,
    given_at     timestamptz not null,
    withdrawn_at timestamptz
);
create index consent_account on consent (account_id, document);

-- audit and outbox --------------------------------------------------------------------------

-- Every change and every reading of a person's data. The application may only add rows.
create table event (
    id         bigint generated always as identity primary key,
    at         timestamptz not null,
    kind       text not null,                        -- appointment.booked, relative.declared, person.read …
    actor_kind text not null check (actor_kind in ('account', 'staff', 'federation', 'system')),
    actor_id   text,
    person_id  uuid,                                 -- whose data
    subject_id uuid,                                 -- the appointment, the link, …
    before     jsonb,
    after      jsonb
);
create index event_person on event (person_id, id);
create index event_subject on event (subject_id, id);

create table outbox (
    id         bigint generated always as identity primary key,
    event      text not null,
    subject_id uuid not null,
    payload    jsonb not null default '{}',
    created_at timestamptz not null
);

-- web ---------------------------------------------------------------------------------------

-- The browser's session after sign-in. Only the hash of its id is kept.
create table web_session (
    id_sha256    bytea primary key,
    account_id   uuid not null references account,
    patient_id   uuid not null references person,    -- chosen in the drop-down: the default of a new booking
    created_at   timestamptz not null,
    seen_at      timestamptz not null,
    ends_at      timestamptz not null
);
create index web_session_account on web_session (account_id);

-- A sign-in under way: bound to this browser by a cookie, consumed once.
create table sign_in (
    state_sha256   bytea primary key,
    browser_sha256 bytea not null,
    next_path      text not null,
    started_at     timestamptz not null
);

-- How many times something limited was tried in its window.
create table limit_counter (
    name       text not null,
    key        text not null,
    window_at  timestamptz not null,
    count      integer not null,
    primary key (name, key, window_at)
);

grant usage on schema public to registratura_app;
grant select, insert, update, delete on all tables in schema public to registratura_app;
grant usage on all sequences in schema public to registratura_app;
revoke update, delete on event from registratura_app;

-- A region is loaded by way of temporary tables, also where PUBLIC may not make them.
do $$ begin
    execute format('grant temporary on database %I to registratura_app', current_database());
end $$;
