"""Drafts of the wizard: what one browser has told so far, kept until it is booked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from registratura_standins.gosuslugi.answers import Identified
from registratura_standins.gosuslugi.database import Connection, execute, find, pack, unpack, value
from registratura_standins.gosuslugi.patients import Patient
from registratura_standins.gosuslugi.places import Place, Referral, Slot
from registratura_standins.gosuslugi.sessions import Session

Whom = Literal["self", "child", "other"]


class NoDraft(LookupError):
    """No such draft in this browser: it was booked, or its session has ended."""


@dataclass(frozen=True)
class Draft:
    """One visit of the wizard. `region_session` is its Session_ID: the same to the end, for the
    region binds it to the patient; another patient gets another."""

    id: UUID
    region_session: str
    whom: Whom
    patient: Patient | None
    patient_id: str | None
    registration: str | None
    referrals: tuple[Referral, ...]
    referral: Referral | None
    place: Place | None
    slot: Slot | None

    @property
    def known(self) -> Patient:
        """The patient of step 2. Raises `StepMissing` where it is still to be done."""
        if self.patient is None:
            raise StepMissing(self, "patient")
        return self.patient

    @property
    def chosen(self) -> Place:
        """The place of step 3. Raises `StepMissing`."""
        if self.place is None:
            raise StepMissing(self, "doctor")
        return self.place

    @property
    def timed(self) -> Slot:
        """The time of step 4. Raises `StepMissing`."""
        if self.slot is None:
            raise StepMissing(self, "time")
        return self.slot

    @property
    def seen(self) -> str:
        """What is on the page of the check: that patient, by his session, and that time. Raises
        `StepMissing`."""
        return f"{self.region_session} {self.timed.id}"


class AlreadyBooked(Exception):
    """The draft has become that booking; `path` is its page."""

    def __init__(self, booking_id: UUID) -> None:
        self.path = f"/appointments/{booking_id}"
        super().__init__(booking_id)


class StepMissing(Exception):
    """A later step was opened before this one."""

    def __init__(self, draft: Draft, step: str) -> None:
        self.path = f"/booking/{draft.id}/{step}"
        super().__init__(step)


async def begin(db: Connection, session: Session, whom: Whom, now: datetime) -> UUID:
    """A new draft with a Session_ID of its own; its id. Both are the same, so that the booking
    which it becomes is found by either."""
    made = await value(
        db,
        """
        insert into draft (id, region_session, session_hash, whom, changed_at)
        values (%(id)s, %(id)s, %(session)s, %(whom)s, %(now)s) returning id
        """,
        id=uuid4(),
        session=session.id_hash,
        whom=whom,
        now=now,
    )
    return UUID(str(made))


async def get(db: Connection, session: Session, id: UUID) -> Draft:
    """The draft, if it is of this browser. Raises `NoDraft`."""
    row = await find(
        db,
        dict,
        """
        select id, region_session, whom, patient, patient_id, registration, referrals, referral,
               place, slot
        from draft where id = %(id)s and session_hash = %(session)s
        """,
        id=id,
        session=session.id_hash,
    )
    if row is None:
        raise NoDraft(id)
    read: dict[str, Any] = {
        **row,
        "region_session": str(row["region_session"]),
        "patient": unpack(Patient, row["patient"]),
        "referrals": unpack(tuple[Referral, ...], row["referrals"]),
        "referral": unpack(Referral, row["referral"]),
        "place": unpack(Place, row["place"]),
        "slot": unpack(Slot, row["slot"]),
    }
    return Draft(**read)


async def keep_whom(db: Connection, draft: Draft, whom: Whom, now: datetime) -> None:
    """Step 1 again: another kind of patient has to be named anew."""
    await execute(
        db,
        """
        update draft set whom = %(whom)s, changed_at = %(now)s, patient = null, patient_id = null,
            registration = null, referrals = '[]', referral = null, place = null, slot = null,
            region_session = case when patient is null then region_session
                else gen_random_uuid() end
        where id = %(id)s and whom <> %(whom)s
        """,
        id=draft.id,
        whom=whom,
        now=now,
    )


async def keep_patient(db: Connection, draft: Draft, patient: Patient, now: datetime) -> None:
    """Step 2. Another patient has to be found anew, and what was chosen for the other is let go."""
    await execute(
        db,
        """
        update draft set patient = %(patient)s, changed_at = %(now)s, patient_id = null,
            registration = null, referrals = '[]', referral = null, place = null, slot = null,
            region_session = case when patient is null then region_session
                else gen_random_uuid() end
        where id = %(id)s and patient is distinct from %(patient)s
        """,
        id=draft.id,
        patient=pack(patient),
        now=now,
    )


async def keep_identified(db: Connection, draft: Draft, found: Identified, now: datetime) -> None:
    """The region has found the patient; nothing where the draft is another's by now."""
    await execute(
        db,
        """
        update draft set patient_id = %(patient_id)s, registration = %(registration)s,
            referrals = %(referrals)s, changed_at = %(now)s
        where id = %(id)s and region_session = %(region_session)s
        """,
        id=draft.id,
        region_session=draft.region_session,
        patient_id=found.patient_id,
        registration=found.registration_oid,
        referrals=pack(found.referrals),
        now=now,
    )


async def keep_place(
    db: Connection, draft: Draft, place: Place, referral: Referral | None, now: datetime
) -> None:
    """Step 3: where, to whom, and by which referral; nothing where the draft is another patient's
    by now."""
    await execute(
        db,
        """
        update draft set place = %(place)s, referral = %(referral)s, slot = null,
            changed_at = %(now)s
        where id = %(id)s and region_session = %(region_session)s
        """,
        id=draft.id,
        region_session=draft.region_session,
        place=pack(place),
        referral=pack(referral),
        now=now,
    )


async def keep_slot(db: Connection, draft: Draft, slot: Slot | None, now: datetime) -> bool:
    """Step 4: when. None: the time has just been taken. False where patient, place or referral
    are others by now, as chosen in another tab."""
    changed = await execute(
        db,
        """
        update draft set slot = %(slot)s, changed_at = %(now)s
        where id = %(id)s and region_session = %(region_session)s and place = %(place)s
          and referral is not distinct from %(referral)s
        """,
        id=draft.id,
        region_session=draft.region_session,
        place=pack(draft.place),
        referral=pack(draft.referral),
        slot=pack(slot),
        now=now,
    )
    return changed == 1


async def lock(db: Connection, region_session: str) -> bool:
    """Until the transaction ends no other of this draft's times is asked for, nor an answer kept.
    Locked before any booking. False where the draft is there no more."""
    found = await value(
        db,
        "select 1 from draft where region_session = %(region_session)s for update",
        region_session=region_session,
    )
    return found is not None


async def drop(db: Connection, region_session: str) -> None:
    """It has become a booking."""
    await execute(
        db,
        "delete from draft where region_session = %(region_session)s",
        region_session=region_session,
    )


async def find_of(db: Connection, session: Session, region_session: str) -> UUID | None:
    """This browser's draft of that Session_ID, if it is still there."""
    found: UUID | None = await value(
        db,
        """
        select id from draft
        where region_session = %(region_session)s and session_hash = %(session)s
        """,
        region_session=region_session,
        session=session.id_hash,
    )
    return found
