"""How a demo account gets into the database, with contacts, papers and children."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, LiteralString

from registratura_standins.esia import demo_documents
from registratura_standins.esia.database import Connection, execute, value

if TYPE_CHECKING:
    from registratura_standins.esia.demo_accounts import DemoAccount, DemoChild

# Of the account whose second step is an application: public, so that tests can make its codes.
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - a demo's


async def add_account(
    db: Connection, one: "DemoAccount", password_hash: str, now: datetime
) -> bool:
    """Add the account with all that is known of its owner; False if it is there already."""
    async with db.transaction():
        if not await _put_account(db, one, password_hash, now):
            return False
        await _add_logins(db, one)
        await _add_contacts(db, one)
        await _add_papers(db, one)
        for child in one.children:
            await _add_child(db, one, child)
        if one.number == demo_documents.OWNER:
            await demo_documents.add_documents(db, one.oid)
        if one.level == "child":
            await _join_parent(db, one)
    return True


async def _put_account(
    db: Connection, one: "DemoAccount", password_hash: str, now: datetime
) -> bool:
    if await value(db, "select true from account where oid = %(oid)s", oid=one.oid):
        return False
    last_name, first_name, middle_name = one.name.split()
    made = await execute(
        db,
        """
        insert into account (oid, level, password_hash, second_step, totp_secret, last_name,
            first_name, middle_name, birth_date, birth_place, gender, snils, changed_at)
        values (%(oid)s, %(level)s, %(password_hash)s, %(second_step)s, %(totp_secret)s,
            %(last_name)s, %(first_name)s, %(middle_name)s, %(birth_date)s, %(birth_place)s,
            %(gender)s, %(snils)s, %(now)s)
        on conflict (oid) do nothing
        """,
        oid=one.oid,
        level=one.level,
        password_hash=password_hash,
        second_step=one.second_step,
        totp_secret=TOTP_SECRET if one.second_step == "totp" else None,
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


async def _add_logins(db: Connection, one: "DemoAccount") -> None:
    for name in filter(None, (one.phone, one.email, one.snils)):
        await execute(
            db,
            """
            insert into login (name, oid) values (%(name)s, %(oid)s) on conflict (name) do nothing
            """,
            name=name,
            oid=one.oid,
        )


async def _add_contacts(db: Connection, one: "DemoAccount") -> None:
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


async def _add_papers(db: Connection, one: "DemoAccount") -> None:
    if one.level in ("simplified", "child"):
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


async def _add_child(db: Connection, parent: "DemoAccount", child: "DemoChild") -> None:
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


async def _join_parent(db: Connection, one: "DemoAccount") -> None:
    """The child of a parent's list, known by its СНИЛС, has this account."""
    await execute(
        db,
        "update child set account_oid = %(oid)s where snils = %(snils)s",
        oid=one.oid,
        snils=one.snils,
    )


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
