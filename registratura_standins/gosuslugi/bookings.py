"""Bookings as they are kept: asked, answered or unknown, and what became of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from registratura_standins.gosuslugi import drafts
from registratura_standins.gosuslugi.database import (
    Connection,
    execute,
    find,
    pack,
    rows,
    unpack,
    value,
)
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.patients import Patient
from registratura_standins.gosuslugi.places import Place

# What may happen to a booking of which the region knows nothing any more: it is asked anew.
_ASKED_ANEW = ("unsent", "refused", "failed")


@dataclass(frozen=True)
class Booking:
    """One booking. `visit_time` is the schedule's own text, in the clinic's time."""

    id: UUID
    oid: int
    region_session: str
    slot_id: str
    visit_time: str
    starts_at: datetime
    patient: Patient
    place: Place
    room: str | None
    referral_id: str | None
    state: str
    book_id: str | None
    code: str | None
    comment: str | None
    parameters: dict[str, str]
    asked_at: datetime
    answered_at: datetime | None
    tries: int
    status: str | None
    status_at: datetime | None
    status_from: str | None
    unwanted: bool
    cancel_reason: str | None
    cancel_state: str | None
    cancel_comment: str | None
    differences: tuple[tuple[str, str, str], ...]

    @property
    def awaited(self) -> bool:
        """Whether the region's answer is still to come."""
        return self.state in ("asked", "unknown")

    @property
    def standing(self) -> bool:
        """Whether, as far as we know, the doctor expects the patient."""
        return self.state == "booked" and self.status in (None, "RECORDED")

    @property
    def cancelling(self) -> bool:
        """Whether the patient's cancelling is under way."""
        asked = self.state == "booked" and self.cancel_state == "asked"
        return asked or (self.unwanted and self.awaited)

    @property
    def when(self) -> datetime:
        """The visit on the clinic's clock."""
        return self.starts_at.astimezone(datetime.fromisoformat(self.visit_time).tzinfo)


_COLUMNS: LiteralString = """
    id, oid, region_session, slot_id, visit_time, starts_at, patient, place, room, referral_id,
    state, book_id, code, comment, parameters, asked_at, answered_at, tries, status, status_at,
    status_from, unwanted, cancel_reason, cancel_state, cancel_comment, differences
"""


def _read(row: dict[str, Any]) -> Booking:
    read = {
        **row,
        "region_session": str(row["region_session"]),
        "slot_id": str(row["slot_id"]),
        "patient": unpack(Patient, row["patient"]),
        "place": unpack(Place, row["place"]),
        "parameters": dict(row["parameters"]),
        "differences": tuple((it[0], it[1], it[2]) for it in row["differences"]),
    }
    return Booking(**read)


async def ask_for(
    db: Connection, draft: Draft, oid: int, lease: timedelta, now: datetime
) -> tuple[UUID, bool]:
    """Write down that this draft's time is about to be asked for; the booking's id, and whether it
    is to be asked for now: else another is at it.

    The same session and slot are one booking however often the button is pressed. While the
    answer about another time is awaited, or where it was yes, that one is the answer. `lease`: how
    long the one who asks may take before another asks in his place. Wants a transaction.
    """
    left = await drafts.lock(db, draft.region_session)
    before = await find_of(db, oid, draft.region_session, only_awaited=left)
    if before is not None:
        return before, False
    made = await _write(db, draft, oid, lease, now)
    if made is not None:
        return made, True
    there = await value(
        db,
        "select id from booking where region_session = %(session)s and slot_id = %(slot)s",
        session=draft.region_session,
        slot=draft.timed.id,
    )
    return UUID(str(there)), False


