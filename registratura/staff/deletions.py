"""Command: requests to delete one's data from the portal."""

from uuid import UUID

import click

from registratura.people import deletions
from registratura.staff.work import Work, command, moment


@command("deletion-requests")
@click.option("--done", type=click.UUID, help="Номер заявки: удалить данные и закрыть её.")
async def deletion_requests(work: Work, done: UUID | None) -> None:
    """Показать заявки на удаление данных с портала; по просьбе выполнить одну.

    Удаляются контакты, сообщения, выбор писем, связи с родственниками и вход во всех браузерах;
    карта, записи, журнал и тексты согласий остаются.
    """
    if done is not None:
        await deletions.carry_out(work.db, done, now=work.now, actor=work.actor)
        click.echo("Заявка выполнена.")
        return
    waiting = await deletions.search_new(work.db, now=work.now, actor=work.actor, zone=work.zone)
    for it in waiting:
        asked = moment(it.requested_at, work.zone)
        click.echo(f"{it.id} · {it.name} · {asked} · связей {it.links}, записей {it.coming}")
    click.echo(f"Заявок: {len(waiting)}.")
