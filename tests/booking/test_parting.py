"""Two cards that disagree are joined with a reason only, and what was joined can be parted."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from registratura.booking import appointments, checks, parting, referrals, visits
from registratura.booking.parting import Parted
from registratura.booking.refusals import KeyReused
from registratura.booking.wishes import Wish
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.people.refusals import CardNotJoined, CardsDiffer, CardUnknown
from tests.given import people, region
from tests.given.cards import join, mistyped, whose
from tests.given.people import NOW, PETR_IN_THE_REGION, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient, refer

SINCE, LATER = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)


@pytest.fixture
async def petya(db: Connection, maria: Account) -> Patient:
    """Пётр once more, with a slip, of the same account."""
    return await mistyped(db, maria)


async def part(db: Connection, losing: Patient | UUID) -> Parted:
    return await parting.part_cards(
        db,
        now=LATER,
        actor=REGISTRAR,
        losing_id=losing.person_id if isinstance(losing, Patient) else losing,
        reason="разные дети",
    )


async def joined(db: Connection) -> int:
    count: int = await value(db, "select count(*) from person where joined_into is not null")
    return count


async def seen(db: Connection, account: Account) -> set[tuple[UUID, UUID]]:
    found = await visits.search_for(db, account.id, now=LATER, region_zone=ZONE)
    return {(it.id, it.patient_id) for it in found}


# who is joined


@pytest.mark.parametrize(
    ("otherwise", "told"),
    [
        ({"first_name": "Петя"}, "имя – Иванов Петя Иванович и Иванов Пётр Иванович"),
        ({"middle_name": None}, "имя – Иванов Пётр и Иванов Пётр Иванович"),
        ({"birth_date": date(2015, 1, 2)}, "дата рождения – 02.01.2015 и 01.01.2015"),
        ({"sex": "F"}, "пол – женский и мужской"),
        ({"snils": "20000002100"}, "СНИЛС – разные номера"),
    ],
)
async def test_cards_that_disagree_are_not_joined_without_a_reason(
    db: Connection, maria: Account, petr: Patient, otherwise: dict[str, Any], told: str
) -> None:
    await execute(db, "update person set snils = '11223344595' where code = 'petr'")
    identity = {**vars(PETR_IN_THE_REGION), "sex": "M", "snils": None} | otherwise
    sex, snils = identity.pop("sex"), identity.pop("snils")
    who = type(PETR_IN_THE_REGION)(**identity)
    twin = await people.card(db, who, sex=sex, snils=snils, policy_number="1234567891234563")
    for nothing in (None, " "):
        with pytest.raises(CardsDiffer, match=told):
            await join(db, twin, petr, despite=nothing)
    assert await joined(db) == 0
    await join(db, twin, petr, despite="опечатка")
    reason = await value(
        db,
        """
        select jsonb_build_array(after -> 'despite', after -> 'differences') from event
        where kind = 'person.joined'
        """,
    )
    assert reason == ["опечатка", [told]]


async def test_cards_that_agree_are_joined_without_a_word(
    db: Connection, maria: Account, petr: Patient
) -> None:
    """«Петр» and «Пётр» are one name; of two СНИЛС one may be missing."""
    await execute(db, "update person set snils = '11223344595' where code = 'petr'")
    who = type(PETR_IN_THE_REGION)("ИВАНОВ", "Петр", "Иванович", date(2015, 1, 1))
    twin = await people.card(db, who, policy_number="1234567891234563")
    await join(db, twin, petr, despite=None)
    assert await joined(db) == 1


# what parting gives back


async def test_visits_and_referrals_that_went_over_go_back(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    visit = (await book(db, maria, petya, (await region.free(db))[0].slot_id)).appointment_id
    own = (await book(db, maria, petr, (await region.free(db, "ent"))[-1].slot_id)).appointment_id
    referral = await refer(db, petya)
    await join(db, petya, petr)
    assert await part(db, petya) == Parted(1, 1, [], [], [])
    assert await joined(db) == 0
    assert (await whose(db, visit), await whose(db, own)) == (petya.person_id, petr.person_id)
    assert (await referrals.get(db, petya, referral)).number == "Н-1"
    assert await seen(db, maria) == {(visit, petya.person_id), (own, petr.person_id)}
    told = await value(
        db,
        """
        select array_agg(kind || ' ' || subject_id order by kind) from event
        where kind ~ '[.]parted$' and actor_id = %(by)s
        """,
        by=REGISTRAR.id,
    )
    assert told == [f"appointment.parted {visit}", f"person.parted {petya.person_id}"]
    assert await value(db, "select event from outbox order by id desc limit 1") == "person.parted"
    assert await checks.search(db, now=NOW) == []
    again = await join(db, petya, petr)
    assert (again.visits, again.referrals) == (1, 1)


async def test_what_became_of_a_visit_since_goes_back_with_it(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    free = await region.free(db)
    first = (await book(db, maria, petya, free[0].slot_id)).appointment_id
    await join(db, petya, petr)
    as_one = await patient(db, maria, petya.person_id)
    second = await book(db, maria, as_one, free[-1].slot_id, replaces=first)
    await part(db, petya)
    for visit in (first, second.appointment_id):
        assert await whose(db, visit) == petya.person_id
    assert await checks.search(db, now=NOW) == []


async def test_what_was_booked_since_by_who_reaches_this_card_alone_goes_with_it(
    db: Connection, maria: Account, petr: Patient
) -> None:
    stranger = await people.account(db, "Чужой")
    his = await mistyped(db, stranger, kinship="other_child")
    await join(db, his, petr)
    as_one = await patient(db, stranger, his.person_id)
    assert as_one.person_id == petr.person_id
    slot = (await region.free(db))[0].slot_id
    strangers = await book(db, stranger, as_one, slot, now=SINCE)
    free = await region.free(db, "ent")
    marias = await book(db, maria, petr, free[-1].slot_id, now=SINCE)
    done = await part(db, his)
    assert (done.visits, done.doubtful) == (1, [marias.number])
    assert await seen(db, stranger) == {(strangers.appointment_id, his.person_id)}
    assert await seen(db, maria) == {(marias.appointment_id, petr.person_id)}


async def test_what_cannot_go_back_is_named(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    referral = await refer(db, petya)
    free = await region.free(db)
    over = await book(db, maria, petya, free[0].slot_id)
    await join(db, petya, petr)
    slot = (await region.free(db, "neurologist"))[-1].slot_id
    used = await book(db, maria, petr, slot, referral_id=referral, now=SINCE)
    # as no way of the engine leads there: somebody wrote a visit on the joined card
    await execute(
        db,
        """
        insert into appointment (slot_id, patient_id, post_id, department_id, position_id, room_id,
                                 starts_at, ends_at, state, channel, booked_at)
        select id, %(petya)s, post_id, department_id, 24, room_id, starts_at, ends_at, 'booked',
               'desk', %(now)s
        from slot where id = %(slot)s
        """,
        petya=petya.person_id,
        now=NOW,
        slot=(await region.free(db, "dermatologist"))[0].slot_id,
    )
    done = await part(db, petya)
    assert done == Parted(0, 0, [over.number], ["Н-1"], [used.number])
    assert await whose(db, over.appointment_id) == petr.person_id
    assert await joined(db) == 0


async def test_of_three_cards_joined_in_turn_each_is_parted_by_itself(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    third = await mistyped(db, maria, first_name="Петруша", policy_number="1234567891234564")
    visit = (await book(db, maria, third, (await region.free(db))[0].slot_id)).appointment_id
    await join(db, third, petya)
    await join(db, petya, petr)
    assert (await part(db, petya)).visits == 1  # with what it had brought
    pointers = "select array_agg(joined_into) from person where joined_into is not null"
    assert await value(db, pointers) == [petya.person_id]
    assert await whose(db, visit) == petya.person_id
    await part(db, third)
    assert await joined(db) == 0
    assert await whose(db, visit) == third.person_id


async def test_the_first_of_a_chain_is_parted_though_its_card_was_joined_on(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    third = await mistyped(db, maria, first_name="Петруша", policy_number="1234567891234564")
    visit = (await book(db, maria, third, (await region.free(db))[0].slot_id)).appointment_id
    await join(db, third, petya)
    await join(db, petya, petr)
    assert (await part(db, third)).visits == 1
    assert await whose(db, visit) == third.person_id
    assert await joined(db) == 1
    with pytest.raises(CardNotJoined):
        await part(db, third)


async def test_what_is_not_joined_is_not_parted(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    with pytest.raises(CardUnknown):
        await part(db, uuid4())
    with pytest.raises(CardNotJoined):
        await part(db, petr)
    await join(db, petya, petr)
    with pytest.raises(ValueError, match="reason"):
        await parting.part_cards(
            db, now=LATER, actor=REGISTRAR, losing_id=petya.person_id, reason=" "
        )
    assert await joined(db) == 1


# a form sent before


async def test_a_form_sent_before_the_joining_and_again_after_it_gets_its_receipt(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    key, free = uuid4(), await region.free(db)
    first = await book(db, maria, petya, free[0].slot_id, key=key)
    await join(db, petya, petr)
    as_one = await patient(db, maria, petya.person_id)
    assert as_one.person_id == petr.person_id
    again = await appointments.book(
        db, Wish(NOW, actor(maria), as_one, free[0].slot_id, CHANNEL), key
    )
    assert again == first
    with pytest.raises(KeyReused):
        await appointments.book(db, Wish(NOW, actor(maria), as_one, free[1].slot_id, CHANNEL), key)
