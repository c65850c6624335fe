"""What a new connection asks before anybody is served over it: the questions of the hot paths.

PostgreSQL plans a statement at its first run on a connection. A process that has just started, into
a rush perhaps, would spend its first seconds on that. Only reads, and a booking for nobody.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from registratura.booking import alternatives, doctors, offers, rehearsal, slots
from registratura.booking.model import Channel
from registratura.booking.offers import Asking
from registratura.db import Connection, find
from registratura.people import bearers
from registratura.web import sessions
from registratura.web.dates import region_day


@dataclass(frozen=True)
class _Any:
    slot_id: UUID
    post_id: UUID
    department_id: UUID
    position_id: int


async def rehearse(db: Connection, *, zone: str) -> None:
    """Who calls, what is free, a booking, the ways on from a refusal: each asked once."""
    now = datetime.now(UTC)
    today = region_day(now, zone)
    await sessions.find_visitor(db, "", now=now, today=today)
    await bearers.find(db, "", now=now, today=today)
    await rehearsal.rehearse(db, now=now)
    some = await find(
        db, _Any, "select id as slot_id, post_id, department_id, position_id from slot limit 1"
    )
    if some is None:
        return
    asking = Asking(None, Channel.PORTAL, now)
    doctor = await doctors.get(db, some.post_id, now=now)
    await slots.search_free(db, doctor.post_id, doctor.window(Channel.PORTAL, now=now))
    await offers.search_doctors(db, some.department_id, some.position_id, asking)
    await alternatives.search(db, some.slot_id, asking)
