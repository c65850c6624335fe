"""Confirmations: the desk has seen the document of a parent or guardian."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, retried
from registratura.people.refusals import NotConfirmable, RelativeUnknown

CONFIRMABLE = ("child", "ward")  # what a parent (ст. 64 СК РФ) and a guardian (48-ФЗ) declare


@dataclass(frozen=True)
class _Link:
    id: UUID
    person_id: UUID
    kinship: str
    level: str


@retried
async def confirm_link(
    db: Connection, *, now: datetime, actor: Actor, zone: str, relative_id: UUID, document: str
) -> None:
    """From here on the account sees every visit of its child or ward; `zone` is the region's.

    `document` says which one the desk has seen. A link that is confirmed stays so, quietly.
    Refuses with `RelativeUnknown` (no such link, or it has ended) or `NotConfirmable`. Raises
    `ValueError` for a blank document.
    """
    if not document.strip():
        raise ValueError("document: blank")
    if now.tzinfo is None:
        raise ValueError("now: a datetime without a zone")
    async with db.transaction():
        link = await _lock(db, relative_id, now, zone)
        if link.kinship not in CONFIRMABLE:
            raise NotConfirmable()
        if link.level == "confirmed":
            return
        await _confirm(db, link, now, document.strip())
        await audit.record(
            db,
            now=now,
            kind="relative.confirmed",
            actor=actor,
            person_id=link.person_id,
            subject_id=link.id,
            before={"level": link.level},
            after={"level": "confirmed", "document": document.strip()},
        )


async def _lock(db: Connection, relative_id: UUID, now: datetime, zone: str) -> _Link:
    found = await find(
        db,
        _Link,
        """
        select relative.id, relative.person_id, kinship, level
        from relative
        join person as linked on linked.id = relative.person_id
        join person as card on card.id = coalesce(linked.joined_into, linked.id)
        where relative.id = %(relative)s and ended_at is null and card.died_on is null
          and birthday(least(relative.birth_date, card.birth_date), 18) > %(today)s
        for no key update of relative
        """,
        relative=relative_id,
        today=now.astimezone(ZoneInfo(zone)).date(),
    )
    if found is None:
        raise RelativeUnknown()
    return found


async def _confirm(db: Connection, link: _Link, now: datetime, document: str) -> None:
    await execute(
        db,
        """
        with confirmed as (
            update relative set level = 'confirmed', confirmed_by_document = %(document)s
            where id = %(relative)s
            returning id
        )
        insert into outbox (event, subject_id, created_at)
        select 'relative.confirmed', id, %(now)s from confirmed
        """,
        relative=link.id,
        document=document,
        now=now,
    )
