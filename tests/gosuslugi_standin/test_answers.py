"""What the region answers is read to the letter; what the profile does not allow is no answer."""

import pytest
from lxml import etree

from registratura_standins.gosuslugi import answers, reading
from registratura_standins.gosuslugi.answers import RegionSays
from registratura_standins.gosuslugi.reading import Nonsense, Sequence
from registratura_standins.gosuslugi.soap import Fault, NotSoap, parse_body
from tests.gosuslugi_standin import envelopes


def opened(operation: str, inside: str) -> Sequence:
    """The answer's children after its session."""
    sequence = Sequence(parse_body(envelopes.answer(operation, inside)))
    assert sequence.text("Session_ID") == envelopes.SESSION
    return sequence


def test_the_patient_comes_with_his_referrals() -> None:
    inside = envelopes.PATIENT + f"<Referrals>{envelopes.REFERRAL}</Referrals>"
    found = answers.identified(opened("GetPatientInfo", inside))
    assert found.patient_id == "p-42"
    referral = found.referrals[0]
    assert (referral.number, referral.target.position, referral.usable) == ("40-000777", 45, True)
    assert referral.target.services[0].id == "B01.023.001"


def test_only_an_open_referral_may_be_used_from_here() -> None:
    only_desk = envelopes.REFERRAL.replace(">AVAILABLE<", ">AVAILABLE_ONLY_RECEPTION<")
    inside = envelopes.PATIENT + f"<Referrals>{only_desk}</Referrals>"
    assert not answers.identified(opened("GetPatientInfo", inside)).referrals[0].usable


def test_the_newer_profile_may_add_the_clinic_of_registration() -> None:
    inside = f"{envelopes.PATIENT}<Registration_OID>{envelopes.OID}</Registration_OID>"
    found = answers.identified(opened("GetPatientInfo", inside))
    assert found.registration_oid == envelopes.OID


def test_clinics_kinds_doctors_and_times_are_read() -> None:
    clinic = answers.clinics(opened("GetMOInfoExtended", envelopes.CLINICS))[0]
    assert (clinic.oid, clinic.address) == (envelopes.OID, "г. Примерск, ул. Садовая, д. 4")
    targets = answers.targets(opened("GetServicePostSpecsInfo", envelopes.TARGETS))
    assert [it.name for it in targets] == [
        "Оториноларинголог (ЛОР)",
        "Невролог, приём по эпилепсии",
        "Ультразвуковая диагностика",
    ]
    at = answers.available(opened("GetMOResourceInfo", envelopes.DOCTORS))[0]
    assert [(it.name, len(it.dates)) for it in at.resources] == [
        ("Яблокова Нина Олеговна", 2),
        ("Громов Илья", 0),
    ]
    slot = answers.slots(opened("GetScheduleInfo", envelopes.SCHEDULE))[0]
    assert (slot.id, slot.time) == (envelopes.SLOT, envelopes.TIME)
    assert slot.room == "Кабинет 12"


def test_a_room_stands_in_the_place_of_a_doctor() -> None:
    inside = envelopes.DOCTORS.replace(envelopes.DOCTOR, envelopes.ROOM_RESOURCE)
    resource = answers.available(opened("GetMOResourceInfo", inside))[0].resources[0]
    assert (resource.kind, resource.key) == ("room", "1.2.643.5.1.99.1")
    assert resource.name == "УЗИ, кабинет 12"


def test_a_booking_and_a_refusal_are_read() -> None:
    yes = answers.booked(opened("CreateAppointment", envelopes.booked()))
    assert (yes.code, yes.book_id, yes.visit_time) == ("SUCCESS", envelopes.BOOK, envelopes.TIME)
    told = envelopes.refused("APPOINT_TIME_IS_BUSY", {"Room": "Кабинет 12"}, "Занято")
    no = answers.booked(opened("CreateAppointment", told))
    assert (no.code, no.book_id, no.parameters) == (
        "APPOINT_TIME_IS_BUSY",
        "",
        (("Room", "Кабинет 12"),),
    )


def test_a_no_is_told_by_its_code() -> None:
    sequence = Sequence(parse_body(envelopes.error("GetMOInfoExtended", "NO_DATA_FOUND")))
    sequence.text("Session_ID")
    with pytest.raises(RegionSays) as said:
        answers.clinics(sequence)
    assert said.value.code == "NO_DATA_FOUND"


@pytest.mark.parametrize(
    "inside",
    [
        "<MO_List></MO_List>",
        envelopes.CLINICS.replace("<MO_Phone>", "<New/><MO_Phone>"),
        envelopes.CLINICS.replace("<MO_Id>40-017-2</MO_Id>", ""),
        envelopes.CLINICS.replace("+7 484 000-00-17", ""),
        envelopes.CLINICS.replace("<MO_Id>40-017-2</MO_Id>", "<MO_Id><b/></MO_Id>"),
        "<List/>",
        "",
    ],
    ids=["empty list", "unknown", "missing", "empty text", "children", "another name", "nothing"],
)
def test_what_a_strict_client_throws_at_is_nonsense(inside: str) -> None:
    with pytest.raises(Nonsense):
        answers.clinics(opened("GetMOInfoExtended", inside))


@pytest.mark.parametrize(
    "inside",
    [
        envelopes.booked(slot="17"),
        envelopes.booked(time="tomorrow"),
        envelopes.booked(time="2027-02-01T08:20:00"),
        envelopes.booked(book=""),
        envelopes.booked().replace(f"<Book_Id_Mis>{envelopes.BOOK}</Book_Id_Mis>", ""),
    ],
)
def test_a_booking_that_cannot_be_is_nonsense(inside: str) -> None:
    with pytest.raises(Nonsense):
        answers.booked(opened("CreateAppointment", inside))


@pytest.mark.parametrize(
    "time", ["2027-02-01T08:20:00Z", "2027-02-01T08:20:00.000+03:00", "2027-02-31T08:20:00+03:00"]
)
def test_a_slot_has_its_own_way_of_writing_time(time: str) -> None:
    with pytest.raises(Nonsense):
        reading.slot_time(time)


@pytest.mark.parametrize("year", ["0001", "1899", "2201", "9999"])
def test_a_year_that_no_calendar_here_reaches_is_nonsense(year: str) -> None:
    time = f"{year}-12-31T23:59:59-14:00"
    with pytest.raises(Nonsense):
        reading.moment(time)
    with pytest.raises(Nonsense):
        answers.booked(opened("CreateAppointment", envelopes.booked(time=time)))
    dates = envelopes.DOCTORS.replace("2027-02-02T14:00:00+03:00", time)
    with pytest.raises(Nonsense):
        answers.available(opened("GetMOResourceInfo", dates))


def test_what_is_no_envelope_is_refused_and_nothing_in_it_is_fetched() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><a>&c;</a>'
    deep = b"<a>" * 40 + b"</a>" * 40
    old = envelopes.envelope("<a/>").replace(b"soap/envelope", b"soap-envelope")
    for content in (b"", b"<html>", b"not xml", bomb, deep, old, envelopes.envelope("")):
        with pytest.raises(NotSoap):
            parse_body(content)
    with pytest.raises(Fault) as fault:
        parse_body(envelopes.fault("Нет такой операции"))
    assert (fault.value.code, fault.value.words) == ("soap:Client", "Нет такой операции")
    assert etree.QName(parse_body(envelopes.cancelled())).localname == "CancelAppointmentResponse"
