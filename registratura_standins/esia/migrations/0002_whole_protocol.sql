-- The rest of the protocol (PKCE, organisations, permissions of the digital profile, client
-- credentials), levels of accounts, the second step by an application, registration and recovery.

alter table account drop constraint account_level_check;
alter table account add constraint account_level_check
    check (level in ('simplified', 'standard', 'confirmed', 'child'));
alter table account drop constraint account_second_step_check;
alter table account add constraint account_second_step_check check (second_step in ('sms', 'totp'));
-- The secret of an application's codes: base32, as it must be known to check them. A secret that is
-- being set up waits in `totp_offered`; `totp_used` is the last half-minute whose code was taken.
alter table account
    add column totp_secret text,
    add column totp_offered text,
    add column totp_used bigint,
    add constraint account_has_what_its_second_step_needs
        check (second_step is distinct from 'totp' or totp_secret is not null);

-- Numbers of what people add themselves; those of the demo's accounts are far below.
create sequence account_oid as bigint start 1000300000;
create sequence part_id as bigint start 1000000;
alter table account alter column oid set default nextval('account_oid');
alter table contact alter column id set default nextval('part_id');
alter table address alter column id set default nextval('part_id');
alter table child alter column id set default nextval('part_id');
alter table document alter column id set default nextval('part_id');

alter table address add column fias_code text;
alter table document
    add column expiry_date date,
    add column last_name text,                    -- in Latin letters, of a travel passport
    add column first_name text;
-- A child may have an account of its own, made by the parent.
alter table child
    add column inn text,
    add column phone text,
    add column email text,
    add column account_oid bigint unique references account on delete set null;

-- Whom a client takes: anybody, or only confirmed accounts, or only with a second step.
alter table client
    add column confirmed_only boolean not null default false,
    add column second_step_only boolean not null default false,
    add column suspended boolean not null default false,
    add column consent_types text[] not null default '{}';
alter table client_certificate
    add column starts_at timestamptz,              -- when the certificate is valid, both or neither
    add column ends_at timestamptz;

alter table authorisation
    add column scope_org text not null default '',
    add column code_challenge text,
    add column permissions jsonb not null default '[]';
alter table permit
    add column code_challenge text,
    add column permissions jsonb not null default '[]',
    add column until timestamptz;                 -- the end of the permissions it rests on

-- A consent of the digital profile: of a type, for a purpose, until a day. It outlives sign-ons.
create table permission (
    id         uuid primary key default gen_random_uuid(),
    oid        bigint not null references account on delete cascade,
    mnemonic   text not null references client on delete cascade,
    sysname    text not null,
    purposes   text[] not null,
    actions    text[] not null,
    scopes     text[] not null,
    given_at   timestamptz not null,
    ends_at    timestamptz not null
);
create index permission_owner on permission (oid, mnemonic, ends_at);

alter table second_step
    add column method text not null default 'sms' check (method in ('sms', 'totp')),
    alter column code_hash drop not null;

-- A code that proves that a telephone or an e-mail is one's own: registration, recovery, change of
-- a contact. Without `code_hash` nothing was sent and no code fits, but the pages are the same.
create table challenge (
    id_hash    bytea primary key,
    purpose    text not null check (purpose in ('registration', 'recovery', 'contact')),
    target     text not null,
    oid        bigint references account on delete cascade,
    code_hash  bytea,
    tries_left smallint not null,
    typed      jsonb not null default '{}',
    proven     boolean not null default false,
    ends_at    timestamptz not null
);
create index challenge_ends on challenge (ends_at);

alter table message rename column phone to target;
