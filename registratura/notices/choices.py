"""Choices: of which changes an account wants letters. The portal itself tells of everything."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, value

KINDS: Mapping[str, str] = {
    "booked": "Запись сделана",
    "moved": "Запись перенесена",
    "moved_away": "Запись перенёс другой представитель",
    "cancelled": "Запись отменена",
    "proposed": "Клиника отменила приём и предлагает другое время",
    "withdrawn": "Клиника отменила приём, другого времени нет",
}
"""Every kind of notice, in the words of the page where letters are chosen."""


async def search_wanted(db: Connection, account_id: UUID) -> frozenset[str]:
    """The kinds of which the account wants letters; all of them, unless it said otherwise."""
    unwanted = await value(
        db,
        "select array_agg(kind) from unwanted_letter where account_id = %(account)s",
        account=account_id,
    )
    return frozenset(KINDS) - frozenset(unwanted or ())


async def choose(
    db: Connection, account_id: UUID, wanted: Collection[str], *, now: datetime
) -> None:
    """Letters of these kinds only, from here on; a letter that waits is not sent either. An unknown
    kind is nothing. Chosen as before, nothing is written."""
    async with db.transaction():
        person_id = await value(
            db,
            "select person_id from account where id = %(account)s for no key update",
            account=account_id,
        )
        before = await search_wanted(db, account_id)
        after = frozenset(KINDS) & frozenset(wanted)
        if before == after:
            return
        await execute(
            db,
            """
            with taken as (
                delete from unwanted_letter
                where account_id = %(account)s and kind <> all(%(unwanted)s)
            )
            insert into unwanted_letter (account_id, kind)
            select %(account)s, unnest(%(unwanted)s::text[])
            on conflict do nothing
            """,
            account=account_id,
            unwanted=sorted(frozenset(KINDS) - after),
        )
        await audit.record(
            db,
            now=now,
            kind="letters.chosen",
            actor=Actor("account", str(account_id)),
            person_id=person_id,
            before={"letters": sorted(before)},
            after={"letters": sorted(after)},
        )
