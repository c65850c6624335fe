-- The least that a booking can be: the place is counted, the visit is written, on disk.
-- No change of the product touches this file: slower SQL of ours must not look like success.
\set k :k + 1
\set n :base + :client_id * :share + :k
select slot, patient, post, department, position, room, starts, ends, moment from bench_wish where n = :n \gset
begin;
update slot set taken = taken + 1 where id = :slot::uuid and taken < seats;
insert into appointment (slot_id, patient_id, post_id, department_id, position_id, room_id, starts_at, ends_at, state, channel, booked_at) values (:slot::uuid, :patient::uuid, :post::uuid, :department::uuid, :position::integer, :room::uuid, :starts::timestamptz, :ends::timestamptz, 'booked', 'portal', :moment::timestamptz);
commit;
