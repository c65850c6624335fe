"""Bookings made by calls of the engine."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from registratura.audit import Actor
from registratura.booking import appointments, referrals
from registratura.booking.model import Channel, Receipt
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people import patients
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people
from tests.given.people import NOW, ZONE

CHANNEL = Channel.PORTAL
REGISTRAR = Actor("staff", "Регистратор")


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
    referral_id: UUID | None = None,
    waived_by: str | None = None,
) -> Receipt:
    """Book the slot; with a key of its own unless one is given."""
    who = REGISTRAR if waived_by else actor(account)
    wish = Wish(now, who, whom, slot_id, channel, replaces, referral_id, waived_by)
    return await appointments.book(db, wish, key or uuid4())


async def refer(
    db: Connection,
    whom: Patient,
    *,
    now: datetime = NOW,
    number: str = "Н-1",
    position_id: int = 45,
    first: date | None = None,
    days: int = 30,
    departments: Sequence[UUID] = (),
) -> UUID:
    """The desk writes down a referral, to the neurologist unless said otherwise; its id."""
    return await referrals.add(
        db,
        now=now,
        actor=REGISTRAR,
        number=number,
        patient_id=whom.person_id,
        position_id=position_id,
        valid_from=first or now.date(),
        valid_to=(first or now.date()) + timedelta(days=days),
        department_ids=departments,
    )


async def stranger(db: Connection, owner: Account) -> Patient:
    """A child whom the registry does not know: attached nowhere."""
    link = await people.relative(
        db,
        owner,
        first_name="Павел",
        birth_date=people.PETR.birth_date.replace(year=2016),
        policy_number="1234567891234568",
    )
    return await patient(db, owner, link.person_id)
