"""Command: jobs that were given up after all their tries; to be looked at, and tried again."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from registratura import audit
from registratura.db import Connection, rows
from registratura.staff.work import Work, command, moment, words
from registratura_ground.refused import Refused


@dataclass(frozen=True)
class DeadLetter:
    """A job that failed for good; of a status for the federation, also which and why."""

    id: int
    task: str
    args: dict[str, Any]
    attempts: int
    failed_at: datetime | None  # None: its history has been swept away
    status: str | None
    visit: str | None
    code: str | None
    comment: str | None

    @property
    def what(self) -> str:
        """What it was to do."""
        if self.status is None:
            return f"{self.task} {json.dumps(self.args, ensure_ascii=False)}"
        why = f"{self.code} «{self.comment}»" if self.comment else self.code or "причина неизвестна"
        return f"статус {self.status} записи {self.visit} не передан в федерацию: {why}"


@command("dead-letters")
@click.option("--retry", type=words, help="Поставить в очередь снова: номер задания или all.")
async def dead_letters(work: Work, retry: str | None) -> None:
    """Показать задания, которые не удались за все попытки; по просьбе выполнить их снова."""
    dead = await _search(work.db)
    if retry is not None:
        await _retry(work, [it for it in dead if retry in ("all", str(it.id))], retry)
        return
    for it in dead:
        when = moment(it.failed_at, work.zone) if it.failed_at else "когда, неизвестно"
        click.echo(f"{it.id} · {it.what} · попыток {it.attempts} · {when}")
    click.echo(f"Неудавшихся заданий: {len(dead)}.")


async def _search(db: Connection) -> list[DeadLetter]:
    return await rows(
        db,
        DeadLetter,
        """
        select job.id, job.task_name as task, job.args, job.attempts, failed.at as failed_at,
               federal_status.status, to_char(number, 'FM9999999999000000') as visit,
               code, comment
        from procrastinate_jobs as job
        left join federal_status on job.task_name = 'federal.push'
             and appointment_id = case when job.task_name = 'federal.push'
                                       then (job.args ->> 'appointment_id')::uuid end
             and federal_status.status = job.args ->> 'status'
        left join appointment on appointment.id = appointment_id
        cross join lateral (
            select max(at) as at from procrastinate_events
            where job_id = job.id and type = 'failed'
        ) as failed
        where job.status = 'failed'
        order by job.id
        """,
    )


async def _retry(work: Work, dead: list[DeadLetter], asked: str) -> None:
    if not dead and asked != "all":
        raise Refused(f"Неудавшегося задания с номером {asked} нет.")
    from procrastinate import App, PsycopgConnector
    from procrastinate.exceptions import ConnectorException

    jobs = App(connector=PsycopgConnector(conninfo=work.settings.database_url))
    again = 0
    async with jobs.open_async():
        for it in dead:
            try:
                await jobs.job_manager.retry_job_by_id_async(it.id, retry_at=work.now)
            except ConnectorException:  # the same is in the queue, or somebody was faster
                click.echo(f"Задание {it.id} ({it.task}) уже стоит в очереди.")
                continue
            await audit.record(
                work.db,
                now=work.now,
                kind="job.retried",
                actor=work.actor,
                after={"job": it.id, "task": it.task},
            )
            again += 1
    click.echo(f"Снова в очереди: {again}.")
