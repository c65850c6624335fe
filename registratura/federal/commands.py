"""`registratura federal …`: how the push stands, and both sides compared by hand."""

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from registratura import db as database
from registratura.db import Pool
from registratura.db.reachability import check_reachable
from registratura.federal import jobs, reconciliation, statuses, their_list
from registratura.federal.reconciliation import Difference, Kind, Report
from registratura.federal.their_list import Line, ListUnreadable, Range
from registratura.settings import Settings, variable
from registratura_ground.refused import Refused

_STATES = {"waiting": "ждут передачи", "failed": "не приняты", "delivered": "переданы"}
_KINDS = {
    Kind.ONLY_HERE: "есть у нас, нет у федерации",
    Kind.ONLY_THERE: "есть у федерации, нет у нас",
    Kind.OTHER_STATUS: "другой статус",
    Kind.OTHER_TIME: "другое время",
}


@click.group()
def federal() -> None:
    """Обмен с федеральной регистратурой: что передано, сверка."""


@federal.command()
def status() -> None:
    """Показать, сколько статусов передано и сколько ждёт."""
    settings = _settings()
    asyncio.run(_show(settings))


@federal.command()
@click.option("--file", type=click.Path(path_type=Path), help="Список федерации из файла.")
@click.option(
    "--days-back",
    type=click.IntRange(0, 366),
    default=jobs.DAYS_BACK,
    help="За сколько прошедших дней смотреть.",
)
@click.option("--only-compare", is_flag=True, help="Ничего не передавать снова.")
def reconcile(file: Path | None, days_back: int, only_compare: bool) -> None:
    """Сверить записи с федерацией; недостающее передать снова. Если есть различия, статус 1."""
    settings = _settings()
    if file is None and not settings.federal_list_url:
        raise Refused(f"Откуда взять список федерации: --file или {variable('federal_list_url')}.")
    report = asyncio.run(_reconcile(settings, file, days_back, only_compare))
    for difference in report.differences:
        click.echo(_describe(difference, settings.region_zone))
    click.echo(
        f"Записей у нас: {report.ours}, у федерации: {report.theirs}. "
        f"Различий: {len(report.differences)}, передаются снова: {report.sent_again}."
    )
    sys.exit(1 if report.differences else 0)


def _settings() -> Settings:
    found: Settings = click.get_current_context().find_root().obj()
    return found


async def _show(settings: Settings) -> None:
    zone = settings.region_zone
    async with await _open(settings) as pool, pool.connection() as db:
        if not settings.federal_status_url:
            click.echo(f"Передача выключена: не задана {variable('federal_status_url')}.")
        counts = await statuses.count(db)
        for it in counts:
            since = "" if it.state == "delivered" else f", с {_moment(it.oldest_at, zone)}"
            click.echo(f"{_STATES[it.state]}: {it.number}{since}")
        if not counts:
            click.echo("Ни одного статуса ещё не было.")
        last = await reconciliation.find_last(db)
        if last is not None:
            number = sum(last.differences.values())
            click.echo(f"Последняя сверка {_moment(last.at, zone)}, различий: {number}.")


async def _reconcile(
    settings: Settings, file: Path | None, days_back: int, only_compare: bool
) -> Report:
    now = datetime.now(UTC)
    asked = jobs.make_range(now, settings.region_zone, days_back)
    try:
        theirs = await _read(settings, file, asked)
    except ListUnreadable as reason:
        raise Refused(f"Список федерации не прочитан: {reason}.") from None
    async with await _open(settings) as pool:
        from procrastinate import App, PsycopgConnector

        queue = App(
            connector=PsycopgConnector(conninfo=settings.database_url, min_size=1, max_size=1)
        )
        async with queue.open_async():
            sends = settings.federal_status_url and not only_compare
            defer = jobs.deferring(queue) if sends else None
            return await jobs.reconcile(pool, theirs, asked, defer, now=now)


async def _read(settings: Settings, file: Path | None, asked: Range) -> dict[str, Line]:
    """Of a file, what begins within the range: an address is asked for it, a file is not."""
    if file is None:
        return await their_list.fetch(settings, asked)
    found = await asyncio.to_thread(their_list.read_file, file)
    return {number: it for number, it in found.items() if asked.first <= it.visit_time < asked.end}


async def _open(settings: Settings) -> AbstractAsyncContextManager[Pool]:
    await check_reachable(settings.database_url, variable("database_url"))
    return await database.open_pool(settings.database_url, most=1)


def _describe(it: Difference, zone: str) -> str:
    told = [f"запись {it.number}", _KINDS[it.kind]]
    if it.ours is not None:
        told.append(f"у нас {it.ours.status} на {_moment(it.ours.visit_time, it.ours.zone)}")
    if it.theirs is not None:
        told.append(f"у федерации {it.theirs.status} на {_moment(it.theirs.visit_time, zone)}")
    return " · ".join([*told, *_fate(it)])


def _fate(it: Difference) -> list[str]:
    if it.ours is not None and it.ours.is_queued:
        return ["уже в очереди"]
    return [] if it.missing else ["решает сотрудник"]


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"
