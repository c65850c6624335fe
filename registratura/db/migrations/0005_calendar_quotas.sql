-- Days off, absences, quotas of channels, places proposed by the clinic, referrals to several clinics.

-- A day without reception; without an organisation, in the whole region.
create table holiday (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid references organisation,
    day             date not null,
    name            text not null,
    constraint a_day_off_is_named_once unique nulls not distinct (organisation_id, day)
);

-- A post does not receive from the first day to the last, both inclusive, in the clinic's own zone.
create table absence (
    id            uuid primary key default gen_random_uuid(),
    code          text unique,                        -- the region's own number; null: told at the desk
    post_id       uuid not null references post,
    first_day     date not null,
    last_day      date not null,
    reason        text not null,
    substitute_id uuid references post,               -- receives the area's patients meanwhile
    constraint an_absence_ends_after_it_begins check (first_day <= last_day),
    constraint nobody_substitutes_himself check (substitute_id <> post_id),
    constraint a_post_is_absent_once_at_a_time exclude using gist
        (post_id with =, daterange(first_day, last_day, '[]') with &&)
);
create index absence_substitute on absence (substitute_id);

-- How many seats of a session a channel may take until the quota is released; no row, no limit.
-- `quota` is null once released: what the channel has taken is counted on.
create table quota (
    session_id  uuid not null references session on delete cascade,
    channel     text not null check (channel in
        ('epgu', 'portal', 'kiosk', 'desk', 'call_centre', 'doctor', 'other_clinic')),
    quota       integer check (quota >= 0),
    taken       integer not null default 0 check (taken >= 0),
    released_at timestamptz not null,
    primary key (session_id, channel),
    constraint a_channel_takes_no_more_than_its_quota check (taken <= quota)
);

-- A hold by which the clinic proposes a new time for the visit it cancelled.
alter table appointment add column proposed_for uuid references appointment;
create unique index a_cancelled_visit_has_one_proposal on appointment (proposed_for)
    where state = 'held' and proposed_for is not null;

-- To which clinics a referral leads; empty: to any.
alter table referral add column department_ids uuid[] not null default '{}';
update referral set department_ids = array[department_id] where department_id is not null;
alter table referral drop column department_id;

-- A hold taken to move a visit names the referral that the visit still uses.
drop index a_referral_is_used_once;
create unique index a_referral_is_used_once on appointment (referral_id)
    where live and replaces is null;

-- The rule of missed visits counts these.
create index appointment_not_arrived on appointment (patient_id, starts_at) where state = 'not_arrived';

grant select, insert, update, delete on holiday, absence, quota to registratura_app;
