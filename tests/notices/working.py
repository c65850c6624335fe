"""The worker at work, and what it has told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import worker
from registratura.db import Connection, Pool, execute, rows
from registratura.outbox import relay
from registratura.people import consents
from registratura.people.accounts import Account
from registratura.settings import Settings
from tests.given.people import NOW


@dataclass(frozen=True)
class Notice:
    """A row of `notice`."""

    account_id: UUID
    person_id: UUID
    subject_id: UUID
    kind: str
    channel: str
    text: str
    state: str


async def work(pool: Pool, settings: Settings, queue: str = "notices") -> None:
    """Relay every committed row and run every job that is due, as the worker does."""
    jobs = worker.make_jobs(pool, settings)
    async with jobs.open_async():
        async with pool.connection() as db:
            while await relay(db, worker.reactions(jobs)):
                pass
        await jobs.run_worker_async(
            queues=["telling", queue],
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
        )


async def told(db: Connection, channel: str = "portal") -> list[Notice]:
    """Everything told of visits by that channel, in order."""
    return await rows(
        db,
        Notice,
        """
        select account_id, person_id, subject_id, kind, channel, text, state from notice
        where channel = %(channel)s and subject_id is not null order by created_at, kind, account_id
        """,
        channel=channel,
    )


async def agree(db: Connection, account: Account, now: datetime = NOW) -> None:
    """The account gives the portal's consent."""
    await consents.record(
        db, account.id, document="portal", version="1", text_sha256="0" * 64, now=now
    )


async def make_due(db: Connection) -> None:
    """The time to try again has come."""
    await execute(db, "update procrastinate_jobs set scheduled_at = null where status = 'todo'")
