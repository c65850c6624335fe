"""The chain of calls from a child's data to a visit, as the federal portal makes them."""

from registratura.db import Connection, value
from tests.given import federal
from tests.given.federal import CHILD, FAR, Caller


async def test_a_child_is_booked_to_his_area_doctor_without_a_clinic_being_chosen(
    epgu: Caller, db: Connection
) -> None:
    patient = await epgu.identify()
    assert patient.text("Patient_Id")
    clinics = await epgu.ask("GetMOInfoExtended")
    assert clinics.texts("MO_List/MO/MO_OID") == [CHILD, FAR]
    assert clinics.text("MO_List/MO/Age_Group") == "CHILD,TEEN"
    kinds = await epgu.ask("GetServicePostSpecsInfo", mo_id=clinics.text("MO_List/MO/MO_Id"))
    assert kinds.text("Service_Post_Specs/Service_Post/Post/Post_Id") == "59"
    found = await epgu.ask("GetMOResourceInfo")
    first = found.all("MO_Resource_List/MO_Available/Resource_Available/Resource")[0]
    snils = first.text("Specialist/SNILS")
    assert snils == await federal.snils_of(db, "area-doctor")
    times = await epgu.ask("GetScheduleInfo", snils=snils)
    slot = times.all("Schedule/Slots")[-1]
    assert slot.text("Room") == "Кабинет 100"
    booked = await epgu.book(slot.text("Slot_Id"))
    assert booked.code == "SUCCESS"
    assert booked.text("Slot_Id") == slot.text("Slot_Id")
    assert booked.text("Visit_Time") == slot.text("VisitTime")
    assert booked.text("Room") == "Кабинет 100"
    stands = await value(
        db,
        """
        select channel || ' ' || federal_session || ' ' || state from appointment
        where number = %(number)s::bigint
        """,
        number=booked.text("Book_Id_Mis"),
    )
    assert stands == f"epgu {epgu.session} booked"
    cancelled = await epgu.cancel(booked.text("Book_Id_Mis"))
    assert cancelled.code == "SUCCESS"
    assert cancelled.text("Book_Id_Mis") == booked.text("Book_Id_Mis")
