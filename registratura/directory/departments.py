"""Departments: the places with an address that a patient calls a clinic."""

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from registratura import db as database
from registratura.db import Connection
from registratura.refusal import Refusal


class DepartmentUnknown(Refusal):
    """No such department."""

    code = "department_unknown"
    words = "Такой клиники нет"


@dataclass(frozen=True)
class Department:
    """One clinic: a department of an organisation, with its address and whom it receives."""

    id: UUID
    name: str
    organisation: str
    address: str
    phone: str | None
    ages: str  # adult, child, all
    zone: str
    merged_rules: dict[str, Any]  # of the booking, as far as region and clinic set them

    def receives(self, age: int) -> bool:
        """Whether somebody of this age (full years) is received here at all."""
        return self.ages == "all" or (self.ages == "child") == (age < 18)


_DEPARTMENT: LiteralString = """
    select department.id, department.name, organisation.short_name as organisation,
           department.address, department.phone, department.ages, organisation.zone,
           region.rules || organisation.rules || department.rules as merged_rules
    from department
    join organisation on organisation.id = department.organisation_id
    cross join region
"""


_WITH_EVERY_WORD: LiteralString = """
    where (
        select coalesce(bool_and(
            position(word in name_key(concat_ws(
                ' ', department.name, organisation.name, organisation.short_name,
                department.address
            ))) > 0), true)
        from unnest(%(words)s::text[]) as word
    )
    order by name_key(organisation.short_name), name_key(department.name)
"""


async def get(db: Connection, department_id: UUID) -> Department:
    """The clinic. Refuses with `DepartmentUnknown`."""
    found = await database.find(
        db,
        Department,
        _DEPARTMENT + "where department.id = %(department)s",
        department=department_id,
    )
    if found is None:
        raise DepartmentUnknown()
    return found


async def search(db: Connection, words: str = "") -> list[Department]:
    """Clinics whose name, organisation or address holds every one of `words`, in alphabet order.

    ё and е are one letter; an empty text finds all.
    """
    return await database.rows(
        db,
        Department,
        _DEPARTMENT + _WITH_EVERY_WORD,
        words=words.lower().replace("ё", "е").split()[:8],
    )
