"""Booking by a referral: those the patient has, or the number on the paper; then its doctors."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Template

from registratura.audit import readings
from registratura.booking import offers, referrals
from registratura.booking.refusals import ReferralUnknown
from registratura.db import Connection
from registratura.portal.wizard import BOOKING, FORM, Form, Wizard
from registratura.web import Visitor, page, redirect, signed_in
from registratura.web.limits import check_limit

TRIES = 10  # numbers an account may type in an hour: nobody guesses one


@get("/referrals", name="referrals", guards=[signed_in], dependencies=BOOKING)
async def ask(db: Connection, now: datetime, visitor: Visitor, booking: Wizard) -> Template:
    """«Направления»: the patient's own, and a field for the number of another."""
    return await _page(db, now, visitor, booking)


@post("/referrals", guards=[signed_in], dependencies=FORM)
async def find(
    db: Connection, now: datetime, visitor: Visitor, booking: Wizard, data: Form
) -> Redirect | Template:
    """The number from the paper; on to the doctors of that referral."""
    number = data.get("number", "").strip()
    account = str(visitor.account_id)
    await check_limit(db, "referral", account, most=TRIES, window=timedelta(hours=1), now=now)
    try:
        found = await referrals.get_by_number(db, booking.known_patient, number)
    except ReferralUnknown as refusal:
        return await _page(db, now, visitor, booking, number, refusal.text)
    return redirect(booking.url(f"/referrals/{found.id}"))


@get("/referrals/{found:uuid}", name="referral", guards=[signed_in], dependencies=BOOKING)
async def doctors(
    found: UUID, db: Connection, now: datetime, visitor: Visitor, booking: Wizard
) -> Template:
    """The doctors to whom the referral leads, the nearest time first."""
    referral = await referrals.get(db, booking.known_patient, found)
    await _tell_reading(db, now, visitor, booking)
    by_it = replace(booking, referral=referral)
    nearest = await offers.search_speciality(db, referral.speciality_id, by_it.asking(now))
    return page(
        "referrals/doctors.html",
        visitor=visitor,
        wizard=by_it,
        referral=referral,
        usable=referral.is_usable(booking.today),
        offers=[offer for offer in nearest if offer.doctor.referral_id == referral.id],
    )


async def _page(
    db: Connection,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
    number: str = "",
    fault: str | None = None,
) -> Template:
    found = await referrals.search_for(db, booking.known_patient)
    if found:
        await _tell_reading(db, now, visitor, booking)
    return page(
        "referrals/list.html",
        visitor=visitor,
        status=422 if fault else 200,
        wizard=booking,
        referrals=found,
        number=number,
        fault=fault,
    )


async def _tell_reading(db: Connection, now: datetime, visitor: Visitor, booking: Wizard) -> None:
    """Another's referral tells of his health: it is read once a day in his journal."""
    patient = booking.known_patient
    await readings.record(
        db,
        now=now,
        day=booking.today,
        actor=visitor.actor,
        kind="referral.read",
        persons=[] if patient.is_own else [patient.person_id],
    )
