"""Documents of every kind that the profile knows, all of one demo account; invented, as he is."""

from datetime import date
from typing import Any, LiteralString

from registratura_standins.esia.database import Connection, execute

OWNER = 30  # the number of the account that has them
_FIAS = "0b1c5f0e-3a39-4d6a-9c57-0e6e7ad5a001"
_DOCUMENTS: tuple[dict[str, Any], ...] = (
    {
        "type": "FRGN_PASS",
        "series": "75",
        "number": "0000030",
        "issue_date": date(2021, 5, 20),
        "issued_by": "Учебная служба 40001",
        "expiry_date": date(2031, 5, 20),
        "last_name": "KODOV",
        "first_name": "ARTEM",
    },
    {
        "type": "RF_DRIVING_LICENSE",
        "series": "4001",
        "number": "000030",
        "issue_date": date(2018, 9, 3),
        "expiry_date": date(2028, 9, 3),
    },
    {"type": "MLTR_ID", "series": "АА", "number": "0000030", "issue_date": date(2010, 10, 1)},
    {
        "type": "RF_BRTH_CERT",
        "series": "I-ЖТ",
        "number": "400030",
        "issue_date": date(1991, 9, 1),
        "issued_by": "Учебный отдел ЗАГС г. Калуги",
        "act_no": "30",
        "act_date": date(1991, 9, 1),
    },
    {"type": "MDCL_PLCY", "number": "4049100891000039", "medical_org": "СМО «Пример»"},
)
_EMPTY: dict[str, Any] = dict.fromkeys(
    (
        *("series", "issue_date", "issued_by", "expiry_date", "last_name", "first_name"),
        *("act_no", "act_date", "medical_org"),
    )
)
_DOCUMENT: LiteralString = """
    insert into document (id, oid, type, verified, series, number, issue_date, issued_by,
        expiry_date, last_name, first_name, act_no, act_date, medical_org)
    values (%(id)s, %(oid)s, %(type)s, true, %(series)s, %(number)s, %(issue_date)s,
        %(issued_by)s, %(expiry_date)s, %(last_name)s, %(first_name)s, %(act_no)s, %(act_date)s,
        %(medical_org)s)
"""


async def add_documents(db: Connection, oid: int) -> None:
    """Documents, ИНН, and an address of residence beside that of registration."""
    for place, one in enumerate(_DOCUMENTS, start=5):
        await execute(db, _DOCUMENT, **{**_EMPTY, **one, "id": OWNER * 100 + place, "oid": oid})
    await execute(
        db,
        """
        insert into address (id, oid, type, address_str, region, city, street, house, zip_code,
            fias_code)
        values (%(id)s, %(oid)s, 'PLV', 'обл Калужская, г Обнинск, пр-кт Ленина', 'Калужская',
            'Обнинск', 'Ленина', '30', '249030', %(fias)s)
        """,
        id=OWNER * 100,
        oid=oid,
        fias=_FIAS,
    )
    await execute(db, "update account set inn = '400000000030' where oid = %(oid)s", oid=oid)
