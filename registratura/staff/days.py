"""Commands: a doctor is away, a doctor's day or a clinic's day is cancelled."""

from collections.abc import Sequence
from datetime import date

import click

from registratura.booking import absences, withdrawals
from registratura.booking.withdrawals import Outcome
from registratura.staff import naming
from registratura.staff.work import Work, command, day, moment, words
from registratura_ground.refused import Refused


@command("absence")
@click.argument("post")
@click.option("--from", "first", type=day, required=True, help="Первый день.")
@click.option("--to", "last", type=day, required=True, help="Последний день, включительно.")
@click.option("--reason", type=words, required=True, help="Почему.")
@click.option("--substitute", type=words, help="Кто замещает: код врача.")
async def absence(
    work: Work, post: str, first: date, last: date, reason: str, substitute: str | None
) -> None:
    """Врача не будет: свободные времена этих дней закрыты. POST – код врача.

    Записи, которые уже есть, остаются: их отменяет с заменой cancel-doctor-day.
    """
    if first > last:
        raise Refused("Последний день отсутствия раньше первого.")
    away = await naming.post(work.db, post)
    stands_in = await naming.post(work.db, substitute) if substitute else None
    if stands_in == away:
        raise Refused("Врач не замещает сам себя.")
    await absences.record(
        work.db,
        now=work.now,
        actor=work.actor,
        post_id=away.id,
        first_day=first,
        last_day=last,
        reason=reason,
        substitute_id=stands_in.id if stands_in else None,
    )
    click.echo("Отсутствие записано. Записи этих дней отменяет cancel-doctor-day.")


@command("cancel-doctor-day")
@click.argument("post")
@click.argument("on", metavar="DAY", type=day)
@click.option("--reason", type=words, required=True, help="Почему.")
async def cancel_doctor_day(work: Work, post: str, on: date, reason: str) -> None:
    """Отменить день врача; каждому пациенту предлагается другое время. POST – код врача."""
    doctor = await naming.post(work.db, post)
    done = await withdrawals.cancel_doctor_day(
        work.db, now=work.now, actor=work.actor, post_id=doctor.id, day=on, reason=reason
    )
    _tell(done, doctor.zone)


@command("close-day")
@click.argument("clinic")
@click.argument("on", metavar="DAY", type=day)
@click.option("--reason", type=words, required=True, help="Почему.")
async def close_day(work: Work, clinic: str, on: date, reason: str) -> None:
    """Закрыть день всей клиники; каждому пациенту предлагается другое время.

    CLINIC – код подразделения.
    """
    place = await naming.clinic(work.db, clinic)
    done = await withdrawals.close_day(
        work.db, now=work.now, actor=work.actor, department_id=place.id, day=on, reason=reason
    )
    _tell(done, place.zone)


def _tell(done: Sequence[Outcome], zone: str) -> None:
    for it in done:
        if it.proposed_at is None:
            instead = "другого времени нет, позвоните пациенту"
        else:
            instead = f"предложено {moment(it.proposed_at, zone)}, {it.proposed_doctor}"
        click.echo(f"{it.number} · {moment(it.starts_at, zone)} · {instead}")
    click.echo(f"День закрыт. Отменено записей: {len(done)}.")