async def _write(
    db: Connection, draft: Draft, oid: int, lease: timedelta, now: datetime
) -> UUID | None:
    slot = draft.timed
    made: UUID | None = await value(
        db,
        """
        insert into booking (oid, region_session, slot_id, visit_time, starts_at, patient, place,
            room, referral_id, state, asked_at, next_try_at)
        values (%(oid)s, %(session)s, %(slot)s, %(time)s, %(starts_at)s, %(patient)s,
            %(place)s, %(room)s, %(referral)s, 'asked', %(now)s, %(next)s)
        on conflict on constraint a_slot_is_asked_once_in_a_session do update set
            state = 'asked', asked_at = excluded.asked_at, next_try_at = excluded.next_try_at,
            visit_time = excluded.visit_time, starts_at = excluded.starts_at, tries = 0,
            book_id = null, code = null, comment = null, answered_at = null, unwanted = false,
            cancel_reason = null, cancel_state = null, cancel_comment = null, differences = '[]',
            patient = excluded.patient, place = excluded.place, room = excluded.room,
            referral_id = excluded.referral_id
        where booking.state = any(%(anew)s) and booking.cancel_state is distinct from 'asked'
        returning id
        """,
        oid=oid,
        session=draft.region_session,
        slot=slot.id,
        time=slot.time,
        starts_at=datetime.fromisoformat(slot.time),
        patient=pack(draft.known),
        place=pack(draft.chosen),
        room=slot.room,
        referral=draft.referral.id if draft.referral else None,
        now=now,
        next=now + lease,
        anew=list(_ASKED_ANEW),
    )
    return made


async def find_of(
    db: Connection, oid: int, region_session: str, *, only_awaited: bool = False
) -> UUID | None:
    """The account's booking that a draft with that session has become, the last asked for."""
    found: UUID | None = await value(
        db,
        """
        select id from booking
        where region_session = %(region_session)s and oid = %(oid)s
          and ((state in ('asked', 'unknown') and not unwanted)
            or (state = 'booked' and not %(only_awaited)s))
        order by asked_at desc limit 1
        """,
        region_session=region_session,
        oid=oid,
        only_awaited=only_awaited,
    )
    return found


async def get(db: Connection, oid: int, id: UUID) -> Booking:
    """The booking, if this account made it. Raises `LookupError`."""
    row = await find(
        db,
        dict,
        "select" + _COLUMNS + "from booking where id = %(id)s and oid = %(oid)s",
        id=id,
        oid=oid,
    )
    if row is None:
        raise LookupError(id)
    return _read(row)


async def search(db: Connection, oid: int, *, most: int = 100) -> list[Booking]:
    """The account's bookings, the latest visit first."""
    found = await rows(
        db,
        dict,
        "select"
        + _COLUMNS
        + "from booking where oid = %(oid)s order by starts_at desc, id limit %(most)s",
        oid=oid,
        most=most,
    )
    return [_read(row) for row in found]


async def inherit(db: Connection, now: datetime) -> None:
    """A process begins: what another was at when it ended is due. If it has not ended after all,
    the region is asked twice, with the same ids."""
    await execute(
        db,
        """
        update booking set next_try_at = %(now)s
        where next_try_at > %(now)s and (state = 'asked' or cancel_state = 'asked')
        """,
        now=now,
    )


async def claim(
    db: Connection,
    lease: timedelta,
    now: datetime,
    id: UUID | None = None,
    *,
    cancelling: bool = False,
) -> list[Booking]:
    """Bookings with something to do, each for one asker; that one, whenever it is due, if named.
    `cancelling`: only what is to be cancelled."""
    found = await rows(
        db,
        dict,
        """
        update booking set next_try_at = %(next)s, tries = tries + 1
        where id in (
            select id from booking
            where (id = %(id)s or (%(id)s::uuid is null and next_try_at <= %(now)s))
              and ((state in ('asked', 'unknown') and not %(cancelling)s)
                or cancel_state = 'asked')
            order by next_try_at limit 10 for update skip locked
        )
        returning """
        + _COLUMNS,
        id=id,
        now=now,
        next=now + lease,
        cancelling=cancelling,
    )
    return [_read(row) for row in found]
