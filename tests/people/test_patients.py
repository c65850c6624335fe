"""For whom an account may act: the owner, relatives until their 18th birthday, nobody else."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from registratura.db import Connection, value
from registratura.people import patients, relatives
from registratura.people.accounts import Account
from registratura.people.refusals import NotYourPatient
from tests.given import people as given
from tests.given.people import NOW, ZONE


async def _may_act(db: Connection, owner: Account, person_id: UUID, now: datetime = NOW) -> bool:
    try:
        await patients.get_for(db, owner.id, person_id, now=now, zone=ZONE)
    except NotYourPatient:
        return False
    return True


async def test_the_owner_is_her_own_patient(db: Connection) -> None:
    maria = await given.account(db)
    own = await patients.get_for(db, maria.id, maria.person_id, now=NOW, zone=ZONE)
    assert (own.level, own.short_name, own.relative_id) == ("own", "Иванова М.П.", None)


async def test_a_declared_relative_is_a_patient_under_the_typed_name(db: Connection) -> None:
    await given.card(db)
    maria = await given.account(db)
    added = await given.relative(db, maria)
    petr = await patients.get_for(db, maria.id, added.person_id, now=NOW, zone=ZONE)
    assert (petr.level, petr.name, petr.short_name) == (
        "declared",
        "Иванов Петр Иванович",
        "Иванов П.И.",
    )
    assert petr.relative_id == added.id


async def test_the_strangers_patient_and_nobodys_id_get_the_same_refusal(db: Connection) -> None:
    maria, stranger = await given.account(db, "Мария"), await given.account(db, "Чужой")
    added = await given.relative(db, maria)
    answers = []
    for person_id in (added.person_id, maria.person_id, uuid4()):
        with pytest.raises(NotYourPatient) as refused:
            await patients.get_for(db, stranger.id, person_id, now=NOW, zone=ZONE)
        answers.append((refused.value.text, refused.value.parameters))
    assert len(set(map(str, answers))) == 1


async def test_a_link_that_was_left_gives_nothing(db: Connection) -> None:
    maria = await given.account(db)
    added = await given.relative(db, maria)
    assert await _may_act(db, maria, added.person_id)
    await relatives.leave(db, maria.id, added.id, now=NOW)
    assert not await _may_act(db, maria, added.person_id)


@pytest.mark.parametrize(
    ("born", "first_day_of_18"),
    [
        (date(2009, 6, 1), date(2027, 6, 1)),
        (date(2012, 2, 29), date(2030, 3, 1)),
        (date(2010, 2, 28), date(2028, 2, 28)),
        (date(2010, 3, 1), date(2028, 3, 1)),
        (date(2008, 12, 31), date(2026, 12, 31)),
    ],
)
async def test_the_link_ends_at_midnight_of_the_18th_birthday_in_the_region(
    db: Connection, born: date, first_day_of_18: date
) -> None:
    maria = await given.account(db)
    added = await given.relative(db, maria, birth_date=born)
    midnight = datetime.combine(first_day_of_18, datetime.min.time(), UTC) - timedelta(hours=3)
    for now, still in ((midnight - timedelta(seconds=1), True), (midnight, False)):
        assert await _may_act(db, maria, added.person_id, now) is still
        listed = await patients.search(db, maria.id, now=now, zone=ZONE)
        assert len(listed) == (2 if still else 1)
        shown = await relatives.search(db, maria.id, now=now, zone=ZONE)
        assert len(shown) == (1 if still else 0)


async def test_the_drop_down_begins_with_the_owner(db: Connection) -> None:
    maria = await given.account(db)
    for day, name in enumerate(("Павел", "Анна", "Борис")):
        await given.relative(db, maria, first_name=name, sex="M", now=NOW + timedelta(minutes=day))
    listed = await patients.search(db, maria.id, now=NOW + timedelta(hours=1), zone=ZONE)
    assert [it.first_name for it in listed] == ["Мария", "Павел", "Анна", "Борис"]


async def test_a_joined_card_is_read_through_the_one_it_was_joined_into(
    db: Connection,
) -> None:
    maria = await given.account(db)
    added = await given.relative(db, maria)
    known = await given.card(db)
    await db.execute("update person set joined_into = %s where id = %s", (known, added.person_id))
    by_old = await patients.get_for(db, maria.id, added.person_id, now=NOW, zone=ZONE)
    by_new = await patients.get_for(db, maria.id, known, now=NOW, zone=ZONE)
    assert by_old == by_new
    assert by_new.person_id == known


async def test_the_attachment_of_today_shows_and_that_of_yesterday_does_not(
    db: Connection,
) -> None:
    known = await given.card(db)
    clinic = await given.attachment(db, known, date(2020, 1, 1), date(2026, 11, 26))
    maria = await given.account(db)
    added = await given.relative(db, maria)
    today = await patients.get_for(db, maria.id, added.person_id, now=NOW, zone=ZONE)
    assert (today.department_id, today.area_number) == (clinic, "7")
    tomorrow = NOW + timedelta(days=1)
    later = await patients.get_for(db, maria.id, added.person_id, now=tomorrow, zone=ZONE)
    assert (later.department_id, later.area_id) == (None, None)


async def test_nothing_is_left_of_a_relative_who_died(db: Connection) -> None:
    known = await given.card(db)
    maria = await given.account(db)
    added = await given.relative(db, maria)
    await db.execute("update person set died_on = '2026-11-20' where id = %s", (known,))
    assert not await _may_act(db, maria, added.person_id)
    assert await value(db, "select count(*) from relative") == 1


async def test_a_card_that_is_reached_twice_stands_once_by_the_better_link(
    db: Connection,
) -> None:
    maria = await given.account(db)
    added = await given.relative(db, maria)
    twin = await given.relative(db, maria, first_name="Петя", policy_number="1234567891234563")
    await db.execute(
        "update person set joined_into = %s where id = %s", (added.person_id, twin.person_id)
    )
    await db.execute("update relative set level = 'confirmed' where id = %s", (twin.id,))
    listed = await patients.search(db, maria.id, now=NOW, zone=ZONE)
    assert [(it.person_id, it.level) for it in listed] == [
        (maria.person_id, "own"),
        (added.person_id, "confirmed"),
    ]
