"""Second cards of one person, and the desk that joins them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from registratura.booking import checks, joining
from registratura.booking.joining import Joined
from registratura.db import Connection, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people
from tests.given.people import NOW
from tests.given.visits import REGISTRAR, patient


async def mistyped(db: Connection, owner: Account, **otherwise: Any) -> Patient:
    """Пётр with a slip in his name: the registry does not find him, so he gets a second card."""
    facts = {"first_name": "Петя", "policy_number": "1234567891234563"} | otherwise
    link = await people.relative(db, owner, **facts)
    return await patient(db, owner, link.person_id)


async def join(
    db: Connection,
    losing: Patient | UUID,
    into: Patient | UUID,
    now: datetime = NOW,
    despite: str | None = "опечатка в имени",
) -> Joined:
    losing_id, into_id = (it.person_id if isinstance(it, Patient) else it for it in (losing, into))
    return await joining.join_cards(
        db, now=now, actor=REGISTRAR, losing_id=losing_id, into_id=into_id, despite=despite
    )


async def whose(db: Connection, appointment_id: UUID) -> UUID:
    found: UUID = await value(
        db, "select patient_id from appointment where id = %(it)s", it=appointment_id
    )
    return found


async def check_promises(db: Connection) -> None:
    """No promise of the database is broken."""
    assert await checks.search(db, now=NOW, days=30, seconds=30) == []
