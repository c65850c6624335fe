"""Commands: a doctor is away for some days; he receives again."""

from datetime import date

import click

from registratura.booking import absences
from registratura.staff import naming
from registratura.staff.days import tell_open
from registratura.staff.work import Work, command, day, words
from registratura_ground.refused import Refused


@command("absence")
@click.argument("post")
@click.option("--from", "first", type=day, required=True, help="Первый день.")
@click.option("--to", "last", type=day, required=True, help="Последний день, включительно.")
@click.option("--reason", type=words, required=True, help="Почему; пациенты этого не видят.")
@click.option("--substitute", type=words, help="Кто замещает: код врача той же должности.")
async def absence(
    work: Work, post: str, first: date, last: date, reason: str, substitute: str | None
) -> None:
    """Врача не будет: свободные времена этих дней закрыты. POST – код врача.

    Не дольше года. Записи, которые уже есть, остаются: их отменяет с заменой cancel-doctor-day.
    Отменяет и сокращает отсутствие absence-end.
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


@command("absence-end")
@click.argument("post")
@click.argument("on", metavar="DAY", type=day)
async def absence_end(work: Work, post: str, on: date) -> None:
    """Врач снова принимает с дня DAY; с первого дня отсутствия – значит, его не было.

    POST – код врача. Показаны времена, которые снова свободны. Отменённые приёмы не возвращаются.
    Отсутствие из файла absences.csv исправьте и в нём, иначе загрузка запишет его снова.
    """
    doctor = await naming.post(work.db, post)
    free = await absences.end(work.db, now=work.now, actor=work.actor, post_id=doctor.id, day=on)
    tell_open(free)
