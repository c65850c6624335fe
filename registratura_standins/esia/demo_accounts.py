"""Accounts of the demo: invented people, one password for all, the same however often seeded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from registratura_standins.esia.database import Connection, execute, value
from registratura_standins.esia.passwords import hash_password

PASSWORD = "Registratura-40"  # noqa: S105 - public, printed by the demo
OID = 1_000_000_000  # an account's oid is this plus the number that its telephone ends with


@dataclass(frozen=True)
class DemoChild:
    """A child on a demo account's list; `verified` is its birth certificate's state."""

    id: int
    name: str
    birth_date: date
    gender: str
    snils: str
    policy: str
    verified: bool


@dataclass(frozen=True)
class DemoAccount:
    """A demo account; its telephone is +7 900 000-00-`number`. Policy: sixteen digits or None."""

    number: int
    name: str
    birth_date: date | None
    gender: str | None
    snils: str | None
    policy: str | None = None
    email: str | None = None
    level: str = "confirmed"
    second_step: str | None = None
    street: str = "ул Ленина"
    children: tuple[DemoChild, ...] = ()

    @property
    def oid(self) -> int:
        """The account's number in ЕСИА."""
        return OID + self.number

    @property
    def phone(self) -> str:
        """E.164."""
        return f"+790000000{self.number:02}"


ACCOUNTS = (
    DemoAccount(
        1,
        "Иванова Мария Петровна",
        date(1988, 6, 25),
        "F",
        "11223344595",
        "4053110874010015",
        "maria@example.org",
    ),
    DemoAccount(
        2,
        "Смирнов Олег Андреевич",
        date(1985, 3, 14),
        "M",
        "20000000220",
        "4056410835000023",
        email="oleg@example.org",
        street="ул Гагарина",
        children=(
            DemoChild(
                5001,
                "Смирнова Анна Олеговна",
                date(2019, 3, 14),
                "F",
                "20000002123",
                "4096089785000126",
                True,
            ),
            DemoChild(
                5002,
                "Смирнов Денис Олегович",
                date(2012, 11, 2),
                "M",
                "20000002224",
                "4088789747003452",
                False,
            ),
        ),
    ),
    DemoAccount(3, "Чужов Семён Ильич", date(1979, 1, 9), "M", "20000000321", "4058020840000039"),
    # A simplified account: a name and a telephone, nothing is checked.
    DemoAccount(4, "Новикова Дарья Сергеевна", None, None, None, level="simplified"),
    DemoAccount(
        5,
        "Фёдоров Илья Борисович",
        date(1990, 10, 10),
        "M",
        "20000000523",
        "4049900839000052",
        second_step="sms",
    ),
    # Staff: no policy is known here, as often in life.
    DemoAccount(10, "Регистратова Ольга Ивановна", date(1980, 2, 2), "F", "20000001020"),
    DemoAccount(11, "Врачёва Нина Олеговна", date(1975, 3, 3), "F", "20000001121"),
    DemoAccount(12, "Главнов Пётр Сергеевич", date(1968, 4, 4), "M", "20000001222"),
    DemoAccount(13, "Админова Елена Юрьевна", date(1983, 7, 7), "F", "20000001323"),
)


async def seed_demo(db: Connection, now: datetime) -> int:
    """Add the demo's accounts that are missing; how many. Those that are there stay as they are."""
    added = 0
    for one in ACCOUNTS:
        async with db.transaction():
            if not await _add_account(db, one, now):
                continue
            added += 1
            await _add_logins(db, one)
            await _add_contacts(db, one)
            await _add_papers(db, one)
            for child in one.children:
                await _add_child(db, one, child)
    return added


async def _add_account(db: Connection, one: DemoAccount, now: datetime) -> bool:
    if await value(db, "select true from account where oid = %(oid)s", oid=one.oid):
        return False
    last_name, first_name, middle_name = one.name.split()
    made = await execute(
        db,
        """
        insert into account (oid, level, password_hash, second_step, last_name, first_name,
            middle_name, birth_date, birth_place, gender, snils, changed_at)
        values (%(oid)s, %(level)s, %(password_hash)s, %(second_step)s, %(last_name)s,
            %(first_name)s, %(middle_name)s, %(birth_date)s, %(birth_place)s, %(gender)s,
            %(snils)s, %(now)s)
        on conflict (oid) do nothing
        """,
        oid=one.oid,
        level=one.level,
        password_hash=hash_password(PASSWORD),
        second_step=one.second_step,
        last_name=last_name,
        first_name=first_name,
        middle_name=middle_name,
        birth_date=one.birth_date,
        birth_place="г. Калуга" if one.birth_date else None,
        gender=one.gender,
        snils=one.snils,
        now=now,
    )
    return made == 1


