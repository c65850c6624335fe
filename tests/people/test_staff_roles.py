"""Staff roles: granted by СНИЛС, of a place, for a time; revoked, they act no more."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from registratura.db import Connection, value
from registratura.people import staff_roles
from registratura.people.accounts import Account
from registratura.people.refusals import (
    RoleHeldAlready,
    RolePeriodWrong,
    RolePlaceWrong,
    RoleUnknown,
)
from tests.given import people as given
from tests.given import staff
from tests.given.people import NOW
from tests.given.staff import OLGA

TODAY = date(2026, 11, 25)


@pytest.fixture
async def clinic(db: Connection) -> UUID:
    """A clinic of a hospital, with nobody attached who matters."""
    return await given.attachment(db, await given.card(db), date(2020, 1, 1))


@pytest.fixture
async def olga(db: Connection) -> Account:
    """Ольга, who signs in as everybody does."""
    return await given.account(db, OLGA)


async def grant(db: Connection, **otherwise: Any) -> UUID:
    return await staff.grant(db, OLGA, **otherwise)


async def living(db: Connection, account: Account, day: date = TODAY) -> list[str]:
    found = await staff_roles.search_living(db, account.id, today=day)
    return [f"{it.words}, {it.place}" for it in found]


async def test_a_role_is_of_its_place_and_lasts_from_its_first_day_to_its_last(
    db: Connection, clinic: UUID, olga: Account
) -> None:
    ends = TODAY + timedelta(days=7)
    await grant(db, department_id=clinic, valid_from=TODAY, valid_to=ends)
    assert await living(db, olga) == ["регистратор, ДГБ, Поликлиника № 1"]
    assert await living(db, olga, TODAY - timedelta(days=1)) == []
    assert await living(db, olga, ends - timedelta(days=1)) != []
    assert await living(db, olga, ends) == []
    assert await living(db, await given.account(db, "Мария")) == []


async def test_a_role_follows_the_snils_that_esia_gives(
    db: Connection, clinic: UUID, olga: Account
) -> None:
    """ЕСИА corrected the number: the role was granted to another person."""
    await grant(db, department_id=clinic)
    corrected = given.Profile(**{**vars(OLGA), "snils": "20000000321"})
    await given.account(db, corrected)
    assert await living(db, olga) == []


async def test_a_revoked_role_acts_no_more_and_may_be_granted_anew(
    db: Connection, clinic: UUID, olga: Account
) -> None:
    role = await grant(db, department_id=clinic)
    await staff_roles.revoke(db, now=NOW, actor=staff.CHIEF, role_id=role)
    assert await living(db, olga) == []
    for gone in (role, uuid4()):
        with pytest.raises(RoleUnknown):
            await staff_roles.revoke(db, now=NOW, actor=staff.CHIEF, role_id=gone)
    await grant(db, department_id=clinic)
    assert len(await living(db, olga)) == 1
    told = "select array_agg(kind order by id) from event where kind like 'staff_role.%%'"
    assert await value(db, told, it=1) == [
        "staff_role.granted",
        "staff_role.revoked",
        "staff_role.granted",
    ]


async def test_nobody_has_one_role_twice_in_one_place(db: Connection, clinic: UUID) -> None:
    await grant(db, department_id=clinic, valid_to=TODAY + timedelta(days=30))
    with pytest.raises(RoleHeldAlready):
        await grant(db, department_id=clinic, valid_from=TODAY + timedelta(days=29))
    await grant(db, department_id=clinic, valid_from=TODAY + timedelta(days=30))
    await grant(db, department_id=clinic, role="head")


async def test_a_role_has_the_place_that_befits_it(db: Connection, clinic: UUID) -> None:
    for wrong in (
        {"role": "registrar"},
        {"role": "regional_administrator", "department_id": clinic},
        {"role": "operator", "department_id": clinic},
    ):
        with pytest.raises(RolePlaceWrong):
            await grant(db, **wrong)
    with pytest.raises(RolePeriodWrong):
        await grant(db, department_id=clinic, valid_to=TODAY - timedelta(days=30))


async def test_an_administrator_sees_every_role_with_its_holders_name_once_it_is_known(
    db: Connection, clinic: UUID
) -> None:
    await grant(db, department_id=clinic)
    assert [it.holder for it in await staff_roles.search(db)] == [""]
    await given.account(db, OLGA)
    assert [it.holder for it in await staff_roles.search(db, snils=OLGA.snils)] == [
        "Регистратова О.И."
    ]
    assert await staff_roles.search(db, snils="11223344595") == []
