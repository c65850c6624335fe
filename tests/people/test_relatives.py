"""Declaring relatives: whom a match meets, what is refused, and what a race cannot get past."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from registratura.db import Connection, value
from registratura.people import declaring, persons, relatives
from registratura.people.refusals import (
    BirthDateInFuture,
    KinshipUnknown,
    NotAffirmed,
    NotYourRelative,
    OwnerIsMinor,
    PatientIsAdult,
    PolicyCheckDigitWrong,
    PolicyNotSixteenDigits,
    RelativeAddedTwice,
    SexUnknown,
)
from tests.given import people as given
from tests.given.people import MARIA, NOW, PETR, ZONE

# matching


async def test_petr_typed_with_e_meets_the_card_that_says_yo(db: Connection) -> None:
    known = await given.card(db)
    maria = await given.account(db)
    added = await given.relative(db, maria)
    assert added.person_id == known


async def test_the_name_stays_as_typed(db: Connection) -> None:
    await given.card(db)
    maria = await given.account(db)
    await given.relative(db, maria)
    shown = await relatives.search(db, maria.id, now=NOW, zone=ZONE)
    assert [it.name for it in shown] == ["Иванов Петр Иванович"]
    assert [(it.sex, it.level, it.kinship) for it in shown] == [("M", "declared", "child")]


@pytest.mark.parametrize(
    "otherwise",
    [
        {"last_name": "ИВАНОВ"},
        {"first_name": " пётр "},
        {"policy_number": "1234 5678 9123 4567"},
    ],
)
async def test_case_and_blanks_do_not_hinder_a_match(
    db: Connection, otherwise: dict[str, Any]
) -> None:
    known = await given.card(db)
    maria = await given.account(db)
    assert (await given.relative(db, maria, **otherwise)).person_id == known


@pytest.mark.parametrize(
    "otherwise",
    [
        {"last_name": "Ивановский"},
        {"first_name": "Павел"},
        {"middle_name": "Ильич"},
        {"middle_name": None, "sex": "M"},
        {"birth_date": date(2015, 1, 2)},
        {"policy_number": "1234567891234563"},
    ],
)
async def test_one_fact_that_differs_is_a_miss(db: Connection, otherwise: dict[str, Any]) -> None:
    known = await given.card(db)
    maria = await given.account(db)
    added = await given.relative(db, maria, **otherwise)
    own = await persons.find_card(db, added.person_id)
    assert own is not None
    assert (own.id == known, own.code) == (False, None)


async def test_two_cards_that_fit_are_a_miss(db: Connection) -> None:
    twins = [await given.card(db), await given.card(db)]
    maria = await given.account(db)
    assert (await given.relative(db, maria)).person_id not in twins


async def test_the_card_of_the_dead_is_not_met(db: Connection) -> None:
    known = await given.card(db, died_on=date(2026, 1, 1))
    maria = await given.account(db)
    assert (await given.relative(db, maria)).person_id != known


async def test_both_parents_of_an_unknown_child_meet_one_card(db: Connection) -> None:
    mother, father = await given.account(db, "Мария"), await given.account(db, "Олег")
    first = await given.relative(db, mother)
    assert (await given.relative(db, father)).person_id == first.person_id


async def test_an_invented_twin_does_not_spoil_the_match_with_the_regions_card(
    db: Connection,
) -> None:
    await given.relative(db, await given.account(db, "Чужой"))
    known = await given.card(db)
    maria = await given.account(db, "Мария")
    assert (await given.relative(db, maria)).person_id == known


async def test_a_match_leaves_no_second_card(db: Connection) -> None:
    await given.card(db)
    await given.relative(db, await given.account(db))
    petrs = "select count(*) from person where name_key(first_name) = 'петр'"
    assert await value(db, petrs) == 1
    assert await value(db, "select count(*) from policy where number = '1234567891234567'") == 1


# what is refused


@pytest.mark.parametrize(
    ("otherwise", "refusal"),
    [
        ({"birth_date": date(2026, 11, 26)}, BirthDateInFuture),
        ({"birth_date": date(2008, 11, 25)}, PatientIsAdult),
        ({"birth_date": date(1950, 1, 1)}, PatientIsAdult),
        ({"policy_number": "123456789123456"}, PolicyNotSixteenDigits),
        ({"affirmed": False}, NotAffirmed),
        ({"kinship": "spouse"}, KinshipUnknown),
        ({"middle_name": None}, SexUnknown),
        ({"middle_name": "Жан"}, SexUnknown),
    ],
)
async def test_what_cannot_be_declared_is_refused_and_not_written(
    db: Connection, otherwise: dict[str, Any], refusal: type[Exception]
) -> None:
    maria = await given.account(db)
    with pytest.raises(refusal):
        await given.relative(db, maria, **otherwise)
    assert await value(db, "select count(*) from relative") == 0


async def test_the_strict_setting_refuses_a_wrong_check_digit(db: Connection) -> None:
    maria = await given.account(db)
    with pytest.raises(PolicyCheckDigitWrong):
        await declaring.declare(db, maria.id, PETR, now=NOW, zone=ZONE, policy_check="strict")


async def test_today_is_the_regions_date(db: Connection) -> None:
    maria = await given.account(db)
    evening = datetime(2026, 11, 24, 20, 59, 59, tzinfo=UTC)  # 23:59:59 in Kaluga
    await given.relative(db, maria, birth_date=date(2008, 11, 25), now=evening)
    with pytest.raises(PatientIsAdult):
        await given.relative(
            db,
            maria,
            first_name="Павел",
            birth_date=date(2008, 11, 25),
            now=evening + timedelta(seconds=1),
        )


async def test_an_owner_under_18_cannot_declare_anyone(db: Connection) -> None:
    young = await given.account(db, replace(MARIA, birth_date=date(2008, 11, 26)))
    with pytest.raises(OwnerIsMinor):
        await given.relative(db, young)
    on_her_birthday = NOW + timedelta(days=1)
    assert await given.relative(db, young, now=on_her_birthday)


async def test_a_relative_added_twice_is_refused_however_he_is_written(db: Connection) -> None:
    maria = await given.account(db)
    await given.relative(db, maria)
    with pytest.raises(RelativeAddedTwice):
        await given.relative(db, maria)
    with pytest.raises(RelativeAddedTwice):
        await given.relative(db, maria, first_name="ПЁТР", policy_number="4088789747003452")


async def test_the_refusal_of_a_second_time_is_the_same_for_a_hit_and_a_miss(
    db: Connection,
) -> None:
    await given.card(db)
    for owner in (await given.account(db, "Мария"), await given.account(db, "Олег")):
        await given.relative(db, owner)
        with pytest.raises(RelativeAddedTwice) as refused:
            await given.relative(db, owner)
        assert refused.value.parameters == {}


async def test_every_attempt_is_an_event(db: Connection) -> None:
    maria = await given.account(db)
    added = await given.relative(db, maria)
    with pytest.raises(RelativeAddedTwice):
        await given.relative(db, maria)
    seen = await value(
        db,
        """
        select jsonb_agg(jsonb_build_array(kind, actor_id, person_id, after) order by id)
        from event where kind like 'relative.%%'
        """,
    )
    declared, refused = seen
    assert declared[:3] == ["relative.declared", str(maria.id), str(added.person_id)]
    assert refused[:3] == ["relative.refused", str(maria.id), None]
    assert refused[3]["refusal"] == "relative_added_twice"
    assert (refused[3]["name"], refused[3]["policy_ends"]) == ("Иванов Петр Иванович", "4567")


# leaving


async def test_a_link_that_was_left_can_be_declared_again(db: Connection) -> None:
    maria = await given.account(db)
    first = await given.relative(db, maria)
    await relatives.leave(db, maria.id, first.id, now=NOW)
    assert await relatives.search(db, maria.id, now=NOW, zone=ZONE) == []
    again = await given.relative(db, maria, policy_number="1234567891234563")
    assert again.id != first.id


async def test_nobody_leaves_a_link_of_somebody_else_or_twice(db: Connection) -> None:
    maria, stranger = await given.account(db, "Мария"), await given.account(db, "Чужой")
    added = await given.relative(db, maria)
    for owner, link in ((stranger, added.id), (maria, UUID(int=1))):
        with pytest.raises(NotYourRelative):
            await relatives.leave(db, owner.id, link, now=NOW)
    await relatives.leave(db, maria.id, added.id, now=NOW)
    with pytest.raises(NotYourRelative):
        await relatives.leave(db, maria.id, added.id, now=NOW)
