"""Positions of the national list, as a patient reads them, and who works where.

Numbers: НСИ 1.2.643.5.1.13.13.11.1002 (positions) and …1066 (specialities). Minutes of a visit:
orders of the Ministry of Health 290n of 2015, 973n of 2016 and later ones; the rest is invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """A position with its rules of booking; `sex` limits whom it receives."""

    code: int
    name: str
    speciality: int
    minutes: int
    area_kind: str = ""
    self_booking: int = 1
    needs_referral: int = 0
    sensitive: int = 0
    sex: str = ""


NEUROLOGIST = 45
OCULIST = 54
PAEDIATRICIAN = 59
DENTIST_FOR_CHILDREN = 101
THERAPIST = 110
ECG = 121

POSITIONS = {
    it.code: it
    for it in (
        Position(13, "Акушер-гинеколог", 8, 22, sensitive=1, sex="F"),
        Position(24, "Дерматовенеролог", 10, 15, sensitive=1),
        Position(28, "Детский хирург", 11, 20),
        Position(34, "Кардиолог", 118, 24),
        Position(NEUROLOGIST, "Невролог", 14, 22, needs_referral=1),
        Position(49, "Врач общей практики", 16, 18),
        Position(53, "Оториноларинголог (ЛОР)", 19, 16),
        Position(OCULIST, "Офтальмолог (окулист)", 20, 14),
        Position(58, "Педиатр", 22, 15),
        Position(PAEDIATRICIAN, "Педиатр участковый", 22, 15, area_kind="paediatric"),
        Position(100, "Стоматолог", 171, 44),
        Position(DENTIST_FOR_CHILDREN, "Стоматолог детский", 174, 44),
        Position(109, "Терапевт", 27, 15),
        Position(THERAPIST, "Терапевт участковый", 27, 15, area_kind="therapeutic"),
        Position(114, "Травматолог-ортопед", 28, 20),
        Position(116, "Врач ультразвуковой диагностики (УЗИ)", 33, 20, needs_referral=1),
        Position(117, "Уролог", 145, 20),
        Position(ECG, "Электрокардиография (ЭКГ)", 35, 15, needs_referral=1),
        Position(122, "Хирург", 30, 26),
        Position(125, "Эндокринолог", 31, 19),
    )
}

# The most wanted first: a small clinic has the beginning of its list.
SPECIALISTS = {
    "adult": (54, 53, 122, 45, 100, 13, 34, 125, 117, 114, 24, 109, 116),
    "child": (53, 28, 45, 54, 101, 58, 125, 24, 114, 34, 116),
    "all": (49, 100),
    "consultative": (34, 125, 45, 117, 114, 116),
    "women": (13, 13, 116),
    "oncological": (122, 116),
}
