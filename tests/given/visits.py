"""Bookings made by calls of the engine."""

from datetime import datetime
from uuid import UUID, uuid4

from registratura.audit import Actor
from registratura.booking import appointments
from registratura.booking.model import Channel, Receipt
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people import patients
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given.people import NOW, ZONE

CHANNEL = Channel.PORTAL


def actor(account: Account) -> Actor:
    """The account as the one who acts."""
    return Actor("account", str(account.id))


async def patient(db: Connection, account: Account, person_id: UUID | None = None) -> Patient:
    """The patient of that card for whom the account may act; by default its owner."""
    return await patients.get_for(
        db, account.id, person_id or account.person_id, now=NOW, zone=ZONE
    )


async def book(
    db: Connection,
    account: Account,
    whom: Patient,
    slot_id: UUID,
    *,
    key: UUID | None = None,
    now: datetime = NOW,
    channel: Channel = CHANNEL,
    replaces: UUID | None = None,
) -> Receipt:
    """Book the slot; with a key of its own unless one is given."""
    wish = Wish(now, actor(account), whom, slot_id, channel, replaces)
    return await appointments.book(db, wish, key or uuid4())
