-- Personal tokens: an application acts for an account, within what the owner chose for it.

-- The token itself is shown once and kept by nobody: here is its digest.
create table token (
    id           uuid primary key default gen_random_uuid(),
    account_id   uuid not null references account,
    name         text not null check (name <> ''),     -- what the owner calls the application
    token_sha256 bytea not null check (length(token_sha256) = 32),
    may_book     boolean not null,                      -- else it only reads
    made_at      timestamptz not null,
    ends_at      timestamptz not null,
    used_at      timestamptz,                           -- to the minute
    revoked_at   timestamptz,
    constraint a_token_ends_after_it_is_made check (made_at < ends_at)
);
create unique index a_token_is_one_accounts on token (token_sha256);
create index token_account on token (account_id, made_at);

-- For whom it acts; whether the account still may is asked at each call.
create table token_patient (
    token_id  uuid not null references token on delete cascade,
    person_id uuid not null references person,
    primary key (token_id, person_id)
);

-- Calls of each token in its latest minute. Unlogged: a call is counted without a wait for the
-- disk; after a crash the minute begins anew.
create unlogged table token_use (
    token_id  uuid primary key references token on delete cascade,
    window_at timestamptz not null,
    calls     integer not null
) with (fillfactor = 50);

grant select, insert, update, delete on token, token_patient, token_use to registratura_app;
