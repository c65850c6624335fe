"""The people whom every demo region knows: those of the printed instructions. All invented."""

from dataclasses import dataclass
from datetime import date

from demo.numbers import day_number, policy, snils

AREA_DOCTOR = "vracheva"  # practitioner of the first area of PETRS_CLINIC
PETRS_CLINIC = "dgb-5"
OTHER_CHILDRENS_CLINIC = "dgb-kub"
ADULT_CLINIC = "gkb4-2"


@dataclass(frozen=True)
class Member:
    """Somebody of the cast; `area` is the place of his area in the clinic, from 0."""

    code: str
    last_name: str
    first_name: str
    middle_name: str
    birth_date: date
    sex: str
    snils: str
    policy: str
    clinic: str = ADULT_CLINIC
    area: int = 0


def _adult(number: int, code: str, name: str, birth_date: date, sex: str) -> Member:
    last_name, first_name, middle_name = name.split()
    return Member(
        code,
        last_name,
        first_name,
        middle_name,
        birth_date,
        sex,
        snils(200_000_000 + number),
        policy(day_number(birth_date), sex, number),
        area=number % 2,
    )


CAST = (
    Member(
        "maria",
        "Иванова",
        "Мария",
        "Петровна",
        date(1988, 6, 25),
        "F",
        "11223344595",
        "4053110874010015",
    ),
    # As on his printed policy: sixteen digits, the last one wrong.
    Member(
        "petr",
        "Иванов",
        "Пётр",
        "Иванович",
        date(2015, 1, 1),
        "M",
        "",
        "1234567891234567",
        PETRS_CLINIC,
    ),
    _adult(2, "oleg", "Смирнов Олег Андреевич", date(1985, 3, 14), "M"),
    Member(
        "anna",
        "Смирнова",
        "Анна",
        "Олеговна",
        date(2019, 3, 14),
        "F",
        snils(200_000_021),
        "4096089785000126",
        OTHER_CHILDRENS_CLINIC,
    ),
    Member(
        "denis",
        "Смирнов",
        "Денис",
        "Олегович",
        date(2012, 11, 2),
        "M",
        snils(200_000_022),
        "4088789747003452",
        OTHER_CHILDRENS_CLINIC,
    ),
    _adult(3, "chuzhoy", "Чужов Семён Ильич", date(1979, 1, 9), "M"),
    _adult(4, "novikova", "Новикова Дарья Сергеевна", date(1995, 5, 5), "F"),
    _adult(5, "fyodorov", "Фёдоров Илья Борисович", date(1990, 10, 10), "M"),
    Member(
        "vera",
        "Соколова",
        "Вера",
        "Андреевна",
        date(2010, 4, 12),
        "F",
        snils(200_000_006),
        "4095989787000068",
        OTHER_CHILDRENS_CLINIC,
        area=1,
    ),
    _adult(7, "irina", "Соколова Ирина Павловна", date(1984, 9, 1), "F"),
    _adult(8, "andrey", "Соколов Андрей Викторович", date(1982, 2, 20), "M"),
    _adult(10, "registratova", "Регистратова Ольга Ивановна", date(1980, 2, 2), "F"),
    _adult(11, AREA_DOCTOR, "Врачёва Нина Олеговна", date(1975, 3, 3), "F"),
    _adult(12, "glavnov", "Главнов Пётр Сергеевич", date(1968, 4, 4), "M"),
    _adult(13, "adminova", "Админова Елена Юрьевна", date(1983, 7, 7), "F"),
    _adult(30, "kodov", "Кодов Артём Павлович", date(1991, 8, 19), "M"),
    _adult(31, "chernovikova", "Черновикова Вера Юрьевна", date(1994, 12, 5), "F"),
)
BY_CODE = {member.code: member for member in CAST}
