"""The worker: relays the outbox into jobs, tells people, opens days, sweeps what is over."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID
from wsgiref.simple_server import WSGIServer
from zoneinfo import ZoneInfo

import procrastinate
import psycopg
import structlog
from procrastinate import JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from prometheus_client import start_http_server
from psycopg_pool import PoolTimeout

from registratura import db as database
from registratura import notices
from registratura.audit import readings
from registratura.booking import holds, schedules
from registratura.db import Connection, Pool
from registratura.esia import attempts
from registratura.federal import jobs as federal_jobs
from registratura.federal import sessions as federal_sessions
from registratura.outbox import Announcement, Reactions, relay
from registratura.outbox.relay import Reaction
from registratura.people import bearers, erasure, invitations
from registratura.settings import Settings, variable
from registratura.web import limits, logs, sessions
from registratura_ground.refused import Refused

log = structlog.get_logger()

Send = Callable[[Connection, str, Sequence[notices.Letter]], Awaitable[None]]
"""Defers the sending of letters about one subject, on the given connection."""

_PAUSE = 0.5  # seconds between looks at an empty outbox
_TELLING_QUEUE = "telling"
_TOLD_TOGETHER = 25  # visits of which one job tells: a job for each costs more than the telling
_PATIENCE = 10  # seconds for what is under way when the worker is told to stop
_STALLED_AFTER = 30  # seconds without a worker's heartbeat
_TELLING = RetryStrategy(max_attempts=9, exponential_wait=3)  # for eight hours
_SENDING = RetryStrategy(max_attempts=7, exponential_wait=5)  # for twenty-seven


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Any number of workers may run over one database."""
    metrics = _show_metrics(settings)
    pool = await database.open_pool(settings.database_url, most=4)
    jobs = make_jobs(pool, settings)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with jobs.open_async():
        await open_days(pool, settings)
        running: list[asyncio.Task[object]] = [
            asyncio.create_task(_run_jobs_until(stop, jobs, queues, at_once))
            for queues, at_once in queues_of(jobs)
        ]
        relaying = asyncio.create_task(relay_until(stop, pool, reactions(jobs)))
        stopping = asyncio.create_task(stop.wait())
        # whichever of them ends first ends the worker: a dead part must not go unnoticed
        ended, left = await asyncio.wait(
            {*running, relaying, stopping}, return_when=asyncio.FIRST_COMPLETED
        )
        stop.set()
        for task in running:
            task.cancel()
        await asyncio.wait(left, timeout=_PATIENCE)
    if metrics is not None:
        metrics.shutdown()
        metrics.server_close()
    await pool.close()
    for task in ended:
        task.result()


def _show_metrics(settings: Settings) -> WSGIServer | None:
    """The worker's own Prometheus metrics, where the settings name a port. Refuses a busy one."""
    port = settings.worker_metrics_port
    if not port:
        return None
    try:
        return start_http_server(port, settings.host)[0]
    except OSError as fault:
        name = variable("worker_metrics_port")
        raise Refused(f"{name} ({port}): занят или недоступен ({fault.strerror}).") from None


def make_jobs(pool: Pool, settings: Settings) -> procrastinate.App:
    """The job queue with its periodic tasks."""
    jobs = procrastinate.App(connector=PsycopgConnector(conninfo=settings.database_url, max_size=8))

    @jobs.periodic(cron="*/10 * * * *")
    @jobs.task(queueing_lock="open_days", pass_context=False)
    async def opening(timestamp: int) -> None:
        await open_days(pool, settings)

    @jobs.periodic(cron="* * * * * */10")  # the sixth field is seconds
    @jobs.task(queueing_lock="give_back", pass_context=False)
    async def giving_back(timestamp: int) -> None:
        stalled = await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER)
        for job in stalled:
            await jobs.job_manager.retry_job(job, retry_at=datetime.now(UTC))

    _add_sweeping(jobs, pool)
    _add_notices(jobs, pool, settings)
    federal_jobs.add(jobs, pool, settings)
    return jobs


