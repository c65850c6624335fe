"""staff.csv: roles by СНИЛС, each in its place; what was revoked stays revoked."""

from datetime import date
from pathlib import Path

import pytest

from registratura.db import Connection, value
from registratura.people import staff_roles
from registratura.region import load
from registratura.region.report import Moved
from tests.given import people, region, staff
from tests.given.people import NOW
from tests.given.staff import OLGA
from tests.region.test_booking_files import Lines, faults_of, put

ROW = ("R-1", "20000001020", "registrar", "", "child", "2026-01-01", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small region's files."""
    region.write(tmp_path)
    return tmp_path


async def moved(db: Connection, folder: Path, *lines: tuple[object, ...]) -> Moved:
    put(folder, "staff", list(lines))
    return (await load(db, folder, now=NOW)).files["staff"]


async def places(db: Connection) -> list[str]:
    account = await people.account(db, OLGA)
    found = await staff_roles.search_living(db, account.id, today=NOW.date())
    return [f"{it.words}, {it.place}" for it in found]


async def test_a_role_of_the_file_acts_once_its_holder_signs_in(
    db: Connection, folder: Path
) -> None:
    assert await moved(db, folder, ROW) == Moved(rows=1, added=1, changed=0)
    assert await places(db) == ["регистратор, ДГБ, Поликлиника № 1"]
    ended = (*ROW[:6], "2026-11-25")
    assert await moved(db, folder, ended) == Moved(rows=1, added=0, changed=1)
    assert await places(db) == []
    told = "select array_agg(kind order by id) from event where kind like 'staff_role.%%'"
    assert await value(db, told, it=1) == ["staff_role.granted", "staff_role.changed"]
    numbers = "select string_agg(after::text, '') from event where kind like 'staff_role.%%'"
    assert "20000001020" not in await value(db, numbers, it=1)


async def test_two_roles_of_one_person_may_change_places(db: Connection, folder: Path) -> None:
    far = ("R-2", "20000001020", "registrar", "", "far", "2026-01-01", "")
    await moved(db, folder, ROW, far)
    swapped = (*ROW[:4], "far", *ROW[5:]), (*far[:4], "child", *far[5:])
    assert await moved(db, folder, *swapped) == Moved(rows=2, added=0, changed=2)
    assert len(await places(db)) == 2


async def test_a_revoked_role_does_not_come_back_with_the_file(
    db: Connection, folder: Path
) -> None:
    await moved(db, folder, ROW)
    role = await value(db, "select id from staff_role")
    await staff_roles.revoke(db, now=NOW, actor=staff.CHIEF, role_id=role)
    await moved(db, folder, (*ROW[:6], "2027-01-01"))
    assert await places(db) == []


async def test_what_is_wrong_with_a_role_is_told_with_its_place(
    db: Connection, folder: Path
) -> None:
    lines: Lines = [
        ("R-1", "20000001020", "registrar", "hospital", "child", "2026-01-01", ""),
        ("R-2", "20000001020", "operator", "", "child", "2026-01-01", ""),
        ("R-3", "20000001020", "head", "hospital", "", "2026-02-01", "2026-01-01"),
        ("R-4", "20000001121", "doctor", "", "child", "2026-01-01", ""),
        ("R-5", "20000001121", "doctor", "", "child", "2026-06-01", ""),
        ("R-6", "20000001122", "surgeon", "", "moon", "2026-01-01", ""),
    ]
    put(folder, "staff", lines)
    told = [it.removeprefix("файл staff.csv, строка ") for it in await faults_of(db, folder)]
    assert [it.split(":")[0] for it in sorted(told)] == [
        "2, столбец department",
        "3, столбец department",
        "4, столбец valid_to",
        "6, столбец valid_from",
        "7, столбец department",
        "7, столбец role",
        "7, столбец snils",
    ]


async def test_a_role_that_a_command_gave_is_not_given_again(db: Connection, folder: Path) -> None:
    await load(db, folder, now=NOW)
    clinic = (await region.departments(db))["child"]
    await staff.grant(db, OLGA, department_id=clinic, valid_from=date(2026, 1, 1))
    put(folder, "staff", [ROW])
    assert ["уже есть" in it for it in await faults_of(db, folder)] == [True]
