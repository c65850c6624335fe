"""The folder itself: CSV files and a README that says what is real and what is invented."""

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from itertools import chain
from pathlib import Path
from random import Random

from demo import booking, directory
from demo.clinics import staff
from demo.people import Lines, Population, cast_lines
from demo.sizes import Size
from demo.staff import staff_rows

HEADERS = {
    "organisations": "code,oid,name,short_name,zone",
    "departments": "code,organisation,oid,name,address,phone,ages",
    "rooms": "code,department,oid,number,name,floor",
    "positions": (
        "code,name,speciality,visit_minutes,area_kind,self_booking,needs_referral,sensitive"
    ),
    "national_codes": "position,national,service,service_name",
    "practitioners": "code,snils,last_name,first_name,middle_name",
    "posts": "code,practitioner,position,department,room,age_from,age_to,sex",
    "areas": "code,department,number,kind,post",
    "area_addresses": "area,settlement,street,parity,house_from,house_to",
    "schedule_templates": (
        "code,post,room,weekday,weeks,starts,ends,minutes,kind,seats,channels,valid_from,valid_to"
    ),
    "persons": "code,last_name,first_name,middle_name,birth_date,sex,snils,died_on",
    "policies": "person,series,number,valid_from,valid_to",
    "attachments": "person,department,area,kind,valid_from,valid_to",
    "holidays": "organisation,day,name",
    "absences": "code,post,first_day,last_day,reason,substitute",
    "referrals": "number,person,position,departments,issued_by,valid_from,valid_to",
    "rules": "scope,code,rule,value",
    "staff": "code,snils,role,organisation,department,valid_from,valid_to",
}
_README = """\
Учебный регион «Калужская область», размер {size}, затравка {seed}, на {today:%d.%m.%Y}.

Настоящие: названия районов и городов, названия государственных медицинских организаций
и несколько адресов поликлиник, известных из открытых публикаций; праздничные дни.

Вымышлены: все люди и врачи, их даты рождения, СНИЛС и номера полисов, прикрепления, участки
и их улицы, телефоны, кабинеты, расписания, роли сотрудников, коды и OID, почти все номера
домов, больницы с пометкой «вымышленная», учебный день без приёма, отсутствия врачей,
направления и правила записи. Любое совпадение с настоящими людьми случайно.

Загрузка: registratura load-region ПУТЬ
"""


def write(folder: Path, size: Size, seed: int, today: date) -> None:
    """Write the region; the same size, seed and day give the same files, byte by byte.

    Raises `OSError` where the folder cannot be written. Files of the same names are replaced.
    """
    random = Random(seed)  # noqa: S311 - a believable region, not a secret
    folder.mkdir(parents=True, exist_ok=True)
    clinics = staff(size, random)
    tables = directory.write_rows(size, clinics) | booking.write_rows(clinics, today)
    tables["staff"] = staff_rows()
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(HEADERS[name] + "\n")
            csv.writer(file, lineterminator="\n").writerows(rows)
    cast = list(cast_lines(clinics))
    crowd = Population(clinics, random).people(size.persons - len(cast))
    _write_people(folder, chain(cast, crowd))
    readme = _README.format(size=size.name, seed=seed, today=today)
    (folder / "README.txt").write_text(readme, encoding="utf-8")


def _write_people(folder: Path, people: Iterable[Lines]) -> None:
    with ExitStack() as stack:
        persons, policies, attachments = (
            stack.enter_context(
                (folder / f"{name}.csv").open("w", encoding="utf-8", buffering=1 << 18)
            )
            for name in ("persons", "policies", "attachments")
        )
        persons.write(HEADERS["persons"] + "\n")
        policies.write(HEADERS["policies"] + "\n")
        attachments.write(HEADERS["attachments"] + "\n")
        for it in people:
            persons.write(it.person)
            policies.write(it.policy)
            attachments.write(it.attachment)
