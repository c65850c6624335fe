"""What goes over the wire: every dialect says the same, in the profile's order, nothing empty."""

from datetime import date
from typing import Any

import httpx
import pytest
from lxml import etree

from registratura_standins.gosuslugi import requests
from registratura_standins.gosuslugi.dialects import DIALECTS, Dialect, write
from registratura_standins.gosuslugi.patients import Applicant, Patient
from registratura_standins.gosuslugi.places import Clinic, Inner, Place, Resource, Service, Target
from registratura_standins.gosuslugi.requests import Asked
from tests.given import federal
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.scripted import ER, read

PETR = Patient("Иванов", "Петр", None, "2015-01-01", "M", "1234567891234567")
MARIA = Applicant("Иванова Мария Петровна", "+79000000001", None)
DAYS = (date(2027, 2, 1), date(2027, 2, 14))
NEUROLOGIST = Target(position=45, inner=Inner("n-7", "Невролог"))
ULTRASOUND = Target(speciality=33, services=(Service("A04.16.001"),))
CLINIC = Clinic("40-017-2", envelopes.OID, "Клиника", "Примерск")
AT_THE_DOCTOR = Place(CLINIC, Resource("doctor", envelopes.SNILS, "Яблокова"), NEUROLOGIST)
WHO = requests.get_patient_info(envelopes.SESSION, PETR, MARIA)


def order(asked: Asked, path: str = "") -> list[str]:
    """Local names of the children of the root, or of an element in it."""
    root = etree.fromstring(write(asked).content)
    parent = root.find(f"*/{{{ER}}}{asked.operation}Request" + path)
    assert parent is not None
    return [etree.QName(it).localname for it in parent]


def told(asked: Asked, dialect: Dialect) -> dict[str, Any]:
    """What a reader makes of it."""
    letter = write(asked, dialect)
    return read(letter.content, httpx.Headers(dict(letter.headers))).fields


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_the_same(dialect: Dialect) -> None:
    assert told(WHO, dialect) == told(WHO, "plain")
    cancelling = requests.cancel_appointment("40-1", "CANCELED_BY_PATIENT")
    assert told(cancelling, dialect) == {
        "Book_Id_Mis": "40-1",
        "Canceled_Reason": "CANCELED_BY_PATIENT",
    }


def test_the_dialects_differ_as_known_clients_do() -> None:
    written = {it: write(WHO, it) for it in DIALECTS}
    assert written["plain"].headers["SOAPAction"] == '"GetPatientInfo"'
    assert written["prefixed"].headers["SOAPAction"] == "GetPatientInfoRequest"
    assert "SOAPAction" not in written["bom"].headers
    assert b"<v2:GetPatientInfoRequest" in written["prefixed"].content
    assert written["bom"].content.startswith(b"\xef\xbb\xbf<?xml version='1.0'")
    assert b"wsse:Security" in written["signed"].content
    assert b'nil="true"' in written["shuffled"].content
    assert len({it.headers.get("Content-Type") for it in written.values()}) == len(DIALECTS)


@pytest.mark.parametrize(
    "asked",
    [
        WHO,
        requests.get_referral_info(envelopes.SESSION, PETR, MARIA, "40-000123"),
        requests.get_clinics(envelopes.SESSION, NEUROLOGIST),
        requests.get_clinics(envelopes.SESSION, None),
        requests.get_targets(envelopes.SESSION, "40-017-2"),
        requests.get_resources(envelopes.SESSION, ULTRASOUND, [envelopes.OID], DAYS, "r-1"),
        requests.get_schedule(envelopes.SESSION, AT_THE_DOCTOR, DAYS, "r-1"),
        requests.create_appointment(envelopes.SESSION, envelopes.SLOT),
        requests.cancel_appointment("40-1", "ERROR_DATA_MIS", [("Не то", "Slot_Id", "7")]),
    ],
    ids=lambda it: it.operation,
)
def test_every_request_is_valid_by_the_regions_own_schema(asked: Asked) -> None:
    body = etree.fromstring(write(asked).content).find("{*}Body")
    assert body is not None
    federal.schema().assertValid(body[0])


def test_the_patient_is_told_in_order_and_the_telephone_is_that_of_who_books() -> None:
    assert order(WHO) == ["Session_ID", "Patient_Data", "Pass_referral"]
    assert order(WHO, f"/{{{ER}}}Patient_Data") == [
        *("OMS_Number", "First_Name", "Last_Name", "Birth_Date", "Sex", "Phone")
    ]
    assert told(WHO, "plain")["Patient_Data"]["Phone"] == "+79000000001"


def test_what_is_not_known_is_left_out_and_signs_that_xml_has_not_are_too() -> None:
    odd = Patient("Ива\x00нов", "Петр", "", "2015-01-01", "M", None)
    asked = requests.get_patient_info(envelopes.SESSION, odd, MARIA)
    who = told(asked, "plain")["Patient_Data"]
    assert who["Last_Name"] == "Иванов"
    assert not {"Middle_Name", "OMS_Number", "SNILS", "Email"} & set(who)


def test_doctors_are_asked_for_by_position_or_by_speciality_never_both() -> None:
    by_post = requests.get_resources(envelopes.SESSION, NEUROLOGIST, [envelopes.OID], DAYS, "r-1")
    assert order(by_post) == [
        *("Session_ID", "Service_Posts", "MO_OID_List", "Referral_Id"),
        *("Start_Date_Range", "End_Date_Range"),
    ]
    assert told(by_post, "plain")["Service_Posts"] == {
        "Post": {"Post_Id": "45", "Add_Info_Post": {"Inner_Id": "n-7", "Inner_Name": "Невролог"}}
    }
    by_speciality = requests.get_resources(envelopes.SESSION, ULTRASOUND, [], DAYS)
    assert order(by_speciality)[1:3] == ["Service_Specialty", "Start_Date_Range"]


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (Resource("doctor", envelopes.SNILS, "Яблокова Нина"), "Specialist_SNILS"),
        (Resource("room", "1.2.643.5.1.99.1", "Кабинет УЗИ"), "Room_OID"),
    ],
)
def test_times_are_asked_for_by_doctor_or_room(resource: Resource, name: str) -> None:
    target = NEUROLOGIST if resource.kind == "doctor" else ULTRASOUND
    kind = "Service_Post" if resource.kind == "doctor" else "Service_Specialty"
    asked = requests.get_schedule(envelopes.SESSION, Place(CLINIC, resource, target), DAYS)
    assert order(asked) == [
        *("Session_ID", name, "MO_OID", kind, "Start_Date_Range", "End_Date_Range"),
        *("Start_Time_Range", "End_Time_Range"),
    ]


def test_a_wrong_answer_is_taken_back_with_what_was_wrong_in_it() -> None:
    asked = requests.cancel_appointment(
        "40-1", "ERROR_DATA_MIS", [("Не то", "Visit_Time", "08:30")]
    )
    assert told(asked, "plain")["Error_Data_Parameters"] == {
        "Parameter": {"Message": "Не то", "Path": "Visit_Time", "Value": "08:30"}
    }
