"""What an operator sees: a log without personal data, metrics by operation and code."""

import json

import structlog
from litestar import Litestar

from registratura.db import Connection
from tests.given import federal
from tests.given.federal import Caller


async def test_the_log_tells_operation_and_code_and_nothing_of_people(
    epgu: Caller, db: Connection, app: Litestar
) -> None:
    message = "urn:uuid:6f1c7a52-0d5e-4c1b-9a77-2b8e4f3d9c10"
    with structlog.testing.capture_logs() as logged:
        addressed = {
            "<soapenv:Header/>": "<soapenv:Header><a:MessageID xmlns:a='urn:a'>"
            f"{message}</a:MessageID></soapenv:Header>"
        }
        await epgu.identify(change=addressed)
        await epgu.identify(change={"2015-01-01": "01.01.2015"})
        body = federal.envelope("GetPatientInfo", session=epgu.session)
        await epgu.send(body, headers={"soapaction": '"CancelAppointment"'})
        await epgu.book((await federal.free(db))[0].slot_id)
        await epgu.send("<Иванов>")
    calls = [it for it in logged if it["event"] == "call"]
    assert [(it["operation"], it["code"]) for it in calls] == [
        ("GetPatientInfo", "OK"),
        ("GetPatientInfo", "INTERNAL_ERROR"),
        ("GetPatientInfo", "OK"),
        ("CreateAppointment", "SUCCESS"),
    ]
    assert calls[0]["message_id"] == message
    assert [it["action_differs"] for it in calls] == [False, False, True, False]
    everything = json.dumps(logged, ensure_ascii=False, default=str)
    for secret in ("Иванов", "Петр", "1234567891234567", "2015", "9000000001", "maria"):
        assert secret not in everything


async def test_metrics_count_calls_by_operation_and_code(epgu: Caller) -> None:
    async def counted(operation: str, code: str) -> float:
        told = (await epgu.client.get("/metrics")).text
        name = f'registratura_federal_calls_total{{code="{code}",operation="{operation}"}}'
        lines = [it for it in told.splitlines() if it.startswith(name)]
        return float(lines[0].rpartition(" ")[2]) if lines else 0

    asked = [("GetPatientInfo", "PATIENT_NOT_FOUND"), ("GetPatientInfo", "OK"), ("none", "Fault")]
    before = [await counted(*it) for it in asked]
    await epgu.identify(change={"2015-01-01": "2015-01-02"})
    await epgu.identify()
    await epgu.send("<a/>")
    assert [await counted(*it) for it in asked] == [it + 1 for it in before]
    assert "registratura_federal_seconds_bucket" in (await epgu.client.get("/metrics")).text
