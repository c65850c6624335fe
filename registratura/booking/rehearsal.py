"""A booking for nobody: each of its statements is run once, and rolled back.

PostgreSQL plans a statement at its first run on a connection, which takes a hundred times as long
as the run. Who books first after a start, or when new connections are opened in a rush, would wait
for it.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from registratura.audit import Actor
from registratura.booking import appointments, asking, clashes, keys, locks
from registratura.booking.model import Channel
from registratura.booking.refusals import SlotUnknown
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people.patients import Patient

_NONE = UUID(int=0)


async def rehearse(db: Connection, *, now: datetime) -> None:
    """Claim, lock, ask and write, and name a broken rule, about a patient and a slot that are not.
    Nothing stays."""
    wish = Wish(now, Actor("account", str(_NONE)), _nobody(now), _NONE, Channel.PORTAL)
    async with db.transaction(force_rollback=True):
        with suppress(LookupError):
            await locks.begin(db, wish, _NONE, keys.Body("book", (_NONE,), ()))
        with suppress(SlotUnknown):
            await asking.lock_offer(db, wish)
        await appointments.rehearse(db, wish, _NONE)
        await clashes.find(db, wish.asked)


def _nobody(now: datetime) -> Patient:
    return Patient(
        person_id=_NONE,
        relative_id=None,
        level="own",
        kinship=None,
        last_name="",
        first_name="",
        middle_name=None,
        birth_date=now.date(),
        sex="F",
        policy_number=None,
        sees=True,
        hidden=(),
        department_id=None,
        area_id=None,
        area_number=None,
        area_post_id=None,
        judged_on=now.date(),
    )
