"""The federation is away, slow, or says no: nothing is lost or told out of order."""

import asyncio
import base64
import os
import signal
from dataclasses import replace
from datetime import timedelta
from typing import LiteralString, cast

import httpx
import pytest

from registratura import worker
from registratura.db import Connection, Pool, value
from registratura.federal import statuses, their_list
from registratura.federal.push import Push
from registratura.federal.receiver import StatusRefused, Unanswered, open_receiver
from registratura.federal.their_list import Range
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from registratura.staff import staff
from registratura_ground.refused import Refused
from tests.esia_standin.program import free_port
from tests.federal_push.pushing import CANCELED, RECORDED, Registry, Row
from tests.given import federation as federal_side
from tests.given import region
from tests.given.federation import Federation
from tests.given.people import NOW
from tests.given.visits import book

DOWN = (503, b"")


async def test_after_an_outage_a_booking_is_told_in_its_order(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    federation.always = DOWN
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await registry.push()
    await registry.cancel(visit)
    await registry.push()
    # the later waits for the earlier, which has its pause
    assert federation.briefs == [(visit.number, "RECORDED")]
    waiting = Row("RECORDED", "waiting", 1, "HTTP_503", None)
    assert await registry.rows() == [waiting, Row("CANCELED", "waiting", 0, None, None)]
    await registry.push_again()
    federation.always = None
    await registry.push_again()
    assert federation.briefs == [(visit.number, "RECORDED")] * 3 + [(visit.number, "CANCELED")]
    assert [(it.state, it.attempts) for it in await registry.rows()] == [
        ("delivered", 3),
        ("delivered", 1),
    ]


async def test_one_booking_that_waits_keeps_no_other_back(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    federation.answers.append(DOWN)
    one = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    other = await book(db, maria, petr, (await region.free(db, "ent"))[5].slot_id)
    await registry.push()
    assert sorted(federation.briefs) == sorted((it.number, "RECORDED") for it in (one, other))
    assert sorted(it.state for it in await registry.rows()) == ["delivered", "waiting"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (federal_side.answer("INTERNAL_ERROR"), "INTERNAL_ERROR"),
        ((500, federal_side.FAULT.encode()), "FAULT"),
        ((200, federal_side.FAULT.encode()), "FAULT"),
        ((500, b"oops"), "HTTP_500"),
        ((404, b"<html/>"), "HTTP_404"),
        ((302, b""), "HTTP_302"),
    ],
)
async def test_what_may_pass_is_asked_again(
    settings: Settings, federation: Federation, answer: tuple[int, bytes], code: str
) -> None:
    federation.answers.append(answer)
    with pytest.raises(Unanswered, match=code):
        await _send(settings)


@pytest.mark.parametrize(
    "answer",
    [
        federal_side.answer(),
        (202, b""),
        (200, b"<ok/>"),
        (200, b"not XML"),
        (200, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        (200, b"<a>" * 100_000),
    ],
)
async def test_any_other_answer_means_delivered(
    settings: Settings, federation: Federation, answer: tuple[int, bytes]
) -> None:
    federation.answers.append(answer)
    await _send(settings)


async def test_an_answer_that_does_not_come_is_not_waited_for(
    settings: Settings, federation: Federation
) -> None:
    federation.gate.clear()
    with pytest.raises(Unanswered, match="TIMEOUT"):
        await _send(replace(settings, federal_status_seconds=0.1))
    federation.stop()
    with pytest.raises(Unanswered, match="NO_CONNECTION"):
        await _send(settings)


async def test_the_password_of_the_settings_is_sent(
    settings: Settings, federation: Federation
) -> None:
    ours = replace(settings, federal_status_user="region", federal_status_password="так: да")
    await _send(ours)
    federation.lines = []
    asked = Range(NOW, NOW + timedelta(days=1))
    await their_list.fetch(ours, asked)
    expected = "Basic " + base64.b64encode("region:так: да".encode()).decode()
    assert federation.told[0].headers["authorization"] == expected
    assert federation.list_headers["authorization"] == expected


async def _send(settings: Settings) -> None:
    receiver = open_receiver(settings)
    async with receiver.http:
        await receiver.send(
            b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
            b"<soap:Body><a/></soap:Body></soap:Envelope>"
        )


async def test_a_busy_port_for_the_metrics_is_refused_in_words(
    settings: Settings, federation: Federation
) -> None:
    port = int(federation.url.rpartition(":")[2])
    with pytest.raises(Refused, match="REGISTRATURA_WORKER_METRICS_PORT"):
        await worker.run(replace(settings, worker_metrics_port=port))


async def test_a_refusal_is_final_and_the_next_status_is_told_all_the_same(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    federation.answers.append(federal_side.answer("UNKNOWN_RMIS", "Нет такой РМИС"))
    await registry.push()
    await registry.cancel(visit)
    await registry.push_again()
    assert federation.briefs == [(visit.number, "RECORDED"), (visit.number, "CANCELED")]
    assert await registry.rows() == [
        Row("RECORDED", "failed", 1, "UNKNOWN_RMIS", "Нет такой РМИС"),
        Row("CANCELED", "delivered", 1, "SUCCESS", None),
    ]
    dead = "select count(*) from procrastinate_jobs where status = 'failed'"
    assert await value(db, dead) == 1


async def test_an_earlier_status_is_never_sent_after_a_later_one(
    db: Connection, pool: Pool, registry: Registry, settings: Settings, federation: Federation,
    maria: Account, petr: Patient,
) -> None:  # fmt: skip
    await test_a_refusal_is_final_and_the_next_status_is_told_all_the_same(
        db, registry, federation, maria, petr
    )
    visit = await value(db, "select appointment_id from federal_status limit 1")
    push = Push(pool, open_receiver(settings), "r")
    for status in (RECORDED, CANCELED):
        await push.tell(visit, status)
    assert len(federation.told) == 2


async def test_a_job_that_runs_twice_sends_once(
    db: Connection, pool: Pool, settings: Settings, federation: Federation, maria: Account,
    petr: Patient,
) -> None:  # fmt: skip
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await statuses.owe(db, visit.appointment_id, now=NOW)
    push = Push(pool, open_receiver(settings), "r")
    for _ in range(2):
        await push.tell(visit.appointment_id, RECORDED)
    assert federation.briefs == [(visit.number, "RECORDED")]


async def test_a_refused_status_is_shown_in_words_and_sent_again_by_command(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    federation.answers.append(federal_side.answer("UNKNOWN_RMIS", "Нет такой РМИС"))
    await registry.push()
    asked = ("dead-letters", "--by", "Котова А.А., регистратор")
    _, told = await registry.ask(*asked, group=staff)
    why = "не передан в федерацию: UNKNOWN_RMIS «Нет такой РМИС»"
    assert f"статус RECORDED записи {visit.number} {why}" in told
    assert "не приняты: 1" in (await registry.ask("status"))[1]
    await registry.ask(*asked, "--retry", "all", group=staff)
    await registry.push_again()
    assert federation.briefs == [(visit.number, "RECORDED")] * 2
    assert "заданий: 0" in (await registry.ask(*asked, group=staff))[1]


async def test_what_the_schema_forbids_is_not_sent_but_shown(
    db: Connection, pool: Pool, registry: Registry, settings: Settings, federation: Federation,
    maria: Account, petr: Patient,
) -> None:  # fmt: skip
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await statuses.owe(db, visit.appointment_id, now=NOW)
    with pytest.raises(StatusRefused):
        await Push(pool, open_receiver(settings), " ").tell(visit.appointment_id, RECORDED)
    assert not federation.told
    assert [(it.code, it.comment) for it in await registry.rows()] == [("NOT_SENT", "Book_Id_Mis")]


async def test_while_the_federation_is_silent_people_are_told_at_once(
    db: Connection, settings: Settings, federation: Federation, maria: Account, petr: Patient
) -> None:
    federation.gate.clear()
    slots = (await region.free(db))[:6]
    port = free_port()
    patient = replace(settings, federal_status_seconds=30, worker_metrics_port=port)
    working = asyncio.create_task(worker.run(patient))
    for slot in slots:
        visit = await book(db, maria, petr, slot.slot_id)
        await Registry(db, cast(Pool, None), settings).cancel(visit)
    told = "select count(*) from notice where channel = 'portal'"
    await _until(db, told, 2 * len(slots))
    delivered = "select count(*) from federal_status where state = 'delivered'"
    assert await value(db, delivered) == 0
    federation.gate.set()
    await _until(db, delivered, 2 * len(slots))
    async with httpx.AsyncClient(trust_env=False) as http:
        metrics = await http.get(f"http://127.0.0.1:{port}/metrics")
    assert 'registratura_federal_pushed_total{state="delivered",status="CANCELED"}' in metrics.text
    os.kill(os.getpid(), signal.SIGTERM)
    await working


async def _until(db: Connection, counted: LiteralString, number: int) -> None:
    for _ in range(600):
        if await value(db, counted) >= number:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{number} were not counted within thirty seconds")
