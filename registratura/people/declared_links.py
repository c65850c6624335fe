"""Declared links as a registrar sees them: as much as it takes to confirm one by a document.

A registrar finds those of patients attached to his own organisation or clinic, or to none: the
fact that somebody is a patient elsewhere is not for him (ст. 13 323-ФЗ).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from registratura.audit import Actor, readings
from registratura.db import Connection, rows
from registratura.people import confirmations, names, policies
from registratura.people.acting import ACTING, CARD, END, LIVING, today_of
from registratura.people.confirmations import Order
from registratura.people.ladder import DECLARED
from registratura.people.refusals import OwnLink, RelativeUnknown


@dataclass(frozen=True)
class Place:
    """Where a registrar works: a whole organisation, or one clinic of it."""

    organisation_id: UUID | None
    department_id: UUID | None


@dataclass(frozen=True)
class DeclaredLink:
    """Whom the owner of an account has declared, and as what; `holder` is that owner."""

    id: UUID
    account_id: UUID
    person_id: UUID
    level: str
    kinship: str
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    policy_number: str | None
    created_at: datetime
    ends_on: date  # the first day without it
    off_list_since: datetime | None  # since when ЕСИА, which confirmed it, tells it no more
    holder: str

    @property
    def name(self) -> str:
        """«Иванов Пётр Иванович», as the holder typed it."""
        return names.full(self.last_name, self.first_name, self.middle_name)

    @property
    def last_day(self) -> date:
        """The last day of the link."""
        return self.ends_on - timedelta(days=1)

    @property
    def is_confirmed(self) -> bool:
        """Whether the holder sees every visit already."""
        return self.level == "confirmed"


_LINKS: LiteralString = f"""
    select acting.relative_id as id, acting.account_id, card.id as person_id, acting.level,
           acting.kinship, acting.last_name, acting.first_name, acting.middle_name,
           acting.birth_date, acting.policy_number, acting.created_at, {END} as ends_on,
           (select off_list_since from relative where relative.id = acting.relative_id),
           concat_ws(' ', holder.last_name, holder.first_name, holder.middle_name) as holder
    from {ACTING} {CARD}
    join account as holder on holder.id = acting.account_id
    left join attachment on attachment.person_id = card.id and attachment.kind = 'main'
         and attachment.valid_from <= %(today)s
         and (attachment.valid_to is null or attachment.valid_to > %(today)s)
    left join department on department.id = attachment.department_id
    where {LIVING} and acting.kinship = any(%(declared)s)
      and (department.id is null
           or department.id = coalesce(%(department)s::uuid, department.id)
              and department.organisation_id = %(organisation)s)
"""


async def search(
    db: Connection, policy: str, place: Place, *, now: datetime, actor: Actor, zone: str
) -> list[DeclaredLink]:
    """Living links to the patient with that policy (sixteen digits); whoever looks is in his
    journal, once a day. `zone` is the region's."""
    return await _read(
        db,
        _LINKS
        + "and (linked.id in ("
        + policies.HOLDERS
        + ") or card.id in ("
        + policies.HOLDERS
        + ")) order by acting.created_at, acting.relative_id",
        place,
        now=now,
        actor=actor,
        zone=zone,
        policy=policy,
    )


async def get(
    db: Connection, link_id: UUID, place: Place, *, now: datetime, actor: Actor, zone: str
) -> DeclaredLink:
    """One living link. Refuses with `RelativeUnknown`, of another organisation's patient too."""
    found = await _read(
        db,
        _LINKS + "and acting.relative_id = %(link)s",
        place,
        now=now,
        actor=actor,
        zone=zone,
        link=link_id,
    )
    if not found:
        raise RelativeUnknown()
    return found[0]


async def confirm(
    db: Connection,
    link: DeclaredLink,
    *,
    by_account: UUID,
    document: str,
    order: Order | None,
    now: datetime,
    actor: Actor,
    zone: str,
) -> None:
    """The registrar has seen the document. Refuses with `OwnLink`, and as `confirm_link` does."""
    if link.account_id == by_account:
        raise OwnLink()
    await confirmations.confirm_link(
        db, now=now, actor=actor, zone=zone, relative_id=link.id, document=document, order=order
    )


async def _read(
    db: Connection,
    query: LiteralString,
    place: Place,
    *,
    now: datetime,
    actor: Actor,
    zone: str,
    **asked: object,
) -> list[DeclaredLink]:
    today = today_of(now, zone)
    found = await rows(
        db,
        DeclaredLink,
        query,
        today=today,
        declared=list(DECLARED),
        organisation=place.organisation_id,
        department=place.department_id,
        **asked,
    )
    await readings.record(
        db,
        now=now,
        day=today,
        actor=actor,
        kind="relative.read",
        persons={it.person_id for it in found},
    )
    return found
