"""A code that proves a telephone or an e-mail: for registration, recovery, change of a contact."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from registratura_standins.esia import messages, throttle
from registratura_standins.esia.database import Connection, execute, find
from registratura_standins.esia.sessions import hash_id, make_id

LASTS = timedelta(minutes=15)
TRIES = 3
_ELSEWHERE = "Этот телефон или почта уже указаны в другой учётной записи."
# What is told instead of a code. Who asks for the password of nobody's account is told nothing.
_INSTEAD = {
    "registration": "С этим номером учётная запись уже есть. Войдите или восстановите пароль.",
    "contact": _ELSEWHERE,
    "child": _ELSEWHERE,
    "recovery": "",
}


@dataclass(frozen=True)
class Challenge:
    """`asked` is what tries are counted for; `typed` is what the form held before it; `proven`:
    the right code was typed."""

    purpose: str
    target: str
    asked: str
    oid: int | None
    tries_left: int
    typed: dict[str, Any]
    proven: bool
    code_fits: bool


@dataclass(frozen=True)
class Proof:
    """What is to be proven. Without `code_fits` the page is the same, but no code will do, and
    whoever owns the target is told something else.

    `asked` is what was typed, if that is not the target itself: who counted tries for a telephone
    that a СНИЛС led to would tell by them whose it is.
    """

    purpose: str
    target: str
    oid: int | None = None
    typed: dict[str, Any] | None = None
    code_fits: bool = True
    asked: str = ""

    @property
    def subject(self) -> str:
        """What messages and codes are counted for: the purpose, and what was typed."""
        return subject_of(self.purpose, self.asked or self.target)


def subject_of(purpose: str, asked: str) -> str:
    """The name under which tries to prove this are counted."""
    return f"{purpose}:{asked}"


async def start_challenge(db: Connection, proof: Proof, address: str, now: datetime) -> str | None:
    """Send the code; the secret id for a cookie. None: too many were asked for by this address, or
    for this target. A recovery tells nothing of a login: its page comes without a code."""
    if not await throttle.may_try(db, "challenge", address, now):
        return None
    allowed = await throttle.may_try(db, "message", proof.subject, now)
    if not allowed and proof.purpose != "recovery":
        return None
    fits = proof.code_fits and allowed
    challenge_id, code = make_id(), f"{secrets.randbelow(1_000_000):06}"
    words = f"Код подтверждения: {code}. Никому его не сообщайте."
    words = words if fits else _INSTEAD[proof.purpose]
    async with db.transaction():  # one wait for the disk, whether there is a message or not
        await _keep(db, challenge_id, proof, _hash_code(challenge_id, code) if fits else None, now)
        await messages.send(db, proof.target, words, now)
    return challenge_id


async def _keep(
    db: Connection, challenge_id: str, proof: Proof, code_hash: bytes | None, now: datetime
) -> None:
    await execute(
        db,
        """
        insert into challenge (id_hash, purpose, target, asked, oid, code_hash, tries_left, typed,
            ends_at)
        values (%(id_hash)s, %(purpose)s, %(target)s, %(asked)s, %(oid)s, %(code_hash)s, %(tries)s,
            %(typed)s, %(ends_at)s)
        """,
        id_hash=hash_id(challenge_id),
        purpose=proof.purpose,
        target=proof.target,
        asked=proof.asked or proof.target,
        oid=proof.oid,
        code_hash=code_hash,
        tries=TRIES,
        typed=Jsonb(proof.typed or {}),
        ends_at=now + LASTS,
    )


async def find_challenge(
    db: Connection, challenge_id: str | None, purpose: str, now: datetime
) -> Challenge | None:
    """The one that awaits its code, or has got it."""
    return await find(
        db,
        Challenge,
        """
        select purpose, target, asked, oid, tries_left, typed, proven,
            code_hash is not null as code_fits
        from challenge
        where id_hash = %(id_hash)s and purpose = %(purpose)s and ends_at > %(now)s
            and (proven or tries_left > 0)
        """,
        id_hash=hash_id(challenge_id or ""),
        purpose=purpose,
        now=now,
    )


async def prove(db: Connection, challenge_id: str, typed: str, now: datetime) -> bool:
    """True for the right code; each call takes one of the three tries."""
    digits = "".join(typed.split())
    proven = await execute(
        db,
        """
        with tried as (
            update challenge set tries_left = tries_left - 1
            where id_hash = %(id_hash)s and ends_at > %(now)s and tries_left > 0 and not proven
            returning id_hash, code_hash
        )
        select 1 from tried where code_hash = %(code_hash)s
        """,
        id_hash=hash_id(challenge_id),
        code_hash=_hash_code(challenge_id, digits),
        now=now,
    )
    if proven:
        await execute(
            db,
            "update challenge set proven = true where id_hash = %(id_hash)s",
            id_hash=hash_id(challenge_id),
        )
    return proven == 1


async def end_challenge(db: Connection, challenge_id: str) -> bool:
    """Spend it; False if another request was faster."""
    ended = await execute(
        db, "delete from challenge where id_hash = %(id_hash)s", id_hash=hash_id(challenge_id)
    )
    return ended == 1


def _hash_code(challenge_id: str, code: str) -> bytes:
    return hashlib.sha256(f"{challenge_id}:{code}".encode("utf-8", "replace")).digest()
