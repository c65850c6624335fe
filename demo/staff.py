"""Rows of the staff file: the roles of those of the cast who work at the clinics."""

from collections.abc import Iterator

from demo.cast import AREA_DOCTOR, BY_CODE, PETRS_CLINIC

Row = tuple[object, ...]
_SINCE = "2026-01-01"
_HOSPITAL = "dgb"  # of PETRS_CLINIC


def staff_rows() -> Iterator[Row]:
    """A registrar and a doctor of Пётр's clinic, the head of its hospital, an administrator."""
    for code, role, organisation, department in (
        ("registratova", "registrar", "", PETRS_CLINIC),
        (AREA_DOCTOR, "doctor", "", PETRS_CLINIC),
        ("glavnov", "head", _HOSPITAL, ""),
        ("adminova", "regional_administrator", "", ""),
    ):
        yield f"role-{code}", BY_CODE[code].snils, role, organisation, department, _SINCE, ""
