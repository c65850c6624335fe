"""Steps 1–3 of booking: the clinic, the position, the doctor. Open to everybody."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from registratura.booking import offers, referrals
from registratura.db import Connection
from registratura.directory import departments
from registratura.portal.wizard import BOOKING, Wizard
from registratura.web import Visitor, page


@get("/clinics", name="clinics", dependencies=BOOKING)
async def clinics(
    searching: Connection,
    visitor: Visitor | None,
    booking: Wizard,
    q: Annotated[str, Parameter(max_length=200)] = "",
) -> Template:
    """Clinics: the one of attachment first, then those that receive the patient's age."""
    found = await departments.search(searching, q)
    own = booking.patient.department_id if booking.patient else None
    others = [clinic for clinic in found if clinic.id != own]
    age = booking.age
    return page(
        "clinics/list.html",
        visitor=visitor,
        wizard=booking,
        words=q,
        own=next((clinic for clinic in found if clinic.id == own), None),
        suited=[clinic for clinic in others if age is None or clinic.receives(age)],
        unsuited=[clinic for clinic in others if age is not None and not clinic.receives(age)],
    )


@get("/clinics/{department:uuid}", name="positions", dependencies=BOOKING)
async def positions(
    department: UUID,
    db: Connection,
    searching: Connection,
    now: datetime,
    visitor: Visitor | None,
    booking: Wizard,
) -> Template:
    """The clinic's positions; none is hidden, each that cannot be booked says why."""
    clinic = await departments.get(searching, department)
    offered = await offers.search_positions(searching, clinic.id, booking.asking(now))
    suited = [it for it in offered if it.suits]
    mine = await referrals.search_for(db, booking.patient) if booking.patient else []
    return page(
        "clinics/positions.html",
        visitor=visitor,
        wizard=booking,
        clinic=clinic,
        open=[
            it for it in suited if it.any_doctor.self_booking and not it.any_doctor.needs_referral
        ],
        referrals={
            it.position_id: it
            for it in mine
            if it.is_usable(booking.today) and it.leads_to(it.position_id, clinic.id)
        },
        by_referral=[
            it for it in suited if it.any_doctor.self_booking and it.any_doctor.needs_referral
        ],
        by_desk=[it for it in suited if not it.any_doctor.self_booking],
        unsuited=[it for it in offered if not it.suits],
    )


@get("/clinics/{department:uuid}/{position:int}", name="doctors", dependencies=BOOKING)
async def doctors(
    department: UUID,
    position: int,
    searching: Connection,
    now: datetime,
    visitor: Visitor | None,
    booking: Wizard,
) -> Template:
    """The doctors of one position: the patient's own area doctor first, then by nearest time."""
    clinic = await departments.get(searching, department)
    asking = booking.asking(now)
    found = await offers.search_doctors(searching, clinic.id, position, asking)
    elsewhere = (
        []
        if any(offer.free for offer in found)
        else await offers.search_elsewhere(searching, clinic.id, position, asking)
    )
    return page(
        "clinics/doctors.html",
        visitor=visitor,
        wizard=booking,
        clinic=clinic,
        position_id=position,
        position=found[0].doctor.position if found else None,
        area_kind=found[0].doctor.area_kind if found else None,
        own=_own(booking, found),
        offers=found,
        elsewhere=elsewhere,
    )


def _own(booking: Wizard, found: list[offers.DoctorOffer]) -> UUID | None:
    """The area doctor of the patient, if he is among these."""
    own = booking.patient.area_post_id if booking.patient else None
    return own if any(it.doctor.post_id == own for it in found) else None
