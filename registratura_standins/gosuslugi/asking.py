"""Asking the region for a booking, and again, until it has answered: never twice the same visit.

The two ids of a request, Session_ID and Slot_Id, stay the same however often it is asked, and the
region answers a repeat as it answered at first (sheet, sections 4.7 and 13).
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from registratura_standins.gosuslugi import accounts, answers, bookings, drafts, requests, settling
from registratura_standins.gosuslugi.answers import Booked, RegionSays
from registratura_standins.gosuslugi.bookings import Booking
from registratura_standins.gosuslugi.cancelling import send_cancelling
from registratura_standins.gosuslugi.database import Pool
from registratura_standins.gosuslugi.region import Region, RegionTrouble
from registratura_standins.gosuslugi.statuses import apply_known, lock_pushes

_LOG = structlog.get_logger("booking")
TIMED_OUT = "SESSION_TIMED_OUT"
_INTERNAL = "INTERNAL_ERROR"
_ENOUGH = 6  # tries after which the region's own failure is believed to be its answer
NOT_CREATED = "RECORD_NOT_CREATED_AT_EPGU"


@dataclass(frozen=True)
class Line:
    """The database and the region. `lease`: how long asking may take before another asks."""

    pool: Pool
    region: Region
    lease: timedelta


async def ask_now(line: Line, booking_id: UUID, now: datetime) -> None:
    """Ask for this booking, and once more at once if no answer came in time."""
    for _ in range(2):
        booking = await _claim_one(line, booking_id, now)
        if booking is None or await ask(line, booking, now):
            return


async def ask(line: Line, booking: Booking, now: datetime) -> bool:
    """One try, with whatever has to follow. False where it may be worth asking again at once."""
    try:
        answer = await _create(line, booking, now)
    except RegionTrouble as fault:
        never_left = not fault.sent and booking.state == "asked" and booking.tries == 1
        async with line.pool.connection() as db:
            if never_left:
                await settling.stay_unsent(db, booking)
            else:
                await settling.stay_unknown(db, booking, now)
        return never_left
    await _settle(line, booking, answer, now)
    return True


async def _create(line: Line, booking: Booking, now: datetime) -> Booked:
    asked = requests.create_appointment(booking.region_session, booking.slot_id)
    try:
        await _name_referral(line, booking)
    except RegionTrouble as fault:
        raise type(fault)(fault.reason, sent=False) from None  # the booking has not left
    answer = await line.region.ask(asked, answers.booked)
    if answer.code != TIMED_OUT:
        return answer
    try:
        await _open_session_again(line, booking, now)
    except RegionSays:
        return answer
    return await line.region.ask(asked, answers.booked)


async def _open_session_again(line: Line, booking: Booking, now: datetime) -> None:
    """The region has forgotten the session: the patient is named again, and his referral."""
    async with line.pool.connection() as db:
        account = await accounts.get(db, booking.oid)
    who = requests.get_patient_info(booking.region_session, booking.patient, account.applicant)
    await line.region.ask(who, answers.identified)
    await _name_referral(line, booking)


async def _name_referral(line: Line, booking: Booking) -> None:
    """The region books by the referral that its session was told of last, which may be another by
    now. That there is no time by it any more is for the booking's own answer to say."""
    if booking.referral_id is None:
        return
    day = booking.when.date()
    times = requests.get_schedule(
        booking.region_session, booking.place, (day, day), booking.referral_id
    )
    with suppress(RegionSays):
        await line.region.ask(times, answers.slots)


async def _settle(line: Line, booking: Booking, answer: Booked, now: datetime) -> None:
    if answer.code == "SUCCESS":
        await _settle_success(line, booking, answer, now)
        return
    async with line.pool.connection() as db:
        if answer.code in (_INTERNAL, TIMED_OUT) and 1 < booking.tries < _ENOUGH:
            # An earlier request may have been done all the same: this is no answer to it.
            await settling.stay_unknown(db, booking, now)
        else:
            await settling.refuse(db, booking, answer, now)


