"""Commands: find somebody's cards with their links and visits; join two cards."""

from collections.abc import Sequence
from datetime import date, timedelta

import click

from registratura import audit
from registratura.booking import joining, parting
from registratura.people import policies
from registratura.people.refusals import CardsDiffer
from registratura.staff import finding, naming
from registratura.staff.work import Work, command, day, moment, words
from registratura_ground.refused import Refused

_LEVELS = {"own": "своя", "declared": "заявлена", "confirmed": "подтверждена"}


@command("find")
@click.option("--policy", type=words, help="Номер полиса ОМС.")
@click.option("--last-name", type=words, help="Фамилия; вместе с датой рождения.")
@click.option("--birth-date", type=day, help="Дата рождения.")
async def find(
    work: Work, policy: str | None, last_name: str | None, birth_date: date | None
) -> None:
    """Найти карты: по полису или по фамилии с датой рождения."""
    if (policy is None) == (last_name is None) or (last_name is None) != (birth_date is None):
        raise Refused("Задайте --policy или --last-name вместе с --birth-date.")
    found = await finding.search(
        work.db,
        policy=policies.normalise(policy) if policy else None,
        last_name=last_name,
        birth_date=birth_date,
        now=work.now,
        zone=work.zone,
    )
    for card in found:
        await audit.record(
            work.db,
            now=work.now,
            kind="person.read",
            actor=work.actor,
            person_id=card.id,
            subject_id=card.id,
        )
        click.echo("\n".join(_lines(card)))
    click.echo(f"Найдено карт: {len(found)}.")


@command("join-cards")
@click.argument("losing")
@click.argument("into")
@click.option(
    "--despite", type=words, help="Почему карты расходятся: например, «опечатка в имени»."
)
async def join_cards(work: Work, losing: str, into: str, despite: str | None) -> None:
    """Присоединить карту LOSING к карте INTO: это один человек.

    Карты – их номера или коды региона, их показывает staff find. Если имя, дата рождения, пол или
    СНИЛС разные, нужна причина (--despite). Предстоящие записи и направления переходят; если две
    записи мешают друг другу, ничего не меняется и обе названы. Разъединяет карты part-cards.
    """
    try:
        done = await joining.join_cards(
            work.db,
            now=work.now,
            actor=work.actor,
            losing_id=await naming.card(work.db, losing),
            into_id=await naming.card(work.db, into),
            despite=despite,
        )
    except CardsDiffer as refusal:
        raise Refused(f"{refusal.text}: --despite.") from None
    click.echo(
        f"Карты объединены. Перешло записей: {done.visits}, направлений: {done.referrals}; "
        f"снято удержаний: {done.holds}."
    )


@command("part-cards")
@click.argument("losing")
@click.option("--reason", type=words, required=True, help="Почему это разные люди.")
async def part_cards(work: Work, losing: str, reason: str) -> None:
    """Отделить карту LOSING, присоединённую по ошибке.

    Записи и направления, которые перешли, возвращаются; что осталось, названо.
    """
    done = await parting.part_cards(
        work.db,
        now=work.now,
        actor=work.actor,
        losing_id=await naming.card(work.db, losing),
        reason=reason,
    )
    for words_, numbers in (
        ("Остались записи, которым мешают другие", done.kept_visits),
        ("Остались направления, по которым есть запись", done.kept_referrals),
        ("Записаны после объединения, проверьте, чьи они", done.doubtful),
    ):
        if numbers:
            click.echo(f"{words_}: {', '.join(numbers)}.")
    click.echo(
        f"Карты разъединены. Вернулось записей: {done.visits}, направлений: {done.referrals}."
    )


def _until(link: finding.Link) -> str:
    last = f", по {link.ends_on - timedelta(days=1):%d.%m.%Y}" if link.ends_on else ""
    off = f", ЕСИА не подтверждает с {link.off_list_since:%d.%m.%Y}" if link.off_list_since else ""
    return last + off


def _lines(card: finding.Card) -> Sequence[str]:
    code = f", код {card.code}" if card.code else ""
    joined = f", присоединена к {card.joined_into}" if card.joined_into else ""
    died = f", умер(ла) {card.died_on:%d.%m.%Y}" if card.died_on else ""
    return [
        f"{card.name}, {card.birth_date:%d.%m.%Y}{died}",
        f"  карта {card.id}{code}{joined}",
        *(f"  связь {it.id}: {_LEVELS[it.level]}, {it.account}{_until(it)}" for it in card.links),
        *(
            f"  запись {it.number}: {moment(it.starts_at, it.zone)}, {it.doctor}"
            for it in card.visits
        ),
    ]
