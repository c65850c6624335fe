-- Who has signed in through ЕСИА, the children of his list there, his browsers.

create table account (
    oid            bigint primary key,              -- his number in ЕСИА
    last_name      text not null,
    first_name     text not null,
    middle_name    text,
    birth_date     text not null,                   -- YYYY-MM-DD
    sex            text not null check (sex in ('M', 'F')),
    snils          text,
    policy_number  text,
    phone          text,
    email          text,
    signed_in_at   timestamptz not null
);

create table child (
    oid            bigint not null references account on delete cascade,
    id             text not null,                   -- in ЕСИА
    last_name      text not null,
    first_name     text not null,
    middle_name    text,
    birth_date     text not null,
    sex            text not null check (sex in ('M', 'F')),
    snils          text,
    policy_number  text,
    primary key (oid, id)
);

create table session (
    id_hash        bytea primary key,
    oid            bigint not null references account,
    signed_in_at   timestamptz not null,
    ends_at        timestamptz not null
);

-- A sign-in under way: bound to one browser, used once.
create table sign_in (
    state_hash     bytea primary key,
    browser_hash   bytea not null,
    next_path      text not null,
    ends_at        timestamptz not null
);

-- What the wizard has been told so far. It belongs to one browser's session and goes with it.
create table draft (
    id             uuid primary key default gen_random_uuid(),
    session_hash   bytea not null references session (id_hash) on update cascade on delete cascade,
    region_session uuid not null unique default gen_random_uuid(),   -- Session_ID on the wire
    whom           text not null check (whom in ('self', 'child', 'other')),
    patient        jsonb,
    patient_id     text,                            -- the region's own, once it has found him
    registration   text,                            -- OID of his clinic, in the newer profile only
    referrals      jsonb not null default '[]',
    referral       jsonb,                           -- the one that is used
    place          jsonb,
    slot           jsonb,
    changed_at     timestamptz not null
);
create index draft_of_session on draft (session_hash);

-- A booking from its first sending on. `asked`: the request is out. `unknown`: no answer came, it
-- is asked again with the same two ids. `unsent`: it never left. `failed`: the answer contradicted
-- what was chosen, and was taken back. `gone`: the visit's time came and no answer had.
create table booking (
    id             uuid primary key default gen_random_uuid(),
    oid            bigint not null references account,
    region_session uuid not null,
    slot_id        uuid not null,
    visit_time     text not null,                   -- as the schedule showed it, sign by sign
    starts_at      timestamptz not null,
    patient        jsonb not null,
    place          jsonb not null,
    room           text,
    referral_id    text,
    state          text not null
        check (state in ('asked', 'unknown', 'unsent', 'booked', 'refused', 'failed', 'gone')),
    book_id        text unique,                     -- Book_Id_Mis
    code           text,                            -- of the last answer
    comment        text,
    parameters     jsonb not null default '[]',
    asked_at       timestamptz not null,
    answered_at    timestamptz,
    tries          integer not null default 0,
    next_try_at    timestamptz,                     -- null: nothing is to be done
    status         text check (status in ('RECORDED', 'CANCELED', 'SUCCESS', 'PATIENT_NOT_ARRIVED')),
    status_at      timestamptz,
    status_from    text check (status_from in ('here', 'region')),
    unwanted       boolean not null default false,  -- cancel it as soon as its id is known
    cancel_reason  text,
    cancel_state   text check (cancel_state in ('asked', 'done', 'refused')),
    cancel_comment text,
    differences    jsonb not null default '[]',     -- what ERROR_DATA_MIS tells
    constraint a_slot_is_asked_once_in_a_session unique (region_session, slot_id),
    constraint a_booked_one_has_its_number check ((state = 'booked') <= (book_id is not null))
);
create index booking_of_account on booking (oid, starts_at desc);
create index booking_to_do on booking (next_try_at) where next_try_at is not null;

-- What the region pushes, of bookings of every channel: it names no person, and those that were
-- not made here are only counted.
create table pushed_status (
    id             bigint generated always as identity primary key,
    rmis_id        text not null,                   -- which region told it
    book_id        text not null,
    status         text not null,
    visit_time     timestamptz not null,
    source_code    text not null,
    received_at    timestamptz not null
);
create index pushed_status_of_booking on pushed_status (book_id, id);
create index pushed_status_by_time on pushed_status (visit_time);
