"""Who may act for whom, as the patient and the parents see it; what a patient of 15 hides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registratura.db import Connection, value
from registratura.people import hiding, holders, patients, relatives
from registratura.people.accounts import Account
from registratura.people.ages import birthday
from registratura.people.link_refusals import HidingNotYet, HoldersNotShown, PositionUnknown
from registratura.people.refusals import NotYourRelative
from registratura.people.relatives import Relative
from tests.given import links
from tests.given import people as given
from tests.given.cards import join
from tests.given.links import ANDREY, IRINA, VERA, VERA_ON_THE_LIST, family, hide, proven
from tests.given.people import NOW, ZONE
from tests.people.test_ladder import noon

AT = {"now": NOW, "zone": ZONE}


@pytest.fixture
async def at_home(db: Connection) -> tuple[Account, Relative, Relative]:
    """Вера's account, her mother's link, her father's."""
    return await family(db)


async def test_the_young_person_sees_both_parents_and_until_when(
    db: Connection, at_home: tuple[Account, Relative, Relative]
) -> None:
    vera, *_ = at_home
    found = await holders.search_own(db, vera.id, **AT)
    assert [(it.name, it.kinship, it.sees, it.mine) for it in found] == [
        ("Соколова Ирина Павловна", "child", True, False),
        ("Соколов Андрей Викторович", "child", True, False),
    ]
    assert {it.ends_on for it in found} == {birthday(VERA.birth_date, 18)}
    assert not any(it.is_consented for it in found)


async def test_from_15_and_not_a_day_earlier(db: Connection) -> None:
    vera = await given.account(db, VERA)
    at_15 = birthday(VERA.birth_date, 15)
    for call, refusal in ((holders.search_own, HoldersNotShown), (hiding.search, HidingNotYet)):
        with pytest.raises(refusal):
            await call(db, vera.id, now=noon(at_15 - timedelta(days=1)), zone=ZONE)
        assert await call(db, vera.id, now=noon(at_15), zone=ZONE) == []


async def test_she_ends_no_parents_link_and_no_parent_ends_the_others(
    db: Connection, at_home: tuple[Account, Relative, Relative]
) -> None:
    vera, mothers, fathers = at_home
    irina = await given.account(db, IRINA)
    with pytest.raises(NotYourRelative):
        await holders.end(db, vera.id, mothers.id, now=NOW)
    for act in (holders.end, relatives.leave):
        with pytest.raises(NotYourRelative):
            await act(db, irina.id, fathers.id, now=NOW)
    await relatives.leave(db, irina.id, mothers.id, now=NOW)
    [left] = await holders.search_own(db, vera.id, **AT)
    assert left.id == fathers.id


async def test_a_confirmed_parent_sees_the_other_holders_and_a_declared_one_does_not(
    db: Connection, at_home: tuple[Account, Relative, Relative]
) -> None:
    _, mothers, fathers = at_home
    irina, stranger = await given.account(db, IRINA), await given.account(db, "Чужой")
    aunt = await given.relative(
        db,
        await given.account(db, "Мария"),
        kinship="other_child",
        last_name="Соколова",
        first_name="Вера",
        middle_name="Андреевна",
        birth_date=VERA.birth_date,
        policy_number=VERA_ON_THE_LIST.policy_number,
    )
    found = await holders.search_of_child(db, irina.id, mothers.id, **AT)
    assert [(it.kinship, it.level, it.mine) for it in found] == [
        ("child", "confirmed", True),
        ("child", "confirmed", False),
        ("other_child", "declared", False),
    ]
    maria = await given.account(db, "Мария")
    for who, link in ((maria, aunt), (irina, fathers), (stranger, mothers)):
        with pytest.raises(NotYourRelative):
            await holders.search_of_child(db, who.id, link.id, **AT)


async def test_an_adult_is_not_shown_to_his_holder_as_a_child_is(db: Connection) -> None:
    maria, oleg = await given.account(db, "Мария"), await given.account(db, "Олег")
    link = await links.let(db, maria, oleg)
    with pytest.raises(NotYourRelative):
        await holders.search_of_child(db, oleg.id, link.id, **AT)


