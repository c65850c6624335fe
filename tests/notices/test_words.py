"""The words of notices: short, exact, on the clinic's own clock; letters keep medical secrecy."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from registratura.notices import texts
from registratura.notices.texts import Change, Kind

CHANGE = Change(
    kind="booked",
    subject_id=UUID(int=1),
    visit_id=UUID(int=3),
    starts_at=datetime(2027, 1, 12, 7, 15, tzinfo=UTC),
    was_at=datetime(2027, 1, 11, 22, 30, tzinfo=UTC),
    by_clinic=False,
    because="врач болеет",
    kept_until=datetime(2027, 1, 10, 9, 0, tzinfo=UTC),
    zone="Europe/Moscow",
    doctor="Врачёва Нина Ильинична",
    position="Дерматовенеролог",
    place="КВД, Отделение № 1, Калуга, дом 1, кабинет 7",
)
KINDS: tuple[Kind, ...] = ("booked", "moved", "cancelled", "proposed", "withdrawn")
HOME = "https://example.org/appointments/1"


def every() -> list[Change]:
    """Each kind, a proposal that is over and a visit that the clinic cancelled among them."""
    return [replace(CHANGE, kind=kind) for kind in KINDS] + [
        replace(CHANGE, kind="proposed", kept_until=None),
        replace(CHANGE, kind="cancelled", by_clinic=True),
    ]


@pytest.mark.parametrize("change", every(), ids=lambda it: it.kind)
def test_a_letter_tells_name_and_time_and_nothing_of_the_visits_matter(change: Change) -> None:
    letter = texts.letter(change, "Иванов П.И.", HOME)
    assert letter.startswith("Иванов П.И.: ")
    assert letter.endswith(f"в личном кабинете: {HOME}")
    for secret in ("Врачёва", "Дерматовенеролог", "КВД", "Отделение", "Калуга", "7.", "болеет"):
        assert secret not in letter


@pytest.mark.parametrize("change", every(), ids=lambda it: it.kind)
def test_a_message_names_the_doctor_and_leaves_nothing_open(change: Change) -> None:
    message = texts.message(change, "Иванов П.И.")
    assert "Дерматовенеролог, Врачёва Нина Ильинична" in message
    assert "{" not in message
    assert "  " not in message


@pytest.mark.parametrize("because", ["врач болеет", "Врач болеет.", " врач болеет "])
def test_a_message_tells_why_the_clinic_cancelled_as_one_sentence(because: str) -> None:
    for change in every():
        message = texts.message(replace(change, because=because), "Иванов П.И.")
        by_clinic = change.by_clinic or change.kind in ("proposed", "withdrawn")
        assert ("рач болеет. " in message or message.endswith("рач болеет.")) == by_clinic
        assert ".." not in message
    silent = replace(CHANGE, kind="withdrawn", because=None)
    assert "Причина" not in texts.message(silent, "Иванов П.И.")


def test_times_are_the_clinics_own() -> None:
    letter = texts.letter(CHANGE, "Иванов П.И.", HOME)
    assert letter.startswith("Иванов П.И.: запись на 12 января, 10:15 подтверждена.")
    far = replace(CHANGE, zone="Asia/Kamchatka")
    assert "12 января, 19:15" in texts.letter(far, "Иванов П.И.", HOME)


def test_a_move_tells_both_times_and_a_proposal_its_end() -> None:
    moved = texts.letter(replace(CHANGE, kind="moved"), "Иванов П.И.", HOME)
    assert "перенесена с 12 января, 01:30 на 12 января, 10:15" in moved
    proposed = texts.letter(replace(CHANGE, kind="proposed"), "Иванов П.И.", HOME)
    assert "Держим его за вами до 10 января, 12:00" in proposed


def test_a_room_without_a_doctor_is_named_by_what_is_done_there() -> None:
    room = replace(CHANGE, doctor=None, position="ЭКГ")
    assert "10:15. ЭКГ. КВД" in texts.message(room, "Иванов П.И.")


def test_the_subject_line_tells_nothing() -> None:
    assert texts.subject("Регистратура40") == "Регистратура40: новое сообщение"


def test_a_notice_leads_to_the_ticket_and_no_address_tells_the_speciality() -> None:
    assert texts.path(UUID(int=3)) == f"/appointments/{UUID(int=3)}"
