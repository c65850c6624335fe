"""The checker itself: a clean journal is clean, and each broken promise is found and named."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults import forms
from tests.faults.checker import Verdict, check
from tests.faults.journal import Deed, Entry, Said
from tests.faults.rows import Rows, Slot, Visit

NINE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
MARIA, OLEG = "мария", "олег"


class Book:
    """A journal written by hand; its clock is the number of the line."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def send(self, deed: Deed, key: str, patient: str = MARIA, **more: Any) -> Entry:
        """A sending leaves."""
        at = len(self.entries) + 1
        entry = Entry(deed, key, patient, sending=at, at=float(at), **more)
        self.entries.append(entry)
        return entry

    def answer(self, sent: Entry, said: Said, visit: str = "", **more: Any) -> None:
        """Its answer is in."""
        status = {"yes": 303, "no": 409, "unknown": 503, "sent": 0}[said]
        at = float(len(self.entries) + 1)
        self.entries.append(replace(sent, said=said, at=at, visit=visit, status=status, **more))

    def book(self, key: str, said: Said, visit: str = "", **more: str) -> None:
        """A booking of nine o'clock, sent and answered."""
        sent = self.send("book", key, **{"slot": "девять", **more})
        self.answer(sent, said, visit)

    def cancel(self, visit: str, said: Said = "yes") -> None:
        """A cancelling, sent and answered."""
        self.answer(self.send("cancel", visit), said)


def visit(id: str, state: str = "booked", patient: str = MARIA, slot: str = "девять") -> Visit:
    """A row of the table; nine o'clock unless another slot is named."""
    begins = NINE if slot == "девять" else NINE + timedelta(hours=1)
    live = state in ("booked", "held")
    return Visit(id, slot, 1, patient, begins, begins + timedelta(minutes=15), state, live)


def rows(*visits: Visit, waiting: int = 0, notices_twice: int = 0) -> Rows:
    """A database in which each of these visits was written with its events and told."""
    given = [it for it in visits if it.given]
    events = Counter({("appointment.booked", it.id): 1 for it in given})
    events.update((f"appointment.{it.state}", it.id) for it in given if not it.live)
    taken = Counter(it.slot for it in visits if it.live)
    slots = {slot: Slot(1, taken[slot]) for slot in ("девять", "десять")}
    notices = Counter({("booked", it.id): 1 for it in given})
    notices.update(("cancelled", it.id) for it in given if it.state == "cancelled")
    return Rows({it.id: it for it in visits}, slots, events, notices, waiting, notices_twice)


def found(verdict: Verdict) -> set[tuple[str, str]]:
    """Kind and rule of whatever was found."""
    return {(it.kind, it.rule) for it in verdict.findings}


def test_a_booking_a_move_a_cancelling_and_a_refusal_are_in_order() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к2", "no", patient=OLEG)
    book.book("к3", "yes", "б", slot="десять", replaces="а")
    book.book("к4", "yes", "в", patient=OLEG)
    book.cancel("б")
    verdict = check(
        book.entries,
        rows(visit("а", "moved"), visit("б", "cancelled", slot="десять"), visit("в", patient=OLEG)),
    )
    assert (verdict.acknowledged, verdict.refused, verdict.unknown) == (4, 1, 0)
    assert found(verdict) == set()


def test_an_unknown_is_counted_and_settled_by_the_repeat_of_its_key() -> None:
    book = Book()
    book.book("к1", "unknown")
    book.book("к1", "yes", "а")
    verdict = check(book.entries, rows(visit("а")))
    assert (verdict.acknowledged, verdict.unknown, found(verdict)) == (1, 1, set())


def test_an_unknown_that_was_never_repeated_is_unexplained() -> None:
    book = Book()
    book.send("book", "к1", slot="девять")
    assert found(check(book.entries, rows())) == {("unexplained", "I11")}


def test_a_no_does_not_settle_an_unknown_that_came_after_it() -> None:
    book = Book()
    twin = book.send("book", "к1", slot="девять")
    book.book("к1", "no")
    book.answer(twin, "unknown")
    assert found(check(book.entries, rows())) == {("unexplained", "I11")}


def test_an_acknowledged_visit_that_is_not_there_is_lost() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    assert found(check(book.entries, rows())) == {("lost", "I1")}


def test_a_visit_that_stands_at_another_time_is_lost() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    assert ("lost", "I1") in found(check(book.entries, rows(visit("а", slot="десять"))))


def test_a_visit_that_ended_though_nobody_asked_is_lost() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    assert found(check(book.entries, rows(visit("а", "cancelled")))) == {("lost", "I1")}


def test_a_cancelling_and_a_move_that_did_not_stay_are_lost() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.cancel("а")
    assert found(check(book.entries, rows(visit("а")))) == {("lost", "I2")}
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к2", "yes", "б", slot="десять", replaces="а")
    standing = rows(visit("а"), visit("б", slot="десять"))
    assert found(check(book.entries, standing)) == {("lost", "I2")}


def test_a_refused_cancelling_of_a_standing_visit_is_unexplained() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.cancel("а", "no")
    assert found(check(book.entries, rows(visit("а")))) == {("unexplained", "I2")}


def test_two_visits_on_one_seat_are_doubled_in_the_table_and_in_time() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к2", "yes", "б", patient=OLEG)
    verdict = check(book.entries, rows(visit("а"), visit("б", patient=OLEG)))
    assert found(verdict) == {("doubled", "I3")}
    assert verdict.count("doubled") == 3  # the seat, the slot, the time


