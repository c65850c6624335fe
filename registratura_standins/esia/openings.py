"""Accounts that people open themselves; what they change in them: password, contacts."""

from datetime import datetime

from psycopg.errors import UniqueViolation

from registratura_standins.esia import throttle
from registratura_standins.esia.accounts import Account, find_account
from registratura_standins.esia.database import Connection, execute, value
from registratura_standins.esia.passwords import check_password, make_hash
from registratura_standins.esia.sessions import end_all

WRONG_PRESENT = "Пароль не подошёл, или попыток было слишком много"


class LoginTaken(Exception):
    """The telephone, e-mail or СНИЛС is the login of another account."""


async def is_login_taken(db: Connection, name: str) -> bool:
    """Whether an account is known by this name."""
    return await value(db, "select true from login where name = %(name)s", name=name) is True


async def open_account(
    db: Connection,
    *,
    last_name: str,
    first_name: str,
    phone: str,
    password: str,
    now: datetime,
) -> Account:
    """A simplified account with a proven telephone. Refuses with `LoginTaken`."""
    password_hash = await make_hash(password)
    async with db.transaction():
        oid: int = await value(
            db,
            """
            insert into account (level, password_hash, last_name, first_name, changed_at)
            values ('simplified', %(password_hash)s, %(last_name)s, %(first_name)s, %(now)s)
            returning oid
            """,
            password_hash=password_hash,
            last_name=last_name,
            first_name=first_name,
            now=now,
        )
        await add_login(db, oid, phone)
        await put_contact(db, oid, "MBT", phone)
        opened = await find_account(db, oid)
    if opened is None:
        raise LookupError("the account that was just opened")
    return opened


async def add_login(db: Connection, oid: int, name: str) -> None:
    """One more name to sign in with. Refuses with `LoginTaken`."""
    try:
        async with db.transaction():
            await execute(
                db,
                "insert into login (name, oid) values (%(name)s, %(oid)s)",
                name=name,
                oid=oid,
            )
    except UniqueViolation as fault:
        raise LoginTaken from fault


async def put_contact(db: Connection, oid: int, type: str, value: str) -> None:
    """A proven contact of this type, in place of the one before."""
    await execute(
        db, "delete from contact where oid = %(oid)s and type = %(type)s", oid=oid, type=type
    )
    await execute(
        db,
        """
        insert into contact (oid, type, value, verified)
        values (%(oid)s, %(type)s, %(value)s, true)
        """,
        oid=oid,
        type=type,
        value=value,
    )


async def change_contact(db: Connection, oid: int, target: str, now: datetime) -> None:
    """The proven telephone or e-mail becomes contact and login; codes that were sent to the old one
    are worth nothing. Refuses with `LoginTaken`."""
    type = "EML" if "@" in target else "MBT"
    async with db.transaction():
        await touch(db, oid, now)  # first: of two windows one waits for the other here
        await _end_codes_sent_to(db, oid, type)
        await execute(
            db,
            """
            delete from login where oid = %(oid)s and name in (
                select value from contact where oid = %(oid)s and type = %(type)s
            )
            """,
            oid=oid,
            type=type,
        )
        await add_login(db, oid, target)
        await put_contact(db, oid, type, target)


async def _end_codes_sent_to(db: Connection, oid: int, type: str) -> None:
    await execute(
        db,
        """
        delete from challenge where oid = %(oid)s and purpose = 'recovery' and target in (
            select value from contact where oid = %(oid)s and type = %(type)s
        )
        """,
        oid=oid,
        type=type,
    )
    if type == "MBT":
        await execute(db, "delete from second_step where oid = %(oid)s and method = 'sms'", oid=oid)


async def set_password(db: Connection, oid: int, password: str) -> None:
    """A new password. What rested on the old one ends: sessions, sign-ins that await their code,
    proofs under way, tokens of clients; wrong tries before it no longer count."""
    password_hash = await make_hash(password)
    async with db.transaction():
        # The first waits for sessions that are just beginning; the others see what came of them.
        await execute(
            db,
            "update account set password_hash = %(password_hash)s where oid = %(oid)s",
            oid=oid,
            password_hash=password_hash,
        )
        await end_all(db, oid)
        await execute(db, "delete from second_step where oid = %(oid)s", oid=oid)
        await execute(db, "delete from challenge where oid = %(oid)s", oid=oid)
        await execute(db, "delete from permit where oid = %(oid)s", oid=oid)
        await throttle.forget_tries(db, "account", f"oid:{oid}")


async def is_password_of(db: Connection, account: Account, password: str, now: datetime) -> bool:
    """Whether this is the password, asked again before a change; wrong tries count."""
    subject = f"oid:{account.oid}"
    allowed = await throttle.may_try(db, "account", subject, now)
    kept = account.password_hash if allowed else None
    if not await check_password(kept, password):
        return False
    await throttle.forget_tries(db, "account", subject)
    return True


async def set_second_step(db: Connection, oid: int, method: str | None) -> None:
    """What is asked after the password: `sms` or nothing; an application's secret is forgotten."""
    await execute(
        db,
        """
        update account set second_step = %(method)s, totp_secret = null, totp_offered = null
        where oid = %(oid)s
        """,
        oid=oid,
        method=method,
    )


async def touch(db: Connection, oid: int, now: datetime) -> None:
    """What is known of the owner was changed: `updatedOn` of the profile."""
    await execute(
        db, "update account set changed_at = %(now)s where oid = %(oid)s", oid=oid, now=now
    )
