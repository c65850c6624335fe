-- Accounts and what is known of their owners; client systems; sign-on and what came of it.

create table account (
    oid           bigint primary key,
    level         text not null check (level in ('simplified', 'standard', 'confirmed')),
    password_hash text not null,
    second_step   text check (second_step in ('sms')),
    last_name     text not null,
    first_name    text not null,
    middle_name   text,
    birth_date    date,
    birth_place   text,
    gender        text check (gender in ('M', 'F')),
    citizenship   text not null default 'RUS',
    snils         text unique check (snils ~ '^\d{11}$'),
    inn           text,
    changed_at    timestamptz not null
);

-- What may be typed into the login field: +79000000001, maria@example.org, eleven digits of СНИЛС.
create table login (
    name text primary key,
    oid  bigint not null references account on delete cascade
);
create index login_oid on login (oid);

create table contact (
    id       bigint primary key,
    oid      bigint not null references account on delete cascade,
    type     text not null check (type in ('MBT', 'EML', 'PHN', 'CEM')),
    value    text not null,                       -- +79000000001 or an e-mail
    verified boolean not null
);
create index contact_oid on contact (oid);

create table address (
    id          bigint primary key,
    oid         bigint not null references account on delete cascade,
    type        text not null check (type in ('PRG', 'PLV')),
    address_str text not null,                    -- without house and flat, as the original does
    region      text not null,
    city        text not null,
    street      text not null,
    house       text not null,
    flat        text,
    zip_code    text not null
);
create index address_oid on address (oid);

create table child (
    id          bigint primary key,
    oid         bigint not null references account on delete cascade,
    last_name   text not null,
    first_name  text not null,
    middle_name text,
    birth_date  date not null,
    gender      text not null check (gender in ('M', 'F')),
    snils       text check (snils ~ '^\d{11}$')
);
create index child_oid on child (oid);

create table document (
    id          bigint primary key,
    oid         bigint references account on delete cascade,
    child_id    bigint references child on delete cascade,
    type        text not null,
    verified    boolean not null,
    series      text,
    number      text not null,
    issue_date  date,
    issue_id    text,
    issued_by   text,
    act_no      text,
    act_date    date,
    medical_org text,
    constraint document_has_one_owner check (num_nonnulls(oid, child_id) = 1)
);
create index document_oid on document (oid);
create index document_child on document (child_id);

create table client (
    mnemonic text primary key,
    name     text not null,
    purpose  text not null,
    mode     text not null check (mode in ('rsa', 'gost')),
    origins  text[] not null,                     -- http://127.0.0.1:8000; …:* is any port
    scopes   text[] not null
);

create table client_certificate (
    mnemonic text not null references client on delete cascade,
    hash     text not null check (hash ~ '^[0-9A-F]{64}$'),
    pem      text not null,
    primary key (mnemonic, hash)
);

create table consent (
    oid      bigint not null references account on delete cascade,
    mnemonic text not null references client on delete cascade,
    scopes   text[] not null,
    given_at timestamptz not null,
    primary key (oid, mnemonic)
);

-- A browser signed in here. `sid` is the public name of the session, the id itself is a secret.
create table session (
    id_hash      bytea primary key,
    sid          uuid not null unique default gen_random_uuid(),
    oid          bigint not null references account on delete cascade,
    signed_in_at timestamptz not null,
    ends_at      timestamptz not null,
    browser      text not null
);
create index session_oid on session (oid);

-- A request to sign on that passed every check, while its owner types the password and consents.
create table authorisation (
    id           uuid primary key default gen_random_uuid(),
    mnemonic     text not null references client on delete cascade,
    redirect_uri text not null,
    scopes       text[] not null,
    state        text not null,
    offline      boolean not null,
    ends_at      timestamptz not null
);
create index authorisation_ends on authorisation (ends_at);

-- The password was right, the code of the second step is awaited.
create table second_step (
    id_hash          bytea primary key,
    oid              bigint not null references account on delete cascade,
    code_hash        bytea not null,
    tries_left       smallint not null,
    ends_at          timestamptz not null,
    authorisation_id uuid references authorisation on delete cascade
);

create table attempt (
    kind    text not null,
    subject bytea not null,
    made_at timestamptz not null,
    id      bigint primary key generated always as identity
);
create index attempt_subject on attempt (kind, subject, made_at);
create index attempt_made on attempt (made_at);

-- What one sign-on allowed a client. It goes, with its codes and refresh tokens, when a code is
-- replayed or the consent is revoked; access tokens are worth nothing without it.
create table permit (
    id           uuid primary key default gen_random_uuid(),
    mnemonic     text not null references client on delete cascade,
    oid          bigint not null references account on delete cascade,
    sid          uuid not null,
    redirect_uri text not null,
    scopes       text[] not null,
    offline      boolean not null,
    signed_in_at timestamptz not null,
    ends_at      timestamptz not null             -- of the last token made from it
);
create index permit_owner on permit (oid, mnemonic);
create index permit_ends on permit (ends_at);

create table code (
    hash      bytea primary key,
    permit_id uuid not null references permit on delete cascade,
    ends_at   timestamptz not null,
    used_at   timestamptz
);
create index code_permit on code (permit_id);

create table refresh (
    hash      bytea primary key,
    permit_id uuid not null references permit on delete cascade,
    ends_at   timestamptz not null,
    used_at   timestamptz
);
create index refresh_permit on refresh (permit_id);

create table message (
    id      bigint primary key generated always as identity,
    phone   text not null,
    words   text not null,
    sent_at timestamptz not null
);
