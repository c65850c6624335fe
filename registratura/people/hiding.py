"""Hiding: from 15 a patient keeps visits to chosen positions from everybody who acts for him."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, one, retried, rows
from registratura.people import accounts
from registratura.people.acting import today_of
from registratura.people.ages import full_years
from registratura.people.ladder import HIDES_FROM, hides_from
from registratura.people.link_refusals import HidingNotYet, PositionUnknown


@dataclass(frozen=True)
class Position:
    """A position that the patient may hide, and whether he does. Sensitive ones come first."""

    id: int
    name: str
    sensitive: bool
    hidden: bool


@dataclass(frozen=True)
class _Owner:
    card_id: UUID
    birth_date: date


async def search(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Position]:
    """The positions that the account's owner may hide at his age. Refuses with `HidingNotYet`."""
    owner = await _get_owner(db, account_id)
    return await _search(db, owner, today_of(now, zone))


@retried
async def hide(
    db: Connection, account_id: UUID, positions: Iterable[int], *, now: datetime, zone: str
) -> None:
    """From here on exactly these positions are hidden: at once, in open sessions too.

    Visits to them are seen by the patient and the clinic alone, whoever booked them. Refuses with
    `HidingNotYet` or `PositionUnknown`; hiding what is hidden changes nothing.
    """
    wanted = set(positions)
    async with db.transaction():
        await accounts.lock(db, account_id)
        owner = await _get_owner(db, account_id)
        known = await _search(db, owner, today_of(now, zone))
        if wanted - {it.id for it in known}:
            raise PositionUnknown()
        before = {it.id for it in known if it.hidden}
        if wanted == before:
            return
        await _write(db, owner, wanted, now)
        await audit.record(
            db,
            now=now,
            kind="positions.hidden",
            actor=Actor("account", str(account_id)),
            person_id=owner.card_id,
            before={"positions": sorted(before)},
            after={"positions": sorted(wanted)},
        )


async def _get_owner(db: Connection, account_id: UUID) -> _Owner:
    return await one(
        db,
        _Owner,
        """
        select coalesce(person.joined_into, person.id) as card_id, account.birth_date
        from account join person on person.id = account.person_id
        where account.id = %(account)s
        """,
        account=account_id,
    )


async def _search(db: Connection, owner: _Owner, today: date) -> list[Position]:
    age = full_years(owner.birth_date, today)
    if age < HIDES_FROM:
        raise HidingNotYet(age=HIDES_FROM)
    found = await rows(
        db,
        Position,
        """
        select position.id, position.name, position.sensitive, exists (
            select from hidden_position
            join person as hider on hider.id = hidden_position.person_id
            where hidden_position.position_id = position.id
              and %(card)s in (hider.id, hider.joined_into)
        ) as hidden
        from position
        where exists (select from post where post.position_id = position.id)
        order by not sensitive, name, id
        """,
        card=owner.card_id,
    )
    return [it for it in found if hides_from(it.name) <= age]


async def _write(db: Connection, owner: _Owner, wanted: set[int], now: datetime) -> None:
    await execute(
        db,
        """
        with shown as (
            delete from hidden_position using person as hider
            where hider.id = hidden_position.person_id
              and %(card)s in (hider.id, hider.joined_into)
              and position_id <> all(%(wanted)s::integer[])
        )
        insert into hidden_position (person_id, position_id, hidden_at)
        select %(card)s, wanted, %(now)s from unnest(%(wanted)s::integer[]) as wanted
        on conflict on constraint a_position_is_hidden_once do nothing
        """,
        card=owner.card_id,
        wanted=sorted(wanted),
        now=now,
    )
