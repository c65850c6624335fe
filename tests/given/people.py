"""The cast: people who sign in, the cards the region knows, the relatives they declare."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from registratura.db import Connection, value
from registratura.people import accounts, declaring
from registratura.people.accounts import Account, Profile
from registratura.people.declarations import Declaration
from registratura.people.persons import Identity
from registratura.people.relatives import Relative

ZONE = "Europe/Moscow"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # Wednesday noon in Kaluga
ISSUER = "http://esia.gosuslugi.ru/"

MARIA = Profile(
    issuer=ISSUER,
    oid=1001,
    last_name="Иванова",
    first_name="Мария",
    middle_name="Петровна",
    birth_date=date(1988, 6, 25),
    sex="F",
    snils="11223344595",
    policy_number="4053110874010015",
    email="maria@example.org",
    phone="+79000000001",
)
OLEG = Profile(
    issuer=ISSUER,
    oid=1002,
    last_name="Смирнов",
    first_name="Олег",
    middle_name="Андреевич",
    birth_date=date(1985, 3, 14),
    sex="M",
    phone="+79000000002",
)
STRANGER = Profile(
    issuer=ISSUER,
    oid=1003,
    last_name="Чужов",
    first_name="Семён",
    middle_name="Ильич",
    birth_date=date(1979, 1, 9),
    sex="M",
    phone="+79000000003",
)
CAST = {"Мария": MARIA, "Олег": OLEG, "Чужой": STRANGER}

PETR = Declaration(  # exactly as in the printed instruction: е for ё, a wrong check digit
    kinship="child",
    last_name="Иванов",
    first_name="Петр",
    middle_name="Иванович",
    birth_date=date(2015, 1, 1),
    policy_number="1234567891234567",
    affirmed=True,
)
PETR_IN_THE_REGION = Identity("Иванов", "Пётр", "Иванович", date(2015, 1, 1))


async def account(db: Connection, who: str | Profile = "Мария", *, now: datetime = NOW) -> Account:
    """Somebody of the cast, or a profile of the test's own, signs in."""
    return await accounts.sign_in(db, CAST[who] if isinstance(who, str) else who, now=now)


async def relative(
    db: Connection,
    owner: Account,
    typed: Declaration = PETR,
    *,
    now: datetime = NOW,
    **otherwise: Any,
) -> Relative:
    """The owner declares a relative: Пётр, or as `otherwise` says."""
    return await declaring.declare(
        db,
        owner.id,
        replace(typed, **otherwise),
        now=now,
        zone=ZONE,
    )


async def card(
    db: Connection,
    who: Identity = PETR_IN_THE_REGION,
    *,
    policy_number: str = PETR.policy_number,
    sex: str = "M",
    snils: str | None = None,
    code: str | None = None,
    died_on: date | None = None,
) -> UUID:
    """A line of the region's own list of persons, as it stands after the region is loaded."""
    made = await value(
        db,
        """
        with card as (
            insert into person (code, last_name, first_name, middle_name, birth_date, sex, snils,
                                died_on, created_at)
            values (coalesce(%(code)s, gen_random_uuid()::text), %(last_name)s, %(first_name)s,
                    %(middle_name)s, %(birth_date)s, %(sex)s, %(snils)s, %(died_on)s, %(now)s)
            returning id
        ), insured as (
            insert into policy (person_id, number) select id, %(policy_number)s from card
        )
        select id from card
        """,
        **vars(who),
        code=code,
        sex=sex,
        snils=snils,
        died_on=died_on,
        policy_number=policy_number,
        now=NOW,
    )
    return UUID(str(made))


async def attachment(
    db: Connection, person_id: UUID, valid_from: date, valid_to: date | None = None
) -> UUID:
    """A line of the region's list of attachments: area 7 of a clinic of its own; the clinic."""
    made = await value(
        db,
        """
        with owner as (
            insert into organisation (code, oid, name, short_name)
            values (gen_random_uuid(), gen_random_uuid(), 'Детская городская больница', 'ДГБ')
            returning id
        ), clinic as (
            insert into department (code, organisation_id, oid, name, address, ages)
            select gen_random_uuid(), id, gen_random_uuid(), 'Поликлиника № 1', 'Калуга', 'child'
            from owner returning id
        ), area as (
            insert into area (code, department_id, number, kind)
            select gen_random_uuid(), id, '7', 'paediatric' from clinic
            returning id, department_id
        )
        insert into attachment (person_id, department_id, area_id, valid_from, valid_to)
        select %(person)s, department_id, id, %(valid_from)s, %(valid_to)s from area
        returning department_id
        """,
        person=person_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return UUID(str(made))
