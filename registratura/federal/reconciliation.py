"""Reconciliation: our visits against the federation's list, differences named both ways.

What is owed and has not arrived is sent again. What only the federation could set right is
reported, and left to people.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.db import Connection
from registratura.federal import statuses
from registratura.federal.statuses import Status, Told
from registratura.federal.their_list import Line, Range


class Kind(StrEnum):
    """In what the two sides differ."""

    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    OTHER_STATUS = "other_status"
    OTHER_TIME = "other_time"


@dataclass(frozen=True)
class Ours:
    """A visit as it stands here. `is_queued`: a job of it is waiting; `is_fresh`: the federation
    was told of it after it had been asked for its list; `is_kept`: it is told nothing of it now."""

    id: UUID
    number: str
    status: Status
    visit_time: datetime
    zone: str
    is_queued: bool
    is_fresh: bool
    is_kept: bool


@dataclass(frozen=True)
class Difference:
    """One visit that the two sides know differently."""

    kind: Kind
    number: str
    ours: Ours | None
    theirs: Line | None

    @property
    def missing(self) -> list[Status]:
        """What the federation has not heard of it and is owed, in its order."""
        if self.ours is None:
            return []
        whole = list(dict.fromkeys((Status.RECORDED, self.ours.status)))
        if self.theirs is None:
            return whole
        if self.kind is Kind.OTHER_TIME or self.theirs.status is Status.RECORDED:
            return whole[-1:]
        return []  # it holds for ended what is not, or ended otherwise


@dataclass(frozen=True)
class Report:
    """What was compared, what differed, of how many visits statuses were sent again."""

    ours: int
    theirs: int
    differences: list[Difference]
    sent_again: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many differences of each kind."""
        return {kind.value: sum(it.kind is kind for it in self.differences) for kind in Kind}


Defer = Callable[[Connection, Told], Awaitable[None]]
"""Puts the job for a status into the queue, on the given connection."""


async def reconcile(
    db: Connection, theirs: Mapping[str, Line], asked: Range, defer: Defer | None, *, now: datetime
) -> Report:
    """Compare, send again what is owed, write down the result. Without `defer` nothing is sent.

    `theirs` are all bookings that the federation knows of that range, asked for at `now`. What was
    delivered since then is passed over.
    """
    ours = {it.number: it for it in await _search_ours(db, theirs.keys(), asked, now)}
    found = compare(ours, theirs)
    sent = [it for it in found if defer and await _send_again(db, it, defer, now)]
    report = Report(len(ours), len(theirs), found, len(sent))
    await _keep(db, report, asked, now)
    return report


def compare(ours: Mapping[str, Ours], theirs: Mapping[str, Line]) -> list[Difference]:
    """Every difference, in the order of the numbers. A wrong status says more than a wrong time."""
    found = []
    for number in sorted(ours.keys() | theirs.keys()):
        here, there = ours.get(number), theirs.get(number)
        if there is None:
            kind = Kind.ONLY_HERE
        elif here is None:
            kind = Kind.ONLY_THERE
        elif here.status != there.status:
            kind = Kind.OTHER_STATUS
        elif here.visit_time != there.visit_time:
            kind = Kind.OTHER_TIME
        else:
            continue
        if here is not None and (here.is_fresh or here.is_kept):
            continue
        found.append(Difference(kind, number, here, there))
    return found


async def _send_again(db: Connection, it: Difference, defer: Defer, now: datetime) -> bool:
    if it.ours is None or it.ours.is_queued or not it.missing:
        return False
    async with db.transaction():
        for told in await statuses.owe_again(db, it.ours.id, it.missing, now=now):
            await defer(db, told)
    return True


_OURS: LiteralString = (
    """
    select visit.id, to_char(visit.number, 'FM9999999999000000') as number,
           case visit.state when 'cancelled' then 'CANCELED' when 'moved' then 'CANCELED'
                            when 'visited' then 'SUCCESS'
                            when 'not_arrived' then 'PATIENT_NOT_ARRIVED'
                            else 'RECORDED' end as status,
           visit.starts_at as visit_time, organisation.zone,
           exists (select from procrastinate_jobs
                   where lock = 'federal/' || visit.id and status in ('todo', 'doing')
           ) as is_queued,
           exists (select from federal_status
                   where appointment_id = visit.id and delivered_at > %(now)s
           ) as is_fresh,
           """
    + statuses.KEPT_BACK
    + """ as is_kept
    from appointment as visit
    join department on department.id = visit.department_id
    join organisation on organisation.id = department.organisation_id
    where visit.state not in ('held', 'expired')
      and (visit.starts_at >= %(first)s and visit.starts_at < %(end)s
               -- of what was over before anything was pushed the federation need not hear
               and (visit.state in ('booked', 'arrived')
                    or exists (select from federal_status where appointment_id = visit.id))
           or visit.number = any(%(numbers)s))
    """
)


async def _search_ours(
    db: Connection, numbers: Collection[str], asked: Range, now: datetime
) -> list[Ours]:
    """The visits of the range, and whatever else the federation names."""
    found = await database.rows(
        db,
        Ours,
        _OURS,
        numbers=[int(it) for it in numbers if it.isascii() and it.isdigit() and len(it) < 19],
        first=asked.first,
        end=asked.end,
        now=now,
    )
    return [
        replace(it, status=Status(it.status))
        for it in found
        # another spelling of the number is another number
        if it.number in numbers or asked.first <= it.visit_time < asked.end
    ]


async def _keep(db: Connection, report: Report, asked: Range, now: datetime) -> None:
    async with db.transaction():
        await database.execute(
            db,
            """
            insert into federal_reconciliation (at, first, ends, ours, theirs, differences,
                                                sent_again)
            values (%(now)s, %(first)s, %(end)s, %(ours)s, %(theirs)s, %(differences)s,
                    %(sent_again)s)
            """,
            now=now,
            first=asked.first,
            end=asked.end,
            ours=report.ours,
            theirs=report.theirs,
            differences=Jsonb(report.counts),
            sent_again=report.sent_again,
        )
        await audit.record(
            db,
            now=now,
            kind="federation.reconciled",
            actor=Actor("system"),
            after={**report.counts, "sent_again": report.sent_again},
        )


@dataclass(frozen=True)
class Kept:
    """The last reconciliation: when it was, and how many differences of each kind it found."""

    at: datetime
    differences: Mapping[str, int]
    sent_again: int


async def find_last(db: Connection) -> Kept | None:
    """The last one, or None where there was none."""
    return await database.find(
        db,
        Kept,
        """
        select at, differences, sent_again from federal_reconciliation order by at desc limit 1
        """,
    )
