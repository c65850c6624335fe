"""The invented region: the same every time, valid numbers, the acceptance people in it."""

import csv
import filecmp
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo import folder
from demo.sizes import SIZES
from registratura.booking import schedules
from registratura.db import Connection, value
from registratura.people import policies, snils
from registratura.people.persons import Identity
from registratura.region import load
from registratura_standins.esia import demo_accounts
from tests.given.people import PETR_IN_THE_REGION

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    folder.write(made, SIZES["tiny"], 40)
    return made


def read(path: Path, name: str) -> list[dict[str, str]]:
    with (path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_seed_writes_the_same_files(tiny: Path, tmp_path: Path) -> None:
    folder.write(tmp_path, SIZES["tiny"], 40)
    names = [it.name for it in tiny.iterdir()]
    assert filecmp.cmpfiles(tiny, tmp_path, names, shallow=False)[0] == names


def test_every_number_is_valid_but_petrs_policy(tiny: Path) -> None:
    numbers = [it["number"] for it in read(tiny, "policies")]
    assert [it for it in numbers if not policies.fits_check_digit(it)] == ["1234567891234567"]
    for name in ("persons", "practitioners"):
        given = [it["snils"] for it in read(tiny, name) if it["snils"]]
        assert len(given) == len(set(given))
        assert [it for it in given if it[9:] != snils.check_digits(it[:9])] == []


def test_the_region_knows_everybody_who_can_sign_in(tiny: Path) -> None:
    known = {
        (f"{it['last_name']} {it['first_name']} {it['middle_name']}", it["birth_date"], it["snils"])
        for it in read(tiny, "persons")
    }
    for account in demo_accounts.ACCOUNTS:
        if account.birth_date is None:  # a simplified account has told ЕСИА its name only
            continue
        own = (account.name, account.birth_date.isoformat(), account.snils)
        assert own in known


async def test_the_tiny_region_loads_and_petr_has_his_area_doctor(
    db: Connection, tiny: Path
) -> None:
    await load(db, tiny, now=NOW)
    who: Identity = PETR_IN_THE_REGION
    doctor = await value(
        db,
        """
        select practitioner.last_name from person
        join attachment on attachment.person_id = person.id
        join area on area.id = attachment.area_id
        join post on post.id = area.post_id
        join practitioner on practitioner.id = post.practitioner_id
        where person.first_name = %(first_name)s and person.birth_date = %(birth_date)s
          and person.last_name = %(last_name)s
        """,
        **vars(who),
    )
    assert doctor == "Врачёва"


async def test_a_stand_started_after_a_month_is_as_full_as_a_new_one(
    db: Connection, tiny: Path
) -> None:
    await load(db, tiny, now=NOW)
    free = []
    for today in (NOW.date(), NOW.date().replace(month=12)):
        await schedules.open_to_horizon(db, now=NOW, today=today)
        free.append(
            await value(db, "select count(*) from slot where starts_at >= %(day)s", day=today)
        )
    assert abs(free[1] - free[0]) <= free[0] * 0.2
