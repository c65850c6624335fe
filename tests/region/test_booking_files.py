"""The files that may be missing: days off, absences, referrals, rules of booking."""

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from registratura.booking import absences, referrals
from registratura.db import Connection, value
from registratura.people import cards
from registratura.region import RegionBroken, Report, load
from registratura.region.files import BY_NAME
from registratura.region.report import Moved
from tests.given import region, visits
from tests.given.people import NOW, ZONE
from tests.given.region import TODAY

HOUSE = Path(__file__).parents[2]
Lines = list[tuple[object, ...]]
TOMORROW = TODAY + timedelta(days=1)
AWAY = ("A-1", "area-doctor", "2026-12-01", "2026-12-05", "Отпуск", "paediatrician")
REFERRAL = ("40-000123", "petr", 45, "child far", "area-doctor", "2026-11-20", "2027-01-20")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small region's files; those that may be missing are."""
    region.write(tmp_path)
    return tmp_path


def put(folder: Path, name: str, lines: Lines) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in BY_NAME[name].columns])
        writer.writerows(lines)


async def faults_of(db: Connection, folder: Path) -> list[str]:
    with pytest.raises(RegionBroken) as broken:
        await load(db, folder, now=NOW)
    return list(broken.value.faults.lines())


async def loaded(db: Connection, folder: Path, name: str, lines: Lines) -> Report:
    put(folder, name, lines)
    return await load(db, folder, now=NOW)


EXAMPLES: dict[str, Lines] = {
    "holidays": [("", "2027-01-01", "Новый год"), ("hospital", "2026-12-02", "Учебный день")],
    "absences": [AWAY],
    "referrals": [REFERRAL],
    "rules": [("region", "", "max_coming", "4"), ("position", "59", "hold_minutes", "5")],
    "staff": [("R-1", "20000001020", "registrar", "", "child", "2026-01-01", "")],
}


@pytest.mark.parametrize("name", EXAMPLES)
async def test_a_file_is_loaded_once_and_its_going_changes_nothing(
    db: Connection, folder: Path, name: str
) -> None:
    lines = EXAMPLES[name]
    assert (await loaded(db, folder, name, lines)).files[name].added == len(lines)
    again = await load(db, folder, now=NOW)
    assert again.files[name] == Moved(rows=len(lines), added=0, changed=0)
    (folder / f"{name}.csv").unlink()
    gone = await load(db, folder, now=NOW)
    assert not gone.changed_anything
    assert name not in gone.files
    assert not (await loaded(db, folder, name, lines)).changed_anything, "all of it was still there"


async def test_a_position_gets_its_national_code_and_service_once(
    db: Connection, folder: Path
) -> None:
    lines = [(59, "", "B01.031.001", "Приём"), (53, 45, "", ""), (45, 45, "", "")]
    report = await loaded(db, folder, "national_codes", lines)
    assert report.files["national_codes"] == Moved(rows=3, added=0, changed=2)
    assert not (await loaded(db, folder, "national_codes", lines)).changed_anything
    told = await value(
        db,
        "select array_agg((id, national_id, service_code)::text order by id) from position"
        " where num_nonnulls(national_id, service_code) > 0",
    )
    assert told == ["(53,45,)", "(59,,B01.031.001)"]
    put(folder, "national_codes", [(7, "", "", "")])
    assert "positions.csv" in "".join(await faults_of(db, folder))


@pytest.mark.parametrize("name", ["holidays", "absences", "referrals", "staff"])
async def test_a_row_that_went_from_its_file_stays(db: Connection, folder: Path, name: str) -> None:
    await loaded(db, folder, name, EXAMPLES[name])
    assert not (await loaded(db, folder, name, [])).changed_anything
    assert not (await loaded(db, folder, name, EXAMPLES[name])).changed_anything


