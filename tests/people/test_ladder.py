"""The ladder, day by day: what the table says, what the database gives, and what the law wants."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from registratura.db import Connection
from registratura.people import ladder, patients
from registratura.people.accounts import Account
from registratura.people.ages import birthday
from registratura.people.ladder import LADDER, NOTHING, Rights
from registratura.people.patients import Patient
from registratura.people.relatives import Relative
from tests.given import links
from tests.given import people as given
from tests.given.people import MARIA, NOW, ZONE

BORN = (date(2012, 2, 29), date(2012, 2, 28), date(2012, 3, 1), date(2010, 12, 31))
ORDER_ENDS = date(2029, 6, 30)
AFTER_18 = date(2035, 1, 1)


def around(*days: date) -> Iterator[date]:
    """Each of these days with three before it and two after it."""
    for day in days:
        yield from (day + timedelta(days=step) for step in range(-3, 3))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(ZONE))


async def owner(db: Connection, number: int) -> Account:
    return await given.account(db, replace(MARIA, oid=3000 + number, snils=None))


async def given_by_the_database(db: Connection, holder: Account, day: date) -> dict[str, Patient]:
    listed = await patients.search(db, holder.id, now=noon(day), zone=ZONE)
    return {str(it.relative_id): it for it in listed}


async def check_every_day(
    db: Connection, holder: Account, its: list[Relative], own_end: date | None, days: list[date]
) -> None:
    for day in days:
        found = await given_by_the_database(db, holder, day)
        for link in its:
            owed = ladder.rights(link.kinship, link.level, link.birth_date, day, ends_on=own_end)
            patient = found.get(str(link.id))
            got = Rights(acts=True, sees=patient.sees) if patient else NOTHING
            assert got == owed, (link.kinship, link.level, link.birth_date, day)


async def declared(db: Connection, holder: Account, kinship: str) -> list[Relative]:
    return [
        await given.relative(
            db,
            holder,
            kinship=kinship,
            birth_date=born,
            policy_number=f"{number:016}",
            now=NOW + timedelta(days=number),
        )
        for number, born in enumerate(BORN)
    ]


@pytest.mark.parametrize("kinship", ladder.DECLARED)
async def test_a_declared_link_acts_and_sees_its_own_until_the_18th_birthday(
    db: Connection, kinship: str
) -> None:
    holder = await owner(db, 1)
    its = await declared(db, holder, kinship)
    days = [day for born in BORN for age in (15, 18) for day in around(birthday(born, age))]
    await check_every_day(db, holder, its, None, [day for day in days if day > NOW.date()])
    for link in its:
        eve = birthday(link.birth_date, 18) - timedelta(days=1)
        assert ladder.rights(kinship, "declared", link.birth_date, eve) == Rights(True, False)


async def test_a_parent_acts_and_sees_everything_until_the_18th_birthday(db: Connection) -> None:
    holder = await owner(db, 2)
    its = []
    for link in await declared(db, holder, "child"):
        await links.confirm(db, link, NOW + timedelta(days=5))
        its.append(replace(link, level="confirmed"))
    days = [day for born in BORN for age in (16, 18) for day in around(birthday(born, age))]
    await check_every_day(db, holder, its, None, [day for day in days if day > NOW.date()])


@pytest.mark.parametrize("until", [ORDER_ENDS, AFTER_18])
async def test_a_guardian_acts_until_his_order_ends_or_the_ward_is_18(
    db: Connection, until: date
) -> None:
    holder = await owner(db, 3)
    its = [
        await links.guardian(
            db,
            holder,
            until,
            NOW + timedelta(days=number),
            birth_date=born,
            policy_number=f"{number:016}",
        )
        for number, born in enumerate(BORN)
    ]
    first_without = until + timedelta(days=1)
    days = [*around(first_without), *(day for born in BORN for day in around(birthday(born, 18)))]
    await check_every_day(db, holder, its, first_without, days)
    assert {it.ends_on for it in its} == {
        min(first_without, birthday(it.birth_date, 18)) for it in its
    }


@pytest.mark.parametrize(
    ("kinship", "given_on", "months", "ends"),
    [
        ("spouse", date(2027, 8, 31), 6, date(2028, 2, 29)),
        ("parent", date(2027, 8, 31), 18, date(2029, 2, 28)),
        ("by_proxy", date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
async def test_an_adults_consent_ends_on_its_day(
    db: Connection, kinship: str, given_on: date, months: int, ends: date
) -> None:
    patient, holder = await given.account(db, "Олег"), await owner(db, 4)
    link = await links.let(db, patient, holder, now=noon(given_on), kinship=kinship, months=months)
    assert link.ends_on == ends
    await check_every_day(db, holder, [link], ends, list(around(ends)))


async def test_the_day_is_the_regions_not_the_worlds(db: Connection) -> None:
    holder = await owner(db, 5)
    [link, *_] = await declared(db, holder, "child")
    midnight = datetime(2030, 2, 28, 21, tzinfo=UTC)  # 1 March in Kaluga
    for now, there in ((midnight - timedelta(seconds=1), True), (midnight, False)):
        listed = await patients.search(db, holder.id, now=now, zone=ZONE)
        assert (str(link.id) in {str(it.relative_id) for it in listed}) is there


def test_every_rung_names_its_law_and_only_a_parent_or_guardian_sees_a_childs_visits() -> None:
    assert all(it.law for it in LADDER)
    assert len({(it.kinship, it.level) for it in LADDER}) == len(LADDER)
    under_18 = [it for it in LADDER if it.until is not None]
    assert {it.kinship for it in under_18 if it.sees} == set(ladder.CONFIRMABLE)
    assert {it.kinship for it in LADDER if it.until is None} == {"own", *ladder.CONSENTED}
    assert ladder.rights("grandchild", "confirmed", date(2015, 1, 1), NOW.date()) == NOTHING
