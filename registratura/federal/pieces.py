"""Shared types of the profile (sheet, section 3): clinic, doctor, room, position, service, error.

Each function makes one element exactly as the schema wants it, from what the directory knows.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from registratura.directory.national import Clinic, Post
from registratura.federal.writing import Element, element, needed

_ADULT, _TEEN = 18, 13  # from these ages on (sheet, 4.10)
_OLDEST = 150
_AGES_OF_A_CLINIC = {"adult": "ADULT", "child": "CHILD,TEEN", "all": "ALL"}


class Kind(Protocol):
    """A position with its service: what a doctor, a room and a referral's target have alike."""

    @property
    def position_id(self) -> int: ...
    @property
    def national_id(self) -> int: ...
    @property
    def position(self) -> str: ...
    @property
    def speciality_id(self) -> int: ...
    @property
    def service_code(self) -> str | None: ...


def clinic_base(clinic: Clinic) -> Element:
    """`MO` of three fields, as the status push has it."""
    return needed("MO", *_base(clinic))


def clinic(clinic: Clinic) -> Element:
    """`MO` in full."""
    return needed(
        "MO",
        *_base(clinic),
        element("MO_Address", clinic.address),
        element("MO_Phone", clinic.phone),
        element("Age_Group", _AGES_OF_A_CLINIC[clinic.ages]),
    )


def _base(clinic: Clinic) -> tuple[Element | None, ...]:
    return (
        element("MO_Id", clinic.code),
        element("MO_OID", clinic.oid),
        element("MO_Name", f"{clinic.name}, {clinic.organisation}"),
    )


def post(it: Kind, name: str = "Post") -> Element:
    """A position: its national number, and what we call it where it is a kind of our own."""
    is_own = it.position_id != it.national_id
    return needed(
        name,
        element("Post_Id", it.national_id),
        element(
            "Add_Info_Post",
            element("Inner_Id", it.position_id),
            element("Inner_Name", it.position),
        )
        if is_own
        else None,
    )


def resource(it: Post) -> Element:
    """`Specialist`, or `Room` where nobody sits."""
    return specialist(it) if it.snils else room(it)


def specialist(it: Post) -> Element:
    """A doctor in his position."""
    return needed(
        "Specialist",
        element("Last_Name", it.last_name),
        element("First_Name", it.first_name),
        element("Middle_Name", it.middle_name),
        element("SNILS", it.snils),
        post(it),
    )


def room(it: Post) -> Element:
    """A room that is a resource of its own."""
    return needed(
        "Room",
        element("Room_OID", it.room_national_oid),
        element("Room_Number", it.room_number),
        element("Room_Name", it.room_name or room_words(it.room_number)),
    )


def room_words(number: str) -> str:
    """«Кабинет 204»: a room as text."""
    return f"Кабинет {number}"


def services_info(it: Kind) -> Element | None:
    """The service of the position, where the region has named it."""
    if it.service_code is None:
        return None
    return element("Services_Info", element("Service", element("Service_Id", it.service_code)))


def service_post(it: Kind, name: str = "Service_Post") -> Element:
    """A position with its service."""
    return needed(name, post(it), services_info(it))


def service_speciality(it: Kind, name: str = "Service_Specialty") -> Element:
    """A speciality with its service, which is mandatory here."""
    return needed(name, element("Specialty_Id", it.speciality_id), services_info(it))


def age_group(age_from: int, age_to: int) -> Element | None:
    """`Age_Group` of a doctor: every group of which he receives somebody."""
    groups = (("CHILD", 0, _TEEN - 1), ("TEEN", _TEEN, _ADULT - 1), ("ADULT", _ADULT, _OLDEST))
    met = [name for name, first, last in groups if age_from <= last and age_to >= first]
    return element("Age_Group", "ALL" if len(met) == len(groups) else ",".join(met))


def error(code: str, words: str, validation: Element | None = None) -> Element:
    """`Error` in place of the data."""
    return needed("Error", element("Error_Code", code), element("Error_Message", words), validation)


def validation(message: str, path: str, value: str | None) -> Element:
    """`Validation_Error`: which field, and what stood there."""
    return needed(
        "Validation_Error",
        element("Message", message),
        element("Path", path),
        element("Value", value),
    )


Parameters = Sequence[tuple[str, str | None]]


def status(code: str, comment: str, parameters: Parameters = ()) -> Element:
    """`Status` of a booking; a parameter without a value is left out."""
    listed: Iterable[Element] = [
        needed("Parameter", element("Name", name), element("Value", value))
        for name, value in parameters
        if value and value.strip()
    ]
    return needed(
        "Status",
        element("Status_Code", code),
        needed("Comment", comment),
        element("Parameters", listed),
    )
