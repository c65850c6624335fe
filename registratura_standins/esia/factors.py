"""The second step of a sign-in: a code by SMS or of an application, five minutes, three tries."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registratura_standins.esia import messages, throttle
from registratura_standins.esia.accounts import Account
from registratura_standins.esia.database import Connection, execute, find, value
from registratura_standins.esia.sessions import hash_id, make_id
from registratura_standins.esia.totp import check_totp

LASTS = timedelta(minutes=5)
TRIES = 3


@dataclass(frozen=True)
class SecondStep:
    """A sign-in whose password was right, its hash is `proven`. `phone` is where codes go;
    `has_app`: an application is set up, so that either way may be chosen."""

    oid: int
    proven: str
    method: str
    tries_left: int
    authorisation_id: UUID | None
    phone: str
    has_app: bool


async def start_second_step(
    db: Connection, account: Account, authorisation_id: UUID | None, now: datetime
) -> str | None:
    """Send a code where the account wants one; the secret id of the step for a cookie. None: too
    many codes were sent, or the password is another by now."""
    method = account.second_step or "sms"
    if method == "sms" and not await throttle.may_try(db, "message", str(account.oid), now):
        return None
    step_id, code = make_id(), _make_code()
    begun = await execute(
        db,
        """
        insert into second_step (id_hash, oid, method, code_hash, tries_left, ends_at,
            authorisation_id)
        select %(id_hash)s, oid, %(method)s, %(code_hash)s, %(tries)s, %(ends_at)s,
            %(authorisation)s
        from account where oid = %(oid)s and password_hash = %(proven)s
        for share
        """,
        id_hash=hash_id(step_id),
        oid=account.oid,
        proven=account.password_hash,
        method=method,
        code_hash=_hash_code(step_id, code) if method == "sms" else None,
        tries=TRIES,
        ends_at=now + LASTS,
        authorisation=authorisation_id,
    )
    if not begun:
        return None
    if method == "sms":
        await _send(db, account.oid, code, now)
    return step_id


async def find_second_step(db: Connection, step_id: str | None, now: datetime) -> SecondStep | None:
    """The step that awaits its code."""
    return await find(
        db,
        SecondStep,
        """
        select oid, password_hash as proven, method, tries_left, authorisation_id,
            coalesce((select value from contact where contact.oid = second_step.oid
                and type = 'MBT' order by id limit 1), '') as phone,
            totp_secret is not null as has_app
        from second_step join account using (oid)
        where id_hash = %(id_hash)s and ends_at > %(now)s and tries_left > 0
        """,
        id_hash=hash_id(step_id or ""),
        now=now,
    )


async def send_code(db: Connection, step_id: str, step: SecondStep, now: datetime) -> bool:
    """A new code by SMS, in place of the old one or of the application's. False: too many codes
    were sent."""
    if not step.phone or not await throttle.may_try(db, "message", str(step.oid), now):
        return False
    code = _make_code()
    await execute(
        db,
        """
        update second_step set method = 'sms', code_hash = %(code_hash)s, tries_left = %(tries)s,
            ends_at = %(ends_at)s
        where id_hash = %(id_hash)s
        """,
        code_hash=_hash_code(step_id, code),
        tries=TRIES,
        ends_at=now + LASTS,
        id_hash=hash_id(step_id),
    )
    await _send(db, step.oid, code, now)
    return True


async def ask_app(db: Connection, step_id: str, step: SecondStep) -> bool:
    """From now on a code of the application is awaited. False: none is set up."""
    if step.has_app:
        await execute(
            db,
            """
            update second_step set method = 'totp', code_hash = null where id_hash = %(id_hash)s
            """,
            id_hash=hash_id(step_id),
        )
    return step.has_app


@dataclass(frozen=True)
class _Tried:
    oid: int
    method: str
    code_hash: bytes | None


async def check_code(db: Connection, step_id: str, typed: str, now: datetime) -> bool:
    """True, once, for the right code; each call takes one of the tries."""
    tried = await find(
        db,
        _Tried,
        """
        update second_step set tries_left = tries_left - 1
        where id_hash = %(id_hash)s and ends_at > %(now)s and tries_left > 0
        returning oid, method, code_hash
        """,
        id_hash=hash_id(step_id),
        now=now,
    )
    if tried is None or not await _is_right(db, tried, step_id, typed, now):
        return False
    return await end_second_step(db, step_id)


async def end_second_step(db: Connection, step_id: str) -> bool:
    """Nothing is awaited any more; False if it was over already."""
    ended = await execute(
        db, "delete from second_step where id_hash = %(id_hash)s", id_hash=hash_id(step_id)
    )
    return ended == 1


async def _is_right(db: Connection, tried: _Tried, step_id: str, typed: str, now: datetime) -> bool:
    if tried.method == "totp":
        return await check_totp(db, tried.oid, typed, now)
    digits = "".join(typed.split())
    return secrets.compare_digest(tried.code_hash or b"", _hash_code(step_id, digits))


def _make_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def _hash_code(step_id: str, code: str) -> bytes:
    return hashlib.sha256(f"{step_id}:{code}".encode("utf-8", "replace")).digest()


async def _send(db: Connection, oid: int, code: str, now: datetime) -> None:
    phone = await value(
        db,
        "select value from contact where oid = %(oid)s and type = 'MBT' order by id limit 1",
        oid=oid,
    )
    await messages.send(db, phone, f"Код для входа: {code}. Никому его не сообщайте.", now)
