"""`registratura`: the commands of the registry. A refusal is one sentence and exit status 2."""

import asyncio
import contextlib
import io
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from registratura.db.creation import create_database
from registratura.db.migrate import ROLES
from registratura.db.reachability import check_reachable
from registratura.settings import Settings, variable
from registratura.stand.databases import (
    APPLICATION,
    OWNER,
    REGISTRY,
    embedded_folder,
    migrate_registry,
    start_embedded,
)
from registratura_ground import embedded
from registratura_ground.refused import Refused

_GIVES_WAY = 10  # of 19: who books at this moment has the processor before what may be told later


class _Commands(click.Group):
    """The groups that stand outside are read when they are asked for: no other command waits."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "federal", "staff"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "federal":
            from registratura.federal.commands import federal

            return federal
        if cmd_name == "staff":
            from registratura.staff import staff

            return staff
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Commands)
@click.pass_context
def commands(context: click.Context) -> None:
    """Регистратура: запись к врачу."""
    context.obj = _with_federation  # for groups that stand outside


@commands.command()
@click.option("--size", type=click.Choice(["tiny", "small", "region", "megacity"]), default="small")
def demo(size: str) -> None:
    """Запустить всё сразу с учебными данными; Ctrl-C останавливает."""
    from registratura.stand.demo import run

    with contextlib.suppress(KeyboardInterrupt):
        run(Settings.from_environment(), size, click.echo)


@commands.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Сколько процессов.")
def serve(workers: int) -> None:
    """Запустить портал."""
    from registratura import serving

    serving.serve(_with_database(), workers)


@commands.command()
def work() -> None:
    """Запустить службу заданий."""
    import uvloop

    from registratura import serving, worker
    from registratura.web import logs

    async def run() -> None:
        await serving.check_database(settings)
        await worker.run(settings)

    settings = _with_database()
    logs.configure()
    give_way()
    uvloop.run(run())


def give_way() -> None:
    """Leave the processor to who books. Linux may share it between sessions first (sched(7), the
    autogroup feature): then it is the session's own niceness that counts."""
    os.nice(_GIVES_WAY)
    group = Path("/proc/self/autogroup")
    if os.getsid(0) != os.getpid() or not group.exists():
        return
    for _ in range(5):
        try:
            group.write_text(f"{_GIVES_WAY}\n")
            return
        except OSError:  # the whole machine may say so once in a tenth of a second
            time.sleep(0.15)


@commands.command()
@click.option(
    "--create-roles", is_flag=True, help="Сначала создать роли и базу, входя по DATABASE_ADMIN_URL."
)
def migrate(create_roles: bool) -> None:
    """Обновить схему базы данных."""
    settings = Settings.from_environment()
    if create_roles:
        asyncio.run(_create(settings))
    applied = _migrate(settings)
    for name in applied:
        click.echo(f"Применено: {name}")
    if not applied:
        click.echo("Схема уже новая.")


@commands.command("load-region")
@click.argument("path", type=click.Path(path_type=Path))
def load_region(path: Path) -> None:
    """Загрузить регион из папки с файлами CSV: всё или ничего."""
    from registratura.region.command import load_region as load

    settings = _with_database()
    asyncio.run(check_reachable(settings.database_url, variable("database_url")))
    sys.exit(asyncio.run(load(settings.database_url, path, now=datetime.now(UTC))))


@commands.command("open-days")
def open_days() -> None:
    """Открыть дни приёма до горизонта записи; открытые остаются как есть."""
    from registratura import worker
    from registratura.db import open_pool

    async def run() -> None:
        await check_reachable(settings.database_url, variable("database_url"))
        pool = await open_pool(settings.database_url)
        async with pool:
            opened = await worker.open_days(pool, settings)
        click.echo(f"Открыто приёмов: {opened.sessions}, времён: {opened.slots}.")

    settings = _with_database()
    asyncio.run(run())


@commands.command()
@click.option(
    "--days", type=click.IntRange(0, 3660), default=30, help="За сколько прошедших дней смотреть."
)
@click.option(
    "--seconds", type=click.IntRange(1, 3600), default=30, help="Сколько ждать каждый запрос."
)
def check(days: int, seconds: int) -> None:
    """Проверить, что в базе не нарушено ни одно обещание; если нарушено, статус 1."""
    from registratura.booking import checks
    from registratura.db import open_pool

    async def run() -> list[checks.Finding]:
        await check_reachable(settings.database_url, variable("database_url"))
        pool = await open_pool(settings.database_url, most=1)
        async with pool, pool.connection() as db:
            return await checks.search(db, now=datetime.now(UTC), days=days, seconds=seconds)

    settings = _with_database()
    found = asyncio.run(run())
    told = [line for finding in found for line in finding.lines()]
    click.echo("\n".join(told or ["Нарушений нет."]))
    sys.exit(1 if found else 0)


def main() -> None:
    """The entry point."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Cyrillic is no reason to fall
            stream.reconfigure(errors="replace")
    try:
        commands()
    except Refused as refused:
        click.echo(str(refused), err=True)
        sys.exit(2)


def _with_database() -> Settings:
    """The settings; without DATABASE_URL, with the database of a demo that is running."""
    settings = Settings.from_environment()
    if settings.database_url:
        return settings
    found = embedded.find_url(embedded_folder(settings.var), REGISTRY, APPLICATION)
    if found is None:
        raise Refused(f"Не задана {variable('database_url')}, и учебный стенд не запущен.")
    # Worker processes of the portal read the environment anew.
    os.environ[variable("database_url")] = found
    return replace(settings, database_url=found)


def _with_federation() -> Settings:
    """The same; beside a demo with its federal side too."""
    is_named = bool(Settings.from_environment().database_url)
    settings = _with_database()
    if is_named:
        return settings
    from registratura.stand.beside import with_its_federation

    return with_its_federation(settings, os.environ)


def _migrate(settings: Settings) -> list[str]:
    if settings.database_owner_url:
        asyncio.run(check_reachable(settings.database_owner_url, variable("database_owner_url")))
        return migrate_registry(settings.database_owner_url)
    if settings.database_url:
        raise Refused(f"Схему обновляет её владелец: задайте {variable('database_owner_url')}.")
    found = embedded.find_url(embedded_folder(settings.var), REGISTRY, OWNER)
    if found:
        return migrate_registry(found)
    server = start_embedded(settings.var)
    try:
        return migrate_registry(server.url(REGISTRY, OWNER))
    finally:
        server.stop()


async def _create(settings: Settings) -> None:
    admin, addresses = settings.database_admin_url, "DATABASE_OWNER_URL и DATABASE_URL"
    if not admin:
        raise Refused(f"Роли создаёт администратор сервера: задайте {_admin_variable()}.")
    await check_reachable(admin, _admin_variable())
    try:
        await create_database(admin, settings.database_owner_url, settings.database_url)
    except ValueError:
        raise Refused(f"{addresses} должны вести в одну базу ролями {' и '.join(ROLES)}.") from None


def _admin_variable() -> str:
    return variable("database_admin_url")


if __name__ == "__main__":
    main()
