"""Answers: the engine's things as the document's shapes, lists cut into pages, what may be kept."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
from litestar import Response
from litestar.exceptions import ValidationException

from registratura.api import shapes
from registratura.booking import alternatives
from registratura.booking.doctors import Doctor
from registratura.booking.holds import Hold
from registratura.booking.model import Receipt
from registratura.booking.offers import DoctorOffer, PositionOffer
from registratura.booking.referrals import Referral
from registratura.booking.slots import FreeTime
from registratura.booking.visits import Visit
from registratura.directory.departments import Department
from registratura.people.patients import Patient
from registratura.refusal import Refusal
from registratura.web.requests import AnyRequest
from registratura.web.tags import is_known, make_tag
from registratura.web.visitor import relation

# Seconds that a public list may be kept, here (`web.kept`) and elsewhere, and how many more where
# the registry would turn the looker away instead; `Age` tells.
KEPT, SPARE = 5, 10

Row = TypeVar("Row")
Shape = TypeVar("Shape")


def cut(
    found: Sequence[Row],
    key: Callable[[Row], str],
    cursor: str | None,
    limit: int,
    *,
    order: Callable[[Row], Any] | None = None,
) -> tuple[list[Row], str | None]:
    """The rows after the cursor, and the cursor of the rest. Rows that are gone do no harm.

    Where many are listed, `order` is what is cheaper to compare than `key` and comes to the same.
    Refuses a cursor that is none of ours (400).
    """
    ordered = sorted(found, key=order or key)
    if cursor is not None:
        after = _read(cursor)
        ordered = [row for row in ordered if key(row) > after]
    page = ordered[:limit]
    if len(ordered) <= limit:
        return page, None
    return page, urlsafe_b64encode(key(page[-1]).encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        hint = {"key": "cursor", "message": "нужно значение next прошлой страницы"}
        raise ValidationException("cursor: none of ours", extra=[hint]) from None


def answered(request: AnyRequest, content: Shape, *, personal: bool) -> Response[Shape]:
    """The answer: what is somebody's is never stored, a public list has its ETag (or is a 304)."""
    if personal:
        return Response(content, headers={"Cache-Control": "no-store"})
    kept = f"public, max-age={KEPT}, stale-if-error={SPARE}"
    return tagged(request, msgspec.json.encode(content), kept, "application/json")


def tagged(request: AnyRequest, body: bytes, kept: str, media_type: str) -> Response[Any]:
    """The body with its ETag, `kept` as `Cache-Control` says; a 304 to whoever has it already."""
    headers = {"ETag": make_tag(body), "Cache-Control": kept}
    if is_known(headers["ETag"], request.headers.get("if-none-match", "")):
        return Response(None, status_code=304, headers=headers)  # no body (RFC 9110, 15.4.5)
    return Response(body, headers=headers, media_type=media_type)


def utc(moment: datetime) -> datetime:
    """The moment as the document tells every moment."""
    return moment.astimezone(UTC)


def reason(refusal: Refusal | None) -> shapes.Reason | None:
    """Why not, or None."""
    return None if refusal is None else shapes.Reason(refusal.code, refusal.text)


def clinic(it: Department) -> shapes.Clinic:
    """A clinic."""
    return shapes.Clinic(it.id, it.name, it.organisation, it.address, it.phone, it.ages, it.zone)


def position(it: PositionOffer) -> shapes.Position:
    """A position of a clinic."""
    doctor = it.any_doctor
    return shapes.Position(
        id=doctor.position_id,
        name=doctor.position,
        doctors=len(it.doctors),
        ages=it.ages,
        self_booking=doctor.self_booking,
        needs_referral=doctor.needs_referral,
        free=it.free,
        nearest=utc(it.nearest) if it.nearest else None,
        refused=reason(it.refusal),
    )


def doctor(it: Doctor, refusal: Refusal | None) -> shapes.Doctor:
    """A doctor, and why the patient may not book him."""
    alike = (
        *("name", "position_id", "position", "organisation", "address", "phone", "room", "floor"),
        *("zone", "area", "age_from", "age_to", "sex", "self_booking", "needs_referral"),
    )
    return shapes.Doctor(
        id=it.post_id,
        clinic_id=it.department_id,
        clinic=it.department,
        refused=reason(refusal),
        **{name: getattr(it, name) for name in alike},
    )


def time(it: FreeTime) -> shapes.Time:
    """A free time."""
    return shapes.Time(it.slot_id, it.starts_at.astimezone(UTC), it.ends_at.astimezone(UTC))


def offer(it: DoctorOffer) -> shapes.Offer:
    """A doctor with his nearest times."""
    return shapes.Offer(doctor(it.doctor, it.refusal), it.free, [time(free) for free in it.times])


def patient(it: Patient) -> shapes.Patient:
    """Somebody for whom the caller acts; names are those that the owner typed."""
    return shapes.Patient(
        id=it.person_id,
        last_name=it.last_name,
        first_name=it.first_name,
        middle_name=it.middle_name,
        birth_date=it.birth_date,
        relation=relation(it),
        sees=it.sees,
        clinic_id=it.department_id,
    )


def appointment(it: Visit, now: datetime) -> shapes.Appointment:
    """A visit, and whether the caller may change it at `now`."""
    alike = (
        *("id", "number", "state", "zone", "patient_id", "patient", "doctor", "position"),
        *("organisation", "address", "phone", "room", "cancelled_because"),
    )
    return shapes.Appointment(
        starts_at=utc(it.starts_at),
        ends_at=utc(it.ends_at),
        doctor_id=it.post_id,
        clinic_id=it.department_id,
        clinic=it.department,
        may_change=it.acts and it.is_coming(now),
        **{name: getattr(it, name) for name in alike},
    )


def referral(it: Referral, today: date) -> shapes.Referral:
    """A referral, and whether it opens a doctor still; never why it was given."""
    return shapes.Referral(
        id=it.id,
        number=it.number,
        position_id=it.position_id,
        position=it.position,
        clinic_ids=list(it.department_ids),
        issued_by=it.issued_by,
        valid_from=it.valid_from,
        valid_to=it.valid_to,
        usable=it.is_usable(today),
    )


def receipt(it: Receipt) -> shapes.Receipt:
    """What was booked."""
    return shapes.Receipt(it.appointment_id, it.number, it.slot_id, utc(it.starts_at), it.room)


def hold(it: Hold) -> shapes.Hold:
    """A hold."""
    return shapes.Hold(
        id=it.id,
        slot=it.slot_id,
        doctor_id=it.post_id,
        patient_id=it.patient_id,
        starts_at=utc(it.starts_at),
        held_until=utc(it.held_until),
        prolonged=it.prolonged,
        replaces=it.replaces,
    )


def ways(it: alternatives.Alternatives) -> shapes.Alternatives:
    """What may be taken instead."""
    return shapes.Alternatives(
        same_doctor=[time(free) for free in it.same_doctor],
        same_clinic=[offer(other) for other in it.same_clinic],
        elsewhere=[offer(other) for other in it.elsewhere],
    )