def _add_sweeping(jobs: procrastinate.App, pool: Pool) -> None:
    """What is over ends, and what was only counted is written down."""

    @jobs.periodic(cron="* * * * *")
    @jobs.task(queueing_lock="end_holds", pass_context=False)
    async def ending_holds(timestamp: int) -> None:
        async with pool.connection() as db:
            while await holds.end_expired(db, now=datetime.now(UTC)):
                pass

    @jobs.periodic(cron="*/10 * * * *")
    @jobs.task(queueing_lock="note_uses", pass_context=False)
    async def noting_uses(timestamp: int) -> None:
        async with pool.connection() as db:
            await bearers.note_uses(db)

    @jobs.periodic(cron="17 * * * *")
    @jobs.task(queueing_lock="sweep", pass_context=False)
    async def sweeping(timestamp: int) -> None:
        await sweep(pool, now=datetime.now(UTC))


def queues_of(jobs: procrastinate.App) -> list[tuple[list[str], int]]:
    """Which queues are worked apart from each other, and how many jobs of them at once.

    People are told in order, job by job; while the federation is slow, everybody else is served.
    """
    others = {task.queue for task in jobs.tasks.values()} - {_TELLING_QUEUE, federal_jobs.QUEUE}
    apart = [([federal_jobs.QUEUE], 2)] if federal_jobs.are_on(jobs) else []
    return [(sorted(others), 4), ([_TELLING_QUEUE], 1), *apart]


def reactions(jobs: procrastinate.App) -> Reactions:
    """Who reacts to which event of the outbox: each defers its jobs in the relay's transaction."""

    async def tell(db: Connection, these: Sequence[Announcement]) -> None:
        telling = jobs.configure_task("notices.tell_all", lock=_TELLING_QUEUE, connection=db)
        for start in range(0, len(these), _TOLD_TOGETHER):
            part = these[start : start + _TOLD_TOGETHER]
            await telling.defer_async(events=[[it.event, str(it.subject_id)] for it in part])

    told_of = (*notices.EVENTS, *notices.links.EVENTS)
    reacting: dict[str, list[Reaction]] = {event: [tell] for event in told_of}
    for event in federal_jobs.EVENTS if federal_jobs.are_on(jobs) else ():
        reacting.setdefault(event, []).append(federal_jobs.reaction(jobs))
    return reacting


def _add_notices(jobs: procrastinate.App, pool: Pool, settings: Settings) -> None:
    """Telling goes before sending: a mail server that does not answer keeps no message back."""
    send = _add_sending(jobs, pool, settings)
    _add_telling(jobs, pool, settings, send)

    # by day, hour by hour: a run that was missed is made up for, and nobody is told twice
    @jobs.periodic(cron="5 6-15 * * *")
    @jobs.task(queueing_lock="tell_endings", queue="notices", pass_context=False)
    async def telling_endings(timestamp: int) -> None:
        await tell_endings(pool, settings, send, now=datetime.now(UTC))


def _add_telling(jobs: procrastinate.App, pool: Pool, settings: Settings, send: Send) -> None:
    """In the order of what happened; what fails is put aside, to be tried again by itself."""

    @jobs.task(name="notices.tell_all", queue=_TELLING_QUEUE, retry=_TELLING)
    async def tell_all(events: list[list[str]]) -> None:
        for event, subject_id in events:
            try:
                await tell(event, subject_id)
            except (psycopg.OperationalError, PoolTimeout):
                raise  # all of it later: whoever was told is not told again
            except Exception as fault:
                log.error("not told yet", event_kind=event, **logs.fault(fault))
                aside = tell.configure(lock=subject_id)
                await aside.defer_async(event=event, subject_id=subject_id)

    @jobs.task(name="notices.tell", queue="notices", priority=1, retry=_TELLING)
    async def tell(event: str, subject_id: str) -> None:
        telling = notices.links.tell if event in notices.links.EVENTS else notices.tell
        async with pool.connection() as db, db.transaction():
            now = datetime.now(UTC)
            told = await telling(db, event, UUID(subject_id), now=now, settings=settings)
            await send(db, subject_id, told)


