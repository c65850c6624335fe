"""Commands: mark a visit, cancel one."""

import click

from registratura.booking import cancellation, marks
from registratura.booking.model import State
from registratura.staff import naming
from registratura.staff.work import Work, command, words

_DONE = {
    State.ARRIVED: "пациент пришёл",
    State.VISITED: "приём состоялся",
    State.NOT_ARRIVED: "пациент не пришёл",
}


@command("mark")
@click.argument("visit")
@click.argument("state", type=click.Choice([*map(str, _DONE)]))
async def mark(work: Work, visit: str, state: str) -> None:
    """Отметить: arrived – пришёл, visited – приём состоялся, not_arrived – не пришёл.

    VISIT – номер талона. Если пациента не принял врач, запись отменяет cancel.
    """
    await marks.mark(
        work.db,
        now=work.now,
        actor=work.actor,
        appointment_id=await naming.visit(work.db, visit),
        state=State(state),
    )
    click.echo(f"Отмечено: {_DONE[State(state)]}.")


@command("cancel")
@click.argument("visit")
@click.option("--reason", type=words, required=True, help="Почему: это прочтёт пациент.")
async def cancel(work: Work, visit: str, reason: str) -> None:
    """Отменить запись от имени клиники: лишнюю из двух или приём, который врач не провёл.

    VISIT – номер талона. Время сразу свободно для других. Пропуском такой приём не считается.
    """
    await cancellation.cancel(
        work.db,
        now=work.now,
        actor=work.actor,
        appointment_id=await naming.visit(work.db, visit),
        by="clinic",
        because=reason,
    )
    click.echo("Запись отменена.")
