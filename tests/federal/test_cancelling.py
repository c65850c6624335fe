"""CancelAppointment: four reasons, again, unknown, foreign, past."""

from datetime import UTC, datetime

import pytest
import structlog

from registratura.db import Connection, execute, value
from registratura.federal import metrics
from tests.given import federal, people, visits
from tests.given.federal import Caller

REASONS = {
    "CANCELED_BY_PATIENT": "patient",
    "ERROR_DATA_MIS": "federation",
    "RECORD_NOT_CREATED_AT_EPGU": "federation",
    "DATA_TRANSFER_ERROR_AT_EPGU": "federation",
    "СANCELED_BY_PATIENT": "patient",  # the first letter is Cyrillic
}


@pytest.fixture
async def number(petrs: Caller, db: Connection) -> str:
    """The number of a visit of Пётр."""
    return await book(petrs, db)


async def book(petrs: Caller, db: Connection) -> str:
    booked = await petrs.book((await federal.free(db))[0].slot_id)
    return booked.text("Book_Id_Mis")


async def test_a_technical_reason_is_not_the_patients_cancellation(
    petrs: Caller, db: Connection
) -> None:
    for reason, by in REASONS.items():
        number = await book(petrs, db)
        assert (await petrs.cancel(number, reason)).code == "SUCCESS", reason
        told = await value(
            db,
            "select state || ' by ' || cancelled_by from appointment where number = %(it)s::int",
            it=number,
        )
        assert told == f"cancelled by {by}"
        assert (await petrs.cancel(number, reason)).code == "SUCCESS", "and again"
    actors = await value(
        db,
        "select string_agg(distinct actor_kind, '') from event where kind = %(it)s",
        it="appointment.cancelled",
    )
    assert actors == "federation"


async def test_a_disputed_answer_raises_an_alarm(
    petrs: Caller, db: Connection, number: str
) -> None:
    raised = metrics.DISPUTED._value.get()
    disputed = (
        "</Canceled_Reason><Error_Data_Parameters><Parameter><Message>Не совпало</Message>"
        "<Path>Visit_Time</Path><Value>2027-02-01T08:20:00</Value></Parameter>"
        "</Error_Data_Parameters>"
    )
    with structlog.testing.capture_logs() as logged:
        await petrs.ask(
            "CancelAppointment",
            book_id=number,
            reason="ERROR_DATA_MIS",
            change={"</Canceled_Reason>": disputed},
        )
    assert metrics.DISPUTED._value.get() == raised + 1
    [alarm] = [it for it in logged if it["event"] == "answer disputed"]
    assert (alarm["log_level"], alarm["fields"]) == ("error", ["Visit_Time"])
    told = await value(
        db,
        "select after -> 'disputed' -> 0 ->> 'value' from event where kind = %(kind)s",
        kind="federation.answer_disputed",
    )
    assert told == "2027-02-01T08:20:00"


async def test_what_the_caller_writes_of_our_answer_is_bounded_and_not_logged(
    petrs: Caller, db: Connection, number: str
) -> None:
    paths = ("Иванов Пётр, 89000000001", "v2:Visit_Time", "/CreateAppointmentResponse/SlotId", "")
    disputed = "".join(
        f"<Parameter><Message>{'Ж' * 5000}</Message><Path>{it}</Path><Value>{'9' * 5000}</Value>"
        "</Parameter>"
        for it in paths
    )
    change = {
        "</Canceled_Reason>": "</Canceled_Reason><Error_Data_Parameters>"
        + disputed
        + "</Error_Data_Parameters>"
    }
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            cancelled = await petrs.ask(
                "CancelAppointment", book_id=number, reason="ERROR_DATA_MIS", change=change
            )
            assert cancelled.code == "SUCCESS"
    alarms = [it for it in logged if it["event"] == "answer disputed"]
    assert alarms[0]["fields"] == ["other", "Visit_Time", "Slot_Id", "other"]
    assert "Иванов" not in str(logged)
    kept = await value(
        db,
        "select string_agg(after::text, '') from event where kind = %(kind)s",
        kind="federation.answer_disputed",
    )
    assert len(kept) < 4 * 3 * 250, "and it is kept once"


async def test_visits_of_other_channels_cannot_be_probed(petrs: Caller, db: Connection) -> None:
    maria = await people.account(db, now=datetime.now(UTC))
    link = await people.relative(db, maria)
    petr = await visits.patient(db, maria, link.person_id)
    slot = (await federal.free(db))[0].slot_id
    receipt = await visits.book(db, maria, petr, slot, now=datetime.now(UTC))
    for book_id in (receipt.number, str(receipt.appointment_id), "999999", "шесть", "9" * 30):
        refused = await petrs.cancel(book_id)
        assert (refused.code, refused.text("Book_Id_Mis")) == ("RECORD_NOT_FOUND", book_id)
    assert await value(db, "select state from appointment") == "booked"


async def test_a_visit_that_has_begun_stays(petrs: Caller, db: Connection, number: str) -> None:
    await execute(
        db,
        """
        update appointment set starts_at = starts_at - interval '30 days',
                               ends_at = ends_at - interval '30 days'
        """,
    )
    assert (await petrs.cancel(number)).code == "RECORD_CANNOT_CANCELED"


async def test_another_reason_is_named_as_the_wrong_field(petrs: Caller, number: str) -> None:
    for reason in ("", "BECAUSE"):
        refused = await petrs.cancel(number, reason)
        assert refused.code == "INTERNAL_ERROR"
        assert "Canceled_Reason" in refused.text("Comment")


async def test_without_a_number_there_is_no_answer_but_a_fault(petrs: Caller) -> None:
    body = federal.envelope("CancelAppointment", book_id="", reason="CANCELED_BY_PATIENT")
    assert "Book_Id_Mis" in federal.fault_of(await petrs.send(body))
