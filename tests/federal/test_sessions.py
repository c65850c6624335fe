"""Sessions: opened by an identification, bound to the last one, over after a while."""

from datetime import UTC, datetime, timedelta

from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.federal import sessions
from tests.given import federal, portal
from tests.given.federal import Caller

READING = ["GetMOInfoExtended", "GetServicePostSpecsInfo", "GetMOResourceInfo", "GetScheduleInfo"]


async def test_an_unknown_session_is_over(epgu: Caller, db: Connection) -> None:
    for name in READING:
        assert (await epgu.ask(name, snils="11223344595")).code == "SESSION_TIMED_OUT", name
    time = (await federal.free(db))[0]
    refused = await epgu.book(time.slot_id)
    assert refused.code == "SESSION_TIMED_OUT"
    assert datetime.fromisoformat(refused.text("Visit_Time")) == time.starts_at


async def test_each_call_prolongs_the_session_and_then_it_is_over(
    petrs: Caller, db: Connection
) -> None:
    async def pass_minutes(minutes: int) -> None:
        await execute(
            db,
            "update federal_session set used_at = used_at - %(span)s::interval",
            span=timedelta(minutes=minutes),
        )

    for _ in range(3):
        await pass_minutes(29)
        assert (await petrs.ask("GetMOInfoExtended")).code == "OK"
    await pass_minutes(31)
    assert (await petrs.ask("GetMOInfoExtended")).code == "SESSION_TIMED_OUT"
    assert (await petrs.identify()).code == "OK", "an identification opens it again"
    assert (await petrs.ask("GetMOInfoExtended")).code == "OK"


async def test_two_processes_serve_one_session(
    petrs: Caller, app: Litestar, database_url: str, db: Connection
) -> None:
    async with portal.running(portal.settings(database_url)) as other:
        elsewhere = federal.caller(other)
        elsewhere.session = petrs.session
        assert (await elsewhere.ask("GetMOInfoExtended")).code == "OK"
        slot = (await federal.free(db))[0].slot_id
        assert (await petrs.book(slot)).raw == (await elsewhere.book(slot)).raw


async def test_a_person_who_is_not_found_ends_the_session(petrs: Caller, db: Connection) -> None:
    change = {"2015-01-01": "2015-01-02"}
    assert (await petrs.identify(change=change)).code == "PATIENT_NOT_FOUND"
    slot = (await federal.free(db))[0].slot_id
    assert (await petrs.book(slot)).code == "SESSION_TIMED_OUT", "else Пётр would be booked"


async def test_a_short_session_id_is_echoed_as_it_came(epgu: Caller) -> None:
    epgu.session = "7"
    assert (await epgu.identify()).text("Session_ID") == "7"
    assert (await epgu.ask("GetMOInfoExtended")).text("Session_ID") == "7"


async def test_without_a_session_id_there_is_no_answer_but_a_fault(epgu: Caller) -> None:
    for session in ("", " ", "7" * 65, "7" * 3000):
        body = federal.envelope("GetPatientInfo", session=session)
        assert "Session_ID" in federal.fault_of(await epgu.send(body))


async def test_sessions_that_nobody_used_for_a_day_are_swept(petrs: Caller, db: Connection) -> None:
    now = datetime.now(UTC)
    assert await sessions.sweep(db, now=now + timedelta(hours=23)) == 0
    assert await sessions.sweep(db, now=now + timedelta(hours=25)) == 1
    assert await value(db, "select count(*) from federal_session") == 0
