"""`registratura check`: nothing to say of a sound database, and each kind of damage by its name."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from registratura.booking import cancellation, checks, holds, marks
from registratura.booking.invariants import INVARIANTS, question
from registratura.booking.model import State
from registratura.booking.wishes import Wish
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient, refer
from tests.running.places import CHECKOUT, run

FAR = region.TODAY + timedelta(days=20)
BIG = {"appointment", "event", "slot", "idempotency_key"}
A_YEAR = """
    insert into session (post_id, room_id, day, starts_at, ends_at)
    select post.id, room_id, day, day + interval '5 hours', day + interval '6 hours'
    from post cross join generate_series('2025-11-25Z'::timestamptz, '2026-11-24Z', '1 day') as day;

    insert into slot (session_id, post_id, department_id, position_id, room_id, starts_at, ends_at,
                      kind, channels, seats, taken, opens_at)
    select session.id, post_id, department_id, position_id, session.room_id,
           session.starts_at + place * interval '15 minutes',
           session.starts_at + (place + 1) * interval '15 minutes',
           'ordinary', '{portal}', 1, 1, session.starts_at
    from session join post on post.id = post_id cross join generate_series(0, 3) as place
    where session.starts_at < '2026-11-25Z';

    insert into person (last_name, first_name, birth_date, sex, created_at)
    select 'Иванов', number, '1980-01-01', 'M', '2025-01-01Z'
    from generate_series(1, 500) as number;

    insert into appointment (slot_id, patient_id, post_id, department_id, position_id, room_id,
                             starts_at, ends_at, state, channel, booked_at)
    select its.id, person.id, post_id, department_id, position_id, room_id, starts_at, ends_at,
           'booked', 'portal', starts_at - interval '1 hour'
    from (select slot.*, mod(row_number() over (order by starts_at), 500) + 1 as number
          from slot where taken = 1) as its
    join person on person.first_name = number::text;

    insert into event (at, kind, actor_kind, subject_id)
    select booked_at, 'appointment.booked', 'system', id from appointment;

    insert into idempotency_key (actor, key, fingerprint, answer, created_at)
    select 'system:', id, '', jsonb_build_object('appointment_id', id), booked_at from appointment;
