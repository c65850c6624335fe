"""One database and the registry in memory that starts from the same facts."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from registratura.db import Connection, execute, rows
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.region import load
from tests.booking.model import Limits, Person, Place, Quota, Referral, Visit
from tests.booking.model_registry import Registry
from tests.given import people, region, visits
from tests.given.people import NOW

FIRST = region.TODAY + timedelta(days=1)
RULES = {
    "horizon_days": 2,
    "max_coming": 3,
    "max_coming_declared": 2,
    "hidden_clashes_a_day": 2,
    "quota_release_hours": 12,
}
LIMITS = Limits(horizon_days=2, coming=3, coming_declared=2, clashes_not_shown=2)
# The places that are asked for: few enough to be wanted twice. Post → its first times, days.
WANTED = {
    "area-doctor": (2, 3),
    "paediatrician": (2, 1),
    "far-paediatrician": (3, 2),
    "ent": (2, 1),
    "neurologist": (1, 3),
    "dermatologist": (1, 1),
    "ultrasound": (1, 1),
    "therapist": (2, 2),
    "gynaecologist": (1, 1),
}
PLACES_WANTED = sum(times * days for times, days in WANTED.values())
Made = TypeVar("Made")


@dataclass(frozen=True)
class World:
    """The database of a walk, emptied before each, and what the registry in memory knows of it."""

    runner: asyncio.Runner
    db: Connection
    owner: "psycopg.Connection[Any]"
    accounts: dict[str, Account]
    people: dict[str, Person]
    levels: dict[tuple[str, Person], str]
    places: dict[UUID, Place]
    quotas: dict[tuple[UUID, str], Quota]
    referrals: list[Referral]

    def run(self, deed: Coroutine[Any, Any, Made]) -> Made:
        return self.runner.run(deed)

    def wanted(self) -> list[Place]:
        """In an order that is the same in every run: the first are at one time, so they clash."""
        found = []
        for post, (times, days) in WANTED.items():
            its = sorted((it for it in self.places.values() if it.post == post), key=_begins)
            for day in range(days):
                today = [it for it in its if it.day == FIRST + timedelta(days=day)]
                found += today[:times]
        return sorted(found, key=_begins)

    def begin(self, registry: type[Registry]) -> Registry:
        """As it was before the first walk."""
        self.owner.execute("delete from appointment")
        self.owner.execute("delete from event where kind ~ '^(appointment|doctor_day|absence)'")
        self.owner.execute("delete from outbox")
        self.owner.execute("delete from idempotency_key")
        self.owner.execute("delete from day_change")
        self.owner.execute("delete from absence")
        self.owner.execute(
            "update slot set taken = 0, blocked = null, blocked_by = null"
            " where taken <> 0 or blocked is not null"
        )
        for (session, channel), quota in self.quotas.items():
            self.owner.execute(
                "update quota set taken = 0, quota = %s where (session_id, channel) = (%s, %s)",
                (quota.seats, session, channel),
            )
        return registry(self.places, self.quotas, self.referrals, self.levels, LIMITS, NOW)

    async def read_visits(self) -> "list[Row]":
        """Every visit and hold of the database."""
        return await rows(self.db, Row, _VISITS)

    async def read_told(self) -> list[tuple[str, UUID]]:
        """What the outbox announces."""
        sql = "select event as kind, subject_id as subject from outbox order by id"
        return [(it.kind, it.subject) for it in await rows(self.db, Told, sql)]


@dataclass(frozen=True)
class Row:
    """A visit, as the table has it and as the registry in memory owes it."""

    id: UUID | None
    slot: UUID
    patient: UUID
    account: str | None
    channel: str
    state: str
    booked_at: datetime
    held_until: datetime | None
    prolonged: bool
    waived: bool
    replaces: UUID | None
    moved_from: UUID | None
    proposed_for: UUID | None
    referral: UUID | None

    @classmethod
    def of(cls, it: Visit) -> "Row":
        return cls(
            it.id,
            it.place.id,
            it.patient.id,
            it.account,
            it.channel,
            it.state,
            it.booked_at,
            it.held_until,
            it.prolonged,
            it.waived,
            *(other and other.id for other in (it.replaces, it.moved_from, it.proposed_for)),
            it.referral and it.referral.id,
        )


@dataclass(frozen=True)
class Told:
    """A line of the outbox."""

    kind: str
    subject: UUID


_VISITS = """
    select id, slot_id as slot, patient_id as patient, account_id::text as account, channel, state,
           booked_at, held_until, prolonged, waived_by is not null as waived, replaces, moved_from,
           proposed_for, referral_id as referral
    from appointment
