"""Bearers: who calls with a token, for whom he may act now, and how often he has called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from registratura.db import Connection, execute, records
from registratura.people import patients
from registratura.people.patients import PATIENTS, Patient
from registratura.people.tokens import digest

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Bearer:
    """What a living token stands for. `consents` are those of its account, each `name version`."""

    token_id: UUID
    account_id: UUID
    may_book: bool
    patients: tuple[Patient, ...]
    consents: frozenset[str]
    calls: int  # in this window, this one included
    window_ends_at: datetime


async def find(db: Connection, token: str, *, now: datetime, today: date) -> Bearer | None:
    """Who bears the token, or None where it is none, has ended or was revoked.

    One statement counts the call and reads everything, and waits for no disk; `today` is the
    region's date.
    """
    began = datetime.fromtimestamp(
        now.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), now.tzinfo
    )
    try:
        found = await records(
            db,
            _BEARER,
            digest=digest(token),
            now=now,
            window=began,
            next=began + WINDOW,
            today=today,
        )
    except ForeignKeyViolation:  # erased with its account at this very moment
        return None
    return _bearer(found, began + WINDOW) if found else None


async def note_uses(db: Connection) -> int:
    """Write down in which minute each token was used last: counted calls are lost with a crash."""
    return await execute(
        db,
        """
        update token set used_at = window_at from token_use
        where token.id = token_id and (used_at is null or used_at < window_at)
        """,
    )


_BEARER: LiteralString = f"""
    with bearer as materialized (
        select token.id as token_id, token.account_id as bearer_id, token.may_book,
               array(select person_id from token_patient where token_id = token.id) as whom,
               array(select consent.document || ' ' || consent.version from consent
                     where consent.account_id = token.account_id
                       and consent.withdrawn_at is null) as consents
        from token
        where token_sha256 = %(digest)s and ends_at > %(now)s and revoked_at is null
    ), counted as (
        insert into token_use as known (token_id, window_at, calls)
        select token_id, %(window)s, 1 from bearer
        on conflict (token_id) do update
        -- of two processes one may be a moment behind: it counts in the minute that has begun
        set calls = case when known.window_at in (excluded.window_at, %(next)s)
                         then known.calls + 1 else 1 end,
            window_at = case when known.window_at = %(next)s
                             then known.window_at else excluded.window_at end
        returning calls
    )
    select bearer.token_id, bearer.bearer_id, bearer.may_book, bearer.consents, counted.calls,
           patient.*
    from bearer cross join counted
    left join lateral (
        {PATIENTS} and acting.account_id = bearer.bearer_id
        and (linked.id = any(bearer.whom) or card.id = any(bearer.whom))
    ) as patient on true
"""


def _bearer(found: Sequence[dict[str, Any]], ends_at: datetime) -> Bearer:
    told = found[0]
    of_a_patient = patients.Row.__dataclass_fields__
    theirs = [
        patients.Row(**{name: row[name] for name in of_a_patient})
        for row in found
        if row["person_id"] is not None
    ]
    return Bearer(
        token_id=told["token_id"],
        account_id=told["bearer_id"],
        may_book=told["may_book"],
        patients=tuple(patients.once(theirs)),
        consents=frozenset(told["consents"]),
        calls=told["calls"],
        window_ends_at=ends_at,
    )
