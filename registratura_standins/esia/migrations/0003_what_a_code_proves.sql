-- A code proves a child's telephone too. Tries are counted for what was typed, whoever it belongs to.

alter table challenge drop constraint challenge_purpose_check;
alter table challenge add constraint challenge_purpose_check
    check (purpose in ('registration', 'recovery', 'contact', 'child'));
alter table challenge add column asked text;
update challenge set asked = target;
alter table challenge alter column asked set not null;
create index challenge_oid on challenge (oid);
create index second_step_oid on second_step (oid);
