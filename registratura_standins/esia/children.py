"""Children on a parent's list: added with a birth certificate, checked, given an account."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.errors import UniqueViolation

from registratura_standins.esia.database import Connection, execute, value
from registratura_standins.esia.openings import LoginTaken, add_login, put_contact, touch
from registratura_standins.esia.owners import Child
from registratura_standins.esia.passwords import make_hash

MOST = 20
GROWN = 18


@dataclass(frozen=True)
class NewChild:
    """What a parent types; the certificate is checked afterwards."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    gender: str
    snils: str | None
    series: str
    number: str
    issue_date: date
    issued_by: str
    policy: str | None


async def add_child(db: Connection, oid: int, new: NewChild, now: datetime) -> int | None:
    """Put the child on the list, its certificate unverified; its id. None: the list is full, or
    this certificate is on it."""
    async with db.transaction():
        await touch(db, oid, now)  # first: of two windows one waits for the other here
        id: int | None = await value(
            db,
            """
            insert into child (oid, last_name, first_name, middle_name, birth_date, gender, snils)
            select %(oid)s, %(last_name)s, %(first_name)s, %(middle_name)s, %(birth_date)s,
                %(gender)s, %(snils)s
            where %(most)s > (select count(*) from child where oid = %(oid)s)
                and not exists (
                    select from child join document on child_id = child.id
                    where child.oid = %(oid)s and type = 'RF_BRTH_CERT'
                        and series = %(series)s and number = %(number)s
                )
            returning id
            """,
            oid=oid,
            most=MOST,
            **vars(new),
        )
        if id is None:
            return None
        await _add_documents(db, id, new)
    return id


async def verify_certificate(db: Connection, oid: int, child_id: int, now: datetime) -> bool:
    """The register of births confirmed the certificate. False: no such child on this list."""
    async with db.transaction():
        verified = await execute(
            db,
            """
            update document set verified = true
            where child_id = (select id from child where id = %(child)s and oid = %(oid)s)
                and type = 'RF_BRTH_CERT'
            """,
            child=child_id,
            oid=oid,
        )
        await touch(db, oid, now)
    return verified > 0


async def remove_child(db: Connection, oid: int, child_id: int, now: datetime) -> bool:
    """Take the child off the list; an account of its own stays. False: it was not on it."""
    async with db.transaction():
        removed = await execute(
            db,
            "delete from child where id = %(child)s and oid = %(oid)s",
            child=child_id,
            oid=oid,
        )
        await touch(db, oid, now)
    return removed == 1


async def open_child_account(
    db: Connection, child: Child, phone: str, password: str, now: datetime
) -> int | None:
    """An account of the child's own level, signed in by this proven telephone; its oid. None: it
    has one, is on the list no more, or its birth certificate is not verified.

    Refuses with `LoginTaken` a telephone or a СНИЛС of another account.
    """
    password_hash = await make_hash(password)
    try:
        async with db.transaction():
            oid: int | None = await _put_child_account(db, child, password_hash, now)
            if oid is None:
                return None
            await add_login(db, oid, phone)
            if child.snils:
                await add_login(db, oid, child.snils)
            await put_contact(db, oid, "MBT", phone)
    except UniqueViolation as fault:
        raise LoginTaken from fault
    return oid


async def _put_child_account(
    db: Connection, child: Child, password_hash: str, now: datetime
) -> int | None:
    oid: int | None = await value(
        db,
        """
        with made as (
            insert into account (level, password_hash, last_name, first_name, middle_name,
                birth_date, gender, snils, changed_at)
            select 'child', %(password_hash)s, last_name, first_name, middle_name, birth_date,
                gender, snils, %(now)s
            from child where id = %(child)s and account_oid is null and exists (
                select from document
                where child_id = child.id and type = 'RF_BRTH_CERT' and verified
            )
            for update of child
            returning oid
        )
        update child set account_oid = made.oid from made where child.id = %(child)s
        returning account_oid
        """,
        child=child.id,
        password_hash=password_hash,
        now=now,
    )
    return oid


async def _add_documents(db: Connection, child_id: int, new: NewChild) -> None:
    await execute(
        db,
        """
        insert into document (child_id, type, verified, series, number, issue_date, issued_by)
        values (%(child)s, 'RF_BRTH_CERT', false, %(series)s, %(number)s, %(issue_date)s,
            %(issued_by)s)
        """,
        child=child_id,
        **vars(new),
    )
    if new.policy:
        await execute(
            db,
            """
            insert into document (child_id, type, verified, number)
            values (%(child)s, 'MDCL_PLCY', false, %(policy)s)
            """,
            child=child_id,
            policy=new.policy,
        )
