"""One row of `event` for every change and every reading of a person's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from json import dumps
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from registratura.db import Connection, execute

Fields = Mapping[str, object]


@dataclass(frozen=True)
class Actor:
    """Who did it: an account of the portal, a member of staff, the federation, or the system."""

    kind: Literal["account", "staff", "federation", "system"]
    id: str | None = None


async def record(
    db: Connection,
    *,
    now: datetime,
    kind: str,
    actor: Actor,
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    before: Fields | None = None,
    after: Fields | None = None,
) -> None:
    """Add one event, in the caller's transaction; nobody can change or remove it later.

    `kind` is `noun.verb` (`appointment.booked`), `person_id` whose data it is, `subject_id`
    the thing that changed. Dates, times and UUIDs in `before` and `after` become text.
    """
    await execute(
        db,
        """
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
        values (%(at)s, %(kind)s, %(actor_kind)s, %(actor_id)s, %(person_id)s, %(subject_id)s,
                %(before)s, %(after)s)
        """,
        at=now,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        person_id=person_id,
        subject_id=subject_id,
        before=_json(before),
        after=_json(after),
    )


def _json(fields: Fields | None) -> Jsonb | None:
    return None if fields is None else Jsonb(fields, dumps=lambda it: dumps(it, default=_text))


def _text(item: object) -> str:
    if isinstance(item, date | datetime):
        return item.isoformat()
    if isinstance(item, UUID):
        return str(item)
    raise TypeError(f"an event cannot hold {type(item).__name__}")
