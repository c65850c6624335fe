"""Two children together; what is offered in place of a lost time; free times over the region."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from registratura.booking import alternatives, families, offers
from registratura.booking.model import Receipt
from registratura.booking.offers import Asking
from registratura.booking.refusals import KeyReused, NotNeighbours, SlotTaken, TooManyComing
from registratura.booking.slots import FreeTime
from registratura.booking.wishes import Wish
from registratura.db import Connection, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW
from tests.given.visits import CHANNEL, actor, book, patient


@pytest.fixture
async def pavel(db: Connection, maria: Account, petr: Patient) -> Patient:
    """Пётр's brother."""
    link = await people.relative(
        db, maria, first_name="Павел", birth_date=date(2016, 2, 2), policy_number="1234567891234568"
    )
    return await patient(db, maria, link.person_id)


async def together(
    db: Connection, maria: Account, *who: tuple[Patient, FreeTime], key: UUID | None = None
) -> tuple[Receipt, Receipt]:
    first, second = (Wish(NOW, actor(maria), whom, it.slot_id, CHANNEL) for whom, it in who)
    return await families.book_together(db, first, second, key or uuid4())


async def booked(db: Connection) -> int:
    count: int = await value(db, "select count(*) from appointment where state = 'booked'")
    return count


async def test_two_children_get_neighbouring_times_of_one_doctor(
    db: Connection, maria: Account, petr: Patient, pavel: Patient
) -> None:
    pair = families.pairs(await region.free(db))[0]
    key = uuid4()
    receipts = await together(db, maria, (petr, pair.first), (pavel, pair.second), key=key)
    assert [it.slot_id for it in receipts] == [pair.first.slot_id, pair.second.slot_id]
    again = await together(db, maria, (petr, pair.first), (pavel, pair.second), key=key)
    assert again == receipts
    assert await booked(db) == 2
    with pytest.raises(KeyReused):
        await together(db, maria, (pavel, pair.first), (petr, pair.second), key=key)


async def test_pairs_do_not_reach_over_a_taken_time_or_a_night(
    db: Connection, maria: Account, petr: Patient
) -> None:
    free = await region.free(db)
    await book(db, maria, petr, free[1].slot_id)
    found = families.pairs(await region.free(db))
    assert all(pair.first.ends_at == pair.second.starts_at for pair in found)
    assert free[0].slot_id not in {pair.first.slot_id for pair in found}


async def test_if_one_of_two_cannot_be_booked_neither_is(
    db: Connection, maria: Account, petr: Patient, pavel: Patient
) -> None:
    pair = families.pairs(await region.free(db))[0]
    oleg = await people.account(db, "Олег")
    niece = await people.relative(db, oleg, first_name="Анна", middle_name="Олеговна")
    await book(db, oleg, await patient(db, oleg, niece.person_id), pair.second.slot_id)
    with pytest.raises(SlotTaken):
        await together(db, maria, (petr, pair.first), (pavel, pair.second))
    assert await booked(db) == 1


async def test_two_together_are_two_patients_at_neighbouring_times(
    db: Connection, maria: Account, petr: Patient, pavel: Patient
) -> None:
    free = await region.free(db)
    with pytest.raises(NotNeighbours):
        await together(db, maria, (petr, free[0]), (pavel, free[2]))
    with pytest.raises(NotNeighbours):
        await together(db, maria, (petr, free[0]), (pavel, (await region.free(db, "ent"))[1]))
    with pytest.raises(ValueError, match="second"):
        await together(db, maria, (petr, free[0]), (petr, free[1]))
    wish = Wish(NOW, actor(maria), petr, free[0].slot_id, CHANNEL)
    other = replace(wish, patient=pavel, slot_id=free[1].slot_id)
    with pytest.raises(ValueError, match="replaces"):
        await families.book_together(db, wish, replace(other, replaces=uuid4()), uuid4())
    with pytest.raises(ValueError, match="second"):
        await families.book_together(db, wish, replace(other, now=NOW.replace(minute=1)), uuid4())
    assert await booked(db) == 0


async def test_two_together_count_as_two_of_the_account(
    db: Connection, maria: Account, petr: Patient, pavel: Patient
) -> None:
    pair = families.pairs(await region.free(db))[0]
    await region.rule(db, max_coming_declared=1)
    with pytest.raises(TooManyComing):
        await together(db, maria, (petr, pair.first), (pavel, pair.second))
    await region.rule(db, max_coming_declared=2)
    await together(db, maria, (petr, pair.first), (pavel, pair.second))


async def test_in_place_of_a_lost_time_the_nearest_are_offered(
    db: Connection, petr: Patient
) -> None:
    free = await region.free(db)
    lost = free[5]
    found = await alternatives.search(db, lost.slot_id, Asking(petr, CHANNEL, NOW))
    assert [it.slot_id for it in found.same_doctor] == [it.slot_id for it in free[4:7]]
    here, there = await region.post(db, "paediatrician"), await region.post(db, "far-paediatrician")
    assert [it.doctor.post_id for it in found.same_clinic] == [here]
    assert [it.doctor.post_id for it in found.elsewhere] == [there]


async def test_in_a_rush_the_times_of_the_same_doctor_are_offered(
    db: Connection, petr: Patient
) -> None:
    free = await region.free(db)
    asking = Asking(petr, CHANNEL, NOW)
    offered = set()
    for _ in range(20):  # people: they are spread over what is near
        found = await alternatives.search(db, free[5].slot_id, asking, brief=True)
        assert len(found.same_doctor) == 3
        offered |= {it.slot_id for it in found.same_doctor}
        assert not found.same_clinic
        assert not found.elsewhere
    nearest = sorted(free, key=lambda it: abs(it.starts_at - free[5].starts_at))
    assert 3 < len(offered) <= 12
    assert offered <= {it.slot_id for it in nearest[:13]}  # two may be equally near


async def test_free_times_of_a_speciality_over_a_clinic_and_over_the_region(
    db: Connection, petr: Patient
) -> None:
    asking = Asking(petr, CHANNEL, NOW)
    paediatrics = 22
    region_wide = await offers.search_speciality(db, paediatrics, asking)
    assert len(region_wide) == 3
    assert [it.nearest for it in region_wide] == sorted(
        it.nearest for it in region_wide if it.nearest
    )
    far = (await region.departments(db))["far"]
    [only] = await offers.search_speciality(db, paediatrics, asking, far)
    assert only.doctor.department_id == far
    assert await offers.search_speciality(db, 99, asking) == []


async def test_what_the_patient_may_not_book_is_not_among_the_nearest(
    db: Connection, petr: Patient
) -> None:
    asking = Asking(petr, CHANNEL, NOW)
    assert await offers.search_speciality(db, 27, asking) == []  # therapists receive adults
    await region.rule(db, attachment="own")
    assert len(await offers.search_speciality(db, 22, asking)) == 2
