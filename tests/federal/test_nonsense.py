"""Whatever comes, the answer is a well-formed envelope within a second: never a dropped call."""

import re
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from registratura.federal.operations.table import OPERATIONS
from registratura.federal.wire import ER, SOAP
from tests.given import federal
from tests.given.federal import Caller, schema

SESSION = "6f1c7a52-0d5e-4c1b-9a77-2b8e4f3d9c10"
NAMES = [it.name for it in OPERATIONS]
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
)
FIELDS = st.sampled_from(
    re.findall(
        r"\w+",
        """
        Session_ID Slot_Id Book_Id_Mis Patient_Data Service_Posts Post Post_Id Referral Referral_Id
        MO_OID MO_OID_List Start_Date_Range End_Time_Range Specialist_SNILS Room_OID Birth_Date Sex
        Canceled_Reason Error_Data_Parameters Parameter Visit_Time Appointment_Status Nobody
        """,
    )
)
USUAL = st.sampled_from(
    [
        "7",
        "b7d0a3f4-51c8-4e0e-8f55-0a9d6c2e7b31",
        "2027-02-30",
        "M",
        "59",
        "9" * 400,
        "-1",
        "1e9",
        "0001-01-01",
        "9999-12-31",
        "2027-02-01T08:20:00",
        "2.25.7",
        "CANCELED_BY_PATIENT",
        "١٢٣",
    ]
)
TREES = st.recursive(
    st.tuples(FIELDS, USUAL | TEXT),
    lambda inner: st.tuples(FIELDS, st.lists(inner, max_size=4)),
    max_leaves=12,
)


def element(tree: object) -> etree._Element:
    name, content = tree  # type: ignore[misc]
    made = etree.Element(f"{{{ER}}}{name}")
    if isinstance(content, str):
        made.text = "".join(it for it in content if it.isprintable())
    else:
        made.extend(map(element, content))
    return made


def envelope(name: str, trees: list[object]) -> bytes:
    made = etree.Element(f"{{{SOAP}}}Envelope")
    body = etree.SubElement(made, f"{{{SOAP}}}Body")
    etree.SubElement(body, f"{{{ER}}}{name}Request").extend(map(element, trees))
    return etree.tostring(made)


def example(name: str, session: str) -> bytes:
    """An example envelope, every field filled in."""
    given_ids = {"slot_id": SESSION, "book_id": "1", "referral_id": "1", "snils": "11223344595"}
    places = {"mo_id": "child", "mo_oid": federal.CHILD}
    codes = {"reason": "CANCELED_BY_PATIENT", "status": "RECORDED"}
    fields = {**federal.days(), **given_ids, **places, **codes}
    return federal.envelope(name, session=session, **fields).encode()


async def survives(epgu: Caller, body: bytes) -> None:
    began = time.process_time()
    answer = await epgu.send(body)
    assert time.process_time() - began < 1
    content = etree.fromstring(answer.content).find(f"{{{SOAP}}}Body")
    assert content is not None
    if answer.status_code == 500:
        assert content[0].tag == f"{{{SOAP}}}Fault"
    else:
        assert answer.status_code == 200
        schema().assertValid(content[0])
    assert b"Traceback" not in answer.content


ORDINARY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@ORDINARY
@given(name=st.sampled_from(NAMES), trees=st.lists(TREES, max_size=6))
async def test_any_fields_of_any_operation(petrs: Caller, name: str, trees: list[object]) -> None:
    known = [("Session_ID", petrs.session), ("Book_Id_Mis", "1")]
    await survives(petrs, envelope(name, [*known, *trees]))


@ORDINARY
@given(data=st.data(), name=st.sampled_from(NAMES))
async def test_an_envelope_with_bytes_lost_doubled_and_changed(
    petrs: Caller, data: st.DataObject, name: str
) -> None:
    body = bytearray(example(name, petrs.session))
    for _ in range(data.draw(st.integers(1, 4))):
        first = data.draw(st.integers(0, len(body) - 1))
        last = min(len(body), first + data.draw(st.integers(1, 40)))
        what = data.draw(st.sampled_from([b"", body[first:last] * 2, b"<", b"&", b"]]>", b"\xff"]))
        body[first:last] = what
        if not body:
            break
    await survives(petrs, bytes(body))


@ORDINARY
@given(body=st.binary(max_size=200))
async def test_any_bytes(epgu: Caller, body: bytes) -> None:
    await survives(epgu, body)


def test_the_example_envelopes_are_what_the_schema_says() -> None:
    for name in (*NAMES, "GetMOResourceInfo-foreign"):
        body = etree.fromstring(example(name, SESSION)).find(f"{{{SOAP}}}Body")
        assert body is not None
        schema().assertValid(body[0])
