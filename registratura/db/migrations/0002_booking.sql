-- The engine's tables. Each guarantee is a constraint whose name is the rule in words.

-- The region's own rules of booking: what a position, a clinic or an organisation does not override.
create table region (
    only_row boolean primary key default true check (only_row),
    rules    jsonb not null default '{}'
);
insert into region default values;

-- A template is a doctor's standing hours on one weekday; opening a day turns it into a session of slots.
create table schedule_template (
    id          uuid primary key default gen_random_uuid(),
    code        text not null unique,
    post_id     uuid not null references post,
    room_id     uuid not null references room,
    weekday     smallint not null check (weekday between 1 and 7),          -- ISO: 1 is Monday
    weeks       text not null default 'all' check (weeks in ('all', 'odd', 'even')),  -- ISO week number
    starts      time not null,                                              -- the clinic's own time
    ends        time not null,
    minutes     smallint not null check (minutes between 1 and 240),        -- per visit
    kind        text not null default 'ordinary'
                check (kind in ('ordinary', 'repeat', 'reserve', 'preventive', 'group')),
    seats       smallint not null default 1 check (seats between 1 and 50),
    channels    text[] not null default '{epgu,portal,kiosk,desk,call_centre,doctor,other_clinic}',
    valid_from  date not null,
    valid_to    date,                                                       -- exclusive
    constraint a_template_has_time_for_a_visit
        check (ends - starts >= make_interval(mins => minutes))
);
create index schedule_template_post on schedule_template (post_id);

-- A session: one stretch of reception by one post on one day.
create table session (
    id            uuid primary key default gen_random_uuid(),
    template_id   uuid references schedule_template,
    post_id       uuid not null references post,
    room_id       uuid not null references room,
    day           date not null,                      -- in the clinic's own zone
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    constraint a_template_opens_a_day_once unique (template_id, day),
    constraint a_post_receives_in_one_place_at_a_time exclude using gist
        (post_id with =, tstzrange(starts_at, ends_at) with &&)
);

-- A slot: one bookable time. What the search reads stands in the row, so that it needs no join.
create table slot (
    id            uuid primary key default gen_random_uuid(),
    session_id    uuid not null references session,
    post_id       uuid not null references post,
    department_id uuid not null references department,
    position_id   integer not null references position,
    room_id       uuid not null references room,
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    kind          text not null,
    channels      text[] not null,
    seats         smallint not null,
    taken         smallint not null default 0,        -- live appointments on it, holds included
    opens_at      timestamptz not null,               -- self-booking channels see it from this moment
    blocked       text,                               -- why nobody may take it
    constraint a_slot_ends_after_it_starts check (starts_at < ends_at),
    constraint a_slot_has_no_more_visits_than_seats check (taken between 0 and seats),
    constraint a_session_has_a_time_once unique (session_id, starts_at)
);
-- Free slots only: reads do not grow with history.
create index free_slot_of_post on slot (post_id, starts_at)
    where taken < seats and blocked is null;
create index free_slot_of_position on slot (department_id, position_id, starts_at)
    where taken < seats and blocked is null;

create sequence appointment_number;

-- A visit that was given, or a hold on one (state `held`): the same constraints guard both.
create table appointment (
    id            uuid primary key default gen_random_uuid(),
    number        bigint not null unique default nextval('appointment_number'),
    slot_id       uuid not null references slot,
    seat          smallint not null default 1,
    patient_id    uuid not null references person,
    post_id       uuid not null references post,
    department_id uuid not null references department,
    position_id   integer not null references position,
    room_id       uuid not null references room,
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    state         text not null check (state in
        ('held', 'booked', 'arrived', 'visited', 'not_arrived', 'cancelled', 'moved', 'expired')),
    live          boolean not null generated always as
        (state in ('held', 'booked', 'arrived', 'visited', 'not_arrived')) stored,
    channel       text not null check (channel in
        ('epgu', 'portal', 'kiosk', 'desk', 'call_centre', 'doctor', 'other_clinic')),
    account_id    uuid references account,            -- who booked it through the portal
    federal_session text,                             -- who booked it through the federal gateway
    booked_at     timestamptz not null,
    held_until    timestamptz,
    replaces      uuid references appointment,        -- a hold taken to move or replace that visit
    waived_by     text,                               -- the desk let the patient have a second visit
    cancelled_by  text check (cancelled_by in ('patient', 'clinic', 'federation')),
    cancelled_at  timestamptz,
    constraint a_hold_has_an_end check ((state = 'held') = (held_until is not null)),
    constraint a_patient_is_in_one_place_at_a_time exclude using gist
        (patient_id with =, tstzrange(starts_at, ends_at) with &&)
        where (live and replaces is null),
    constraint one_coming_visit_per_position exclude using gist
        (patient_id with =, position_id with =,
         tstzrange(least(booked_at, starts_at), starts_at) with &&)
        where (live and replaces is null and waived_by is null)
);
create unique index a_seat_is_given_once on appointment (slot_id, seat) where live;
create unique index a_visit_is_replaced_by_one_hold on appointment (replaces)
    where state = 'held' and replaces is not null;
create index appointment_patient on appointment (patient_id, starts_at);
create index appointment_account on appointment (account_id, starts_at) where account_id is not null;
create index appointment_post on appointment (post_id, starts_at);
create index appointment_held on appointment (held_until) where state = 'held';

-- One key, one actor, one body: the same answer, word for word.
create table idempotency_key (
    actor       text not null,
    key         uuid not null,
    fingerprint bytea not null,
    answer      jsonb,
    created_at  timestamptz not null,
    primary key (actor, key)
);
create index idempotency_key_age on idempotency_key (created_at);

grant select, insert, update, delete on all tables in schema public to registratura_app;
grant usage on all sequences in schema public to registratura_app;
revoke update, delete on event from registratura_app;
