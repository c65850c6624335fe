"""Accounts: what ЕСИА tells of a person and his children, as of his last sign-in here."""

from dataclasses import dataclass
from datetime import datetime

from registratura_standins.gosuslugi.database import Connection, execute, find, rows
from registratura_standins.gosuslugi.patients import Applicant, Patient, Sex


@dataclass(frozen=True)
class Person:
    """Identity and papers of somebody in ЕСИА."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: str
    sex: Sex
    snils: str | None
    policy_number: str | None

    @property
    def patient(self) -> Patient:
        """The same as the wizard wants it."""
        return Patient(
            self.last_name,
            self.first_name,
            self.middle_name,
            self.birth_date,
            self.sex,
            self.policy_number,
            self.snils,
        )


@dataclass(frozen=True)
class Account(Person):
    """Who signed in."""

    oid: int
    phone: str | None
    email: str | None

    @property
    def applicant(self) -> Applicant:
        """The one who books, for the region."""
        return Applicant(self.patient.full_name, self.phone, self.email)

    @property
    def short_name(self) -> str:
        """«Иванова М.П.»."""
        letters = "".join(f"{it[0]}." for it in (self.first_name, self.middle_name) if it)
        return f"{self.last_name} {letters}"


@dataclass(frozen=True)
class Child(Person):
    """A child of ЕСИА's list; `id` is ЕСИА's."""

    id: str


async def keep(
    db: Connection, account: Account, children: tuple[Child, ...], now: datetime
) -> None:
    """Write down what ЕСИА has just told, in place of what it told before."""
    async with db.transaction():
        await execute(
            db,
            """
            insert into account (oid, last_name, first_name, middle_name, birth_date, sex, snils,
                policy_number, phone, email, signed_in_at)
            values (%(oid)s, %(last_name)s, %(first_name)s, %(middle_name)s, %(birth_date)s,
                %(sex)s, %(snils)s, %(policy_number)s, %(phone)s, %(email)s, %(now)s)
            on conflict (oid) do update set last_name = excluded.last_name,
                first_name = excluded.first_name, middle_name = excluded.middle_name,
                birth_date = excluded.birth_date, sex = excluded.sex, snils = excluded.snils,
                policy_number = excluded.policy_number, phone = excluded.phone,
                email = excluded.email, signed_in_at = excluded.signed_in_at
            """,
            **vars(account),
            now=now,
        )
        await execute(db, "delete from child where oid = %(oid)s", oid=account.oid)
        for one in children:
            await _add(db, account.oid, one)


async def _add(db: Connection, oid: int, one: Child) -> None:
    await execute(
        db,
        """
        insert into child (oid, id, last_name, first_name, middle_name, birth_date, sex, snils,
            policy_number)
        values (%(oid)s, %(id)s, %(last_name)s, %(first_name)s, %(middle_name)s, %(birth_date)s,
            %(sex)s, %(snils)s, %(policy_number)s)
        """,
        oid=oid,
        **vars(one),
    )


async def get(db: Connection, oid: int) -> Account:
    """The account. Raises `LookupError` where it has never signed in."""
    found = await find(
        db,
        Account,
        """
        select oid, last_name, first_name, middle_name, birth_date, sex, snils, policy_number,
               phone, email
        from account where oid = %(oid)s
        """,
        oid=oid,
    )
    if found is None:
        raise LookupError(oid)
    return found


async def search_children(db: Connection, oid: int) -> list[Child]:
    """The children of ЕСИА's list, the eldest first; those who are grown up stay on it."""
    return await rows(
        db,
        Child,
        """
        select id, last_name, first_name, middle_name, birth_date, sex, snils, policy_number
        from child where oid = %(oid)s order by birth_date, id
        """,
        oid=oid,
    )
