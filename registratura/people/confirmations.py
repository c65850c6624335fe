"""Confirmations: the desk has seen the document of a parent, or the order of a guardian."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, retried
from registratura.people.acting import ACTING, CARD, LIVING, today_of
from registratura.people.ladder import CONFIRMABLE
from registratura.people.link_refusals import OrderIsForWards, OrderNeeded, OrderOver
from registratura.people.refusals import NotConfirmable, RelativeUnknown


@dataclass(frozen=True)
class Order:
    """An act of guardianship: its number, and the last day on which it holds."""

    number: str
    until: date


@dataclass(frozen=True)
class _Link:
    id: UUID
    person_id: UUID
    kinship: str
    level: str
    order_number: str | None
    ends_on: date | None


@dataclass(frozen=True)
class _Proof:
    """What the link is confirmed by; `ends_on`: the first day without it."""

    document: str
    order_number: str | None
    ends_on: date | None

    @classmethod
    def of(cls, document: str, order: Order | None) -> "_Proof":
        if order is None:
            return cls(document.strip(), None, None)
        return cls(document.strip(), order.number.strip(), order.until + timedelta(days=1))


@retried
async def confirm_link(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    zone: str,
    relative_id: UUID,
    document: str,
    order: Order | None = None,
) -> None:
    """From here on the account sees every visit of its child or ward; `zone` is the region's.

    `document` says which one the desk has seen. A guardian needs his `order` too: the link ends
    with it, or on the ward's 18th birthday if that is earlier; another order takes its place. A
    link that is confirmed stays so, quietly. Refuses with `RelativeUnknown` (no such link, or it
    has ended), `NotConfirmable`, `OrderNeeded`, `OrderIsForWards` or `OrderOver`. Raises
    `ValueError` for a blank document or order.
    """
    if not document.strip() or (order and not order.number.strip()):
        raise ValueError("document, order: blank")
    if now.tzinfo is None:
        raise ValueError("now: a datetime without a zone")
    today = today_of(now, zone)
    async with db.transaction():
        link = await _lock(db, relative_id, today)
        _check(link, order, today)
        proof = _Proof.of(document, order)
        held = (link.order_number, link.ends_on)
        if link.level == "confirmed" and held == (proof.order_number, proof.ends_on):
            return
        await _confirm(db, link, proof, now)
        await audit.record(
            db,
            now=now,
            kind="relative.confirmed",
            actor=actor,
            person_id=link.person_id,
            subject_id=link.id,
            before={"level": link.level},
            after={"level": "confirmed", **_told(proof)},
        )


def _told(proof: _Proof) -> dict[str, object]:
    return {name: given for name, given in vars(proof).items() if given is not None}


def _check(link: _Link, order: Order | None, today: date) -> None:
    if link.kinship not in CONFIRMABLE:
        raise NotConfirmable()
    if link.kinship == "ward" and order is None:
        raise OrderNeeded()
    if link.kinship != "ward" and order is not None:
        raise OrderIsForWards()
    if order is not None and order.until < today:
        raise OrderOver()


async def _lock(db: Connection, relative_id: UUID, today: date) -> _Link:
    found = await find(
        db,
        _Link,
        f"""
        select relative.id, relative.person_id, relative.kinship, relative.level,
               relative.confirmed_by_order as order_number, relative.ends_on
        from {ACTING} {CARD}
        join relative on relative.id = acting.relative_id
        where relative.id = %(relative)s and {LIVING}
          and relative.ended_at is null  -- after a wait only the locked row is read anew
        for no key update of relative
        """,
        relative=relative_id,
        today=today,
    )
    if found is None:
        raise RelativeUnknown()
    return found


async def _confirm(db: Connection, link: _Link, proof: _Proof, now: datetime) -> None:
    await execute(
        db,
        """
        with confirmed as (
            update relative
            set level = 'confirmed', confirmed_by = 'desk', confirmed_by_document = %(document)s,
                confirmed_by_order = %(order_number)s, ends_on = %(ends_on)s
            where id = %(relative)s
            returning id
        )
        insert into outbox (event, subject_id, created_at)
        select 'relative.confirmed', id, %(now)s from confirmed where %(is_new)s
        """,
        **vars(proof),
        relative=link.id,
        is_new=link.level != "confirmed",
        now=now,
    )
