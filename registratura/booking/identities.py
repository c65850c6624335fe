"""In what two cards disagree about who the person is: asked before they are joined."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registratura.db import Connection, rows

_SEX = {"F": "женский", "M": "мужской"}


@dataclass(frozen=True)
class _Identity:
    id: UUID
    name: str
    name_key: str
    birth_date: date
    sex: str
    snils: str | None


async def differences(db: Connection, one_id: UUID, other_id: UUID) -> list[str]:
    """Each difference in words: full name (ё is е), birth date, sex, СНИЛС where both have one.

    A patronymic that only one of them has is a difference. Both cards exist.
    """
    found = await rows(
        db,
        _Identity,
        """
        select id, concat_ws(' ', last_name, first_name, middle_name) as name,
               name_key(concat_ws(' ', last_name, first_name, middle_name)) as name_key,
               birth_date, sex, snils
        from person where id in (%(one)s, %(other)s)
        """,
        one=one_id,
        other=other_id,
    )
    one, other = sorted(found, key=lambda it: it.id != one_id)
    told = []
    if one.name_key != other.name_key:
        told.append(f"имя – {one.name} и {other.name}")
    if one.birth_date != other.birth_date:
        told.append(f"дата рождения – {one.birth_date:%d.%m.%Y} и {other.birth_date:%d.%m.%Y}")
    if one.sex != other.sex:
        told.append(f"пол – {_SEX[one.sex]} и {_SEX[other.sex]}")
    if one.snils and other.snils and one.snils != other.snils:
        told.append("СНИЛС – разные номера")
    return told
