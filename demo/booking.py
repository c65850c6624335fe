"""Rows of the files by which booking goes: days off, an absence, referrals, settings of rules."""

from collections.abc import Iterator
from datetime import date, timedelta

from demo.cast import ADULT_CLINIC, OTHER_CHILDRENS_CLINIC, PETRS_CLINIC
from demo.clinics import Staffed
from demo.positions import DENTIST_FOR_CHILDREN, ECG, NEUROLOGIST, OCULIST

Row = tuple[object, ...]
_NEW_YEAR = "Новогодние каникулы"
# Labour code of Russia, article 112; the Government's yearly transfers are left out.
_HOLIDAYS = (
    *((1, day, _NEW_YEAR) for day in range(1, 7)),
    (1, 7, "Рождество Христово"),
    (1, 8, _NEW_YEAR),
    (2, 23, "День защитника Отечества"),
    (3, 8, "Международный женский день"),
    (5, 1, "Праздник Весны и Труда"),
    (5, 9, "День Победы"),
    (6, 12, "День России"),
    (11, 4, "День народного единства"),
)
_REFERRAL_DAYS = 60
_ADULT_HOSPITAL = "gkb4"
_QUIET_CLINIC = "gkb4-5"  # nobody of the cast is attached here: it may have narrow rules


def write_rows(clinics: list[Staffed], today: date) -> dict[str, Iterator[Row]]:
    """The rows of the files, by the file's name; dates are reckoned from `today`."""
    by_code = {it.clinic.code: it for it in clinics}
    monday = today + timedelta(days=7 - today.weekday())
    return {
        "holidays": _holidays(monday, today.year),
        "absences": _absences(by_code[OTHER_CHILDRENS_CLINIC], monday),
        "referrals": _referrals(by_code, today),
        "rules": _rules(by_code[OTHER_CHILDRENS_CLINIC]),
    }


def _holidays(monday: date, year: int) -> Iterator[Row]:
    """This year's and the next, and an invented one next week in the hospital for adults."""
    for of in (year, year + 1):
        yield from (("", date(of, month, day), name) for month, day, name in _HOLIDAYS)
    yield _ADULT_HOSPITAL, monday + timedelta(days=2), "Учебный день без приёма"


def _absences(staffed: Staffed, monday: date) -> Iterator[Row]:
    """The first area's paediatrician is away next week; the second area's stands in."""
    away, substitute = (area.post.code for area in staffed.areas_for(child=True)[:2])
    days = monday, monday + timedelta(days=6)
    yield f"{away}-away", away, *days, "Повышение квалификации", substitute


def _referrals(clinics: dict[str, Staffed], today: date) -> Iterator[Row]:
    """To the neurologist: Пётр's to two clinics, Мария's and Олег's to any. Анна's to an ECG."""
    ends = today + timedelta(days=_REFERRAL_DAYS)
    for number, person, clinic, where in (
        ("40-000123", "petr", PETRS_CLINIC, f"{PETRS_CLINIC} {OTHER_CHILDRENS_CLINIC}"),
        ("40-000124", "maria", ADULT_CLINIC, ""),
        ("40-000125", "oleg", ADULT_CLINIC, ""),
    ):
        issued_by = clinics[clinic].areas[0].post.code
        yield number, person, NEUROLOGIST, where, issued_by, today, ends
    other = clinics[OTHER_CHILDRENS_CLINIC]
    if any(it.position.code == ECG for it in other.posts):  # a room without a doctor
        yield "40-000126", "anna", ECG, "", other.areas[0].post.code, today, ends


def _rules(staffed: Staffed) -> Iterator[Row]:
    """Some of each scope. The cast's own doctors stay open through the portal."""
    last = staffed.posts[-1].code
    yield "region", "", "horizon_days", 14
    yield "region", "", "lead_minutes", 15
    yield "region", "", "quotas", '{"epgu": 50, "other_clinic": 20}'
    yield "organisation", _ADULT_HOSPITAL, "lead_minutes", 30
    yield "department", _QUIET_CLINIC, "quotas", '{"epgu": 40, "portal": 60, "other_clinic": 20}'
    yield "position", OCULIST, "horizon_days", 10
    yield "position", DENTIST_FOR_CHILDREN, "lead_minutes", 60
    yield "post", last, "tomorrow_until", "18:00"
