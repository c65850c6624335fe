"""The three requests that change something, as typed records (sheet, 4.7 to 4.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from registratura.federal.reading import Fields
from registratura.federal.wire import fold

_KEPT = 200  # characters of what the caller writes about our answer
_ANSWERED = ("Session_ID", "Book_Id_Mis", "Status", "Status_Code", "Slot_Id", "Visit_Time", "Room")
_FIELDS = {fold(it): it for it in _ANSWERED}


class Reason(StrEnum):
    """Why a visit is cancelled; all but the first are faults of the exchange."""

    BY_PATIENT = "CANCELED_BY_PATIENT"
    DATA_DISPUTED = "ERROR_DATA_MIS"
    NOT_CREATED = "RECORD_NOT_CREATED_AT_EPGU"
    TRANSFER_FAILED = "DATA_TRANSFER_ERROR_AT_EPGU"

    @property
    def is_technical(self) -> bool:
        """Whether the patient himself gave nothing up."""
        return self is not Reason.BY_PATIENT


class Status(StrEnum):
    """What became of a visit (4.10)."""

    RECORDED = "RECORDED"
    CANCELED = "CANCELED"
    SUCCESS = "SUCCESS"
    PATIENT_NOT_ARRIVED = "PATIENT_NOT_ARRIVED"


@dataclass(frozen=True)
class Booking:
    """4.7 CreateAppointment; newer callers add `MO_OID`, which the slot tells already."""

    session_id: str
    slot_id: UUID


@dataclass(frozen=True)
class Disputed:
    """A field of our booking answer that the concentrator found wrong."""

    message: str
    path: str | None
    value: str | None

    @property
    def field(self) -> str:
        """The element of our answer that it is about; whatever else the caller wrote is «other»:
        it might be somebody's data, and goes into a log."""
        named = fold((self.path or "").replace("\\", "/").rstrip("/").rpartition("/")[2])
        return _FIELDS.get(named.rpartition(":")[2], "other")


@dataclass(frozen=True)
class Cancelling:
    """4.8 CancelAppointment."""

    book_id: str
    reason: Reason
    disputed: Sequence[Disputed]

    @classmethod
    def of(cls, book_id: str, fields: Fields) -> Self:
        """Refuses a reason that is none of the four."""
        told = fields.find_code("Canceled_Reason")
        if told not in tuple(Reason):
            raise fields.unreadable(
                "Canceled_Reason",
                "Нужна одна из причин профиля",
                fields.find_text("Canceled_Reason"),
            )
        listed = fields.find("Error_Data_Parameters")
        parameters = listed.all("Parameter")[:20] if listed else []
        disputed = [
            Disputed(
                it.find_start("Message", _KEPT) or "",
                it.find_start("Path", _KEPT),
                it.find_start("Value", _KEPT),
            )
            for it in parameters
        ]
        return cls(book_id, Reason(told), disputed)


@dataclass(frozen=True)
class ReferralUse:
    """4.9 ReferralAppointmentInformation; `book_id` is the other system's."""

    book_id: str
    referral_id: str
    status: Status
    mo_oid: str
    mo_name: str
    resource_name: str
    visit_time: datetime

    @classmethod
    def of(cls, book_id: str, fields: Fields) -> Self:
        """Refuses a status that is none of the four."""
        told = fields.find_code("Appointment_Status")
        if told not in tuple(Status):
            raise fields.unreadable(
                "Appointment_Status",
                "Нужно одно из состояний",
                fields.find_text("Appointment_Status"),
            )
        return cls(
            book_id,
            fields.get_text("Referral_Id"),
            Status(told),
            fields.get_text("MO_OID", 100),
            fields.get_text("MO_Name", 500),
            fields.get_text("Resource_Name", 300),
            fields.get_moment("Visit_Time"),
        )
