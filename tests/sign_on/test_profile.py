"""ЕСИА's words read as the registry's own, tolerantly."""

from datetime import date
from typing import Any

import pytest

from registratura.esia import EsiaRefused
from registratura.esia.profile import read_answer
from tests.given.provider import MARIA_IN_ESIA, OID

ISSUER = "http://esia.gosuslugi.ru/"
CHILD = {
    "id": "5001",
    "firstName": "Анна",
    "lastName": "Смирнова",
    "middleName": "Олеговна",
    "birthDate": "14.03.2019",
    "gender": "F",
    "snils": "112-233-446 96",
}


def read(person: dict[str, Any]) -> Any:
    return read_answer(ISSUER, OID, person)


def test_a_full_person_is_read() -> None:
    profile = read(MARIA_IN_ESIA).profile
    assert (profile.last_name, profile.first_name) == ("Иванова", "Мария")
    assert profile.birth_date == date(1988, 6, 25)
    assert profile.snils == "11223344595"
    assert profile.phone == "+79000000001"
    assert profile.email == "maria@example.org"
    assert profile.policy_number == "4053110874010015"


@pytest.mark.parametrize(
    "odd",
    [
        {"contacts": None, "documents": {"elements": ["http://esia/rs/prns/1/docs/2"]}},
        {"contacts": {"elements": [{"type": "MBT", "vrfStu": "VERIFIED", "value": "later"}]}},
        {"contacts": {"elements": [{"type": "MBT", "vrfStu": "NOT_VERIFIED", "value": "+7"}]}},
        {"documents": {"elements": [{"type": "MDCL_PLCY", "number": "123"}]}, "contacts": 7},
    ],
)
def test_what_is_odd_beside_the_identity_is_left_out(odd: dict[str, Any]) -> None:
    person = {key: it for key, it in MARIA_IN_ESIA.items() if key != "middleName"} | odd
    profile = read(person).profile
    assert profile.middle_name is None
    assert profile.phone is None
    assert profile.snils == "11223344595"


@pytest.mark.parametrize("missing", ["lastName", "firstName", "birthDate", "gender"])
def test_a_person_without_an_identity_is_refused(missing: str) -> None:
    with pytest.raises(EsiaRefused):
        read({key: it for key, it in MARIA_IN_ESIA.items() if key != missing})


@pytest.mark.parametrize(
    ("paper", "verified"),
    [
        ({"type": "RF_BRTH_CERT", "vrfStu": "VERIFIED"}, True),
        ({"type": "BRTH_CERT", "vrfStu": "VERIFIED"}, True),
        ({"type": "RF_BRTH_CERT", "vrfStu": "NOT_VERIFIED"}, False),
        ({"type": "MDCL_PLCY", "vrfStu": "VERIFIED", "number": "4096089785000126"}, False),
    ],
)
def test_a_child_is_confirmed_by_a_verified_birth_certificate(
    paper: dict[str, Any], verified: bool
) -> None:
    kids = {"kids": {"elements": [CHILD | {"documents": {"elements": [paper]}}, {"id": 1}]}}
    (child,) = read(MARIA_IN_ESIA | kids).children
    assert child.verified is verified
    assert (child.first_name, child.sex, child.snils) == ("Анна", "F", "11223344696")
