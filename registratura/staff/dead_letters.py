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
    """A job that failed for good."""

    id: int
    task: str
    args: dict[str, Any]
    attempts: int
    failed_at: datetime | None  # None: its history has been swept away


@command("dead-letters")
@click.option("--retry", type=words, help="Поставить в очередь снова: номер задания или all.")
async def dead_letters(work: Work, retry: str | None) -> None:
    """Показать задания, которые не удались за все попытки; по просьбе выполнить их снова."""
    dead = await _search(work.db)
    if retry is not None:
        await _retry(work, [it for it in dead if retry in ("all", str(it.id))], retry)
        return
    for it in dead:
        told = json.dumps(it.args, ensure_ascii=False)
        when = moment(it.failed_at, work.zone) if it.failed_at else "когда, неизвестно"
        click.echo(f"{it.id} · {it.task} {told} · попыток {it.attempts} · {when}")
    click.echo(f"Неудавшихся заданий: {len(dead)}.")


async def _search(db: Connection) -> list[DeadLetter]:
    return await rows(
        db,
        DeadLetter,
        """
        select job.id, job.task_name as task, job.args, job.attempts, failed.at as failed_at
        from procrastinate_jobs as job
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
