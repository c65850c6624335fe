"""How long a status is tried, and when nobody is asked at all."""

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from procrastinate import utils
from procrastinate.jobs import Job

from registratura.circuit import MOST_FAILURES
from registratura.db import Connection, Pool, execute
from registratura.federal import statuses
from registratura.federal.push import Pauses, Push
from registratura.federal.receiver import Unanswered, open_receiver
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.federal_push.pushing import RECORDED, Registry, Row
from tests.given import federation as federal_side
from tests.given import region
from tests.given.federation import Federation
from tests.given.people import NOW
from tests.given.visits import book

DOWN = (503, b"")


async def test_a_federation_that_is_down_is_left_in_peace(
    settings: Settings, federation: Federation
) -> None:
    federation.always = DOWN
    receiver = open_receiver(settings)
    envelope = federal_side.answer()[1]
    async with receiver.http:
        for _ in range(MOST_FAILURES):
            with pytest.raises(Unanswered, match="HTTP_503"):
                await receiver.send(envelope)
        with pytest.raises(Unanswered, match="CIRCUIT_OPEN"):
            await receiver.send(envelope)
    assert len(federation.told) == MOST_FAILURES


def test_the_pauses_grow_and_last_for_more_than_a_day() -> None:
    pauses, attempts, waited = Pauses(), 0, []
    while (made := _decide(pauses, attempts)) is not None:
        waited.append(made)
        attempts += 1
    assert waited == sorted(waited)
    assert waited[0] <= 5
    assert timedelta(hours=24) < timedelta(seconds=sum(waited)) < timedelta(hours=48)


async def test_whoever_finds_the_circuit_open_has_not_tried(
    db: Connection, pool: Pool, registry: Registry, settings: Settings, federation: Federation,
    maria: Account, petr: Patient,
) -> None:  # fmt: skip
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await statuses.owe(db, visit.appointment_id, now=NOW)
    push = Push(pool, open_receiver(settings), "r")
    for _ in range(MOST_FAILURES):
        push.receiver.circuit.fail()
    await execute(db, "update federal_status set attempts = 40")
    with pytest.raises(Unanswered, match="CIRCUIT_OPEN") as shut:
        await push.tell(visit.appointment_id, RECORDED)
    assert _decide_after(shut.value, 1000) is not None, "however often it was shut"
    assert await registry.rows() == [Row("RECORDED", "waiting", 40, "CIRCUIT_OPEN", None)]
    push.receiver.circuit.succeed()
    federation.answers.append(DOWN)
    with pytest.raises(Unanswered, match="HTTP_503") as last:
        await push.tell(visit.appointment_id, RECORDED)
    assert _decide_after(last.value, 2) is None
    assert [it.state for it in await registry.rows()] == ["failed"]


async def test_trouble_with_one_status_keeps_no_other_back(
    settings: Settings, federation: Federation
) -> None:
    federation.always = federal_side.answer("INTERNAL_ERROR")
    receiver = open_receiver(settings)
    envelope = federal_side.answer()[1]
    async with receiver.http:
        for _ in range(2 * MOST_FAILURES):
            with pytest.raises(Unanswered, match="INTERNAL_ERROR"):
                await receiver.send(envelope)
    assert len(federation.told) == 2 * MOST_FAILURES


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_an_address_that_lets_nobody_in_is_down_for_all(
    settings: Settings, federation: Federation, status: int
) -> None:
    federation.always = (status, b"<html/>")
    receiver = open_receiver(settings)
    async with receiver.http:
        for _ in range(MOST_FAILURES):
            with pytest.raises(Unanswered, match=f"HTTP_{status}"):
                await receiver.send(federal_side.answer()[1])
        with pytest.raises(Unanswered, match="CIRCUIT_OPEN"):
            await receiver.send(federal_side.answer()[1])


def _decide(pauses: Pauses, attempts: int) -> float | None:
    return _decide_after(Unanswered("TIMEOUT"), attempts, pauses)


def _decide_after(fault: Unanswered, attempts: int, pauses: Pauses | None = None) -> float | None:
    job = cast(Job, SimpleNamespace(attempts=attempts))
    decision = (pauses or Pauses()).get_retry_decision(exception=fault, job=job)
    if decision is None or decision.retry_at is None:
        return None
    return round((decision.retry_at - utils.utcnow()).total_seconds())


async def test_what_was_given_up_is_sent_when_it_is_asked_for_again(
    db: Connection, pool: Pool, registry: Registry, settings: Settings, federation: Federation,
    maria: Account, petr: Patient,
) -> None:  # fmt: skip
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await statuses.owe(db, visit.appointment_id, now=NOW)
    push = Push(pool, open_receiver(settings), "r")
    federation.answers.append(DOWN)
    await execute(db, "update federal_status set attempts = 40")
    with pytest.raises(Unanswered):
        await push.tell(visit.appointment_id, RECORDED)
    assert [it.state for it in await registry.rows()] == ["failed"]
    federation.answers.append(DOWN)
    with pytest.raises(Unanswered) as again:
        await push.tell(visit.appointment_id, RECORDED)
    assert _decide_after(again.value, 41) is not None, "its tries begin anew"
    await push.tell(visit.appointment_id, RECORDED)
    assert [it.state for it in await registry.rows()] == ["delivered"]
