"""CreateAppointment: once however often it is asked, judged anew once its booking is over."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from registratura.audit import Actor
from registratura.booking import appointments
from registratura.booking.model import Channel
from registratura.booking.wishes import Wish
from registratura.db import Connection, execute, rows, value
from registratura.people import cards
from tests.given import federal, people
from tests.given.federal import Caller
from tests.given.people import ZONE

ANNA = {
    "<First_Name>Петр<": "<First_Name>Анна<",
    "<Last_Name>Иванов<": "<Last_Name>Смирнова<",
    "<Middle_Name>Иванович<": "<Middle_Name>Олеговна<",
    "1234567891234567": "4096089785000126",
    "2015-01-01": "2019-03-14",
    "<Sex>M<": "<Sex>F<",
}


async def anna(db: Connection) -> Any:
    who = people.Identity("Смирнова", "Анна", "Олеговна", people.date(2019, 3, 14))
    return await people.card(db, who, policy_number="4096089785000126", sex="F")


async def visits(db: Connection) -> list[str]:
    found = await rows(db, _State, "select state from appointment order by number")
    return [it.state for it in found]


@dataclass(frozen=True)
class _State:
    state: str


async def test_the_repeat_of_a_standing_booking_gets_the_same_answer(
    petrs: Caller, db: Connection
) -> None:
    slot = (await federal.free(db))[0].slot_id
    first, again = await petrs.book(slot), await petrs.book(slot)
    assert first.code == "SUCCESS"
    assert first.raw == again.raw
    assert await visits(db) == ["booked"]


async def test_the_slot_is_known_in_any_spelling_of_its_id(petrs: Caller, db: Connection) -> None:
    slot = str((await federal.free(db))[0].slot_id).upper()
    booked = await petrs.book(slot)
    assert (booked.code, booked.text("Slot_Id")) == ("SUCCESS", slot)
    in_braces = await petrs.book(f"{{{slot}}}")
    assert (in_braces.text("Slot_Id"), in_braces.text("Book_Id_Mis")) == (
        slot,
        booked.text("Book_Id_Mis"),
    )


async def test_a_cancelled_booking_is_judged_anew(petrs: Caller, db: Connection) -> None:
    slot = (await federal.free(db))[0].slot_id
    numbers = []
    for _ in range(3):
        booked = await petrs.book(slot)
        assert booked.code == "SUCCESS"
        numbers.append(booked.text("Book_Id_Mis"))
        assert (await petrs.cancel(numbers[-1])).code == "SUCCESS"
    assert len(set(numbers)) == 3
    assert await visits(db) == ["cancelled"] * 3


async def test_a_slot_that_went_to_another_child_is_not_confirmed_again(
    petrs: Caller, db: Connection
) -> None:
    slot = (await federal.free(db))[0].slot_id
    number = (await petrs.book(slot)).text("Book_Id_Mis")
    assert (await petrs.cancel(number)).code == "SUCCESS"
    other = federal.Caller(petrs.client)
    await anna(db)
    await other.identify(change=ANNA)
    assert (await other.book(slot)).code == "SUCCESS"
    assert (await petrs.book(slot)).code == "APPOINT_TIME_IS_BUSY"


async def test_a_moved_booking_is_judged_anew(petrs: Caller, db: Connection) -> None:
    slot, later = (it.slot_id for it in (await federal.free(db))[:2])
    number = (await petrs.book(slot)).text("Book_Id_Mis")
    now = datetime.now(UTC)
    old = await value(db, "select id from appointment where number = %(it)s::bigint", it=number)
    person = await value(db, "select patient_id from appointment where id = %(it)s", it=old)
    patient = await cards.get_patient(db, person, now=now, zone=ZONE)
    wish = Wish(now, Actor("account"), patient, later, Channel.PORTAL, replaces=old)
    await appointments.book(db, wish, federal.uuid4())
    assert await visits(db) == ["moved", "booked"]
    again = await petrs.book(slot)
    assert again.code == "APPOINT_PATIENT_REGISTERED_SPECIALIST"
    assert again.parameters["Source_Record"] == "RPGU"
    assert (await petrs.cancel(number)).code == "RECORD_CANNOT_CANCELED"


async def test_a_session_rebound_to_another_child_books_for_that_child(
    petrs: Caller, db: Connection
) -> None:
    her = await anna(db)
    slot, later = (it.slot_id for it in (await federal.free(db))[:2])
    assert (await petrs.book(slot)).code == "SUCCESS"
    assert (await petrs.identify(change=ANNA)).text("Patient_Id") == str(her)
    assert (await petrs.book(slot)).code == "APPOINT_TIME_IS_BUSY", "it is Пётр's, not Анна's"
    assert (await petrs.book(later)).code == "SUCCESS"
    whose = await value(db, "select patient_id from appointment where slot_id = %(it)s", it=later)
    assert whose == her


async def test_two_equal_calls_at_once_make_one_booking(petrs: Caller, db: Connection) -> None:
    slot = (await federal.free(db))[0].slot_id
    answers = await asyncio.gather(*(petrs.book(slot) for _ in range(6)))
    assert {it.raw for it in answers} == {answers[0].raw}
    assert answers[0].code == "SUCCESS"
    assert await visits(db) == ["booked"]


async def test_a_repeat_that_was_late_is_not_told_of_a_booking_that_is_over(
    petrs: Caller, db: Connection
) -> None:
    """A repeat asks what stands, then waits; meanwhile the first call books and is cancelled. What
    it saw before is had here by taking the ended visit out of its sight."""
    slot = (await federal.free(db))[0].slot_id
    number = (await petrs.book(slot)).text("Book_Id_Mis")
    assert (await petrs.cancel(number)).code == "SUCCESS"
    await execute(db, "update appointment set federal_session = null")
    again = await petrs.book(slot)
    assert (again.code, again.text("Book_Id_Mis") != number) == ("SUCCESS", True)
    assert await visits(db) == ["cancelled", "booked"]


async def test_the_patients_own_time_asked_for_in_another_session_is_not_called_busy(
    petrs: Caller, db: Connection
) -> None:
    slot = (await federal.free(db))[0].slot_id
    assert (await petrs.book(slot)).code == "SUCCESS"
    other = federal.Caller(petrs.client)
    await other.identify()
    refused = await other.book(slot)
    assert refused.code == "APPOINT_PATIENT_REGISTERED_SPECIALIST"
    assert refused.parameters["Source_Record"] == "EPGU"
    await anna(db)
    await other.identify(change=ANNA)
    assert (await other.book(slot)).code == "APPOINT_TIME_IS_BUSY", "another child's is busy"
    assert await visits(db) == ["booked"]


async def test_an_id_that_was_never_issued_is_echoed_with_the_moment_of_the_answer(
    petrs: Caller,
) -> None:
    unknown = str(federal.uuid4())
    refused = await petrs.book(unknown)
    assert (refused.code, refused.text("Slot_Id")) == ("INTERNAL_ERROR", unknown)
    assert refused.text("Visit_Time").endswith("+03:00")
    assert refused.text("Book_Id_Mis") == ""
