"""The invented region: the same every time, valid numbers, the acceptance people in it."""

import csv
import filecmp
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo import folder
from demo.sizes import SIZES
from registratura.booking import referrals, schedules
from registratura.db import Connection, value
from registratura.people import cards, policies, snils
from registratura.people.persons import Identity
from registratura.region import load
from registratura_standins.esia import demo_accounts
from tests.given.people import PETR_IN_THE_REGION, ZONE

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LATER = date(2027, 1, 25)  # nothing of the two weeks after is a holiday


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    folder.write(made, SIZES["tiny"], 40, NOW.date())
    return made


def read(path: Path, name: str) -> list[dict[str, str]]:
    with (path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_seed_and_day_write_the_same_files(tiny: Path, tmp_path: Path) -> None:
    folder.write(tmp_path, SIZES["tiny"], 40, NOW.date())
    names = [it.name for it in tiny.iterdir()]
    assert filecmp.cmpfiles(tiny, tmp_path, names, shallow=False)[0] == names


def test_what_the_paper_lets_vera_hide_is_in_the_demo(tiny: Path) -> None:
    paper = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    told = re.findall(r"Вера hides «([^»]+)»", paper)
    received = {it["position"] for it in read(tiny, "posts")}
    names = {it["name"] for it in read(tiny, "positions") if it["code"] in received}
    assert told
    assert set(told) <= names


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


async def test_the_tiny_region_loaded_twice_is_the_same(db: Connection, tiny: Path) -> None:
    await load(db, tiny, now=NOW)
    assert not (await load(db, tiny, now=NOW)).changed_anything


async def test_petr_has_a_referral_to_the_neurologist_of_his_clinic(
    db: Connection, tiny: Path
) -> None:
    await load(db, tiny, now=NOW)
    card = await value(db, "select id from person where code = 'petr'")
    petr = await cards.get_patient(db, card, now=NOW, zone=ZONE)
    referral = await referrals.get_by_number(db, petr, "40-000123")
    assert petr.department_id is not None
    assert referral.position == "Невролог"
    assert referral.leads_to(referral.position_id, petr.department_id)
    assert referral.is_usable(NOW.date())


@pytest.mark.parametrize(
    "today", [NOW.date(), date(2026, 12, 31)], ids=["an ordinary day", "31 December"]
)
async def test_petrs_area_doctor_has_free_times_within_the_portals_horizon(
    db: Connection, tmp_path: Path, today: date
) -> None:
    folder.write(tmp_path, SIZES["tiny"], 40, today)
    await load(db, tmp_path, now=NOW)
    await schedules.open_to_horizon(db, now=NOW, today=today)
    days = await value(
        db,
        """
        select count(distinct session.day) from session
        join post on post.id = session.post_id
        join practitioner on practitioner.id = post.practitioner_id
        where practitioner.last_name = 'Врачёва' and session.day <= %(today)s + 14
        """,
        today=today,
    )
    assert days >= 5


async def test_what_is_shut_next_week_is_somebody_elses(db: Connection, tiny: Path) -> None:
    await load(db, tiny, now=NOW)
    await schedules.open_to_horizon(db, now=NOW, today=NOW.date())
    shut = await value(
        db,
        """
        select array_agg(distinct post.code) from post
        join department on department.id = post.department_id
        where (select count(*) from session where session.post_id = post.id)
            < (select max(days) from (select count(*) as days from session group by post_id) as it)
        """,
    )
    assert {it.rpartition("-p")[0] for it in shut} == {"dgb-kub", "gkb4-2", "gkb4-5"}


async def test_a_stand_started_two_months_later_is_as_full_as_a_new_one(
    db: Connection, tiny: Path
) -> None:
    await load(db, tiny, now=NOW)
    free = []
    for today in (NOW.date(), LATER):
        await schedules.open_to_horizon(db, now=NOW, today=today)
        free.append(
            await value(db, "select count(*) from slot where starts_at >= %(day)s", day=today)
        )
    assert free[0] > 0
    assert abs(free[1] - free[0]) <= free[0] * 0.2


def test_what_the_paper_says_to_try_is_in_the_demo(tiny: Path) -> None:
    paper = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    section = paper.split("## What to try in the demo")[1].split("\n## ")[0]
    told = set(re.findall(r"`([\w-]+)`", section))
    files = ("persons", "referrals", "posts", "departments")
    known = {next(iter(it.values())) for name in files for it in read(tiny, name)}
    assert told - known == set()
    assert {"petr", "40-000123", "dgb-5-p1", "gkb4-2"} <= told
    insured = {it["number"]: it["person"] for it in read(tiny, "policies")}
    cards_of = {it["code"]: it for it in read(tiny, "persons")}
    lines = re.findall(r"^\| (\S+ \S+ \S+), (\S+) \(card `(\w+)`\) \| (\S+) ", section, re.M)
    assert len(lines) == 4
    for name, born, card, policy in lines:
        person = cards_of[card]
        full = " ".join(person[it] for it in ("last_name", "first_name", "middle_name"))
        assert full.replace("ё", "е") == name
        assert person["birth_date"] == "-".join(reversed(born.split(".")))
        assert policy == "–" or insured[policy] == card
    [away] = [it for it in read(tiny, "absences") if it["post"] == "dgb-kub-p1"]
    assert away["substitute"] == "dgb-kub-p2"
