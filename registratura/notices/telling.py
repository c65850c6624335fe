"""Telling: one row for each account and channel, once for each change of a visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.db import Connection
from registratura.notices import audience, texts
from registratura.notices.audience import Recipient
from registratura.notices.texts import Change
from registratura.settings import Settings

# A move is told on the new visit (`booked` with `moved_from`), and on the old one only to those
# who knew of it and may not know of the new one: another account of the patient moved it.
_KINDS: Mapping[str, str] = {
    "appointment.booked": "booked",
    "appointment.moved": "moved_away",
    "appointment.cancelled": "cancelled",
    "appointment.proposed": "proposed",
    "appointment.withdrawn": "withdrawn",
}
EVENTS: Sequence[str] = tuple(_KINDS)
"""The events of the outbox of which people are told."""


@dataclass(frozen=True)
class Letter:
    """A letter that was written down and waits to be sent, and to whom."""

    id: UUID
    account_id: UUID


async def tell(
    db: Connection, event: str, subject_id: UUID, *, now: datetime, settings: Settings
) -> list[Letter]:
    """Write a message, and a letter where mail is on, for everybody who may know of the visit.

    In the caller's transaction; the answer is the letters that are new. Told a second time, nobody
    is told again. What nobody needs to hear (a proposal that the patient declined) is told to
    nobody.
    """
    change = await _find_change(db, event, subject_id, now)
    if change is None:
        return []
    today: date = now.astimezone(ZoneInfo(settings.region_zone)).date()
    told = [
        (it, channel, words)
        for it in await _search_recipients(db, change, today)
        for channel, words in _words(change, it, settings).items()
    ]
    return await _write(db, change, told, now)


async def _search_recipients(db: Connection, change: Change, today: date) -> list[Recipient]:
    knowing = await audience.search(db, change.subject_id, today=today, kind=change.kind)
    if change.kind != "moved_away":
        return knowing
    new_visit = await database.value(
        db, "select id from appointment where moved_from = %(old)s", old=change.subject_id
    )
    told = await audience.search(db, new_visit, today=today) if new_visit else []
    return [it for it in knowing if it.account_id not in {one.account_id for one in told}]


def _words(change: Change, recipient: Recipient, settings: Settings) -> Mapping[str, str]:
    """What this account is told by each channel."""
    words = {"portal": texts.message(change, recipient.patient)}
    if settings.smtp_host and recipient.email:
        address = settings.public_url + texts.path(change.visit_id)
        words["email"] = texts.letter(change, recipient.patient, address)
    return words


_CHANGE: LiteralString = """
    select case when %(kind)s = 'booked' and visit.moved_from is not null
                then 'moved' else %(kind)s end as kind,
           visit.id as subject_id, coalesce(visit.proposed_for, visit.id) as visit_id,
           visit.starts_at, before.starts_at as was_at,
           coalesce(visit.cancelled_by = 'clinic', false) as by_clinic,
           coalesce(before.cancelled_because, visit.cancelled_because) as because,
           case when visit.state = 'held' and visit.held_until > %(now)s
                then visit.held_until end as kept_until,
           organisation.zone,
           nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                            practitioner.middle_name), '') as doctor,
           position.name as position,
           concat_ws(', ', organisation.short_name, department.name, department.address,
                     'кабинет ' || room.number) as place
    from appointment as visit
    left join appointment as before on before.id = coalesce(visit.moved_from, visit.proposed_for)
    join department on department.id = visit.department_id
    join organisation on organisation.id = department.organisation_id
    join position on position.id = visit.position_id
    join room on room.id = visit.room_id
    join post on post.id = visit.post_id
    left join practitioner on practitioner.id = post.practitioner_id
    where visit.id = %(subject)s
      and (%(kind)s <> 'cancelled' or visit.proposed_for is null)
"""


async def _find_change(
    db: Connection, event: str, subject_id: UUID, now: datetime
) -> Change | None:
    return await database.find(db, Change, _CHANGE, kind=_KINDS[event], subject=subject_id, now=now)


async def _write(
    db: Connection, change: Change, told: Sequence[tuple[Recipient, str, str]], now: datetime
) -> list[Letter]:
    return await database.rows(
        db,
        Letter,
        """
        with written as (
            insert into notice (account_id, person_id, subject_id, kind, channel, text, state,
                                created_at)
            select account_id, person_id, %(subject)s, %(kind)s, channel, text,
                   case channel when 'portal' then 'new' else 'waiting' end, %(now)s
            from unnest(%(accounts)s::uuid[], %(persons)s::uuid[], %(channels)s::text[],
                        %(texts)s::text[]) as told (account_id, person_id, channel, text)
            on conflict on constraint an_account_is_told_of_a_change_once do nothing
            returning id, account_id, channel
        )
        select id, account_id from written where channel = 'email'
        """,
        subject=change.subject_id,
        kind=change.kind,
        accounts=[recipient.account_id for recipient, _, _ in told],
        persons=[recipient.person_id for recipient, _, _ in told],
        channels=[channel for _, channel, _ in told],
        texts=[words for _, _, words in told],
        now=now,
    )
