"""The same request in the dialects of real callers gives the same answer (sheet, 15.2 and 15.3)."""

import httpx

from registratura.db import Connection
from registratura.federal.wire import ER
from tests.given import federal
from tests.given.federal import Caller

PLAIN = "GetPatientInfo"


def body_of(envelope: str) -> str:
    return envelope.partition("<soapenv:Body>")[2].partition("</soapenv:Body>")[0].strip()


def prefixed(envelope: str) -> str:
    """`v2:` on every element, another prefix of the envelope."""
    content = body_of(envelope).replace(f' xmlns="{ER}"', "")
    content = content.replace("</", "\0").replace("<", "<v2:").replace("\0", "</v2:")
    return (
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'"
        f" xmlns:v2='{ER}' xmlns:ns7='urn:unused'><s:Body>{content}</s:Body></s:Envelope>"
    )


def commented(envelope: str) -> bytes:
    """A byte order mark, single quotes, comments before the envelope and within Body."""
    whole = envelope.partition("?>")[2].replace("<soapenv:Body>", "<soapenv:Body><!-- тело -->")
    prolog = "\ufeff<?xml version='1.0' encoding='UTF-8'?><!-- пример --><?note it?>"
    return (prolog + whole.replace("<Sex>", "<!-- пол -->\n<Sex>\n  ")).encode()


def signed(envelope: str) -> str:
    """A WS-Security header, an id on Body, a message id."""
    header = """<soapenv:Header>
      <wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
          soapenv:actor="http://smev.gosuslugi.ru/actors/smev">
        <wsse:BinarySecurityToken>bm8gY2VydGlmaWNhdGU=</wsse:BinarySecurityToken>
      </wsse:Security>
      <wsa:MessageID xmlns:wsa="http://www.w3.org/2005/08/addressing"
        >urn:uuid:6f1c7a52-0d5e-4c1b-9a77-2b8e4f3d9c10</wsa:MessageID>
    </soapenv:Header>"""
    body = '<soapenv:Body xmlns:wsu="urn:wsu" wsu:Id="body">'
    return envelope.replace("<soapenv:Header/>", header).replace("<soapenv:Body>", body)


def shuffled(envelope: str) -> str:
    """Children in another order, some nil, some unknown, some unqualified, look-alike letters."""
    return (
        envelope.replace("<OMS_Number>1234567891234567</OMS_Number>", "")
        .replace(
            "</Sex>",
            '</Sex><oms_number xmlns="">1234567891234567</oms_number>'
            '<SNILS xsi:nil="true">11111111111</SNILS><OMS_Series/><Booking_Type>X</Booking_Type>',
        )
        .replace("<soapenv:Envelope", '<soapenv:Envelope xmlns:xsi="' + XSI + '"')
        .replace("First_Name>", "FIRST_NАME>")  # a Cyrillic А
        .replace("<Patient_Data>", "случайный текст <Patient_Data>")
    )


XSI = "http://www.w3.org/2001/XMLSchema-instance"
DIALECTS = (str, prefixed, commented, signed, shuffled)


async def test_five_dialects_are_one_language(epgu: Caller) -> None:
    envelope = federal.envelope(PLAIN, session=epgu.session)
    answers = {speak.__name__: await epgu.send(speak(envelope)) for speak in DIALECTS}
    first = federal.judge(answers["str"])
    assert first.code == "OK"
    assert {name: it.content == first.raw for name, it in answers.items()} == dict.fromkeys(
        answers, True
    )


async def test_a_request_in_an_old_encoding_is_read(epgu: Caller) -> None:
    envelope = federal.envelope(PLAIN, session=epgu.session).replace("UTF-8", "windows-1251")
    assert federal.judge(await epgu.send(envelope.encode("cp1251"))).code == "OK"


async def test_neither_the_action_nor_the_type_nor_the_query_matters(epgu: Caller) -> None:
    envelope = federal.envelope(PLAIN, session=epgu.session)
    actions = (
        '"GetPatientInfo"',
        "GetPatientInfo",
        "",
        "GetPatientInfoRequest",
        '"CancelAppointment"',
    )
    types = ("text/xml", "application/xml", "application/soap+xml", "text/plain", "")

    async def post(path: str = "/federal/er", **headers: str) -> httpx.Response:
        return await epgu.client.post(path, content=envelope.encode(), headers=headers)

    answers = [await post(soapaction=it) for it in actions]
    answers += [await post(**{"content-type": it}) for it in types]
    answers.append(await post("/federal/er?wsdl"))
    assert {federal.judge(it).code for it in answers} == {"OK"}
    assert len({it.content for it in answers}) == 1


async def test_callers_confuse_one_post_and_several(petrs: Caller, db: Connection) -> None:
    own = await federal.snils_of(db, "area-doctor")
    plain = await petrs.ask("GetScheduleInfo", snils=own)
    several = {"Service_Post>": "Service_Posts>"}
    assert (await petrs.ask("GetScheduleInfo", snils=own, change=several)).raw == plain.raw
    resources = await petrs.ask("GetMOResourceInfo")
    one = {"Service_Posts>": "Service_Post>"}
    assert (await petrs.ask("GetMOResourceInfo", change=one)).raw == resources.raw
    newer = {"</Slot_Id>": "</Slot_Id><MO_OID>1.2.40.1.1</MO_OID>"}
    slot = plain.text("Schedule/Slots/Slot_Id")
    assert (await petrs.book(slot, change=newer)).code == "SUCCESS"
    spelling = {"<Referral_Id>7</Referral_Id>": "<Referral_id>7</Referral_id>"}
    told = await petrs.ask(
        "ReferralAppointmentInformation",
        book_id="1",
        referral_id="7",
        status="RECORDED",
        change=spelling,
    )
    assert told.code == "FAILURE_OPERATION"


async def test_a_name_that_xml_would_take_for_its_own_is_echoed_as_text(epgu: Caller) -> None:
    epgu.session = "&lt;Session_ID&gt; &amp; co"
    assert (await epgu.identify()).text("Session_ID") == "<Session_ID> & co"