"""

# What is broken → how: by the owner, who alone can take the walls down.
DAMAGE = {
    "a_seat_is_given_once": """
        drop index a_seat_is_given_once;
        update appointment set seat = 1 where live;
    """,
    "a_slot_has_no_more_visits_than_seats": """
        alter table slot drop constraint a_slot_has_no_more_visits_than_seats;
        update slot set seats = 1;
    """,
    "a_patient_is_in_one_place_at_a_time": """
        alter table appointment drop constraint a_patient_is_in_one_place_at_a_time;
        update appointment set starts_at = other.starts_at, ends_at = other.ends_at
        from appointment as other
        where other.position_id = 45 and appointment.position_id = 53 and appointment.live;
    """,
    "one_coming_visit_per_position": """
        alter table appointment drop constraint one_coming_visit_per_position;
        update appointment set position_id = 45 where position_id = 53 and live;
    """,
    "a_referral_is_used_once": """
        drop index a_referral_is_used_once;
        update appointment set referral_id = (select id from referral)
        where position_id = 53 and live;
    """,
    "a_state_is_told_by_its_event": """
        update appointment set state = 'visited' where state = 'booked' and position_id = 53;
    """,
    "a_state_changes_by_the_table": """
        insert into event (at, kind, actor_kind, subject_id)
        select booked_at, unnest('{appointment.cancelled,appointment.booked}'::text[]), 'system', id
        from appointment where state = 'booked' and position_id = 53;
    """,
    "a_slot_counts_its_visits": """
        update slot set taken = 1 where id = (select id from slot where taken = 0 limit 1);
    """,
    "a_hold_ends_at_its_end": """
        update appointment set held_until = '2026-11-25 08:54:59Z' where state = 'held';
    """,
    "a_block_has_its_reason": """
        update slot set blocked = 'Отпуск', blocked_by = gen_random_uuid()
        where id = (select id from slot where taken = 0 order by starts_at desc limit 1);
    """,
    "a_quota_counts_its_visits": "update quota set taken = 0 where taken > 0;",
    "an_announcement_has_its_change": """
        insert into outbox (event, subject_id, created_at)
        select 'appointment.booked', id, booked_at - interval '1 hour' from appointment limit 1;
    """,
    "a_key_answers_with_a_visit": """
        update idempotency_key
        set answer = jsonb_set(answer, '{appointment_id}', to_jsonb(gen_random_uuid()))
        where key = (select key from idempotency_key limit 1);
    """,
}


@pytest.fixture
async def lively(db: Connection, maria: Account, petr: Patient) -> UUID:
    """Bookings, moves, cancellings, marks, a hold, a referral and a quota; the ended visit's id."""
    oleg = await people.account(db, "Олег")
    maria_herself, oleg_himself = await patient(db, maria), await patient(db, oleg)
    await region.rule(db, quotas={"portal": 50}, horizon_days=30)
    await region.open_days(db, FAR, 1)
    group, *others = await region.free(db, "therapist")
    await execute(db, "update slot set seats = 2 where id = %(it)s", it=group.slot_id)
    await book(db, maria, maria_herself, group.slot_id)
    await book(db, oleg, oleg_himself, group.slot_id)
    await book(db, maria, petr, (await region.free(db, "ent"))[3].slot_id)
    referral = await refer(db, petr)
    by_referral = (await region.free(db, "neurologist"))[5].slot_id
    await book(db, maria, petr, by_referral, referral_id=referral)
    first = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    last = (await region.free(db))[-1].slot_id  # of a session with a quota
    moved = await book(db, maria, petr, last, replaces=first.appointment_id)
    await cancellation.cancel(db, now=NOW, actor=REGISTRAR, appointment_id=moved.appointment_id)
    paediatrician = (await region.free(db, "paediatrician"))[-2:]
    for slot in paediatrician:
        await holds.hold(db, Wish(NOW, actor(maria), petr, slot.slot_id, CHANNEL))
    await book(db, maria, petr, paediatrician[1].slot_id)
    gynaecologist = (await region.free(db, "gynaecologist"))[-1].slot_id
    await holds.hold(db, Wish(NOW, actor(maria), maria_herself, gynaecologist, CHANNEL))
    ended = (
        await book(db, oleg, oleg_himself, others[-1].slot_id, now=group.ends_at)
    ).appointment_id
    await marks.mark(
        db, now=others[-1].ends_at, actor=REGISTRAR, appointment_id=ended, state=State.VISITED
    )
    return ended


