"""A region is loaded from files: every fault told, all or nothing, twice the same."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registratura.db import Connection, value
from registratura.region import RegionBroken, load
from tests.given import region
from tests.running.places import CHECKOUT, run

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small region's files, to be spoiled."""
    region.write(tmp_path)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


async def faults_of(db: Connection, folder: Path) -> list[str]:
    with pytest.raises(RegionBroken) as broken:
        await load(db, folder, now=NOW)
    assert await value(db, "select count(*) from organisation") == 0, "nothing is loaded"
    return list(broken.value.faults.lines())


async def test_loading_twice_changes_nothing(db: Connection, folder: Path) -> None:
    assert (await load(db, folder, now=NOW)).changed_anything
    before = await value(db, "select array_agg(xmin::text order by code) from post")
    assert not (await load(db, folder, now=NOW)).changed_anything
    assert await value(db, "select array_agg(xmin::text order by code) from post") == before


async def test_a_changed_row_is_changed_and_nothing_else(db: Connection, folder: Path) -> None:
    await load(db, folder, now=NOW)
    change(folder, "departments", "Поликлиника № 1", "Поликлиника № 1 имени Учебного")
    assert (await load(db, folder, now=NOW)).changed_anything
    assert await value(db, "select count(*) from department where name ~ 'имени'") == 1
    assert await value(db, "select count(*) from department") == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "column", "line"),
    [
        ("persons", "2015-01-01", "2015-02-30", "birth_date", 2),
        ("persons", "2015-01-01", "2115-01-01", "birth_date", 2),
        ("persons", ",M,", ",X,", "sex", 2),
        ("policies", "1234567891234567", "123456789123456", "number", 2),
        ("policies", "petr", "nobody", "person", 2),
        ("posts", "room-area-doctor", "room-nowhere", "room", 2),
        ("departments", "hospital", "another", "organisation", 2),
        ("departments", "child\n", "infants\n", "ages", 2),
        ("organisations", "Europe/Moscow", "Europe/Kaluga", "zone", 2),
        ("schedule_templates", "08:00", "28:00", "starts", 2),
        ("attachments", "2020-01-01", "01.01.2020", "valid_from", 2),
        ("positions", "59,", "fifty-nine,", "code", 2),
    ],
)
async def test_a_fault_is_told_with_its_file_line_and_column(
    db: Connection, folder: Path, name: str, old: str, new: str, column: str, line: int
) -> None:
    change(folder, name, old, new)
    faults = await faults_of(db, folder)
    place = re.compile(rf"{name}\.csv, строка {line}, столбец {column}: \S+")
    assert any(place.search(fault) for fault in faults), faults


async def test_a_wrong_check_digit_of_a_doctors_snils_is_a_fault(
    db: Connection, folder: Path
) -> None:
    path = folder / "practitioners.csv"
    number = re.findall(r"\d{11}", path.read_text(encoding="utf-8"))[0]
    wrong = number[:-2] + f"{(int(number[-2:]) + 1) % 100:02d}"
    change(folder, "practitioners", number, wrong)
    assert any("snils" in fault for fault in await faults_of(db, folder))


async def test_all_faults_are_told_at_once(db: Connection, folder: Path) -> None:
    change(folder, "persons", ",M,", ",X,")
    change(folder, "posts", "room-area-doctor", "room-nowhere")
    faults = await faults_of(db, folder)
    assert {"persons", "posts"} <= {word for it in faults for word in re.findall(r"(\w+)\.csv", it)}


async def test_the_same_code_twice_is_a_fault(db: Connection, folder: Path) -> None:
    path = folder / "organisations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    assert any("строка 3" in fault for fault in await faults_of(db, folder))


SPOILS: list[Callable[[Path], object]] = [
    lambda file: file.unlink(),
    lambda file: file.write_bytes(b"\xff\xfe\x00"),
    lambda file: file.write_text("code,name\n", encoding="utf-8"),
    lambda file: file.write_text("", encoding="utf-8"),
    lambda file: file.write_bytes(file.read_bytes() + b'petr,"unclosed\n'),
    lambda file: file.write_bytes(file.read_bytes().replace(b"petr", b"pe\x00tr")),
]


@pytest.mark.parametrize("spoil", range(len(SPOILS)))
async def test_a_file_that_is_no_table_is_one_sentence(
    db: Connection, folder: Path, spoil: int
) -> None:
    SPOILS[spoil](folder / "persons.csv")
    faults = await faults_of(db, folder)
    assert len(faults) == 1
    assert "persons.csv" in faults[0]


def test_the_command_says_it_and_leaves_with_two(database_url: str, folder: Path) -> None:
    change(folder, "persons", ",M,", ",X,")
    told = run(CHECKOUT, "load-region", str(folder), DATABASE_URL=database_url)
    assert told.returncode == 2
    assert "файл persons.csv, строка 2, столбец sex" in told.stderr
    assert told.stderr.strip().count("\n") == 0
    missing = run(CHECKOUT, "load-region", str(folder / "нет"), DATABASE_URL=database_url)
    assert missing.returncode == 2
    assert missing.stderr.strip().count("\n") == 0
