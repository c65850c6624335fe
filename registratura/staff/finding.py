"""Cards with what leads to them and what is coming: what staff look up before they act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registratura.db import Connection, rows
from registratura.people import names, policies
from registratura.people.acting import END, LIVING, THEIRS, today_of

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
    ends_on: date | None  # the first day without it
    off_list_since: datetime | None  # since when ЕСИА, which confirmed it, tells it no more

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
    zone: str,
) -> list[Card]:
    """The cards with that policy, or with that last name and birth date, and those that they were
    joined into: twenty at most. Of a card that others were joined into, their links are its own.
    Links are those of today in the region's `zone`."""
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
    links, visits = (
        await _search_links(db, cards, today_of(now, zone)),
        await _search_visits(db, cards, now),
    )
    return [
        Card(
            **vars(it),
            links=[link for link in links if link.card_id == it.id],
            visits=[visit for visit in visits if visit.card_id == it.id],
        )
        for it in found
    ]


async def _search_links(db: Connection, cards: Sequence[UUID], today: date) -> list[Link]:
    return await rows(
        db,
        Link,
        f"""
        select card.id as card_id, acting.relative_id as id, acting.level, holder.last_name,
               holder.first_name, holder.middle_name, {END} as ends_on,
               (select off_list_since from relative where relative.id = acting.relative_id)
        from person as card {THEIRS}
        join account as holder on holder.id = acting.account_id
        where card.id = any(%(cards)s) and {LIVING}
        order by acting.level, holder.last_name, acting.relative_id
        """,
        cards=list(cards),
        today=today,
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
