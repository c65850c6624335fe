"""The relay passes each committed row on once, in order, to everybody who reacts to it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from procrastinate.exceptions import ConnectorException

from registratura import worker
from registratura.db import Connection, Pool, execute, value
from registratura.outbox import relay
from registratura.outbox.relay import Announcement, Reactions
from tests.given.people import NOW


async def announce(db: Connection, event: str = "appointment.booked") -> UUID:
    """A row as a change writes it, in its own transaction."""
    subject = uuid4()
    await execute(
        db,
        "insert into outbox (event, subject_id, created_at) values (%(event)s, %(it)s, %(now)s)",
        event=event,
        it=subject,
        now=NOW,
    )
    return subject


def reactions(told: list[UUID]) -> Reactions:
    """One reaction that remembers whom it was told of."""

    async def remember(db: Connection, these: Sequence[Announcement]) -> None:
        told.extend(it.subject_id for it in these)

    return {"appointment.booked": [remember]}


async def test_rows_are_passed_on_in_order_and_once(db: Connection) -> None:
    told: list[UUID] = []
    subjects = [await announce(db) for _ in range(3)]
    await announce(db, "nobody.reacts")
    assert await relay(db, reactions(told)) == 4
    assert await relay(db, reactions(told)) == 0
    assert told == subjects


async def test_what_is_not_committed_is_not_announced(db: Connection, pool: Pool) -> None:
    told: list[UUID] = []
    async with pool.connection() as other, other.transaction(force_rollback=True):
        await announce(other)
        assert await relay(db, reactions(told)) == 0
    assert await relay(db, reactions(told)) == 0
    assert told == []


async def test_a_reaction_that_fails_leaves_the_rows_for_the_next_time(db: Connection) -> None:
    async def fail(db: Connection, these: Sequence[Announcement]) -> None:
        raise RuntimeError("the queue is away")

    subject = await announce(db)
    with pytest.raises(RuntimeError):
        await relay(db, {"appointment.booked": [fail]})
    told: list[UUID] = []
    await relay(db, reactions(told))
    assert told == [subject]


async def test_two_relays_at_once_pass_a_row_on_once(pool: Pool) -> None:
    told: list[UUID] = []

    async def slowly(db: Connection, these: Sequence[Announcement]) -> None:
        await asyncio.sleep(0.05)
        told.extend(it.subject_id for it in these)

    async with pool.connection() as one, pool.connection() as other:
        subject = await announce(one)
        passed = await asyncio.gather(
            *(relay(db, {"appointment.booked": [slowly]}) for db in (one, other))
        )
        assert sorted(passed) == [0, 1]
        assert told == [subject]
        assert await value(one, "select count(*) from outbox") == 0


async def test_the_worker_relays_on_after_its_queue_was_away(db: Connection, pool: Pool) -> None:
    stop, tries = asyncio.Event(), 0

    async def defer(db: Connection, it: Announcement) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectorException()  # the database ended while the job was being written
        stop.set()

    await announce(db)
    async with asyncio.timeout(10):
        await worker.relay_until(stop, pool, {"appointment.booked": [defer]})
    assert tries == 2
    assert await value(db, "select count(*) from outbox") == 0
