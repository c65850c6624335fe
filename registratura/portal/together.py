"""Two children together: neighbouring times with one doctor, both booked or neither."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from litestar import get, post
from litestar.exceptions import ValidationException
from litestar.response import Redirect, Template

from registratura.booking import doctors, families, offers, slots, visits
from registratura.booking.doctors import Doctor
from registratura.booking.families import Pair
from registratura.booking.refusals import BookingRefusal
from registratura.booking.visits import Visit
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people import patients
from registratura.people.patients import Patient
from registratura.portal.wizard import BOOKING, CHANNEL, FORM, Form, Wizard, uuid_in
from registratura.settings import Settings
from registratura.web import Visitor, dates, page, redirect, signed_in


@get("/doctors/{post_id:uuid}/together", name="together", guards=[signed_in], dependencies=BOOKING)
async def choose(
    post_id: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
    second: UUID | None = None,
) -> Template:
    """The second patient, then a pair of times, by day."""
    doctor = await doctors.get(db, post_id, now=now)
    other = await _second(db, visitor, booking, second, now, settings) if second else None
    return await _page(db, doctor, now, visitor, booking, settings, other)


@get("/together", name="together_again", guards=[signed_in], dependencies=BOOKING)
async def choose_again(booking: Wizard) -> Redirect:
    """The address of a refusal, opened again: it holds nothing; to the choice."""
    return redirect(booking.url("/clinics"))


@get("/together/check", name="check_together", guards=[signed_in], dependencies=BOOKING)
async def check(
    second: UUID,
    first_slot: UUID,
    second_slot: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
) -> Template:
    """«Проверьте записи»: both, one under the other."""
    first, later = (
        await slots.get(db, first_slot, now=now),
        await slots.get(db, second_slot, now=now),
    )
    doctor = await doctors.get(db, first.post_id, now=now)
    return page(
        "together/check.html",
        visitor=visitor,
        wizard=booking,
        doctor=doctor,
        day=dates.local(first.starts_at, doctor.zone).date(),
        second=await _second(db, visitor, booking, second, now, settings),
        chosen=(first, later),
        key=uuid4(),
    )


@post("/together", name="book_together", guards=[signed_in], dependencies=FORM)
async def book(
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
    data: Form,
) -> Redirect | Template:
    """«Записать двоих»: both tickets, or neither and the pairs that are left."""
    second = await _second(db, visitor, booking, uuid_in(data, "second"), now, settings)
    actor = visitor.actor
    first_slot = uuid_in(data, "first_slot")
    wishes = (
        Wish(now, actor, booking.known_patient, first_slot, CHANNEL),
        Wish(now, actor, second, uuid_in(data, "second_slot"), CHANNEL),
    )
    try:
        await families.book_together(db, *wishes, uuid_in(data, "key"))
    except BookingRefusal as refusal:
        doctor = await doctors.get(db, (await slots.get(db, first_slot, now=now)).post_id, now=now)
        return await _page(db, doctor, now, visitor, booking, settings, second, refusal)
    return redirect("/appointments")


async def _second(
    db: Connection,
    visitor: Visitor,
    booking: Wizard,
    person_id: UUID,
    now: datetime,
    settings: Settings,
) -> Patient:
    """Another patient of this account than the first. No page of ours asks for the same."""
    second = await patients.get_for(
        db, visitor.account_id, person_id, now=now, zone=settings.region_zone
    )
    if second.person_id == booking.known_patient.person_id:
        raise ValidationException("field second")
    return second


@dataclass(frozen=True)
class _Choice:
    """What may be chosen: the second patient, the pairs by day; why a patient stands outside."""

    others: list[Patient]
    pairs: dict[date, list[Pair]]
    unsuited: list[tuple[str, BookingRefusal]]
    standing: list[Visit]  # visits to this very position: another would be refused


async def _page(
    db: Connection,
    doctor: Doctor,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
    settings: Settings,
    second: Patient | None,
    refusal: BookingRefusal | None = None,
) -> Template:
    return page(
        "together/times.html",
        visitor=visitor,
        status=409 if refusal else 200,
        wizard=booking,
        doctor=doctor,
        second=second,
        choice=await _choose(db, doctor, now, visitor, booking, settings, second),
        refusal=refusal,
    )


async def _choose(
    db: Connection,
    doctor: Doctor,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
    settings: Settings,
    second: Patient | None,
) -> _Choice:
    first, zone = booking.known_patient, settings.region_zone
    known = await patients.search(db, visitor.account_id, now=now, zone=zone)
    refused = [(it, offers.find_refusal(doctor, offers.Asking(it, CHANNEL, now))) for it in known]
    seen = await visits.search_for(db, visitor.account_id, now=now, region_zone=zone)
    both = [it.person_id for it in (first, second) if it]
    ahead = [it for it in seen if it.patient_id in both and it.is_coming(now)]
    free = await slots.search_free(db, doctor.post_id, doctor.window(CHANNEL, now=now))
    found = families.without_clashes(
        families.pairs(free) if second else (),
        [it for it in ahead if it.patient_id == first.person_id],
        [it for it in ahead if it.patient_id != first.person_id],
    )
    return _Choice(
        others=[it for it, no in refused if no is None and it.person_id != first.person_id],
        pairs=_by_day(found, doctor.zone),
        unsuited=[(it.name, no) for it, no in refused if no and it.person_id in both],
        standing=[it for it in ahead if it.position_id == doctor.position_id],
    )


def _by_day(found: list[Pair], zone: str) -> dict[date, list[Pair]]:
    days: dict[date, list[Pair]] = {}
    for pair in found:
        days.setdefault(dates.local(pair.first.starts_at, zone).date(), []).append(pair)
    return days