async def _add_logins(db: Connection, one: DemoAccount) -> None:
    for name in filter(None, (one.phone, one.email, one.snils)):
        await execute(
            db,
            """
            insert into login (name, oid) values (%(name)s, %(oid)s) on conflict (name) do nothing
            """,
            name=name,
            oid=one.oid,
        )


async def _add_contacts(db: Connection, one: DemoAccount) -> None:
    for place, (type, text) in enumerate((("MBT", one.phone), ("EML", one.email))):
        if text:
            contact = {"id": one.number * 10 + place, "oid": one.oid, "type": type, "value": text}
            await _put(db, _CONTACT, {**contact, "verified": True})
    if one.snils:
        await _put(
            db,
            _ADDRESS,
            {
                "id": one.number,
                "oid": one.oid,
                "address_str": f"обл Калужская, г Калуга, {one.street}",
                "street": one.street.removeprefix("ул "),
                "house": str(one.number),
                "flat": str(one.number + 1),
            },
        )


async def _add_papers(db: Connection, one: DemoAccount) -> None:
    if one.level != "confirmed":
        return
    passport = {
        "id": one.number * 100 + 1,
        "oid": one.oid,
        "type": "RF_PASSPORT",
        "verified": True,
        "series": "2911",
        "number": f"{one.number:06}",
        "issue_date": date(2012, 2, 1),
        "issue_id": "400003",
        "issued_by": "Учебный отдел внутренних дел г. Калуги",
    }
    await _put_document(db, passport)
    if one.policy:
        await _put_document(
            db,
            {
                "id": one.number * 100 + 2,
                "oid": one.oid,
                "type": "MDCL_PLCY",
                "verified": True,
                "number": one.policy,
                "medical_org": "СМО «Пример»",
            },
        )


async def _add_child(db: Connection, parent: DemoAccount, child: DemoChild) -> None:
    last_name, first_name, middle_name = child.name.split()
    await execute(
        db,
        """
        insert into child (id, oid, last_name, first_name, middle_name, birth_date, gender, snils)
        values (%(id)s, %(oid)s, %(last_name)s, %(first_name)s, %(middle_name)s, %(birth_date)s,
            %(gender)s, %(snils)s)
        """,
        id=child.id,
        oid=parent.oid,
        last_name=last_name,
        first_name=first_name,
        middle_name=middle_name,
        birth_date=child.birth_date,
        gender=child.gender,
        snils=child.snils,
    )
    certificate = {
        "id": child.id * 10 + 1,
        "child_id": child.id,
        "type": "RF_BRTH_CERT",
        "verified": child.verified,
        "series": "I-ЖТ",
        "number": f"5{child.id % 1000:05}",
        "issue_date": child.birth_date.replace(day=20),
        "issued_by": "Учебный отдел ЗАГС г. Калуги",
        "act_no": str(child.id % 1000),
        "act_date": child.birth_date.replace(day=20),
    }
    policy = {"id": child.id * 10 + 2, "child_id": child.id, "type": "MDCL_PLCY"}
    await _put_document(db, certificate)
    await _put_document(db, {**policy, "verified": False, "number": child.policy})


_CONTACT: LiteralString = """
    insert into contact (id, oid, type, value, verified)
    values (%(id)s, %(oid)s, %(type)s, %(value)s, %(verified)s)
"""
_ADDRESS: LiteralString = """
    insert into address (id, oid, type, address_str, region, city, street, house, flat, zip_code)
    values (%(id)s, %(oid)s, 'PRG', %(address_str)s, 'Калужская', 'Калуга', %(street)s, %(house)s,
        %(flat)s, '248000')
"""
_DOCUMENT: LiteralString = """
    insert into document (id, oid, child_id, type, verified, series, number, issue_date, issue_id,
        issued_by, act_no, act_date, medical_org)
    values (%(id)s, %(oid)s, %(child_id)s, %(type)s, %(verified)s, %(series)s, %(number)s,
        %(issue_date)s, %(issue_id)s, %(issued_by)s, %(act_no)s, %(act_date)s, %(medical_org)s)
"""
_NO_DOCUMENT: dict[str, Any] = dict.fromkeys(
    (
        "oid",
        "child_id",
        "series",
        "issue_date",
        "issue_id",
        "issued_by",
        "act_no",
        "act_date",
        "medical_org",
    )
)


async def _put_document(db: Connection, fields: dict[str, Any]) -> None:
    await _put(db, _DOCUMENT, {**_NO_DOCUMENT, **fields})


async def _put(db: Connection, sql: LiteralString, fields: dict[str, Any]) -> None:
    await execute(db, sql, **fields)