def _add_sending(jobs: procrastinate.App, pool: Pool, settings: Settings) -> Send:
    post = notices.Post.of(settings)

    @jobs.task(name="notices.deliver", queue="notices", retry=_SENDING, pass_context=True)
    async def deliver(context: JobContext, notice_id: str) -> None:
        last = context.job.attempts >= (_SENDING.max_attempts or 0)
        now, zone = datetime.now(UTC), settings.region_zone
        await notices.deliver(pool, post, UUID(notice_id), now=now, zone=zone, last=last)

    async def send(db: Connection, subject_id: str, told: Sequence[notices.Letter]) -> None:
        for letter in told:
            # letters about one visit reach a mailbox in the order of what they tell
            lock = f"{subject_id}/{letter.account_id}"
            sending = deliver.configure(lock=lock, connection=db)
            await sending.defer_async(notice_id=str(letter.id))

    return send


async def tell_endings(pool: Pool, settings: Settings, send: Send, *, now: datetime) -> None:
    """Tell of every link that ends within 30 days, and within 7: each in a transaction of its own,
    its letters handed to `send`."""
    after = None
    async with pool.connection() as db:
        while ending := await notices.links.search_ending(
            db, now=now, zone=settings.region_zone, after=after
        ):
            for it in ending:
                async with db.transaction():
                    told = await notices.links.tell_ending(db, it, now=now, settings=settings)
                    await send(db, str(it.relative_id), told)
            after = ending[-1].relative_id


async def open_days(pool: Pool, settings: Settings) -> schedules.Opened:
    """Open every day up to the horizon; a day that is open stays as it is."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(settings.region_zone)).date()
    async with pool.connection() as db:
        opened = await schedules.open_to_horizon(db, now=now, today=today)
    if opened.sessions:
        log.info("days opened", sessions=opened.sessions, slots=opened.slots)
    return opened


async def sweep(pool: Pool, *, now: datetime) -> None:
    """Forget what has ended: sign-ins under way, sessions, counters, keys of 30 days, what
    ЕСИА told without a consent, codes that are late."""
    async with pool.connection() as db:
        await attempts.sweep(db, now=now)
        await sessions.sweep(db, now=now)
        await limits.sweep(db, now=now)
        await erasure.sweep(db, now=now)
        await invitations.sweep(db, now=now)
        await readings.sweep(db, now=now)
        await federal_sessions.sweep(db, now=now)
        await database.execute(
            db,
            "delete from idempotency_key where created_at < %(now)s - interval '30 days'",
            now=now,
        )


async def relay_until(stop: asyncio.Event, pool: Pool, reacting: Reactions) -> None:
    """A lost database is waited for: what is committed there waits too."""
    while not stop.is_set():
        try:
            async with pool.connection() as db:
                passed_on = await relay(db, reacting)
        except (psycopg.OperationalError, PoolTimeout, ConnectorException) as fault:
            log.warning("relay waits for the database", fault=type(fault).__name__)
            passed_on = 0
        if not passed_on:
            await asyncio.sleep(_PAUSE)


async def _run_jobs_until(
    stop: asyncio.Event, jobs: procrastinate.App, queues: list[str], at_once: int
) -> None:
    while not stop.is_set():
        try:
            await jobs.run_worker_async(
                queues=queues,
                concurrency=at_once,
                delete_jobs="successful",  # else every visit would leave some behind for ever
                install_signal_handlers=False,
                wait=True,
            )
        except (ConnectorException, psycopg.OperationalError) as fault:
            log.warning("jobs wait for the database", fault=type(fault).__name__)
            await asyncio.sleep(_PAUSE)
