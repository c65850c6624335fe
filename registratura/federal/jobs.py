"""The worker's part of the push: who reacts to what, the jobs, the daily reconciliation."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import procrastinate
import structlog
from procrastinate import RetryStrategy

from registratura.db import Connection, Pool
from registratura.federal import push, push_metrics, reconciliation, statuses, their_list
from registratura.federal.push import TASK, Pauses, Push, lock_of
from registratura.federal.receiver import open_receiver
from registratura.federal.reconciliation import Report
from registratura.federal.statuses import Status, Told
from registratura.federal.their_list import Line, Range
from registratura.outbox import Announcement
from registratura.outbox.relay import Reaction
from registratura.settings import Settings

_LOG = structlog.get_logger("federal.reconciliation")
_BEHIND_THE_OTHERS = -1  # the priority of a push: whoever tells people goes first
_FETCHING = RetryStrategy(max_attempts=5, exponential_wait=5)  # for an hour
_AHEAD = timedelta(days=366)
DAYS_BACK = 30  # how long after a visit its mark may still be told


EVENTS, QUEUE = statuses.EVENTS, push.QUEUE


def are_on(jobs: procrastinate.App) -> bool:
    """Whether statuses are pushed at all."""
    return TASK in jobs.tasks


def add(jobs: procrastinate.App, pool: Pool, settings: Settings) -> None:
    """The jobs, for the addresses of the settings; none where nothing is pushed."""
    if not settings.federal_status_url:
        return
    ours = Push(pool, open_receiver(settings), settings.federal_rmis_id)

    @jobs.task(name=TASK, queue=QUEUE, retry=Pauses())
    async def tell(appointment_id: str, status: str) -> None:
        await ours.tell(UUID(appointment_id), Status(status))

    if settings.federal_list_url:

        @jobs.periodic(cron="40 0 * * *")
        @jobs.task(
            name="federal.reconcile",
            queue=QUEUE,
            queueing_lock="federal.reconcile",
            retry=_FETCHING,
            pass_context=False,
        )
        async def reconciling(timestamp: int) -> None:
            now = datetime.now(UTC)
            asked = make_range(now, settings.region_zone)
            theirs = await their_list.fetch(settings, asked)
            await reconcile(pool, theirs, asked, deferring(jobs), now=now)


def reaction(jobs: procrastinate.App) -> Reaction:
    """Writes down what the visit owes, and defers a job for each status, in the relay's
    transaction."""
    defer = deferring(jobs)

    async def owe(db: Connection, these: Sequence[Announcement]) -> None:
        for it in these:
            for told in await statuses.owe(db, it.subject_id, now=datetime.now(UTC)):
                await defer(db, told)

    return owe


def deferring(jobs: procrastinate.App) -> reconciliation.Defer:
    """Puts a job for a status into the queue, on the given connection."""

    async def defer(db: Connection, told: Told) -> None:
        job = jobs.configure_task(
            TASK,
            lock=lock_of(told.appointment_id),
            queue=QUEUE,
            priority=_BEHIND_THE_OTHERS,
            connection=db,
        )
        await job.defer_async(appointment_id=str(told.appointment_id), status=told.status.value)

    return defer


def make_range(now: datetime, zone: str, days_back: int = DAYS_BACK) -> Range:
    """From midnight so many days ago to a year ahead."""
    today: date = now.astimezone(ZoneInfo(zone)).date()
    first = datetime.combine(today - timedelta(days=days_back), time(0), ZoneInfo(zone))
    return Range(first, first + timedelta(days=days_back) + _AHEAD)


async def reconcile(
    pool: Pool,
    theirs: dict[str, Line],
    asked: Range,
    defer: reconciliation.Defer | None,
    *,
    now: datetime,
) -> Report:
    """Compare both sides, and say in log and metrics what differs."""
    async with pool.connection() as db:
        report = await reconciliation.reconcile(db, theirs, asked, defer, now=now)
    for kind, number in report.counts.items():
        push_metrics.DIFFERENCES.labels(kind).set(number)
    push_metrics.RECONCILED_AT.set(now.timestamp())
    tell: Callable[..., None] = _LOG.warning if report.differences else _LOG.info
    tell(
        "reconciled",
        ours=report.ours,
        theirs=report.theirs,
        sent_again=report.sent_again,
        **report.counts,
    )
    return report
