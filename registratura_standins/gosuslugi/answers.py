"""The region's answers, each read strictly into a frozen dataclass."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from registratura_standins.gosuslugi import reading
from registratura_standins.gosuslugi.parts import (
    read_clinic,
    read_referral,
    read_resource,
    read_slot,
    read_target,
)
from registratura_standins.gosuslugi.places import Clinic, Referral, Resource, Slot, Target
from registratura_standins.gosuslugi.reading import Nonsense, Sequence

Data = TypeVar("Data")


class RegionSays(Exception):
    """The region's own no: a code of the profile and words."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(code)


@dataclass(frozen=True)
class Identified:
    """Whom the region has found. The last two come only in the newer profile."""

    patient_id: str
    referrals: tuple[Referral, ...] = ()
    registration_oid: str | None = None


@dataclass(frozen=True)
class Available:
    """A clinic with those who receive there."""

    clinic: Clinic
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Booked:
    """The answer to a booking, whatever it says."""

    book_id: str
    code: str
    comment: str
    parameters: tuple[tuple[str, str], ...]
    slot_id: str
    visit_time: str
    room: str | None


@dataclass(frozen=True)
class Cancelled:
    """The answer to a cancelling."""

    code: str
    comment: str


def identified(answer: Sequence) -> Identified:
    """GetPatientInfo and GetReferralInfo. Refuses with `RegionSays`."""
    return _data_or_error(answer, _identified)


def clinics(answer: Sequence) -> tuple[Clinic, ...]:
    """GetMOInfoExtended. Refuses with `RegionSays`."""
    return _data_or_error(answer, lambda it: _list(it, "MO_List", "MO", read_clinic))


def targets(answer: Sequence) -> tuple[Target, ...]:
    """GetServicePostSpecsInfo: kinds of doctor. Refuses with `RegionSays`."""
    return _data_or_error(answer, _targets)


def available(answer: Sequence) -> tuple[Available, ...]:
    """GetMOResourceInfo. Refuses with `RegionSays`."""
    return _data_or_error(answer, lambda it: _list(it, "MO_Resource_List", "MO_Available", _at))


def slots(answer: Sequence) -> tuple[Slot, ...]:
    """GetScheduleInfo. Refuses with `RegionSays`."""
    return _data_or_error(answer, lambda it: _list(it, "Schedule", "Slots", read_slot))


def booked(answer: Sequence) -> Booked:
    """CreateAppointment: it has no Error, slot and time stand in a refusal too."""
    book_id = answer.maybe_text("Book_Id_Mis", may_be_empty=True)
    if book_id is None:
        raise Nonsense("CreateAppointmentResponse: Book_Id_Mis is missing")
    status = answer.element("Status")
    code = status.text("Status_Code")
    comment = status.maybe_text("Comment", may_be_empty=True) or ""
    given = status.maybe_element("Parameters")
    parameters = given.many("Parameter", _parameter) if given else ()
    status.end()
    slot_id = reading.guid(answer.text("Slot_Id"))
    visit_time = answer.text("Visit_Time")
    reading.moment(visit_time)
    room = answer.maybe_text("Room")
    if code == "SUCCESS" and not book_id:
        raise Nonsense("CreateAppointmentResponse: a booking without its id")
    return Booked(book_id, code, comment, parameters, slot_id, visit_time, room)


def cancelled(answer: Sequence) -> Cancelled:
    """CancelAppointment, its Book_Id_Mis already read."""
    code = answer.text("Status_Code")
    comment = answer.maybe_text("Comment", may_be_empty=True)
    if comment is None:
        raise Nonsense("CancelAppointmentResponse: Comment is missing")
    return Cancelled(code, comment)


def _data_or_error(answer: Sequence, read: Callable[[Sequence], Data]) -> Data:
    error = answer.maybe_element("Error")
    if error is None:
        return read(answer)
    code, message = error.text("Error_Code"), error.text("Error_Message")
    validation = error.maybe_element("Validation_Error")
    if validation is not None:
        message = f"{message} ({validation.text('Message')})"
    raise RegionSays(code, message)


def _identified(answer: Sequence) -> Identified:
    patient_id = answer.text("Patient_Id")
    listed = answer.maybe_element("Referrals")
    referrals = listed.many("Referral", read_referral) if listed else ()
    return Identified(patient_id, referrals, answer.maybe_text("Registration_OID"))


def _targets(answer: Sequence) -> tuple[Target, ...]:
    listed = answer.element("Service_Post_Specs")
    found = []
    while (target := read_target(listed, "Service_Post", "Service_Specialty")) is not None:
        found.append(target)
    listed.end()
    if not found:
        raise Nonsense("Service_Post_Specs: an empty list")
    return tuple(found)


def _list(
    answer: Sequence, outer: str, inner: str, read: Callable[[Sequence], Data]
) -> tuple[Data, ...]:
    listed = answer.element(outer)
    found = listed.many(inner, read)
    listed.end()
    return found


def _at(one: Sequence) -> Available:
    clinic = one.element("MO")
    at = read_clinic(clinic)
    clinic.end()
    return Available(at, _list(one, "Resource_Available", "Resource", read_resource))


def _parameter(one: Sequence) -> tuple[str, str]:
    return one.text("Name"), one.text("Value")
