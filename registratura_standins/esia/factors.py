"""The second step of a sign-in: a code by SMS, five minutes, three tries, sent again on request."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registratura_standins.esia import messages, throttle
from registratura_standins.esia.database import Connection, execute, find, value
from registratura_standins.esia.sessions import hash_id, make_id

LASTS = timedelta(minutes=5)
TRIES = 3


@dataclass(frozen=True)
class SecondStep:
    """A sign-in whose password was right. `phone` is where the code went."""

    oid: int
    tries_left: int
    authorisation_id: UUID | None
    phone: str


async def start_second_step(
    db: Connection, oid: int, authorisation_id: UUID | None, now: datetime
) -> str | None:
    """Send a code; the secret id of the step for a cookie. None: too many codes were sent."""
    if not await throttle.may_try(db, "message", str(oid), now):
        return None
    step_id, code = make_id(), _make_code()
    await execute(
        db,
        """
        insert into second_step (id_hash, oid, code_hash, tries_left, ends_at, authorisation_id)
        values (%(id_hash)s, %(oid)s, %(code_hash)s, %(tries)s, %(ends_at)s, %(authorisation)s)
        """,
        id_hash=hash_id(step_id),
        oid=oid,
        code_hash=_hash_code(step_id, code),
        tries=TRIES,
        ends_at=now + LASTS,
        authorisation=authorisation_id,
    )
    await _send(db, oid, code, now)
    return step_id


async def find_second_step(db: Connection, step_id: str | None, now: datetime) -> SecondStep | None:
    """The step that awaits its code."""
    return await find(
        db,
        SecondStep,
        """
        select oid, tries_left, authorisation_id,
            (select value from contact where contact.oid = second_step.oid and type = 'MBT'
             order by id limit 1) as phone
        from second_step where id_hash = %(id_hash)s and ends_at > %(now)s and tries_left > 0
        """,
        id_hash=hash_id(step_id or ""),
        now=now,
    )


async def send_again(db: Connection, step_id: str, step: SecondStep, now: datetime) -> bool:
    """A new code in place of the old one. False: too many codes were sent."""
    if not await throttle.may_try(db, "message", str(step.oid), now):
        return False
    code = _make_code()
    await execute(
        db,
        """
        update second_step
        set code_hash = %(code_hash)s, tries_left = %(tries)s, ends_at = %(ends_at)s
        where id_hash = %(id_hash)s
        """,
        code_hash=_hash_code(step_id, code),
        tries=TRIES,
        ends_at=now + LASTS,
        id_hash=hash_id(step_id),
    )
    await _send(db, step.oid, code, now)
    return True


async def check_code(db: Connection, step_id: str, typed: str, now: datetime) -> bool:
    """True, once, for the right code; each call takes one of the tries."""
    kept = await value(
        db,
        """
        update second_step set tries_left = tries_left - 1
        where id_hash = %(id_hash)s and ends_at > %(now)s and tries_left > 0
        returning code_hash
        """,
        id_hash=hash_id(step_id),
        now=now,
    )
    digits = "".join(typed.split())
    if kept is None or not secrets.compare_digest(kept, _hash_code(step_id, digits)):
        return False
    taken = await execute(
        db, "delete from second_step where id_hash = %(id_hash)s", id_hash=hash_id(step_id)
    )
    return taken == 1


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