async def test_a_day_off_closes_open_times_and_stays_closed_on_the_next_opening(
    db: Connection, folder: Path
) -> None:
    await load(db, folder, now=NOW)
    await region.open_days(db)
    before = {it.starts_at.date() for it in await region.free(db)}
    report = await loaded(db, folder, "holidays", [("", TOMORROW, "Учебный день")])
    assert report.blocked == 16 * len(region.POSTS)
    assert f"Закрыто времён в дни без приёма: {report.blocked}." in list(report.lines())
    assert before - {it.starts_at.date() for it in await region.free(db)} == {TOMORROW}
    later = TODAY + timedelta(days=20)
    await loaded(db, folder, "holidays", [("hospital", later, "Субботник")])
    assert (await region.open_days(db, later, days=0)).sessions == 0
    assert (await region.open_days(db, later, days=1)).sessions == len(region.POSTS)


async def test_an_absent_doctor_receives_nobody_and_the_others_do(
    db: Connection, folder: Path
) -> None:
    await load(db, folder, now=NOW)
    await region.open_days(db)
    await loaded(db, folder, "absences", [AWAY])
    away = {date(2026, 12, day) for day in range(1, 6)}
    assert not away & {it.starts_at.date() for it in await region.free(db)}
    assert away <= {it.starts_at.date() for it in await region.free(db, "paediatrician")}


async def test_an_absence_that_became_shorter_opens_its_times_again(
    db: Connection, folder: Path
) -> None:
    await load(db, folder, now=NOW)
    await region.open_days(db)
    await loaded(db, folder, "absences", [AWAY])
    await loaded(db, folder, "absences", [(*AWAY[:3], "2026-12-02", *AWAY[4:])])
    days = {it.starts_at.date() for it in await region.free(db)}
    assert {date(2026, 12, day) for day in range(1, 6)} & days == {
        date(2026, 12, day) for day in range(3, 6)
    }


async def test_an_absence_longer_than_the_longest_leave_is_a_mistake(
    db: Connection, folder: Path
) -> None:
    put(folder, "absences", [(*AWAY[:2], "1900-01-01", "2999-12-31", *AWAY[4:])])
    assert any("дольше трёх лет" in it for it in await faults_of(db, folder))
    assert await value(db, "select count(*) from absence") == 0


async def test_two_absences_of_a_doctor_change_places(db: Connection, folder: Path) -> None:
    first = ("A-1", "ent", "2026-12-01", "2026-12-05", "Отпуск", "")
    second = ("A-2", "ent", "2026-12-06", "2026-12-09", "Учёба", "")
    await loaded(db, folder, "absences", [first, second])
    swapped: Lines = [("A-1", "ent", *second[2:]), ("A-2", "ent", *first[2:])]
    moved = (await loaded(db, folder, "absences", swapped)).files["absences"]
    assert moved == Moved(rows=2, added=0, changed=2)
    days = await value(db, "select array_agg(first_day order by code) from absence")
    assert days == [date(2026, 12, 6), date(2026, 12, 1)]


async def test_an_absence_told_at_the_desk_is_not_met_by_another(
    db: Connection, folder: Path
) -> None:
    await load(db, folder, now=NOW)
    await absences.record(
        db,
        now=NOW,
        actor=visits.REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=date(2026, 12, 5),
        last_day=date(2026, 12, 8),
        reason="Больничный",
    )
    put(folder, "absences", [AWAY])
    fault = "файл absences.csv, строка 2, столбец first_day: пересекается с записанным раньше"
    assert [it for it in await faults_of(db, folder) if it.startswith(fault)]


async def test_a_referral_opens_the_doctor_and_its_dates_can_be_mended(
    db: Connection, folder: Path
) -> None:
    await loaded(db, folder, "referrals", [REFERRAL])
    card = await value(db, "select id from person where code = 'petr'")
    petr = await cards.get_patient(db, card, now=NOW, zone=ZONE)
    clinics = await region.departments(db)
    found = await referrals.get_by_number(db, petr, "40-000123")
    assert [found.leads_to(45, clinics[code]) for code in ("child", "far", "adult")] == [
        True,
        True,
        False,
    ]
    longer = (*REFERRAL[:-1], "2027-02-20")
    assert (await loaded(db, folder, "referrals", [longer])).files["referrals"].changed == 1
    mended = await referrals.get(db, petr, found.id)
    assert mended.valid_to == date(2027, 2, 20)


