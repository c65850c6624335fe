"""What an answer of the region, or its silence, makes of a booking: one small change each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from registratura_standins.gosuslugi.answers import Booked
from registratura_standins.gosuslugi.bookings import Booking
from registratura_standins.gosuslugi.database import Connection, execute, pack

_PAUSES = (5, 15, 60, 300)  # seconds until it is asked again; then every quarter of an hour
_LONGEST_PAUSE = 900


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries."""
    return timedelta(seconds=_PAUSES[tries - 1] if 0 < tries <= len(_PAUSES) else _LONGEST_PAUSE)


async def book(db: Connection, booking: Booking, answer: Booked, now: datetime) -> bool:
    """It is booked; False where the booking no longer waits for an answer."""
    changed = await execute(
        db,
        """
        update booking set state = 'booked', book_id = %(book_id)s, code = %(code)s,
            comment = %(comment)s, room = coalesce(%(room)s, room), answered_at = %(now)s,
            tries = 0,
            next_try_at = case when unwanted then %(now)s::timestamptz end,
            cancel_reason = case when unwanted then 'CANCELED_BY_PATIENT' end,
            cancel_state = case when unwanted then 'asked' end
        where id = %(id)s and state in ('asked', 'unknown')
        """,
        id=booking.id,
        book_id=answer.book_id,
        code=answer.code,
        comment=answer.comment,
        room=answer.room,
        now=now,
    )
    return changed == 1


async def refuse(db: Connection, booking: Booking, answer: Booked, now: datetime) -> None:
    """The region said no."""
    await execute(
        db,
        """
        update booking set state = 'refused', code = %(code)s, comment = %(comment)s,
            parameters = %(parameters)s, answered_at = %(now)s, next_try_at = null
        where id = %(id)s and state in ('asked', 'unknown')
        """,
        id=booking.id,
        code=answer.code,
        comment=answer.comment,
        parameters=pack(answer.parameters),
        now=now,
    )


async def fail(
    db: Connection,
    booking: Booking,
    book_id: str,
    reason: str,
    differences: Sequence[tuple[str, str, str]],
    now: datetime,
) -> None:
    """The region's yes cannot stand: it is taken back for that technical reason."""
    await execute(
        db,
        """
        update booking set state = 'failed', book_id = %(book_id)s, code = %(reason)s,
            answered_at = %(now)s, differences = %(differences)s, cancel_reason = %(reason)s,
            cancel_state = 'asked', tries = 0, next_try_at = %(now)s
        where id = %(id)s and state in ('asked', 'unknown')
        """,
        id=booking.id,
        book_id=book_id,
        reason=reason,
        differences=pack(list(differences)),
        now=now,
    )


async def stay_unknown(db: Connection, booking: Booking, now: datetime) -> None:
    """No answer that can be used: asked again later, until an hour after the visit's time."""
    await execute(
        db,
        """
        update booking set
            state = case when starts_at < %(given_up)s then 'gone' else 'unknown' end,
            next_try_at = case when starts_at >= %(given_up)s then %(next)s::timestamptz end
        where id = %(id)s and state in ('asked', 'unknown')
        """,
        id=booking.id,
        given_up=now - timedelta(hours=1),
        next=now + pause(booking.tries),
    )


async def stay_unsent(db: Connection, booking: Booking) -> None:
    """The first request never left: nothing was asked, and it may be sent again by hand."""
    await execute(
        db,
        """
        update booking set state = 'unsent', next_try_at = null
        where id = %(id)s and state = 'asked'
        """,
        id=booking.id,
    )


async def cancel(db: Connection, booking: Booking, now: datetime) -> None:
    """The region has cancelled it for us."""
    await execute(
        db,
        """
        update booking set cancel_state = 'done', next_try_at = null,
            status = case when state = 'booked' then 'CANCELED' else status end,
            status_at = %(now)s, status_from = 'here'
        where id = %(id)s and cancel_state = 'asked'
        """,
        id=booking.id,
        now=now,
    )


async def keep_uncancelled(db: Connection, booking: Booking, comment: str) -> None:
    """The region does not cancel it."""
    await execute(
        db,
        """
        update booking set cancel_state = 'refused', cancel_comment = %(comment)s,
            next_try_at = null, unwanted = false
        where id = %(id)s and cancel_state = 'asked'
        """,
        id=booking.id,
        comment=comment,
    )


async def cancel_later(db: Connection, booking: Booking, now: datetime) -> None:
    """No answer to the cancelling: asked again later."""
    await execute(
        db,
        """
        update booking set next_try_at = %(next)s where id = %(id)s and cancel_state = 'asked'
        """,
        id=booking.id,
        next=now + pause(booking.tries),
    )


async def want_cancelled(db: Connection, booking: Booking, lease: timedelta, now: datetime) -> bool:
    """The patient cancels; one that still waits for its answer, as soon as that comes. False where
    there is nothing to cancel."""
    changed = await execute(
        db,
        """
        update booking set
            unwanted = state in ('asked', 'unknown'),
            cancel_reason = case when state = 'booked' then 'CANCELED_BY_PATIENT' end,
            cancel_state = case when state = 'booked' then 'asked' end,
            cancel_comment = null,
            tries = case when state = 'booked' then 0 else tries end,
            next_try_at = case when state = 'booked' then %(next)s else next_try_at end
        where id = %(id)s and (state in ('asked', 'unknown')
            or (state = 'booked' and coalesce(status, 'RECORDED') = 'RECORDED'))
        """,
        id=booking.id,
        next=now + lease,
    )
    return changed == 1
