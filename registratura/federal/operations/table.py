"""The table of contents: each operation with its reader, its deed, and its own way to say no."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

from registratura.federal import codes
from registratura.federal.calls import (
    Answer,
    Call,
    Ids,
    No,
    answer_status,
    refuse_booking,
    refuse_reading,
)
from registratura.federal.deeds import Booking, Cancelling, ReferralUse
from registratura.federal.faults import SenderFault
from registratura.federal.messages import (
    ClinicsInfo,
    PatientInfo,
    PositionsInfo,
    ReferralInfo,
    ResourcesInfo,
    ScheduleInfo,
)
from registratura.federal.operations import bookings, cancelling, clinics, patients, resources
from registratura.federal.operations import referral_uses as uses
from registratura.federal.operations import schedules as times
from registratura.federal.reading import Fields, guid_text
from registratura.federal.wire import fold
from registratura.refusal import Refusal

_LONGEST_SESSION_ID = 64


@dataclass(frozen=True)
class Operation:
    """`ids` reads what every answer echoes; without it there is no valid answer, so it faults."""

    name: str
    ids: Callable[[Fields], Ids]
    run: Callable[[Call, Fields, Ids], Awaitable[Answer]]
    refuse: Callable[[Ids, No, datetime, str], Answer]  # with the moment and the region's zone
    refusals: Mapping[type[Refusal], str]
    writes: bool = True  # a reading one stands in the line of those who only look


def _of_session(fields: Fields) -> Ids:
    return Ids(session_id=_get_session_id(fields))


def _of_slot(fields: Fields) -> Ids:
    slot_id = guid_text(fields.find_text("Slot_Id"))
    if slot_id is None:
        raise SenderFault("В запросе нет Slot_Id, или это не GUID.")
    return Ids(session_id=_get_session_id(fields), slot_id=slot_id)


def _of_book(fields: Fields) -> Ids:
    book_id = fields.find_text("Book_Id_Mis")
    if book_id is None:
        raise SenderFault("В запросе нет Book_Id_Mis.")
    return Ids(book_id=book_id)


def _get_session_id(fields: Fields) -> str:
    found = fields.find_text("Session_ID")
    if found is None or len(found) > _LONGEST_SESSION_ID:
        raise SenderFault(f"В запросе нет Session_ID, или он длиннее {_LONGEST_SESSION_ID} знаков.")
    return found


class _Asked(Protocol):
    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self: ...


def _reading(
    name: str, asked: type[_Asked], deed: Callable[[Call, Any], Awaitable[Answer]]
) -> Operation:
    async def run(call: Call, fields: Fields, ids: Ids) -> Answer:
        return await deed(call, asked.of(ids.session_id or "", fields))

    def refuse(ids: Ids, no: No, _: datetime, __: str) -> Answer:
        return refuse_reading(f"{name}Response", ids, no)

    return Operation(name, _of_session, run, refuse, codes.READING, writes=False)


async def _create(call: Call, _: Fields, ids: Ids) -> Answer:
    booking = Booking(ids.session_id or "", UUID(ids.slot_id))
    return await bookings.create_appointment(call, booking, ids)


def _refuse_to_create(ids: Ids, no: No, at: datetime, zone: str) -> Answer:
    return refuse_booking(ids, no, at=at, zone=zone)


async def _cancel(call: Call, fields: Fields, ids: Ids) -> Answer:
    asked = Cancelling.of(ids.book_id or "", fields)
    return await cancelling.cancel_appointment(call, asked, ids)


def _refuse_to_cancel(ids: Ids, no: No, _: datetime, __: str) -> Answer:
    return answer_status("CancelAppointmentResponse", ids, no.code, no.words)


async def _note(call: Call, fields: Fields, ids: Ids) -> Answer:
    asked = ReferralUse.of(ids.book_id or "", fields)
    return await uses.referral_appointment_information(call, asked, ids)


def _refuse_to_note(ids: Ids, no: No, _: datetime, __: str) -> Answer:
    return answer_status("ReferralAppointmentInformationResponse", ids, no.code, no.words)


OPERATIONS: Sequence[Operation] = (
    _reading("GetPatientInfo", PatientInfo, patients.get_patient_info),
    _reading("GetMOInfoExtended", ClinicsInfo, clinics.get_mo_info_extended),
    _reading("GetServicePostSpecsInfo", PositionsInfo, clinics.get_service_post_specs_info),
    _reading("GetMOResourceInfo", ResourcesInfo, resources.get_mo_resource_info),
    _reading("GetScheduleInfo", ScheduleInfo, times.get_schedule_info),
    _reading("GetReferralInfo", ReferralInfo, patients.get_referral_info),
    Operation("CreateAppointment", _of_slot, _create, _refuse_to_create, codes.BOOKING),
    Operation("CancelAppointment", _of_book, _cancel, _refuse_to_cancel, codes.CANCELLING),
    Operation("ReferralAppointmentInformation", _of_book, _note, _refuse_to_note, codes.USING),
)
_BY_NAME = {fold(it.name): it for it in OPERATIONS}


def find_operation(element_name: str) -> Operation | None:
    """The operation of a folded name of Body's first element, with or without `Request`."""
    return _BY_NAME.get(element_name.removesuffix("request"))