async def test_a_known_referral_never_passes_to_another(db: Connection, folder: Path) -> None:
    await loaded(db, folder, "referrals", [REFERRAL])
    with (folder / "persons.csv").open("a", encoding="utf-8") as file:
        file.write("anna,Смирнова,Анна,Олеговна,2019-03-14,F,,\n")
    put(folder, "referrals", [("40-000123", "anna", 53, *REFERRAL[3:])])
    places = [re.findall(r"столбец (\w+)", it)[0] for it in await faults_of(db, folder)]
    assert places == ["person", "position"]


FAULTS: list[tuple[str, Lines, str, str]] = [
    ("holidays", [("nowhere", "2027-01-01", "Новый год")], "organisation", "нет строки с кодом"),
    ("holidays", [("", "2027-01-01", "")], "name", "пусто"),
    ("holidays", [("", "01.01.2027", "Новый год")], "day", "не дата"),
    ("absences", [("A-1", "ent", "2026-12-05", "2026-12-01", "Учёба", "")], "last_day", "раньше"),
    ("absences", [("A-1", "nobody", "2026-12-01", "2026-12-01", "Учёба", "")], "post", "нет"),
    ("absences", [("A-1", "ent", "2026-12-01", "2026-12-01", "Учёба", "ent")], "substitute", "сам"),
    ("absences", [(*AWAY[:5], "ent")], "substitute", "другая должность"),
    ("referrals", [(*REFERRAL[:5], "2027-01-20", "2027-01-19")], "valid_to", "раньше начала"),
    ("referrals", [(*REFERRAL[:3], "child;nowhere", *REFERRAL[4:])], "departments", "«nowhere»"),
    ("referrals", [(*REFERRAL[:3], ";", *REFERRAL[4:])], "departments", "ни одного кода"),
    ("referrals", [("40-1", "nobody", *REFERRAL[2:])], "person", "нет строки с кодом"),
    ("rules", [("galaxy", "", "max_coming", "4")], "scope", "допустимо"),
    ("rules", [("region", "child", "max_coming", "4")], "code", "кода нет"),
    ("rules", [("department", "", "max_coming", "4")], "code", "код нужен"),
    ("rules", [("position", "child", "max_coming", "4")], "code", "positions.csv"),
    ("rules", [("region", "", "most_coming", "4")], "rule", "нет такого правила"),
    ("rules", [("region", "", "max_coming", "many")], "value", "целое число"),
    ("rules", [("region", "", "quotas", '{"pigeon": 4}')], "value", "portal"),
    ("rules", [("region", "", "", "4")], "rule", "пусто"),
]


@pytest.mark.parametrize(("name", "lines", "column", "words"), FAULTS)
async def test_a_fault_is_told_with_its_line_and_nothing_is_loaded(
    db: Connection, folder: Path, name: str, lines: Lines, column: str, words: str
) -> None:
    put(folder, name, lines)
    place = f"файл {name}.csv, строка 2, столбец {column}: "
    faults = await faults_of(db, folder)
    assert [it for it in faults if it.startswith(place) and words in it] == faults
    assert await value(db, "select count(*) from organisation") == 0


@pytest.mark.parametrize(
    ("name", "lines", "column"),
    [
        ("holidays", [("", "2027-01-01", "Новый год")] * 2, "day, organisation"),
        ("absences", [AWAY, ("A-2", "area-doctor", "2026-12-05", "2026-12-09", "Учёба", "")], "f"),
        ("absences", [AWAY, ("A-1", "ent", "2026-12-05", "2026-12-09", "Учёба", "")], "code"),
        ("referrals", [REFERRAL, REFERRAL], "number"),
        ("rules", [("region", "", "max_coming", "4"), ("region", "", "max_coming", "5")], "scope"),
    ],
)
async def test_what_may_be_said_once_is_a_fault_the_second_time(
    db: Connection, folder: Path, name: str, lines: Lines, column: str
) -> None:
    put(folder, name, lines)
    faults = await faults_of(db, folder)
    assert [it for it in faults if f"{name}.csv, строка 3, столбец {column}" in it] == faults
