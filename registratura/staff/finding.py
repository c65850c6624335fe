"""Cards with what leads to them and what is coming: what staff look up before they act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registratura.db import Connection, rows
from registratura.people import names, policies

_MOST = 20  # cards that are shown


@dataclass(frozen=True)
class Link:
    """Who acts for the person of a card; without an id, the account of the person himself."""

    card_id: UUID
    id: UUID | None
    level: str
    last_name: str
    first_name: str
    middle_name: str | None

    @property
    def account(self) -> str:
        """The account's owner: «Иванова М.П.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)


@dataclass(frozen=True)
class Coming:
    """A coming visit of a card."""

    card_id: UUID
    number: str
    starts_at: datetime
    zone: str
    doctor: str


@dataclass(frozen=True)
class Card:
    """A card, joined or not, with its links and coming visits."""

    id: UUID
    code: str | None
    name: str
    birth_date: date
    died_on: date | None
    joined_into: UUID | None
    links: Sequence[Link]
    visits: Sequence[Coming]


@dataclass(frozen=True)
class _Row:
    id: UUID
    code: str | None
    name: str
    birth_date: date
    died_on: date | None
    joined_into: UUID | None


async def search(
    db: Connection,
    *,
    policy: str | None,
    last_name: str | None,
    birth_date: date | None,
    now: datetime,
) -> list[Card]:
    """The cards with that policy, or with that last name and birth date, and those that they were
    joined into: twenty at most. Of a card that others were joined into, their links are its own."""
    found = await rows(
        db,
        _Row,
        """
        with fitting as (
            select id, joined_into from person
            where id in (
        """
        + policies.HOLDERS
        + """
            )
            union
            select id, joined_into from person
            where birth_date = %(birth_date)s::date
              and name_key(last_name) = name_key(%(last_name)s::text)
        )
        select id, code, concat_ws(' ', last_name, first_name, middle_name) as name, birth_date,
               died_on, joined_into
        from person
        where id in (select id from fitting union select joined_into from fitting)
        order by name_key(last_name), name_key(first_name), joined_into nulls first, id
        limit %(most)s
        """,
        policy=policy,
        last_name=last_name,
        birth_date=birth_date,
        most=_MOST,
    )
    cards = [it.id for it in found]
    links, visits = await _search_links(db, cards), await _search_visits(db, cards, now)
    return [
        Card(
            **vars(it),
            links=[link for link in links if link.card_id == it.id],
            visits=[visit for visit in visits if visit.card_id == it.id],
        )
        for it in found
    ]


async def _search_links(db: Connection, cards: Sequence[UUID]) -> list[Link]:
    return await rows(
        db,
        Link,
        """
        with acting as (
            select person_id, null::uuid as id, 'own' as level, last_name, first_name, middle_name
            from account
            union all
            select relative.person_id, relative.id, relative.level, account.last_name,
                   account.first_name, account.middle_name
            from relative join account on account.id = relative.account_id
            where relative.ended_at is null
        )
        select card.id as card_id, acting.id, level, acting.last_name, acting.first_name,
               acting.middle_name
        from person as card
        join person as linked on linked.id = card.id or linked.joined_into = card.id
        join acting on acting.person_id = linked.id
        where card.id = any(%(cards)s)
        order by level, acting.last_name, acting.id
        """,
        cards=list(cards),
    )


async def _search_visits(db: Connection, cards: Sequence[UUID], now: datetime) -> list[Coming]:
    return await rows(
        db,
        Coming,
        """
        select appointment.patient_id as card_id,
               to_char(appointment.number, 'FM9999999999000000') as number,
               appointment.starts_at, organisation.zone,
               concat_ws(', ',
                   nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                                    practitioner.middle_name), ''),
                   position.name, department.name) as doctor
        from appointment
        join post on post.id = appointment.post_id
        join position on position.id = appointment.position_id
        join department on department.id = appointment.department_id
        join organisation on organisation.id = department.organisation_id
        left join practitioner on practitioner.id = post.practitioner_id
        where appointment.patient_id = any(%(cards)s) and appointment.state = 'booked'
          and appointment.starts_at > %(now)s
        order by appointment.starts_at, appointment.number
        """,
        cards=list(cards),
        now=now,
    )
