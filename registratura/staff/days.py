"""Commands: a doctor's day or a clinic's day is cancelled, and opened again."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import click

from registratura.booking import day_changes, withdrawals
from registratura.booking.schedules import OpenTime
from registratura.booking.withdrawals import Outcome
from registratura.staff import naming
from registratura.staff.work import Work, command, day, moment, words

_FOR_PATIENTS = "Почему: это прочтёт каждый пациент, например «врач болеет»."


@command("cancel-doctor-day")
@click.argument("post")
@click.argument("on", metavar="DAY", type=day)
@click.option("--reason", type=words, required=True, help=_FOR_PATIENTS)
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
@click.option("--reason", type=words, required=True, help=_FOR_PATIENTS)
async def close_day(work: Work, clinic: str, on: date, reason: str) -> None:
    """Закрыть день всей клиники; каждому пациенту предлагается другое время.

    CLINIC – код подразделения.
    """
    place = await naming.clinic(work.db, clinic)
    done = await withdrawals.close_day(
        work.db, now=work.now, actor=work.actor, department_id=place.id, day=on, reason=reason
    )
    _tell(done, place.zone)


@command("open-day")
@click.argument("clinic")
@click.argument("on", metavar="DAY", type=day)
async def open_day(work: Work, clinic: str, on: date) -> None:
    """Открыть день клиники, закрытый по ошибке, или выходной, в который она принимает.

    CLINIC – код подразделения. Отменённые приёмы не возвращаются: их свободные времена показаны.
    """
    place = await naming.clinic(work.db, clinic)
    tell_open(
        await day_changes.open_clinic_day(
            work.db, now=work.now, actor=work.actor, department_id=place.id, day=on
        )
    )


@command("open-doctor-day")
@click.argument("post")
@click.argument("on", metavar="DAY", type=day)
async def open_doctor_day(work: Work, post: str, on: date) -> None:
    """Открыть день врача, закрытый cancel-doctor-day. POST – код врача.

    Отменённые приёмы не возвращаются: их свободные времена показаны.
    """
    doctor = await naming.post(work.db, post)
    tell_open(
        await day_changes.open_doctor_day(
            work.db, now=work.now, actor=work.actor, post_id=doctor.id, day=on
        )
    )


def _tell(done: Sequence[Outcome], zone: str) -> None:
    for it in done:
        if it.proposed_at is None:
            instead = "другого времени нет, позвоните пациенту"
        else:
            instead = f"предложено {moment(it.proposed_at, zone)}, {it.proposed_doctor}"
        click.echo(f"{it.number} · {moment(it.starts_at, zone)} · {instead}")
    click.echo(f"День закрыт. Отменено записей: {len(done)}.")


def tell_open(free: Sequence[OpenTime]) -> None:
    """What is free again: a line for each doctor and day."""
    in_turn = ((it.doctor, *moment(it.starts_at, it.zone).split()) for it in free)
    for (doctor, on), its in groupby(in_turn, key=lambda it: it[:2]):
        click.echo(f"{doctor} · {on} · {' '.join(clock for *_, clock in its)}")
    click.echo(f"Снова свободно времён: {len(free)}.")
