"""Commands: confirm a parent by a document, close an access."""

from uuid import UUID

import click

from registratura.people import closures, confirmations
from registratura.staff.work import Work, command, words


@command("confirm-link")
@click.argument("link", type=click.UUID)
@click.option("--document", type=words, required=True, help="Документ, который предъявили.")
async def confirm_link(work: Work, link: UUID, document: str) -> None:
    """Подтвердить родителя или опекуна: он увидит все записи ребёнка.

    LINK – номер связи, его показывает staff find.
    """
    await confirmations.confirm_link(
        work.db,
        now=work.now,
        actor=work.actor,
        zone=work.zone,
        relative_id=link,
        document=document,
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
