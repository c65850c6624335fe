"""The checker hears what the federation heard: each change of each visit, in order."""

from dataclasses import replace

import pytest

from tests.faults.checker import check
from tests.faults.test_checker import Book, found, rows, visit


@pytest.mark.parametrize(
    ("heard", "findings"),
    [
        (("RECORDED", "CANCELED"), set()),
        (("RECORDED", "RECORDED", "CANCELED", "CANCELED"), set()),
        (("RECORDED",), {("lost", "I13")}),
        ((), {("lost", "I13")}),
        (("CANCELED", "RECORDED"), {("lost", "I13")}),
        (("RECORDED", "CANCELED", "RECORDED"), {("unexplained", "I13")}),
    ],
)
def test_a_cancelled_visit_was_told_of_as_booked_and_then_cancelled(
    heard: tuple[str, ...], findings: set[tuple[str, str]]
) -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.cancel("а")
    told = replace(rows(visit("а", "cancelled")), federation={"а": heard})
    assert found(check(book.entries, told)) == findings


def test_what_is_owed_is_not_lost() -> None:
    book = Book()
    book.book("к1", "yes", "а")
    book.cancel("а")
    one = rows(visit("а", "cancelled"))
    for heard, owed in (((), ("RECORDED", "CANCELED")), (("RECORDED",), ("RECORDED", "CANCELED"))):
        told = replace(one, federation={"а": heard}, owed={"а": owed})
        assert found(check(book.entries, told)) == set()


def test_of_a_hold_the_federation_hears_nothing() -> None:
    told = replace(rows(visit("а", "held")), federation={"а": ("RECORDED",)})
    assert found(check([], told)) == {("unexplained", "I13")}


def test_the_federal_portal_knows_a_visit_by_its_number() -> None:
    book = Book()
    book.book("сеанс/девять", "yes", "000007")
    book.cancel("000007")
    told = replace(rows(visit("а", "cancelled")), numbers={"000007": "а"})
    assert found(check(told.with_ids(book.entries), told)) == set()
