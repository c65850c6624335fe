"""Every refusal that the federation can meet has its code of the profile."""

from collections.abc import Iterator
from pathlib import Path

from registratura.booking.refusals import BookingRefusal
from registratura.federal import codes
from registratura.federal.refusals import (
    FederalRefusal,
    IssuerNotConnected,
    NothingFound,
    PatientNotFound,
    ReferralExpired,
    ReferralInUse,
    ReferralNotFound,
    SessionOver,
    VisitKept,
    VisitMoved,
    VisitNotFound,
)
from registratura.refusal import Refusal

TESTS = Path(__file__).parents[1]
TOLD_AS = {
    PatientNotFound: "PATIENT_NOT_FOUND",
    SessionOver: "SESSION_TIMED_OUT",
    NothingFound: "NO_DATA_FOUND",
    ReferralNotFound: "REFERRAL_NOT_FOUND",
    ReferralExpired: "REFERRAL_PERIOD_HAS_EXPIRED",
    IssuerNotConnected: "MO_NOT_CONNECTED_REFERRAL",
    ReferralInUse: "APPOINT_PATIENT_REGISTERED_SPECIALIST",
    VisitNotFound: "RECORD_NOT_FOUND",
    VisitKept: "RECORD_CANNOT_CANCELED",
    VisitMoved: "RECORD_CANNOT_CANCELED",
}


def kinds(of: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_of_a_booking_has_a_federal_code() -> None:
    assert [it.__name__ for it in kinds(BookingRefusal) if it not in codes.BOOKING] == []


def test_every_refusal_of_the_gateway_has_a_federal_code() -> None:
    assert set(kinds(FederalRefusal)) == set(TOLD_AS)
    tables = {**codes.CANCELLING, **codes.READING}
    assert {it: tables[it] for it in TOLD_AS} == TOLD_AS


def test_a_refusal_without_a_code_is_a_fault_of_ours() -> None:
    class Unheard(Refusal):
        words = "Нет"

    assert codes.code_of(Unheard(), codes.READING) == "INTERNAL_ERROR"


def test_every_code_that_can_be_answered_is_produced_by_a_test() -> None:
    tables = (codes.BOOKING, codes.READING, codes.CANCELLING, codes.USING)
    told = {code for table in tables for code in table.values()} | {codes.SUCCESS}
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (TESTS / "federal").glob("test_*.py")
    )
    assert [code for code in sorted(told) if f'"{code}"' not in tests] == []
