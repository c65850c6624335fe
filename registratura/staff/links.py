"""Commands: confirm a parent by a document, close an access."""

from datetime import date
from uuid import UUID

import click

from registratura.people import closures, confirmations
from registratura.people.confirmations import Order
from registratura.staff.work import Work, command, day, words
from registratura_ground.refused import Refused


@command("confirm-link")
@click.argument("link", type=click.UUID)
@click.option("--document", type=words, required=True, help="Документ, который предъявили.")
@click.option("--order", type=words, help="Номер акта об опеке; вместе с --until.")
@click.option("--until", type=day, help="Последний день, на который он выдан.")
async def confirm_link(
    work: Work, link: UUID, document: str, order: str | None, until: date | None
) -> None:
    """Подтвердить родителя или опекуна: он увидит все записи ребёнка.

    LINK – номер связи, его показывает staff find. Опекуну нужен акт: --order и --until; связь
    кончится в этот день или когда подопечному исполнится 18. Новый акт заменяет прежний.
    """
    if (order is None) != (until is None):
        raise Refused("Номер акта и последний день его срока задают вместе: --order и --until.")
    await confirmations.confirm_link(
        work.db,
        now=work.now,
        actor=work.actor,
        zone=work.zone,
        relative_id=link,
        document=document,
        order=Order(order, until) if order and until else None,
    )
    click.echo("Родство подтверждено.")


@command("close-access")
@click.argument("link", type=click.UUID)
@click.option("--document", type=words, required=True, help="Документ, на основании которого.")
@click.option("--reason", type=words, required=True, help="Почему.")
async def close_access(work: Work, link: UUID, document: str, reason: str) -> None:
    """Сразу закрыть учётной записи доступ к человеку; снова его не добавить.

    LINK – номер связи, его показывает staff find. Записи к врачу остаются.
    """
    await closures.close_access(
        work.db,
        now=work.now,
        actor=work.actor,
        relative_id=link,
        document=document,
        reason=reason,
    )
    click.echo("Доступ закрыт.")
