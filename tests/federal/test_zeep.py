"""An independent client: zeep, in its strict default, reads our WSDL and calls all operations."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from lxml import etree
from zeep import AsyncClient
from zeep.exceptions import Fault
from zeep.transports import AsyncTransport

from registratura.db import Connection, value
from registratura.federal import description
from registratura.federal.operations.table import OPERATIONS
from tests.given import federal
from tests.given.federal import CHILD, Caller

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
ADDRESS = "http://127.0.0.1:8000/federal/er"
PETR = {
    "OMS_Number": "1234567891234567",
    "First_Name": "Пётр",
    "Last_Name": "Иванов",
    "Birth_Date": "2015-01-01",
    "Sex": "M",
}
POST = {"Post": {"Post_Id": 59}}


class _Wired(AsyncTransport):  # type: ignore[misc]  # zeep has no types
    """zeep's own transport; only the socket is left out."""

    def __init__(self, epgu: Caller) -> None:
        super().__init__(client=epgu.client, wsdl_client=httpx.Client())

    def load(self, url: str) -> bytes:
        assert url == f"{ADDRESS}?wsdl", "the schema stands within: nothing else is fetched"
        return description.wsdl(ADDRESS)


@pytest.fixture
async def service(epgu: Caller) -> Any:
    """The service of the WSDL, as zeep understands it."""
    served = await epgu.client.get("/federal/er?wsdl")
    assert served.content == description.wsdl(ADDRESS)
    client = AsyncClient(f"{ADDRESS}?wsdl", transport=_Wired(epgu))
    return client.bind("ErPortal", "ErWebService")


async def test_zeep_walks_the_whole_chain(service: Any, db: Connection) -> None:
    session, days = str(uuid4()), federal.days()
    patient = await service.GetPatientInfo(session, PETR, 1)
    [referral] = patient.Referrals.Referral
    assert (patient.Session_ID, patient.Error) == (session, None)
    clinics = await service.GetMOInfoExtended(
        Session_ID=session, Service_Posts={"Post": [POST["Post"]]}
    )
    assert clinics.MO_List.MO[0].MO_OID == CHILD
    kinds = await service.GetServicePostSpecsInfo(session, clinics.MO_List.MO[0].MO_Id)
    found = kinds.Service_Post_Specs._value_1
    assert found[0]["Service_Post"].Post.Post_Id == 59
    dates = {"Start_Date_Range": days["first"], "End_Date_Range": days["last"]}
    resources = await service.GetMOResourceInfo(
        Session_ID=session,
        Service_Posts={"Post": [POST["Post"]]},
        MO_OID_List={"MO_OID": [CHILD]},
        **dates,
    )
    doctor = resources.MO_Resource_List.MO_Available[0].Resource_Available.Resource[0].Specialist
    hours = {"Start_Time_Range": "00:00:00", "End_Time_Range": "23:59:00"}
    times = await service.GetScheduleInfo(
        Session_ID=session,
        Specialist_SNILS=doctor.SNILS,
        MO_OID=CHILD,
        Service_Post=POST,
        **dates,
        **hours,
    )
    slot = times.Schedule.Slots[-1]
    booked = await service.CreateAppointment(session, slot.Slot_Id)
    assert (booked.Status.Status_Code, booked.Slot_Id) == ("SUCCESS", slot.Slot_Id)
    assert booked.Visit_Time.isoformat() == slot.VisitTime
    cancelled = await service.CancelAppointment(booked.Book_Id_Mis, "CANCELED_BY_PATIENT")
    assert cancelled.Status_Code == "SUCCESS"
    shown = await service.GetReferralInfo(session, PETR, referral.Referral_Number)
    assert shown.Referrals.Referral[0].Referral_Id == referral.Referral_Id
    told = await service.ReferralAppointmentInformation(
        "77-1", referral.Referral_Id, "RECORDED", CHILD, "Центр", "Врач", booked.Visit_Time
    )
    assert told.Status_Code == "SUCCESS"
    assert await value(db, "select count(*) from appointment where state = 'cancelled'") == 1


async def test_zeep_reads_refusals_and_faults(service: Any) -> None:
    unknown = str(uuid4())
    over = await service.GetMOInfoExtended(Session_ID=unknown)
    assert (over.Error.Error_Code, over.MO_List) == ("SESSION_TIMED_OUT", None)
    refused = await service.CreateAppointment(unknown, str(uuid4()))
    assert refused.Status.Status_Code == "SESSION_TIMED_OUT"
    assert refused.Book_Id_Mis in (None, "")
    with pytest.raises(Fault, match="Session_ID"):
        await service.GetMOInfoExtended(Session_ID=" ")


def test_the_wsdl_has_the_names_of_the_profile_and_every_operation(app: Litestar) -> None:
    definitions = etree.fromstring(description.wsdl(ADDRESS))
    named = {it.get("name") for it in definitions.iterfind(f"{WSDL}portType/{WSDL}operation")}
    assert named == {it.name for it in OPERATIONS}
    assert len(named) == 9
    places = ("portType", "binding", "service", "service/{http://schemas.xmlsoap.org/wsdl/}port")
    names = [definitions.find(WSDL + it).get("name") for it in places]
    assert names == ["ErWebService", "ErPortal", "ErPortal", "ErWebService"]
    assert definitions.get("name") == "MisSoapService"
