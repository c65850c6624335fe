-- What is owed to the federation: the statuses of our visits, each told once.

create table federal_status (
    id             bigint generated always as identity primary key,
    appointment_id uuid not null references appointment,
    status         text not null check (status in
                       ('RECORDED', 'CANCELED', 'SUCCESS', 'PATIENT_NOT_ARRIVED')),
    state          text not null default 'waiting' check (state in
                       ('waiting', 'delivered', 'failed')),
    attempts       integer not null default 0,           -- requests that were sent
    code           text,                                 -- of the last answer, or why there was none
    comment        text,                                 -- the federation's own words, if it refused
    owed_at        timestamptz not null,                 -- or asked for again by a reconciliation
    tried_at       timestamptz,
    delivered_at   timestamptz,
    constraint a_status_of_a_visit_is_owed_once unique (appointment_id, status),
    constraint a_status_delivered_has_its_moment check
        ((state = 'delivered') = (delivered_at is not null))
);
create index federal_status_undelivered on federal_status (state, owed_at)
    where state <> 'delivered';

-- Each time both sides' lists were compared: what differed, how much was sent again.
create table federal_reconciliation (
    id          bigint generated always as identity primary key,
    at          timestamptz not null,
    first       timestamptz not null,                    -- visits that begin from here on
    ends        timestamptz not null,                    -- and before this
    ours        integer not null,
    theirs      integer not null,
    differences jsonb not null,                          -- how many of each kind
    sent_again  integer not null
);
create index federal_reconciliation_at on federal_reconciliation (at);

-- A reconciliation reads the visits of a range of days.
create index appointment_starts on appointment (starts_at);

-- A job asks whether an earlier one of its lock is waiting. With the federation away for a day there
-- are very many of them, and without this index each looks through all.
create index jobs_of_a_lock on procrastinate_jobs (lock, id) where status in ('todo', 'doing');

grant select, insert, update on federal_status, federal_reconciliation to registratura_app;
