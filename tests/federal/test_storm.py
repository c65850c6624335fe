"""Equal calls, cancellings and other sessions at once: what is answered is what stands."""

import asyncio
import random

from registratura.db import Connection, rows, value
from tests.federal.test_booking import _State
from tests.given import federal
from tests.given.federal import Caller


async def test_repeats_cancellings_and_other_sessions_at_once_leave_one_visit_at_most(
    petrs: Caller, db: Connection
) -> None:
    slot = (await federal.free(db))[0].slot_id
    others = [Caller(petrs.client) for _ in range(2)]
    for it in others:
        await it.identify()
    chance, numbers, answered = random.Random(5), set[str](), set[str]()

    async def book(caller: Caller) -> None:
        answer = await caller.book(slot)
        answered.add(answer.code)
        if answer.code == "SUCCESS":
            numbers.add(answer.text("Book_Id_Mis"))

    async def cancel() -> None:
        await asyncio.sleep(chance.random() / 20)
        for number in sorted(numbers):
            answered.add((await petrs.cancel(number)).code)

    for _ in range(6):
        callers = [petrs, petrs, petrs, *others]
        await asyncio.gather(*map(book, callers), cancel(), cancel())
    assert answered <= {
        "SUCCESS",
        "APPOINT_PATIENT_REGISTERED_SPECIALIST",
        "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST",  # by the visit of a moment ago
        "APPOINT_TIME_IS_BUSY",
    }, answered
    live = await rows(db, _State, "select number::text as state from appointment where live")
    assert len(live) <= 1
    for number in sorted(numbers):
        await petrs.cancel(number)
    assert await value(db, "select count(*) from appointment where live") == 0
    assert await value(db, "select taken from slot where id = %(it)s", it=slot) == 0
    assert (await petrs.book(slot)).code == "SUCCESS"
