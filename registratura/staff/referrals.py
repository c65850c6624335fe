"""Command: write down a referral given on paper."""

from datetime import date

import click

from registratura.booking import referrals
from registratura.db import value
from registratura.staff import naming
from registratura.staff.work import Work, command, day, words
from registratura_ground.refused import Refused


@command("add-referral")
@click.argument("number", type=words)
@click.option("--card", type=words, required=True, help="Карта: её номер или код региона.")
@click.option("--position", type=int, required=True, help="К кому: номер должности по НСИ.")
@click.option("--from", "first", type=day, required=True, help="С какого дня, включительно.")
@click.option("--to", "last", type=day, required=True, help="По какой день, включительно.")
@click.option("--clinic", "clinics", type=words, multiple=True, help="Куда; без этого в любую.")
async def add_referral(
    work: Work,
    number: str,
    card: str,
    position: int,
    first: date,
    last: date,
    clinics: tuple[str, ...],
) -> None:
    """Внести направление: NUMBER – номер на бланке."""
    if first > last:
        raise Refused("Последний день направления раньше первого.")
    known = "select exists (select from position where id = %(it)s)"
    if not await value(work.db, known, it=position):
        raise Refused(f"Должности с номером {position} нет.")
    await referrals.add(
        work.db,
        now=work.now,
        actor=work.actor,
        number=number,
        patient_id=await naming.card(work.db, card),
        position_id=position,
        valid_from=first,
        valid_to=last,
        department_ids=[(await naming.clinic(work.db, it)).id for it in clinics],
    )
    click.echo(f"Направление № {number} внесено.")
