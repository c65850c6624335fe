"""How many statements a call of the API may take."""

from urllib.parse import parse_qsl

import pytest

from registratura.db import Connection
from tests.api.conftest import Application
from tests.given import region
from tests.given.trips import counted

BUDGETS = {  # who calls is one of them
    "/patients": 3,
    "/appointments": 4,
    "/referrals?patient={maria}": 3,
    "/clinics": 2,
    "/clinics/{clinic}/positions": 5,
    "/clinics/{clinic}/positions/110/doctors": 4,
    # for a patient his journal is one more, his referrals one more where a doctor needs one
    "/clinics/{clinic}/positions?patient={maria}": 6,
    "/clinics/{clinic}/positions/110/doctors?patient={maria}": 5,
    "/clinics/{child}/positions/45/doctors?patient={maria}": 6,
    "/doctors/{neurologist}?patient={maria}": 4,
    "/doctors/{doctor}?patient={maria}": 3,
    "/doctors/{doctor}": 2,
    "/doctors/{doctor}/days": 3,
    "/doctors/{doctor}/times": 3,
}
_BEGINNING_AND_END = 2


@pytest.mark.parametrize("path", list(BUDGETS))
async def test_a_reading_call_asks_no_more_than_its_budget(
    robot: Application, db: Connection, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    clinics = await region.departments(db)
    where, _, query = path.format(
        clinic=clinics["adult"],
        child=clinics["child"],
        doctor=await region.post(db, "therapist"),
        neurologist=await region.post(db, "neurologist"),
        maria=robot.maria,
    ).partition("?")
    asked = dict(parse_qsl(query))
    await robot.get(where, **asked)  # the first look of a day is noted
    trips = counted(monkeypatch)
    assert (await robot.get(where, **asked)).status_code == 200
    assert len(trips) <= BUDGETS[path], (len(trips), trips)


async def test_a_booking_asks_no_more_than_its_budget(
    robot: Application, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = await region.free_slot(db, "ent")
    trips = counted(monkeypatch)
    assert (await robot.book(slot)).status_code == 201
    assert len(trips) <= 1 + 3 + _BEGINNING_AND_END, trips  # who calls; claim, ask, write
