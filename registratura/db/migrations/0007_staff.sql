-- What only staff do: a link to a relative is confirmed by a document; an access is closed by one.

-- By which document the desk confirmed the link; null: declared, or confirmed by ЕСИА.
alter table relative add column confirmed_by_document text;

-- The desk closed this account's access: the account does not declare the same person again.
alter table relative add column closed_at timestamptz;
alter table relative add column closed_reason text;
alter table relative add column closed_by_document text;
alter table relative add constraint a_closed_access_has_its_reason_and_document check (
    num_nulls(closed_at, closed_reason, closed_by_document) in (0, 3)
);
alter table relative add constraint a_closed_access_has_ended check (
    closed_at is null or ended_at is not null
);
