-- The least that a search can be: ids and times of one doctor's free slots, from the index.
-- No change of the product touches this file: slower SQL of ours must not look like success.
\set k :k + 1
\set n :base + :client_id * :share + :k
select post, moment, until from bench_wish where n = :n \gset
select id, starts_at from slot where post_id = :post::uuid and taken < seats and blocked is null and starts_at > :moment::timestamptz and starts_at < :until::timestamptz order by starts_at;