"""


def make(runner: asyncio.Runner, db: Connection, owner: "psycopg.Connection[Any]") -> World:
    """The small region, its next three days, and the cast with its links and referrals."""
    return runner.run(_make(runner, db, owner))


async def _make(runner: asyncio.Runner, db: Connection, owner: "psycopg.Connection[Any]") -> World:
    await _open(db)
    accounts = {who: await people.account(db, who) for who in people.CAST}
    patients = {who: await visits.patient(db, account) for who, account in accounts.items()}
    cast = {who: _person(who, patient) for who, patient in patients.items()}
    levels = {(str(accounts[who].id), person): "own" for who, person in cast.items()}
    for owner_name, child, level, typed in (
        ("Мария", "Пётр", "confirmed", {}),
        ("Мария", "Павел", "declared", _PAVEL),
        ("Олег", "Пётр", "declared", {}),
        ("Олег", "Павел", "declared", _PAVEL),
    ):
        link = await people.relative(db, accounts[owner_name], **typed)
        sql = "update relative set level = %(level)s where id = %(it)s"
        await execute(db, sql, level=level, it=link.id)
        patients[child] = await visits.patient(db, accounts[owner_name], link.person_id)
        cast.setdefault(child, _person(child, patients[child]))
        levels[str(accounts[owner_name].id), cast[child]] = level
    referrals = []
    for number, days in (("Н-1", 0), ("Н-2", 2)):
        made = await visits.refer(db, patients["Пётр"], number=number, first=FIRST, days=days)
        last = FIRST + timedelta(days=days)
        referrals.append(Referral(made, cast["Пётр"], 45, FIRST, last))
    places = {it.id: it for it in await rows(db, Place, _PLACES)}
    quotas = {
        (it.session, it.channel): Quota(it.seats, it.released_at)
        for it in await rows(db, _Share, _SHARES)
    }
    return World(runner, db, owner, accounts, cast, levels, places, quotas, referrals)


async def _open(db: Connection) -> None:
    with TemporaryDirectory() as folder:
        region.write(Path(folder))
        await load(db, Path(folder), now=NOW)
    await region.rule(db, **RULES)
    await region.rule(db, "department", "far", quotas={"portal": 5})  # one of sixteen
    await region.open_days(db, FIRST, 2)
    await execute(
        db,
        """
        update slot set seats = 2, kind = 'group' from post
        where post.id = slot.post_id and post.code = 'ent'
        """,
    )
    await execute(
        db,
        """
        update slot set kind = 'reserve', channels = '{desk,doctor}' from post
        where post.id = slot.post_id and post.code = 'paediatrician'
          and mod(extract(minute from slot.starts_at)::int, 30) = 15
        """,
    )


_PAVEL = {
    "first_name": "Павел",
    "birth_date": date(2016, 2, 2),
    "policy_number": "1234567891234568",
}

_PLACES = """
    select slot.id, post.code as post, slot.position_id as position, slot.session_id as session,
           slot.starts_at as begins, slot.ends_at as ends, slot.seats, slot.channels,
           array[post.age_from, post.age_to] as ages, post.sex, position.self_booking as by_himself,
           position.needs_referral as by_referral, position.sensitive
    from slot
    join post on post.id = slot.post_id
    join position on position.id = slot.position_id
"""


@dataclass(frozen=True)
class _Share:
    session: UUID
    channel: str
    seats: int
    released_at: datetime


_SHARES = "select session_id as session, channel, quota as seats, released_at from quota"


def _person(name: str, patient: Patient) -> Person:
    years = (NOW.date() - patient.birth_date).days // 365
    return Person(patient.person_id, name, years, patient.sex)


def _begins(place: Place) -> datetime:
    return place.begins
