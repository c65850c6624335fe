-- Links between accounts and those they act for: rights, ends, proofs; children of ЕСИА's list;
-- invitations of adults; positions that a patient hides; notices about links.

alter table relative drop constraint relative_kinship_check;
alter table relative add constraint relative_kinship_check check (kinship in
    ('child', 'grandchild', 'sibling', 'ward', 'other_child', 'spouse', 'parent', 'by_proxy'));

-- What the patient's own consent gives, within what the kind and level of the link give at all.
alter table relative add column acts boolean not null default true;
alter table relative add column sees boolean not null default true;
-- The first day without the link: an order's or a consent's; null: the ladder of ages alone.
alter table relative add column ends_on date;
-- Who confirmed it; null: declared, or confirmed before this was kept.
alter table relative add column confirmed_by text
    check (confirmed_by in ('esia', 'desk', 'consent'));
update relative set confirmed_by = 'desk' where confirmed_by_document is not null;
alter table relative add column confirmed_by_order text;      -- of guardianship
alter table relative add column esia_child text;              -- his number on ЕСИА's list
alter table relative add column off_list_since timestamptz;   -- ЕСИА names or verifies him no more

-- ЕСИА does not know every child's policy, and an adult's is nobody's business.
alter table relative alter column policy_number drop not null;
alter table relative add constraint a_declared_link_names_a_policy
    check (level <> 'declared' or policy_number is not null);
alter table relative add constraint a_link_gives_a_right check (acts or sees);
alter table relative add constraint an_adult_is_linked_by_his_consent_until_a_day check (
    kinship not in ('spouse', 'parent', 'by_proxy')
    or level = 'confirmed' and confirmed_by is not distinct from 'consent' and ends_on is not null
);
alter table relative add constraint an_order_has_an_end
    check (confirmed_by_order is null or ends_on is not null);

-- What ЕСИА told of the account's children at its last sign-in: those who may be added.
create table esia_child (
    id            uuid primary key default gen_random_uuid(),
    account_id    uuid not null references account,
    esia_id       text not null,
    last_name     text not null,
    first_name    text not null,
    middle_name   text,
    birth_date    date not null,
    sex           text not null check (sex in ('M', 'F')),
    snils         text check (snils ~ '^\d{11}$'),
    policy_number text,
    verified      boolean not null,                   -- his birth certificate is verified there
    told_at       timestamptz not null,
    constraint a_child_is_on_a_list_once unique (account_id, esia_id)
);

-- An adult lets one other account act for him: a code, of which only the hash is kept, used once.
create table invitation (
    account_id  uuid primary key references account,  -- of the patient; a new one replaces the old
    code_sha256 bytea not null unique,
    kinship     text not null check (kinship in ('spouse', 'parent', 'by_proxy')),
    acts        boolean not null,
    sees        boolean not null,
    months      integer not null check (months between 1 and 18),
    made_at     timestamptz not null,
    expires_at  timestamptz not null,
    constraint an_invitation_gives_a_right check (acts or sees)
);

-- Positions to which the patient's visits are hidden from everybody who may act for him.
create table hidden_position (
    person_id   uuid not null references person,
    position_id integer not null references position,
    hidden_at   timestamptz not null,
    constraint a_position_is_hidden_once primary key (person_id, position_id)
);

-- A notice is of a visit or of a link.
alter table notice alter column subject_id drop not null;
alter table notice add column relative_id uuid references relative;
alter table notice add column ends_on date;           -- the end that it tells of
alter table notice add constraint a_notice_is_of_a_visit_or_of_a_link
    check (num_nonnulls(subject_id, relative_id) = 1);
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (kind in
    ('booked', 'moved', 'moved_away', 'cancelled', 'proposed', 'withdrawn',
     'link_new', 'link_confirmed', 'link_revoked', 'link_ends_30', 'link_ends_7',
     'holder_new', 'holder_confirmed', 'holder_left', 'holder_ends_30', 'holder_ends_7'));
create unique index an_account_is_told_of_a_link_once on notice
    (relative_id, kind, account_id, channel, ends_on) nulls not distinct
    where relative_id is not null;

grant select, insert, update, delete on esia_child, invitation, hidden_position
    to registratura_app;