async def _settle_success(line: Line, booking: Booking, answer: Booked, now: datetime) -> None:
    try:
        kept = await _keep_success(line, booking, answer, now)
    except psycopg.errors.UniqueViolation:
        # The number is that of another visit, which must not be touched.
        _LOG.error("number_used_twice", booking=str(booking.id))
        async with line.pool.connection() as db:
            await settling.stay_unknown(db, booking, now)
    except psycopg.Error as fault:
        _LOG.error("not_stored", booking=str(booking.id), kind=type(fault).__name__)
        await send_cancelling(line.region, answer.book_id, NOT_CREATED)
        raise
    else:
        if not kept and await _is_another(line, booking, answer):
            await send_cancelling(line.region, answer.book_id, NOT_CREATED)
    await carry_out(line, booking.id, now)


async def _keep_success(line: Line, booking: Booking, answer: Booked, now: datetime) -> bool:
    """Write down the yes and what was pushed of it, or neither: what is not stored here whole is
    taken back in the region. False where the booking no longer waits for an answer."""
    differences = compare(booking, answer)
    async with line.pool.connection() as db, db.transaction():
        if differences:
            _LOG.error("data_mismatch", booking=str(booking.id))
            await settling.fail(db, booking, answer.book_id, "ERROR_DATA_MIS", differences, now)
            return True
        await drafts.lock(db, booking.region_session)
        await lock_pushes(db, answer.book_id)
        if not await settling.book(db, booking, answer, now):
            return False
        await apply_known(db, answer.book_id)
        await drafts.drop(db, booking.region_session)
        return True


async def _is_another(line: Line, booking: Booking, answer: Booked) -> bool:
    """A request that was long under way has been judged anew, after all was over here."""
    async with line.pool.connection() as db:
        present = await bookings.get(db, booking.oid, booking.id)
    return present.book_id != answer.book_id or not present.standing


def compare(booking: Booking, answer: Booked) -> tuple[tuple[str, str, str], ...]:
    """What in the answer is not as it was chosen, sign by sign: message, element, what came."""
    chosen = {"Slot_Id": booking.slot_id, "Visit_Time": booking.visit_time}
    came = {"Slot_Id": answer.slot_id, "Visit_Time": answer.visit_time}
    return tuple(
        (f"Ожидалось {chosen[name]}", name, came[name])
        for name in chosen
        if chosen[name] != came[name]
    )


async def carry_out(line: Line, booking_id: UUID, now: datetime) -> None:
    """Cancel what is to be cancelled of this booking; what is not answered is tried again later."""
    async with line.pool.connection() as db:
        found = await bookings.claim(db, line.lease, now, booking_id, cancelling=True)
    for booking in found:
        await carry_out_cancelling(line, booking, now)


async def carry_out_cancelling(line: Line, booking: Booking, now: datetime) -> None:
    """One try of a cancelling that this booking waits for."""
    assert booking.book_id is not None
    assert booking.cancel_reason is not None
    try:
        answer = await send_cancelling(
            line.region, booking.book_id, booking.cancel_reason, booking.differences
        )
    except RegionTrouble:
        answer = None
    async with line.pool.connection() as db:
        if answer is None or (answer.code == _INTERNAL and booking.tries < _ENOUGH):
            await settling.cancel_later(db, booking, now)
        elif answer.code == "SUCCESS":
            await settling.cancel(db, booking, now)
        else:
            await settling.keep_uncancelled(db, booking, answer.comment or answer.code)


async def _claim_one(line: Line, booking_id: UUID, now: datetime) -> Booking | None:
    async with line.pool.connection() as db:
        found = await bookings.claim(db, line.lease, now, booking_id)
    return found[0] if found else None


async def look_after(line: Line, now: datetime) -> int:
    """Do what is due, all at once: ask again, cancel again. How many bookings were looked after."""
    async with line.pool.connection() as db:
        due = await bookings.claim(db, line.lease, now)

    async def look(booking: Booking) -> None:
        if booking.cancel_state == "asked":
            await carry_out_cancelling(line, booking, now)
        else:
            await ask(line, booking, now)

    ends = await asyncio.gather(*map(look, due), return_exceptions=True)
    for fault in ends:
        if isinstance(fault, BaseException):
            raise fault  # the others have been looked after all the same
    return len(due)