@pytest.fixture
def owner(owner_url: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        yield owner


async def found(db: Connection, now: datetime = NOW, **bounds: int) -> dict[str, checks.Finding]:
    return {it.invariant.name: it for it in await checks.search(db, now=now, **bounds)}


async def test_a_sound_database_has_nothing_to_tell(db: Connection, lively: UUID) -> None:
    assert await found(db) == {}
    live = await value(db, "select count(*) from appointment where live")
    assert live == 7


@pytest.mark.parametrize("name", [it.name for it in INVARIANTS])
async def test_each_damage_is_told_by_its_name_with_its_rows(
    db: Connection, lively: UUID, owner: "psycopg.Connection[Any]", name: str
) -> None:
    owner.execute(DAMAGE[name])
    broken = await found(db)
    assert set(broken) == {name}
    head, *rows = broken[name].lines()
    assert head.startswith(broken[name].invariant.words)
    assert len(rows) == broken[name].count
    assert all(row.startswith("  ") for row in rows)


async def test_what_is_allowed_is_no_damage(
    db: Connection, lively: UUID, owner: "psycopg.Connection[Any]"
) -> None:
    owner.execute(
        """
        alter table appointment drop constraint one_coming_visit_per_position;
        update appointment set position_id = 45, waived_by = 'Регистратор'
        where position_id = 53 and live;
        """
    )
    assert await found(db) == {}  # the desk let him have two
    owner.execute(
        """
        update appointment set waived_by = null, booked_at = other.starts_at
        from appointment as other
        where other.position_id = 45 and other.live and other.id <> appointment.id
          and other.starts_at < appointment.starts_at and appointment.position_id = 45
        """
    )
    assert await found(db) == {}  # the second was booked when the first began
    held = await value(db, "select held_until from appointment where state = 'held'")
    assert await found(db, held + timedelta(minutes=5)) == {}  # the sweeper has its time
    assert set(await found(db, held + timedelta(minutes=6))) == {"a_hold_ends_at_its_end"}


async def test_only_so_many_days_back_are_looked_at(
    db: Connection, lively: UUID, owner: "psycopg.Connection[Any]"
) -> None:
    owner.execute("update appointment set state = 'arrived' where id = %s", (lively,))
    begun = await value(db, "select starts_at from appointment where id = %(it)s", it=lively)
    owner.execute("update appointment set held_until = '2030-01-01' where state = 'held'")
    assert set(await found(db, begun + timedelta(days=10), days=11)) == {
        "a_state_is_told_by_its_event"
    }
    assert await found(db, begun + timedelta(days=10), days=9) == {}


async def test_of_many_rows_twenty_are_shown(db: Connection, lively: UUID) -> None:
    await execute(
        db,
        """
        update slot set taken = 1
        where taken = 0 and post_id = (select id from post where code = 'ultrasound')
        """,
    )
    told = (await found(db))["a_slot_counts_its_visits"].lines()
    assert len(told) == 1 + 20 + 1
    assert told[-1].endswith(f" {int(told[0].rsplit(' ')[-1]) - 20}")


async def test_a_query_that_does_not_end_in_time_is_named_and_the_rest_is_looked_at(
    db: Connection, lively: UUID, owner: "psycopg.Connection[Any]"
) -> None:
    owner.execute(DAMAGE["a_key_answers_with_a_visit"])
    with owner.transaction():
        owner.execute("lock table quota in access exclusive mode")
        broken = await found(db, seconds=1)
    assert broken["a_quota_counts_its_visits"].count is None
    assert broken["a_quota_counts_its_visits"].lines()[0].startswith("Не успели")
    assert set(broken) == {"a_quota_counts_its_visits", "a_key_answers_with_a_visit"}
    assert set(await found(db)) == {"a_key_answers_with_a_visit"}  # the limit ended with the check


async def test_bounds_that_cannot_be_are_named(db: Connection) -> None:
    for wrong in ({"days": -1}, {"seconds": 0}):
        with pytest.raises(ValueError, match="days, seconds"):
            await found(db, **wrong)
    with pytest.raises(ValueError, match="now"):
        await found(db, datetime(2026, 11, 25, 9))


async def test_a_long_history_is_not_read(db: Connection, owner: "psycopg.Connection[Any]") -> None:
    owner.execute(A_YEAR)
    owner.execute("vacuum analyze")
    assert await found(db) == {}
    for invariant in INVARIANTS:
        plan = await value(
            db,
            "explain (format json) " + question(invariant),
            now=NOW,
            since=NOW - timedelta(days=3),
            kinds=["appointment.booked"],
            ways=[">appointment.booked"],
            shown=20,
        )
        assert whole_tables(plan[0]["Plan"]) == set(), invariant.name


OF_THE_HELD = {"held_of_a_patient", "held_of_a_slot"}  # there is nothing of history in them


def whole_tables(plan: dict[str, Any]) -> set[str]:
    """Big tables that a plan reads from end to end."""
    told = {table for part in plan.get("Plans", ()) for table in whole_tables(part)}
    bounded = {"Index Cond", "Recheck Cond"} & set(plan) or plan.get("Index Name") in OF_THE_HELD
    if plan.get("Relation Name") in BIG and not bounded:
        told.add(plan["Relation Name"])
    return told


def test_the_command_says_what_is_broken_and_its_status_too(
    database_url: str, lively: UUID, owner: "psycopg.Connection[Any]"
) -> None:
    # the command's clock is the real one: whenever that is, what is held is held still
    owner.execute("update appointment set held_until = '2100-01-01' where state = 'held'")
    sound = run(CHECKOUT, "check", DATABASE_URL=database_url)
    assert (sound.returncode, sound.stdout.strip()) == (0, "Нарушений нет.")
    owner.execute(DAMAGE["an_announcement_has_its_change"])
    broken = run(CHECKOUT, "check", "--days", "5", "--seconds", "5", DATABASE_URL=database_url)
    assert broken.returncode == 1
    assert "В очереди сообщение" in broken.stdout
    assert "Иванов" not in broken.stdout
