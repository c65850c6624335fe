"""Faults: only for what is no request, or has nothing to echo (sheet, section 7); hardening."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from registratura.federal import answering, routes
from registratura.federal.wire import ER
from tests.given import federal
from tests.given.federal import Caller

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BOMB = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};&e{n - 1};">' for n in range(1, 30))


def envelope(content: str, soap: str = SOAP) -> str:
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{content}</s:Body></s:Envelope>'


NO_REQUESTS = {
    "": "XML",
    "<a": "XML",
    "<p:Envelope/>": "SOAP 1.1",  # an undeclared prefix, as some of profile 3.0.0
    "\x00": "XML",
    "{}": "XML",
    "<a/>": "SOAP 1.1",
    envelope(""): "тела",
    envelope("текст"): "тела",
    envelope("<Ask/>"): "операции",
    envelope(f'<GetPatientInfoResponse xmlns="{ER}"/>'): "операции",
    envelope('<GetPatientInfoRequest xmlns="http://www.rt-eu.ru/med/er/"/>'): "3.0.1",
    envelope('<GetValidatePatientInfoRequest xmlns="http://www.rt-eu.ru/med/hc/"/>'): "3.0.1",
    envelope("<a/>", "http://www.w3.org/2003/05/soap-envelope"): "VersionMismatch",
    envelope(f'<GetPatientInfoRequest xmlns="{ER}"/>'): "Session_ID",
    envelope(
        f'<CreateAppointmentRequest xmlns="{ER}"><Session_ID>7</Session_ID>'
        "</CreateAppointmentRequest>"
    ): "Slot_Id",
    envelope(
        f'<CreateAppointmentRequest xmlns="{ER}"><Session_ID>7</Session_ID><Slot_Id>7'
        "</Slot_Id></CreateAppointmentRequest>"
    ): "Slot_Id",
    envelope("<a>" * 40 + "</a>" * 40): "глубже",
    f"<!DOCTYPE a [<!ENTITY e0 'ха'>{BOMB}]>" + envelope("<a>&e29;</a>"): "DTD",
    f'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>{envelope("<a>&e;</a>")}': "DTD",
    f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">{envelope("<a/>")}': "DTD",
}


async def test_what_is_no_request_is_answered_by_a_fault(epgu: Caller) -> None:
    for body, words in NO_REQUESTS.items():
        assert words in federal.fault_of(await epgu.send(body)), body[:200]


async def test_a_dtd_is_seen_in_any_encoding(epgu: Caller) -> None:
    body = f"<!DOCTYPE a [<!ENTITY e 'ха'>]>{envelope('<a>&e;</a>')}"
    assert "DTD" in federal.fault_of(await epgu.send(body.encode("utf-16")))


async def test_a_request_of_300_kib_is_refused_and_one_of_250_is_read(epgu: Caller) -> None:
    whole = federal.envelope("GetPatientInfo", session=epgu.session)

    def padded(kib: int) -> str:
        return whole.replace("<soapenv:Header/>", f"<!-- {'х' * (kib * 512)} -->")

    assert federal.judge(await epgu.send(padded(250))).code == "OK"
    assert "КиБ" in federal.fault_of(await epgu.send(padded(300)))
    many = envelope(
        f'<GetPatientInfoRequest xmlns="{ER}">{"<a/>" * 60_000}</GetPatientInfoRequest>'
    )
    assert "Session_ID" in federal.fault_of(await epgu.send(many))


async def test_a_request_that_never_ends_is_refused_in_time(
    epgu: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "BUDGET", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"<a>"
        await asyncio.sleep(30)

    answer = await epgu.client.post("/federal/er", content=slowly())
    assert "медленно" in federal.fault_of(answer)


async def test_the_address_knows_no_cookies_and_no_form_tokens(epgu: Caller) -> None:
    answer = await epgu.send(federal.envelope("GetPatientInfo", session=epgu.session))
    assert "set-cookie" not in answer.headers
    described = await epgu.client.get("/federal/er?wsdl")
    assert "set-cookie" not in described.headers


async def test_other_methods_are_not_answered(app: Litestar) -> None:
    async with federal.caller(app).client as client:
        refused: httpx.Response = await client.put("/federal/er", content=b"<a/>")
    assert refused.status_code == 405


async def test_a_fault_of_ours_without_an_operation_is_a_fault_of_the_server(
    epgu: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The injected fault: nothing can be written any more."""
    body = federal.envelope("GetPatientInfo", session=epgu.session)
    monkeypatch.setattr(routes, "envelope", None)
    answer = await epgu.send(body)
    assert "soap:Server" in federal.fault_of(answer)
    assert "NoneType" not in answer.text
