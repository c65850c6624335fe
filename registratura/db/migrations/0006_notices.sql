-- Notices: who was told what of which visit, by which channel, and what became of it.

create table notice (
    id          uuid primary key default gen_random_uuid(),
    account_id  uuid not null references account,      -- who is told
    person_id   uuid not null references person,       -- of whose visit
    subject_id  uuid not null references appointment,  -- the visit, or the hold that is proposed
    kind        text not null check (kind in
                    ('booked', 'moved', 'moved_away', 'cancelled', 'proposed', 'withdrawn')),
    channel     text not null check (channel in ('portal', 'email')),
    text        text not null,
    state       text not null,
    created_at  timestamptz not null,
    sent_at     timestamptz,
    read_at     timestamptz,
    constraint an_account_is_told_of_a_change_once unique (subject_id, kind, account_id, channel),
    constraint a_notice_has_a_state_of_its_channel check (case channel
        when 'portal' then state in ('new', 'read')
        when 'email' then state in ('waiting', 'sent', 'failed') end),
    constraint a_letter_sent_has_its_moment check ((state = 'sent') = (sent_at is not null)),
    constraint a_message_read_has_its_moment check ((state = 'read') = (read_at is not null))
);
create index notice_of_account on notice (account_id, created_at desc) where channel = 'portal';
-- The header of every page counts these.
create index notice_unread on notice (account_id) where state = 'new';

grant select, insert, update, delete on notice to registratura_app;
