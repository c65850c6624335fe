"""Staff of the tests: who they are in ЕСИА, and the roles that they are granted."""

from datetime import date
from uuid import UUID

from registratura.audit import Actor
from registratura.db import Connection
from registratura.people import staff_roles
from registratura.people.accounts import Profile
from tests.given.people import ISSUER, NOW

CHIEF = Actor("staff", "Главнов П.С., заведующий")
OLGA = Profile(
    issuer=ISSUER,
    oid=1010,
    last_name="Регистратова",
    first_name="Ольга",
    middle_name="Ивановна",
    birth_date=date(1980, 2, 2),
    sex="F",
    snils="20000001020",
)
ELENA = Profile(
    issuer=ISSUER,
    oid=1013,
    last_name="Админова",
    first_name="Елена",
    middle_name="Юрьевна",
    birth_date=date(1983, 7, 7),
    sex="F",
    snils="20000001323",
)


async def grant(
    db: Connection,
    who: Profile,
    *,
    role: str = "registrar",
    organisation_id: UUID | None = None,
    department_id: UUID | None = None,
    valid_from: date = date(2026, 11, 1),
    valid_to: date | None = None,
) -> UUID:
    """Somebody may act in this role; its id."""
    assert who.snils is not None
    return await staff_roles.grant(
        db,
        now=NOW,
        actor=CHIEF,
        snils=who.snils,
        role=role,
        organisation_id=organisation_id,
        department_id=department_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
