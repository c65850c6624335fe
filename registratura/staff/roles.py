"""Commands: who may work at the desk, in which role, where and until when."""

from datetime import date, timedelta
from uuid import UUID

import click

from registratura.db import value
from registratura.people import snils as snils_numbers
from registratura.people import staff_roles
from registratura.people.staff_roles import ROLES, Granted
from registratura.staff import naming
from registratura.staff.work import Work, command, day, words
from registratura_ground.refused import Refused

_ROLES = "; ".join(f"{name} – {in_words}" for name, in_words in ROLES.items())


@command("grant-role")
@click.option("--snils", type=words, prompt="СНИЛС", help="СНИЛС сотрудника; без этого спросит.")
@click.option("--role", type=click.Choice([*ROLES]), required=True, help=_ROLES)
@click.option("--organisation", type=words, help="Код организации.")
@click.option("--clinic", type=words, help="Код подразделения; вместо организации.")
@click.option("--from", "first", type=day, help="Первый день; без этого сегодня.")
@click.option("--to", "last", type=day, help="Последний день, включительно; без этого бессрочно.")
async def grant_role(
    work: Work,
    snils: str,
    role: str,
    organisation: str | None,
    clinic: str | None,
    first: date | None,
    last: date | None,
) -> None:
    """Дать сотруднику роль: он входит через ЕСИА, и роль находится по его СНИЛС.

    Регистратору, врачу и заведующему нужна организация или клиника, остальным – ни той ни другой.
    """
    if last is not None and last < work.today:
        raise Refused("Этот срок уже прошёл: последний день (--to) должен быть не раньше сегодня.")
    granted = await staff_roles.grant(
        work.db,
        now=work.now,
        actor=work.actor,
        snils=snils_numbers.normalise(snils),
        role=role,
        organisation_id=await _organisation(work, organisation) if organisation else None,
        department_id=(await naming.clinic(work.db, clinic)).id if clinic else None,
        valid_from=first or work.today,
        valid_to=last + timedelta(days=1) if last else None,
    )
    click.echo(f"Роль дана, её номер {granted}.")


@command("revoke-role")
@click.argument("role", type=click.UUID)
async def revoke_role(work: Work, role: UUID) -> None:
    """Снять роль сразу, и в открытых окнах тоже. ROLE – номер роли, его показывает staff roles."""
    await staff_roles.revoke(work.db, now=work.now, actor=work.actor, role_id=role)
    click.echo("Роль снята.")


@command("roles")
@click.option("--snils", type=words, help="Только этого сотрудника.")
async def roles(work: Work, snils: str | None) -> None:
    """Показать роли: сначала те, что действуют."""
    found = await staff_roles.search(
        work.db, snils=snils_numbers.normalise(snils) if snils else None
    )
    for it in found:
        click.echo(_line(it))
    click.echo(f"Ролей: {len(found)}.")


def _line(it: Granted) -> str:
    who = " ".join(filter(None, (snils_numbers.masked(it.snils), it.holder)))
    until = f" по {it.valid_to - timedelta(days=1):%d.%m.%Y}" if it.valid_to else ""
    gone = " · снята" if it.revoked_at else ""
    return f"{it.id} · {who} · {it.words}, {it.place} · с {it.valid_from:%d.%m.%Y}{until}{gone}"


async def _organisation(work: Work, code: str) -> UUID:
    found: UUID | None = await value(
        work.db, "select id from organisation where code = %(code)s", code=code
    )
    if found is None:
        raise Refused(f"Организации с кодом {code} нет.")
    return found
