"""Deletion requests: an account asks the portal to forget what the law lets it forget.

What a law demands is kept (ч. 5 ст. 21 152-ФЗ): the clinic's card and visits (п. 12 ч. 1 ст. 79
323-ФЗ), the journal and the consents, which prove what was done and on which ground.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation

from registratura import audit
from registratura.audit import Actor, readings
from registratura.db import Connection, execute, find, one, rows, value
from registratura.people import accounts, erasure, names
from registratura.people.acting import today_of
from registratura.people.refusals import DeletionAskedTwice, DeletionUnknown


@dataclass(frozen=True)
class Deletion:
    """A request and what became of it: new, taken_back, done."""

    id: UUID
    state: str
    requested_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Asked(Deletion):
    """A request as staff see it, with whose it is."""

    person_id: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    links: int  # living links to relatives
    coming: int  # visits ahead: they stay

    @property
    def name(self) -> str:
        """«Иванова М.П.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)


@dataclass(frozen=True)
class _Closed:
    id: UUID
    account_id: UUID
    person_id: UUID


async def find_latest(db: Connection, account_id: UUID) -> Deletion | None:
    """The account's last request, or None if it never asked."""
    return await find(
        db,
        Deletion,
        """
        select id, state, requested_at, closed_at from deletion_request
        where account_id = %(account)s order by requested_at desc limit 1
        """,
        account=account_id,
    )


async def ask(db: Connection, account_id: UUID, *, now: datetime) -> None:
    """Ask for it. Refuses with `DeletionAskedTwice` while an earlier request waits."""
    try:
        async with db.transaction():
            made = await one(
                db,
                _Closed,
                """
                with made as (
                    insert into deletion_request (account_id, requested_at)
                    values (%(account)s, %(now)s) returning id, account_id
                )
                select made.id, account_id, person_id
                from made join account on account.id = account_id
                """,
                account=account_id,
                now=now,
            )
            await _tell(db, "requested", made, now, Actor("account", str(account_id)))
    except UniqueViolation:
        raise DeletionAskedTwice() from None


async def take_back(db: Connection, account_id: UUID, *, now: datetime) -> None:
    """The owner thought better of it. Refuses with `DeletionUnknown` where nothing waits."""
    async with db.transaction():
        closed = await find(
            db,
            _Closed,
            """
            update deletion_request as request set state = 'taken_back', closed_at = %(now)s
            from account
            where account.id = request.account_id and request.account_id = %(account)s
              and request.state = 'new'
            returning request.id, account.id as account_id, account.person_id
            """,
            account=account_id,
            now=now,
        )
        if closed is None:
            raise DeletionUnknown()
        await _tell(db, "taken_back", closed, now, Actor("account", str(account_id)))


async def search_new(db: Connection, *, now: datetime, actor: Actor, zone: str) -> list[Asked]:
    """Every request that waits, the oldest first. Whoever looks is in the journal of those whose
    they are, once a day of the region."""
    found = await rows(
        db,
        Asked,
        """
        select request.id, request.state, requested_at, closed_at, person_id, last_name,
               first_name, middle_name,
               (select count(*) from relative
                where account_id = account.id and ended_at is null) as links,
               (select count(*) from appointment
                where account_id = account.id and state = 'booked'
                  and starts_at > %(now)s) as coming
        from deletion_request as request join account on account.id = request.account_id
        where request.state = 'new'
        order by requested_at, request.id
        """,
        now=now,
    )
    await readings.record(
        db,
        now=now,
        day=today_of(now, zone),
        actor=actor,
        kind="deletion.read",
        persons=[it.person_id for it in found],
    )
    return found


async def count_new(db: Connection) -> int:
    """How many wait; nobody's name is read."""
    waiting: int = await value(db, "select count(*) from deletion_request where state = 'new'")
    return waiting


async def get_new(
    db: Connection, request_id: UUID, *, now: datetime, actor: Actor, zone: str
) -> Asked:
    """One that waits. Refuses with `DeletionUnknown`."""
    for asked in await search_new(db, now=now, actor=actor, zone=zone):  # a few at a time
        if asked.id == request_id:
            return asked
    raise DeletionUnknown()


async def carry_out(db: Connection, request_id: UUID, *, now: datetime, actor: Actor) -> None:
    """Erase what the portal keeps for itself alone: contacts, the policy and the children that ЕСИА
    told, codes, messages, choices, sessions, tokens; links to relatives end, consents are
    withdrawn. Coming visits stay.

    Signing in anew begins anew. Refuses with `DeletionUnknown` where the request does not wait.
    """
    async with db.transaction():
        closed = await find(
            db,
            _Closed,
            """
            update deletion_request as request
            set state = 'done', closed_at = %(now)s, closed_by = %(who)s
            from account
            where request.id = %(request)s and request.state = 'new'
              and account.id = request.account_id
            returning request.id, account.id as account_id, account.person_id
            """,
            request=request_id,
            now=now,
            who=actor.id or actor.kind,
        )
        if closed is None:
            raise DeletionUnknown()
        await accounts.lock(db, closed.account_id)
        await execute(
            db,
            _LEAVE,
            account=closed.account_id,
            now=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
        )
        await execute(db, _ERASE, account=closed.account_id, now=now)
        await erasure.erase_told(db, closed.account_id, now=now, actor=actor)
        await _tell(db, "carried_out", closed, now, actor)


# Before the consents and in id order, as a booking locks what it stands on. Of a link that the desk
# closed nothing goes: by what was told then its patient is known again.
_LEAVE: LiteralString = """
    with its as (
        select id, ended_at from relative where account_id = %(account)s and closed_at is null
        order by id
        for no key update
    ), left_alone as (
        update relative
        set ended_at = coalesce(its.ended_at, %(now)s), snils = null, esia_child = null
        from its where relative.id = its.id
    )
    insert into event (at, kind, actor_kind, actor_id, person_id, subject_id)
    select %(now)s, 'relative.left', %(actor_kind)s, %(actor_id)s, person_id, id
    from relative where id in (select id from its where ended_at is null)
"""

_ERASE: LiteralString = """
    with untold as (
        delete from notice where account_id = %(account)s
    ), unchosen as (
        delete from unwanted_letter where account_id = %(account)s
    ), signed_out as (
        delete from web_session where account_id = %(account)s
    ), unlet as (
        delete from token where account_id = %(account)s
    )
    update consent set withdrawn_at = %(now)s
    where account_id = %(account)s and withdrawn_at is null
"""


async def _tell(db: Connection, verb: str, request: _Closed, now: datetime, actor: Actor) -> None:
    await audit.record(
        db,
        now=now,
        kind=f"deletion.{verb}",
        actor=actor,
        person_id=request.person_id,
        subject_id=request.id,
    )
