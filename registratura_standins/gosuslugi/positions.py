"""Names of national codes: what the wire calls by number, people read in words.

Positions: НСИ 1.2.643.5.1.13.13.11.1002; specialities: …1066.
"""

AREA_PAEDIATRICIAN = 59
AREA_THERAPIST = 110
GROWN_UP = 18  # full years

POSITIONS = {
    13: "Акушер-гинеколог",
    24: "Дерматовенеролог",
    28: "Детский хирург",
    34: "Кардиолог",
    45: "Невролог",
    49: "Врач общей практики",
    53: "Оториноларинголог (ЛОР)",
    54: "Офтальмолог (окулист)",
    58: "Педиатр",
    AREA_PAEDIATRICIAN: "Педиатр участковый",
    60: "Педиатр городской (районный)",
    100: "Стоматолог",
    101: "Стоматолог детский",
    109: "Терапевт",
    AREA_THERAPIST: "Терапевт участковый",
    114: "Травматолог-ортопед",
    116: "Врач ультразвуковой диагностики (УЗИ)",
    117: "Уролог",
    121: "Электрокардиография (ЭКГ)",
    122: "Хирург",
    125: "Эндокринолог",
}
SPECIALITIES = {
    13: "Клиническая лабораторная диагностика",
    14: "Неврология",
    19: "Оториноларингология",
    20: "Офтальмология",
    22: "Педиатрия",
    27: "Терапия",
    30: "Хирургия",
    33: "Ультразвуковая диагностика",
    35: "Функциональная диагностика",
    118: "Кардиология",
}
# Who is offered to everybody of that age, beside what the patient's own clinic has.
FOR_CHILDREN = (53, 54, 45, 28, 101, 58, 34, 125, 114, 24)
FOR_ADULTS = (109, 53, 54, 45, 122, 100, 34, 13, 125, 117, 114, 24, 49)


def position_name(code: int) -> str:
    """«Педиатр участковый»; a number that the list does not hold stays a number."""
    return POSITIONS.get(code, f"Должность № {code}")


def speciality_name(code: int) -> str:
    """«Неврология»; a number that the list does not hold stays a number."""
    return SPECIALITIES.get(code, f"Специальность № {code}")


def area_position(age: int) -> int:
    """Whose patient somebody of this age is by his address."""
    return AREA_PAEDIATRICIAN if age < GROWN_UP else AREA_THERAPIST


def usual_positions(age: int) -> tuple[int, ...]:
    """Who is offered to this age."""
    return FOR_CHILDREN if age < GROWN_UP else FOR_ADULTS
