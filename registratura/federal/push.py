"""The push: what is owed of a visit goes to the federation, in its order, until it is there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from registratura.db import Pool
from registratura.federal import push_metrics, status_message, statuses
from registratura.federal.receiver import Receiver, StatusRefused, Unanswered
from registratura.federal.status_message import CannotBeTold
from registratura.federal.statuses import Outcome, Owed, Status

_LOG = structlog.get_logger("federal.push")
TASK = "federal.push"
QUEUE = "federal"
_FIRST_PAUSE, _LONGEST_PAUSE = 5, 3600  # seconds
_MOST_RUNS = 200  # of a job, whatever it met: some eight days
_MOST_TRIES = 40  # ten pauses that double, then every hour: thirty-one hours in all


class Pauses(BaseRetryStrategy):
    """Five seconds, ten, twenty … an hour, for more than a day; a refusal is not asked again.

    A run that found the circuit open has asked nobody: it is no try.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """By the requests sent so far, as the status has them; else by the job's own runs."""
        done, most = job.attempts, _MOST_RUNS
        if isinstance(exception, Unanswered):
            done, most = exception.tries if exception.tries is not None else done, _MOST_TRIES
        if isinstance(exception, StatusRefused) or done >= most:
            return None
        pause = min(_FIRST_PAUSE * 2 ** min(job.attempts, 20), _LONGEST_PAUSE)
        return RetryDecision(retry_in={"seconds": pause})


def lock_of(appointment_id: UUID) -> str:
    """The lock of a visit's jobs: a later one waits for an earlier one that is to be repeated.

    It is not that of other queues, so that nobody waits for the federation but the federation.
    """
    return f"federal/{appointment_id}"


@dataclass(frozen=True)
class Push:
    """The registry as the federation knows it, and the way there."""

    pool: Pool
    receiver: Receiver
    rmis_id: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def tell(self, appointment_id: UUID, status: Status) -> None:
        """Send this status, and before it what is still to be told of the visit.

        What was delivered is not sent again. Raises `Unanswered` to be repeated, `StatusRefused`
        where it makes no sense. No connection to the database is held while the federation answers.
        """
        async with self.pool.connection() as db:
            due = await statuses.search_due(db, appointment_id, status)
        for owed in due:
            try:
                await self._send(appointment_id, owed)
            except StatusRefused:
                if owed.status == status:
                    raise  # the refusal of an earlier one does not keep back the later

    async def _send(self, appointment_id: UUID, owed: Owed) -> None:
        try:
            await self._deliver(appointment_id, owed)
        except StatusRefused as refused:
            await self._keep(owed, Outcome("failed", refused.code, refused.comment))
            raise
        except Unanswered as fault:
            fault.tries = owed.attempts if fault.was_sent else 0
            state = "failed" if fault.tries >= _MOST_TRIES else "waiting"
            await self._keep(owed, Outcome(state, fault.code, was_sent=fault.was_sent))
            raise
        await self._keep(owed, Outcome("delivered", "SUCCESS"))

    async def _deliver(self, appointment_id: UUID, owed: Owed) -> None:
        try:
            async with self.pool.connection() as db:
                message = await status_message.make(
                    db, appointment_id, owed.status, rmis_id=self.rmis_id
                )
        except CannotBeTold as reason:
            raise StatusRefused("NOT_SENT", str(reason)) from None
        await self.receiver.send(message)

    async def _keep(self, owed: Owed, outcome: Outcome) -> None:
        push_metrics.PUSHED.labels(owed.status, outcome.state).inc()
        if outcome.state == "failed":
            _LOG.error("given up", status=owed.status, code=outcome.code, row=owed.id)
        async with self.pool.connection() as db:
            await statuses.keep_outcome(db, owed, outcome, now=self.clock())
