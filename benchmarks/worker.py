"""`worker`: how many visits are told of in a second, and how late things are told under a rush."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from benchmarks import replay, wishes
from benchmarks.booking import portal_booking
from benchmarks.crowd import gather, run_rush
from benchmarks.registry import cpu_of_family, running, working
from benchmarks.results import Result
from benchmarks.stage import Database, Stage

BACKLOG = 1600  # bookings
_LONGEST = 180.0  # seconds for the backlog


def worker(stage: Stage, size: str) -> Result:
    """A backlog of bookings that nobody told of, then a rush with the worker beside it."""
    backlog = stage.copy(stage.template(size), "worker")
    jobs, seconds, cpu = _work_off(stage, backlog)
    database = stage.copy(stage.template(size), "worker_rush")
    crowd = gather(database)
    with running(database.url, stage.var) as serving, working(serving), _watched(database) as lag:
        rush = run_rush(database, serving, crowd)
    return Result(
        "worker",
        per_s=BACKLOG / max(seconds, 0.1),
        errors=_failed(backlog) + _failed(database),
        more={
            "told": BACKLOG,
            "jobs": jobs,
            "worker_cpu_ms": cpu / BACKLOG * 1000,
            "lag_s": max(lag.seconds, default=0.0),
            "sold_in_rush": rush.more["sold"],
        },
    )


def _work_off(stage: Stage, database: Database) -> tuple[int, float, float]:
    """Jobs done, in how many seconds, by how many seconds of the worker's processor."""
    wishes.make(database)
    with running(database.url, stage.var, workers=1) as serving:
        [first] = wishes.read(database, 0, 1)
        said = portal_booking(serving.settings, first)
        script = replay.Replay(first.varying).script("own_backlog", said)
        replay.run(database, script, 1, BACKLOG, stage.var)
        with working(serving) as child, psycopg.connect(database.admin_url, autocommit=True) as db:
            began = time.monotonic()
            while _waiting(db) and time.monotonic() - began < _LONGEST:
                time.sleep(0.1)
            seconds = time.monotonic() - began
            assert child.process is not None
            cpu = cpu_of_family(child.process.pid)
            return _count(db, _DONE), seconds, cpu


@dataclass
class _Lag:
    seconds: list[float] = field(default_factory=list)


@contextmanager
def _watched(database: Database) -> Iterator[_Lag]:
    """Twice a second: the age of what is oldest in the outbox and among the jobs to do."""
    lag, over = _Lag(), threading.Event()

    def watch() -> None:
        with psycopg.connect(database.admin_url, autocommit=True) as db:
            while not over.wait(0.5):
                found = db.execute(_OLDEST).fetchone()
                lag.seconds.append(float(found[0]) if found and found[0] is not None else 0.0)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lag
    finally:
        over.set()
        watching.join()


def _waiting(db: psycopg.Connection[tuple[object, ...]]) -> int:
    return _count(db, _TO_DO)


def _failed(database: Database) -> int:
    with psycopg.connect(database.admin_url) as db:
        return _count(db, "select count(*) from procrastinate_jobs where status = 'failed'")


def _count(db: psycopg.Connection[tuple[object, ...]], sql: str) -> int:
    found = db.execute(sql.encode()).fetchone()
    return int(str(found[0])) if found else 0


_TO_DO = """
    select (select count(*) from outbox) + (select count(*) from procrastinate_jobs
        where status in ('todo', 'doing') and scheduled_at is null)
"""
# Jobs that are done are deleted; their numbers are not given again.
_DONE = "select last_value from procrastinate_jobs_id_seq"
_OLDEST = """
    select extract(epoch from clock_timestamp() - least(
        (select min(created_at) from outbox),
        (select min(at) from procrastinate_jobs as job
         join procrastinate_events as event on event.job_id = job.id
         where job.status in ('todo', 'doing') and job.scheduled_at is null
           and event.type = 'deferred')))
"""
