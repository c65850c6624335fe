"""`python -m benchmarks.gateway ADDRESS`: server time of the federal gateway's six questions.

Asked of a running registry over a demo region, about Пётр of its cast; the address must let this
machine call. Prints a table: medians and the slowest of a hundred, by `Server-Timing`.
"""

import statistics
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from lxml import etree

from benchmarks.pages import ROUNDS, WARM_UP, server_ms
from registratura.federal.wire import ER
from registratura.federal.writing import Element, element, envelope, needed

LIMIT = 30.0  # milliseconds of the median
_PAEDIATRICIAN = 59
_TODAY = datetime.now(UTC).date()
_RANGE = {"Start_Date_Range": _TODAY, "End_Date_Range": _TODAY + timedelta(days=14)}
_PATIENT = {
    "OMS_Number": "1234567891234567",
    "First_Name": "Пётр",
    "Last_Name": "Иванов",
    "Middle_Name": "Иванович",
    "Birth_Date": "2015-01-01",
    "Sex": "M",
}


class Portal:
    """The federal portal in one session."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._session = str(uuid4())
        self.took: list[float] = []

    def ask(self, name: str, *parts: Element) -> Any:
        """The content of the answer. Raises `ValueError` where it is a refusal."""
        body = needed(f"{name}Request", element("Session_ID", self._session), *parts)
        answer = self._client.post("/federal/er", content=envelope(body))
        self.took.append(server_ms(answer))
        content = etree.fromstring(answer.content)[1][0]
        if answer.status_code != 200 or content.find(f".//{{{ER}}}Error") is not None:
            raise ValueError(f"{name}: {answer.text}")
        return content

    def measure(self, name: str, what: str, *parts: Element) -> Iterator[str]:
        """A line of the table."""
        self.took.clear()
        for _ in range(ROUNDS + WARM_UP):
            self.ask(name, *parts)
        took = sorted(self.took[WARM_UP:])
        median = statistics.median(took)
        mark = "" if median < LIMIT else f"  above {LIMIT:.0f}"
        yield f"{name:<24} {what:<28} {median:>8.1f} {took[int(len(took) * 0.99)]:>8.1f}{mark}"


def _fields(values: dict[str, Any]) -> list[Element]:
    return [needed(name, str(value)) for name, value in values.items()]


def _post(name: str, position: int) -> Element:
    return needed(name, element("Post", element("Post_Id", position)))


def lines(client: httpx.Client) -> Iterator[str]:
    """Every question, narrow and wide."""
    portal = Portal(client)
    patient = needed("Patient_Data", _fields(_PATIENT))
    portal.ask("GetPatientInfo", patient)
    clinic = portal.ask("GetMOInfoExtended", _post("Service_Posts", _PAEDIATRICIAN))[1][0]
    mo_id, mo_oid = (clinic.findtext(f"{{{ER}}}{name}") for name in ("MO_Id", "MO_OID"))
    wanted, days = _post("Service_Posts", _PAEDIATRICIAN), _fields(_RANGE)
    named = needed("MO_OID_List", element("MO_OID", mo_oid))
    found = portal.ask("GetMOResourceInfo", wanted, named, *days)
    snils = needed("Specialist_SNILS", found.findtext(f".//{{{ER}}}SNILS"))
    hours = _fields({"Start_Time_Range": "00:00:00", "End_Time_Range": "23:59:00"})
    place = needed("MO_OID", mo_oid)
    yield from portal.measure(
        "GetPatientInfo", "with referrals", patient, needed("Pass_referral", 1)
    )
    yield from portal.measure("GetMOInfoExtended", "whole region")
    yield from portal.measure("GetMOInfoExtended", "area paediatricians", wanted)
    yield from portal.measure("GetServicePostSpecsInfo", "own clinic", needed("MO_Id", mo_id))
    yield from portal.measure("GetMOResourceInfo", "own clinic", wanted, named, *days)
    yield from portal.measure("GetMOResourceInfo", "whole region", wanted, *days)
    yield from portal.measure("GetScheduleInfo", "one doctor", snils, place, *days, *hours)
    yield from portal.measure(
        "GetReferralInfo", "to the neurologist", patient, needed("Referral_Number", "40-000123")
    )


def main(address: str) -> None:
    """Measure the gateway of a registry that runs at `address`."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        print(f"{'operation':<24} {'of':<28} {'median':>8} {'p99':>8}  ms, {ROUNDS} requests")
        for line in lines(client):
            print(line)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
