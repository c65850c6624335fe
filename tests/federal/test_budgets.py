"""What a call of the federation may ask of the database: how many statements, and how they read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
import pytest
from litestar import Litestar

from registratura.db import Connection
from registratura.federal.operations.table import OPERATIONS
from registratura_ground import embedded
from tests.federal.test_referrals import NEUROLOGIST, by, referral_id
from tests.given import federal
from tests.given.federal import Answer, Caller
from tests.given.plans import grow, whole_reads
from tests.given.trips import counted

_BEGINNING_AND_END = 2
_WHO = 3 + _BEGINNING_AND_END  # found, the session opened, the reading noted

BUDGETS = {
    "GetPatientInfo": _WHO + 2 + 3,  # his referrals; posts, clinics, positions they name
    "GetMOInfoExtended": 5,
    "GetServicePostSpecsInfo": 6,
    "GetMOResourceInfo": 7,
    "GetScheduleInfo": 6,
    "CreateAppointment": 4 + 3 + _BEGINNING_AND_END,  # what is asked; claim, ask, write
    "CreateAppointment, repeated": 4,
    "CancelAppointment": 5 + _BEGINNING_AND_END,
    "GetReferralInfo": _WHO + 2 + 3 + 1,  # and it is remembered
    "GetMOResourceInfo, by a referral": 7,
    "GetScheduleInfo, by a referral": 7,
    "CreateAppointment, by a referral": 5 + 3 + _BEGINNING_AND_END,
    "CancelAppointment, by a referral": 5 + _BEGINNING_AND_END,
    "ReferralAppointmentInformation": 3 + _BEGINNING_AND_END,
    "GetMOResourceInfo, first of a session": _WHO + 10 + _BEGINNING_AND_END,
}


@dataclass(frozen=True)
class Known:
    """What the walk asks about."""

    doctor: str
    neurologist: str
    referral: str


@pytest.fixture
async def known(db: Connection) -> Known:
    """The doctors' СНИЛС and Пётр's referral."""
    doctors = [await federal.snils_of(db, it) for it in ("area-doctor", "neurologist")]
    return Known(*doctors, await referral_id(db))


async def walk(epgu: Caller, known: Known) -> AsyncIterator[tuple[str, Answer]]:
    """Every operation, each after the one that it needs."""
    yield "GetPatientInfo", await epgu.identify()
    yield "GetMOInfoExtended", await epgu.ask("GetMOInfoExtended")
    yield "GetServicePostSpecsInfo", await epgu.ask("GetServicePostSpecsInfo")
    yield "GetMOResourceInfo", await epgu.ask("GetMOResourceInfo")
    times = await epgu.ask("GetScheduleInfo", snils=known.doctor)
    yield "GetScheduleInfo", times
    slot = times.all("Schedule/Slots")[-1].text("Slot_Id")
    booked = await epgu.book(slot)
    yield "CreateAppointment", booked
    yield "CreateAppointment, repeated", await epgu.book(slot)
    yield "CancelAppointment", await epgu.cancel(booked.text("Book_Id_Mis"))
    yield "GetReferralInfo", await epgu.ask("GetReferralInfo")
    found = await epgu.ask("GetMOResourceInfo", change=by(known.referral))
    yield "GetMOResourceInfo, by a referral", found
    times = await epgu.ask("GetScheduleInfo", snils=known.neurologist, change=NEUROLOGIST)
    yield "GetScheduleInfo, by a referral", times
    booked = await epgu.book(times.text("Schedule/Slots/Slot_Id"))
    yield "CreateAppointment, by a referral", booked
    yield "CancelAppointment, by a referral", await epgu.cancel(booked.text("Book_Id_Mis"))
    yield (
        "ReferralAppointmentInformation",
        await epgu.ask(
            "ReferralAppointmentInformation",
            book_id="77-1",
            referral_id=known.referral,
            status="RECORDED",
        ),
    )
    foreign = await epgu.ask("GetMOResourceInfo-foreign")
    yield "GetMOResourceInfo, first of a session", foreign


async def test_a_call_asks_no_more_than_its_budget(
    epgu: Caller, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: dict[str, list[str]] = {}
    trips = counted(monkeypatch)
    async for name, answer in walk(epgu, known):
        assert answer.code in ("OK", "SUCCESS"), (name, answer.raw.decode())
        spent[name] = trips[:]
        trips.clear()
    assert list(spent) == list(BUDGETS)
    assert {it: len(sent) for it, sent in spent.items() if len(sent) > BUDGETS[it]} == {}, spent


def test_every_operation_has_a_budget() -> None:
    assert {it.split(",")[0] for it in BUDGETS} == {it.name for it in OPERATIONS}


async def test_no_call_reads_a_big_table_whole(
    app: Litestar, epgu: Caller, known: Known, server: embedded.Server, database: str
) -> None:
    async for _ in walk(epgu, known):
        pass
    big = grow(server, database)
    assert big >= {"person", "slot", "appointment", "event", "referral", "federal_session"}
    assert await whole_reads(app.state.pool, big) == {}


async def test_without_its_index_a_table_would_be_read_whole(
    app: Litestar, epgu: Caller, known: Known, server: embedded.Server, database: str
) -> None:
    async for _ in walk(epgu, known):
        pass
    with psycopg.connect(server.url(database, "postgres"), autocommit=True) as admin:
        admin.execute("drop index person_identity")
    found = await whole_reads(app.state.pool, grow(server, database))
    assert {"person"} in found.values()