def test_a_seat_given_twice_is_doubled_though_the_table_forgot_it() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к2", "yes", "б", patient=OLEG)
    book.cancel("а")
    verdict = check(book.entries, rows(visit("а", "cancelled"), visit("б", patient=OLEG)))
    assert found(verdict) == {("doubled", "I3")}


def test_a_seat_may_be_given_as_soon_as_its_cancelling_was_sent() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    cancelling = book.send("cancel", "а")
    book.book("к2", "yes", "б", patient=OLEG)
    book.answer(cancelling, "yes")
    verdict = check(book.entries, rows(visit("а", "cancelled"), visit("б", patient=OLEG)))
    assert found(verdict) == set()


def test_a_refused_move_does_not_free_the_seat() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к2", "no", slot="десять", replaces="а")
    book.book("к3", "yes", "б", patient=OLEG)
    book.cancel("а")
    verdict = check(book.entries, rows(visit("а", "cancelled"), visit("б", patient=OLEG)))
    assert found(verdict) == {("doubled", "I3")}


def test_two_visits_for_one_key_are_doubled() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.cancel("а")
    book.book("к1", "yes", "б")
    verdict = check(book.entries, rows(visit("а", "cancelled"), visit("б")))
    assert ("doubled", "I4") in found(verdict)


def test_a_repeat_refused_after_the_yes_is_unexplained() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к1", "no")
    assert found(check(book.entries, rows(visit("а")))) == {("unexplained", "I4")}


def test_a_twin_refused_by_its_own_visit_is_unexplained() -> None:
    book = Book()
    twin = book.send("book", "к1", slot="девять")
    book.book("к1", "yes", "а")
    book.answer(twin, "no", standing="а")
    assert found(check(book.entries, rows(visit("а")))) == {("unexplained", "I4")}


def test_a_twin_refused_before_the_other_won_is_in_order() -> None:
    book = Book()
    twin = book.send("book", "к1", slot="девять")
    book.book("к1", "yes", "а")
    book.answer(twin, "no")
    assert found(check(book.entries, rows(visit("а")))) == set()


def test_a_visit_left_behind_by_a_refusal_is_unexplained() -> None:
    book = Book()
    book.book("к1", "unknown")
    book.book("к1", "no")
    assert found(check(book.entries, rows(visit("а")))) == {("unexplained", "I9")}


def test_holds_are_nobodys_visits() -> None:
    assert found(check([], rows(visit("а", "held"), visit("б", "expired")))) == set()


def test_a_patient_in_two_places_is_doubled() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.book("к2", "yes", "б", slot="десять")
    there = replace(visit("б", slot="десять"), starts_at=NINE)
    assert found(check(book.entries, rows(visit("а"), there))) == {("doubled", "I6")}


def test_a_change_without_its_event_is_lost_and_with_two_is_doubled() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    standing = rows(visit("а"))
    assert found(check(book.entries, replace(standing, events=Counter()))) == {("lost", "I7")}
    twice = replace(standing, events=standing.events + standing.events)
    assert found(check(book.entries, twice)) == {("doubled", "I7")}


def test_an_outbox_that_nobody_takes_and_a_notice_sent_twice_are_found() -> None:
    assert found(check([], rows(waiting=1))) == {("unexplained", "I7")}
    assert found(check([], rows(notices_twice=1))) == {("doubled", "I7")}


def test_a_change_without_its_notice_is_lost_and_a_notice_of_nothing_is_unexplained() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    standing = rows(visit("а"))
    assert found(check(book.entries, replace(standing, notices=Counter()))) == {("lost", "I7")}
    twice = replace(standing, notices=Counter({("booked", "а"): 1, ("moved", "а"): 1}))
    assert found(check(book.entries, twice)) == {("doubled", "I7")}
    untrue = standing.notices + Counter({("cancelled", "а"): 1})
    assert found(check(book.entries, replace(standing, notices=untrue))) == {("doubled", "I7")}
    strange = standing.notices + Counter({("booked", "б"): 1})
    assert found(check(book.entries, replace(standing, notices=strange))) == {("unexplained", "I7")}


def test_a_ticket_that_is_not_shown_is_lost() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.answer(book.send("look", "а"), "no")
    assert found(check(book.entries, rows(visit("а")))) == {("lost", "I10")}


def test_an_answer_that_is_neither_yes_nor_a_refusal_is_unexplained() -> None:
    book = Book()
    book.book("к1", "no")
    book.entries[-1] = replace(book.entries[-1], status=403)
    assert found(check(book.entries, rows())) == {("unexplained", "I11")}


def test_a_wrong_count_of_a_slot_is_unexplained() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    wrong = replace(rows(visit("а")), slots={"девять": Slot(1, 0)})
    assert found(check(book.entries, wrong)) == {("unexplained", "I12")}


def test_every_hidden_field_of_a_form_is_taken() -> None:
    page = """<form method="get" action="/x"></form>
        <form class="card" method="post" action="/holds">
        <input type="hidden" name="a" value="1&amp;2"><input type="hidden" name="b" value="">
        <input type="radio" name="slot" id="s" value="7"></form>
        <a href="/appointments/00000000-0000-0000-0000-000000000001">Оставить прежнюю</a>"""
    form = forms.find(page, "/holds")
    assert form == forms.Form("/holds", {"a": "1&2", "b": ""}, {"slot": ["7"]})
    assert forms.find(page, "/x") is None
    assert forms.standing(page).endswith("1")
