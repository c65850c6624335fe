"""What the database says after a run, read with plain SQL that shares nothing with the engine."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import LiteralString

import psycopg
from psycopg.rows import class_row

from tests.faults.rows import Rows, Slot, Visit


def read(url: str, pushed: Sequence[tuple[str, str]] | None) -> Rows:
    """Every visit and slot, what was told of them and how often, and what still waits to be.

    `pushed` are the numbers and statuses that the federation was told, in their order; None where
    it was told nothing.
    """
    with psycopg.connect(url) as db:
        visits = db.cursor(row_factory=class_row(Visit)).execute("""
            select id::text, slot_id::text as slot, seat, patient_id::text as patient,
                   starts_at, ends_at, state, live
            from appointment
            """)
        slots = db.execute("select id::text, seats, taken from slot where seats > 0")
        events = db.execute("""
            select kind, subject_id::text, count(*) from event
            where kind like 'appointment.%' and subject_id is not null group by 1, 2
            """)
        notices = db.execute("""
            select kind, subject_id::text, count(*) from notice where channel = 'portal'
            group by 1, 2
            """)
        numbers = dict(
            db.execute(
                "select to_char(number, 'FM9999999999000000'), id::text from appointment"
            ).fetchall()
        )
        return Rows(
            numbers=numbers,
            federation=None if pushed is None else _by_visit(numbers, pushed),
            owed=_by_visit({}, _owed(db)),
            visits={it.id: it for it in visits},
            slots={id: Slot(seats, taken) for id, seats, taken in slots},
            events=Counter({(kind, subject): count for kind, subject, count in events}),
            waiting=_count(db, "select count(*) from outbox"),
            notices=Counter({(kind, subject): count for kind, subject, count in notices}),
            notices_twice=_count(
                db,
                """
                select count(*) from (
                    select from notice
                    group by kind, subject_id, account_id, channel having count(*) > 1
                ) as twice
                """,
            ),
        )


def _owed(db: psycopg.Connection[tuple[object, ...]]) -> list[tuple[str, str]]:
    found = db.execute("""
        select appointment_id::text, status from federal_status where state = 'waiting'
        order by status <> 'RECORDED'
        """)
    return [(str(visit), str(status)) for visit, status in found.fetchall()]


def _by_visit(
    numbers: Mapping[str, str], pushed: Sequence[tuple[str, str]]
) -> Mapping[str, Sequence[str]]:
    told: dict[str, list[str]] = defaultdict(list)
    for number, status in pushed:
        told[numbers.get(number, number)].append(status)
    return told


def wait_until_told(url: str, seconds: float) -> None:
    """Return when no row of the outbox and no job of telling is left, or after so long."""
    deadline = time.monotonic() + seconds
    with psycopg.connect(url, autocommit=True) as db:
        while time.monotonic() < deadline and _count(
            db,
            """
            select (select count(*) from outbox) +
                   (select count(*) from procrastinate_jobs
                    where queue_name in ('notices', 'federal') and status in ('todo', 'doing'))
            """,
        ):
            time.sleep(0.3)


def _count(db: psycopg.Connection[tuple[object, ...]], query: LiteralString) -> int:
    row = db.execute(query).fetchone()
    return int(str(row[0])) if row else 0
