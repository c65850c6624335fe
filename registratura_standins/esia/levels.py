"""How an account rises: simplified, standard by passport and СНИЛС, confirmed by a visit."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.errors import UniqueViolation

from registratura_standins.esia.database import Connection, execute
from registratura_standins.esia.openings import LoginTaken, add_login, touch

NAMES = {
    "simplified": "Упрощённая",
    "standard": "Стандартная",
    "confirmed": "Подтверждённая",
    "child": "Детская",
}


@dataclass(frozen=True)
class Papers:
    """What is checked with the authorities; here the check digits of the СНИЛС only."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    birth_place: str
    gender: str
    snils: str
    series: str
    number: str
    issue_date: date
    issue_id: str
    issued_by: str


async def make_standard(db: Connection, oid: int, papers: Papers, now: datetime) -> bool:
    """Passport and СНИЛС were found right. False: the account is past that already.

    Refuses with `LoginTaken` a СНИЛС of another account.
    """
    try:
        async with db.transaction():
            if not await _write_person(db, oid, papers, now):
                return False
            await add_login(db, oid, papers.snils)
            await _write_passport(db, oid, papers)
    except UniqueViolation as fault:
        raise LoginTaken from fault
    return True


async def confirm(db: Connection, oid: int, now: datetime) -> bool:
    """The owner was seen with the passport. False: the account is not a standard one."""
    risen = await execute(
        db,
        """
        update account set level = 'confirmed', changed_at = %(now)s
        where oid = %(oid)s and level = 'standard'
        """,
        oid=oid,
        now=now,
    )
    return risen == 1


async def put_policy(db: Connection, oid: int, number: str, now: datetime) -> None:
    """A policy as its owner typed it, in place of the one before: nobody has checked it."""
    async with db.transaction():
        await touch(db, oid, now)  # first: of two windows one waits for the other here
        await execute(
            db, "delete from document where oid = %(oid)s and type = 'MDCL_PLCY'", oid=oid
        )
        await execute(
            db,
            """
            insert into document (oid, type, verified, number)
            values (%(oid)s, 'MDCL_PLCY', false, %(number)s)
            """,
            oid=oid,
            number=number,
        )


async def _write_person(db: Connection, oid: int, papers: Papers, now: datetime) -> bool:
    risen = await execute(
        db,
        """
        update account set level = 'standard', last_name = %(last_name)s,
            first_name = %(first_name)s, middle_name = %(middle_name)s,
            birth_date = %(birth_date)s, birth_place = %(birth_place)s, gender = %(gender)s,
            snils = %(snils)s, changed_at = %(now)s
        where oid = %(oid)s and level = 'simplified'
        """,
        oid=oid,
        now=now,
        **vars(papers),
    )
    return risen == 1


async def _write_passport(db: Connection, oid: int, papers: Papers) -> None:
    await execute(
        db,
        """
        insert into document (oid, type, verified, series, number, issue_date, issue_id, issued_by)
        values (%(oid)s, 'RF_PASSPORT', true, %(series)s, %(number)s, %(issue_date)s,
            %(issue_id)s, %(issued_by)s)
        """,
        oid=oid,
        **vars(papers),
    )
