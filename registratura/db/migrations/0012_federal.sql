-- The federal gateway (ФЭР): its sessions, national names of positions, referrals of other systems.

-- A Session_ID of the federal portal and the person whom it asked for last. The caller makes the id
-- up; it may be any short text. It is over when nobody has used it for a while.
create table federal_session (
    id          text primary key check (char_length(id) between 1 and 64),
    person_id   uuid not null references person,
    referral_id uuid references referral,             -- the one named by the calls before a booking
    created_at  timestamptz not null,
    used_at     timestamptz not null
);
create index federal_session_used on federal_session (used_at);

-- A repeated booking finds the one that stands.
create index appointment_federal on appointment (federal_session)
    where federal_session is not null;

-- A local kind of a national position: the nearest national number; null: it is national itself.
alter table position add column national_id integer;
-- What a visit is in the national nomenclature of services (НСИ 1.2.643.5.1.13.13.11.1070).
alter table position add column service_code text;
alter table position add column service_name text;
create index position_national on position (national_id) where national_id is not null;

-- A referral that another system issued: the OID of the organisation; null: ours.
alter table referral add column issuer_oid text;

-- Our referral was used in another system: what it told us of its visit, each state once.
create table referral_use (
    referral_id   uuid not null references referral,
    book_id       text not null,                      -- the other system's number of the visit
    state         text not null check (state in
                      ('recorded', 'canceled', 'success', 'patient_not_arrived')),
    mo_oid        text not null,
    mo_name       text not null,
    resource_name text not null,
    visit_time    timestamptz not null,
    told_at       timestamptz not null,
    constraint a_use_elsewhere_is_told_once primary key (referral_id, book_id, state)
);

-- Whether a visit by the referral stands in another system, as far as it has told us.
create function is_used_elsewhere(referral uuid) returns boolean
language sql stable parallel safe strict
return exists (
    select from referral_use as told
    where told.referral_id = is_used_elsewhere.referral and told.state <> 'canceled'
      and not exists (
          select from referral_use as ended
          where ended.referral_id = told.referral_id and ended.book_id = told.book_id
            and ended.state = 'canceled')
);

grant select, insert, update, delete on federal_session, referral_use to registratura_app;
