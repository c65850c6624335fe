"""What is asked of the region: the bodies of the operations, element by element in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registratura_standins.gosuslugi.patients import Applicant, Patient
from registratura_standins.gosuslugi.places import Inner, Place, Resource, Target

# An element: its name, and its text or its children. What is None or empty is left out.
Node = tuple[str, str | Sequence["Node"] | None]


@dataclass(frozen=True)
class Asked:
    """One request: `operation` without the word Request, and the children of its root."""

    operation: str
    children: tuple[Node, ...]


def get_patient_info(session: str, patient: Patient, applicant: Applicant) -> Asked:
    """Who is it; with the referrals that may be used."""
    who = _patient_data(patient, applicant)
    return Asked("GetPatientInfo", (_session(session), who, ("Pass_referral", "1")))


def get_referral_info(session: str, patient: Patient, applicant: Applicant, number: str) -> Asked:
    """A referral by its number."""
    who = _patient_data(patient, applicant)
    return Asked("GetReferralInfo", (_session(session), who, ("Referral_Number", number)))


def get_clinics(session: str, target: Target | None) -> Asked:
    """Where there is such a doctor; everywhere, where none is named."""
    return Asked("GetMOInfoExtended", (_session(session), *_many_posts(target)))


def get_targets(session: str, clinic_id: str) -> Asked:
    """What kinds of doctor a clinic has."""
    return Asked("GetServicePostSpecsInfo", (_session(session), ("MO_Id", clinic_id)))


def get_resources(
    session: str,
    target: Target,
    clinic_oids: Sequence[str],
    days: tuple[date, date],
    referral_id: str | None = None,
) -> Asked:
    """Who receives there and on which days."""
    clinics: list[Node] = [("MO_OID", it) for it in clinic_oids]
    return Asked(
        "GetMOResourceInfo",
        (
            _session(session),
            *_many_posts(target),
            ("MO_OID_List", clinics),
            ("Referral_Id", referral_id),
            ("Start_Date_Range", days[0].isoformat()),
            ("End_Date_Range", days[1].isoformat()),
        ),
    )


def get_schedule(
    session: str, place: Place, days: tuple[date, date], referral_id: str | None = None
) -> Asked:
    """Free times of a doctor or room, by day and night."""
    return Asked(
        "GetScheduleInfo",
        (
            _session(session),
            _resource(place.resource),
            ("MO_OID", place.clinic.oid),
            *_one_post(place.target),
            ("Referral_Id", referral_id),
            ("Start_Date_Range", days[0].isoformat()),
            ("End_Date_Range", days[1].isoformat()),
            ("Start_Time_Range", "00:00:00"),
            ("End_Time_Range", "23:59:00"),
        ),
    )


def create_appointment(session: str, slot_id: str) -> Asked:
    """Book. Patient and referral are those that the session remembers."""
    return Asked("CreateAppointment", (_session(session), ("Slot_Id", slot_id)))


def cancel_appointment(
    book_id: str, reason: str, differences: Sequence[tuple[str, str, str]] = ()
) -> Asked:
    """Cancel; with ERROR_DATA_MIS each difference: message, element, what came."""
    told: list[Node] = [
        ("Parameter", [("Message", message), ("Path", path), ("Value", came)])
        for message, path, came in differences
    ]
    return Asked(
        "CancelAppointment",
        (("Book_Id_Mis", book_id), ("Canceled_Reason", reason), ("Error_Data_Parameters", told)),
    )


def _session(session: str) -> Node:
    return "Session_ID", session


def _patient_data(patient: Patient, applicant: Applicant) -> Node:
    return "Patient_Data", [
        ("OMS_Number", patient.policy_number),
        ("SNILS", patient.snils),
        ("First_Name", patient.first_name),
        ("Last_Name", patient.last_name),
        ("Middle_Name", patient.middle_name),
        ("Birth_Date", patient.birth_date),
        ("Sex", patient.sex),
        # Of the one who books, never of the patient: the profile wants them here.
        ("Email", applicant.email),
        ("Phone", applicant.phone),
    ]


def _resource(resource: Resource) -> Node:
    name = "Specialist_SNILS" if resource.kind == "doctor" else "Room_OID"
    return name, resource.key


def _many_posts(target: Target | None) -> tuple[Node, ...]:
    if target is None:
        return ()
    if target.position is None:
        return _specialty(target)
    return (("Service_Posts", [_post(target), _services(target)]),)


def _one_post(target: Target) -> tuple[Node, ...]:
    if target.position is None:
        return _specialty(target)
    return (("Service_Post", [_post(target), _services(target)]),)


def _specialty(target: Target) -> tuple[Node, ...]:
    code: Node = ("Specialty_Id", str(target.speciality))
    return (("Service_Specialty", [code, _services(target)]),)


def _post(target: Target) -> Node:
    return "Post", [("Post_Id", str(target.position)), _inner("Add_Info_Post", target.inner)]


def _services(target: Target) -> Node:
    services: list[Node] = [
        ("Service", [("Service_Id", it.id), _inner("Add_Info_Service", it.inner)])
        for it in target.services
    ]
    return "Services_Info", [
        ("Complex_Service_Name", target.complex_name),
        ("Complex_Service_Id", target.complex_id),
        *services,
    ]


def _inner(name: str, inner: Inner | None) -> Node:
    return name, [("Inner_Id", inner.id), ("Inner_Name", inner.name)] if inner else None
