"""Erasure: what ЕСИА told for the portal alone is forgotten with the consent that it was told for.

One text for a consent taken back, for a deletion, and for who signed in and agreed to nothing. The
account keeps its number at ЕСИА: by it whom the desk closed out is known again.
"""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura.audit import Actor
from registratura.db import Connection, execute, value
from registratura.people import invitations

# After `forgotten (id)`, the accounts.
_ERASE: LiteralString = """
    , contacts as (
        update account set email = null, phone = null, address = null, policy_number = null
        from forgotten where account.id = forgotten.id
    ), children as (
        delete from esia_child using forgotten where account_id = forgotten.id
    )
    select count(*) from forgotten
"""


async def erase_told(db: Connection, account_id: UUID, *, now: datetime, actor: Actor) -> None:
    """Contacts, address, policy and children that ЕСИА told go; its code is worth nothing.

    In the caller's transaction, the account locked. The next sign-in tells it all anew.
    """
    await execute(
        db, "with forgotten as (select %(account)s::uuid as id)" + _ERASE, account=account_id
    )
    await invitations.withdraw(db, account_id, now=now, actor=actor)


async def sweep(db: Connection, *, now: datetime) -> int:
    """The same for accounts that agreed to nothing within a day of signing in, or have taken it
    back; how many."""
    done: int = await value(
        db,
        """
        with forgotten as (
            select id from account
            where signed_in_at < %(now)s - interval '1 day'
              and (num_nonnulls(email, phone, address, policy_number) > 0
                   or exists (select from esia_child where account_id = account.id))
              and not exists (select from consent
                              where account_id = account.id and withdrawn_at is null)
            order by id
            for no key update skip locked
        )
        """
        + _ERASE,
        now=now,
    )
    return done
