"""Idempotency keys: one key, one actor, one request body, one answer, kept for 30 days."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from registratura import db as database
from registratura.audit import Actor
from registratura.booking.refusals import KeyReused
from registratura.db import Connection


@dataclass(frozen=True)
class _Stored:
    fingerprint: bytes
    answer: dict[str, Any] | None


def owner(actor: Actor) -> str:
    """To whom a key belongs: the same key of another actor is another key."""
    return f"{actor.kind}:{actor.id or ''}"


@dataclass(frozen=True)
class Body:
    """What a request asks: of which operation, for whom, and the rest."""

    operation: str
    patients: tuple[UUID, ...]
    rest: tuple[object, ...]

    @property
    def fingerprint(self) -> bytes:
        """A digest of the request: the same key with another body is refused."""
        told = [self.operation, *self.patients, *self.rest]
        return hashlib.sha256("\n".join(map(str, told)).encode()).digest()

    async def fits(self, db: Connection, fingerprint: bytes) -> bool:
        """Whether the key stands for this request, asked then for a card that was joined since."""
        if self.fingerprint == fingerprint:
            return True
        cards = [await _cards_of(db, it) for it in self.patients]
        return any(replace(self, patients=it).fingerprint == fingerprint for it in product(*cards))


async def _cards_of(db: Connection, person_id: UUID) -> list[UUID]:
    """The card and all that were joined into it."""
    found: list[UUID] = await database.value(
        db,
        "select array(select id from person where %(it)s in (id, joined_into) order by id)",
        it=person_id,
    )
    return found


async def claim(
    db: Connection, *, now: datetime, actor: Actor, key: UUID, body: Body
) -> Mapping[str, Any] | None:
    """Claim the key alone; the stored answer if there is one. Refuses with `KeyReused`."""
    claimed = await database.execute(
        db,
        """
        insert into idempotency_key (actor, key, fingerprint, created_at)
        values (%(owner)s, %(key)s, %(fingerprint)s, %(now)s)
        on conflict do nothing
        """,
        owner=owner(actor),
        key=key,
        fingerprint=body.fingerprint,
        now=now,
    )
    return None if claimed else await get_answer(db, owner(actor), key, body)


async def store(db: Connection, actor: Actor, key: UUID, answer: Mapping[str, Any]) -> None:
    """What the key answers from now on."""
    await database.execute(
        db,
        """
        update idempotency_key set answer = %(answer)s
        where actor = %(owner)s and key = %(key)s
        """,
        owner=owner(actor),
        key=key,
        answer=Jsonb(answer),
    )


async def get_answer(db: Connection, key_owner: str, key: UUID, body: Body) -> Mapping[str, Any]:
    """What a claimed key answers. Refuses with `KeyReused` where it stands with another body."""
    stored = await database.one(
        db,
        _Stored,
        "select fingerprint, answer from idempotency_key where actor = %(owner)s and key = %(key)s",
        owner=key_owner,
        key=key,
    )
    if stored.answer is None or not await body.fits(db, stored.fingerprint):
        raise KeyReused()
    return stored.answer