async def test_after_the_18th_birthday_nobody_is_left(
    db: Connection, at_home: tuple[Account, Relative, Relative]
) -> None:
    vera, *_ = at_home
    day = birthday(VERA.birth_date, 18)
    for on, many in ((day - timedelta(days=1), 2), (day, 0)):
        assert len(await holders.search_own(db, vera.id, now=noon(on), zone=ZONE)) == many


async def test_a_closed_parent_is_gone_at_once(
    db: Connection, at_home: tuple[Account, Relative, Relative]
) -> None:
    vera, mothers, fathers = at_home
    await links.close(db, fathers)
    assert [it.id for it in await holders.search_own(db, vera.id, **AT)] == [mothers.id]
    andrey = await given.account(db, ANDREY)
    assert len(await patients.search(db, andrey.id, **AT)) == 1


# hiding


async def positions(db: Connection) -> None:
    """A gynaecologist, a dentist, a narcologist: one post of each."""
    await db.execute(
        """
        insert into organisation (code, oid, name, short_name) values ('o', '1', 'О', 'О');
        insert into department (code, organisation_id, oid, name, address, ages)
            select 'd', id, '2', 'Д', 'А', 'all' from organisation;
        insert into room (code, department_id, number) select 'r', id, '1' from department;
        insert into position (id, name, speciality_id, visit_minutes, sensitive) values
            (100, 'Стоматолог', 1, 15, false), (13, 'Акушер-гинеколог', 2, 15, true),
            (77, 'Психиатр-нарколог', 3, 15, true), (55, 'Без врача', 4, 15, false);
        insert into post (code, position_id, department_id, room_id)
            select position.id::text, position.id, department.id, room.id
            from position, department, room where position.id <> 55
        """
    )


async def test_what_may_be_hidden_at_15_and_the_treatment_of_addiction_at_16(
    db: Connection,
) -> None:
    await positions(db)
    vera = await given.account(db, VERA)
    at_16 = birthday(VERA.birth_date, 16)
    for day, ids in (
        (birthday(VERA.birth_date, 15), [13, 100]),
        (at_16 - timedelta(days=1), [13, 100]),
        (at_16, [13, 77, 100]),  # sensitive ones first
    ):
        found = await hiding.search(db, vera.id, now=noon(day), zone=ZONE)
        assert [it.id for it in found] == ids


async def test_hiding_is_an_event_and_exactly_what_was_chosen(db: Connection) -> None:
    await positions(db)
    vera, _, _ = await family(db)
    for wanted in ({13, 100}, {13, 100}, {100}, set()):
        await hide(db, vera, wanted)
        found = await hiding.search(db, vera.id, **AT)
        assert {it.id for it in found if it.hidden} == wanted
    told = await value(
        db, "select array_agg(after order by id) from event where kind = 'positions.hidden'"
    )
    assert [it["positions"] for it in told] == [[13, 100], [100], []]
    for unknown in (55, 999):
        with pytest.raises(PositionUnknown):
            await hide(db, vera, {unknown})


async def test_hidden_positions_stand_with_the_parents_patient_not_with_her_own(
    db: Connection,
) -> None:
    await positions(db)
    vera, mothers, _ = await family(db)
    await hide(db, vera, {13})
    irina = await given.account(db, IRINA)
    seen = await patients.get_for(db, irina.id, mothers.person_id, **AT)
    own = await patients.get_for(db, vera.id, vera.person_id, **AT)
    assert (list(seen.hidden), seen.sees_everything) == ([13], False)
    assert (list(own.hidden), own.sees_everything) == ([], True)


async def test_what_was_hidden_stays_hidden_when_the_desk_joins_the_cards(db: Connection) -> None:
    await positions(db)
    vera = await given.account(db, replace(VERA, snils=None))
    irina = await given.account(db, IRINA)
    await hide(db, vera, {13})
    link = await proven(db, irina, VERA_ON_THE_LIST)
    assert link.person_id != vera.person_id
    await join(db, vera.person_id, link.person_id)
    seen = await patients.get_for(db, irina.id, link.person_id, **AT)
    assert list(seen.hidden) == [13]
    await hide(db, vera, set())
    assert await value(db, "select count(*) from hidden_position") == 0
