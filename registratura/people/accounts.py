"""Accounts: people known to ЕСИА who have signed in here, each with a card of the registry."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.errors import UniqueViolation

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, one, value
from registratura.people import persons
from registratura.people.names import Sex
from registratura.people.persons import Identity


@dataclass(frozen=True)
class Profile:
    """What ЕСИА says of the owner of a confirmed account."""

    issuer: str
    oid: int
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    snils: str | None = None
    policy_number: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None  # where he lives, else where he is registered, in one line

    @property
    def identity(self) -> Identity:
        """What his card is found by."""
        return Identity(self.last_name, self.first_name, self.middle_name, self.birth_date)


@dataclass(frozen=True)
class Account:
    """An account with what ЕСИА said at the last sign-in, and its owner's card."""

    id: UUID
    issuer: str
    oid: int
    person_id: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    snils: str | None
    policy_number: str | None
    email: str | None
    phone: str | None
    address: str | None
    created_at: datetime
    signed_in_at: datetime


async def sign_in(db: Connection, profile: Profile, *, now: datetime) -> Account:
    """The account of this profile, made at the first sign-in and brought up to date at each.

    The owner meets his own card by СНИЛС, full name and birth date where exactly one fits;
    otherwise he gets a card of his own. The first meeting lasts: only the desk joins cards.
    """
    account_id = await _update(db, profile, now)
    if account_id is None:
        try:
            account_id = await _create(db, profile, now)
        except UniqueViolation:  # he signed in from two windows at once
            account_id = await _update(db, profile, now)
    if account_id is None:
        raise LookupError("the account vanished while its owner signed in")
    return await get(db, account_id)


async def get(db: Connection, account_id: UUID) -> Account:
    """The account. Raises `LookupError` where there is none: a session names a living one."""
    return await one(
        db,
        Account,
        """
        select id, issuer, oid, person_id, last_name, first_name, middle_name, birth_date, sex,
               snils, policy_number, email, phone, address, created_at, signed_in_at
        from account where id = %(account)s
        """,
        account=account_id,
    )


async def lock(db: Connection, account_id: UUID) -> None:
    """Lock the account's row to the end of the transaction: before its links and its consents."""
    await execute(
        db, "select from account where id = %(account)s for no key update", account=account_id
    )


async def find_by_oid(db: Connection, issuer: str, oid: int) -> Account | None:
    """The account that ЕСИА knows by this number, or None if he has never signed in here."""
    account_id = await value(
        db,
        "select id from account where issuer = %(issuer)s and oid = %(oid)s",
        issuer=issuer,
        oid=oid,
    )
    return None if account_id is None else await get(db, account_id)


async def _update(db: Connection, profile: Profile, now: datetime) -> UUID | None:
    async with db.transaction():
        changed = await find(
            db,
            _Signed,
            """
            update account set
                last_name = %(last_name)s, first_name = %(first_name)s,
                middle_name = %(middle_name)s, birth_date = %(birth_date)s, sex = %(sex)s,
                snils = %(snils)s, policy_number = coalesce(%(policy_number)s, policy_number),
                email = %(email)s, phone = %(phone)s, address = %(address)s,
                signed_in_at = %(now)s
            where issuer = %(issuer)s and oid = %(oid)s
            returning id, person_id
            """,
            **vars(profile),
            now=now,
        )
        if changed is not None:
            await _tell(db, changed, now, created=False)
        return None if changed is None else changed.id


async def _create(db: Connection, profile: Profile, now: datetime) -> UUID:
    async with db.transaction():
        person_id = await _meet(db, profile, now)
        made = await one(
            db,
            _Signed,
            """
            insert into account (issuer, oid, person_id, last_name, first_name, middle_name,
                                 birth_date, sex, snils, policy_number, email, phone, address,
                                 created_at, signed_in_at)
            values (%(issuer)s, %(oid)s, %(person_id)s, %(last_name)s, %(first_name)s,
                    %(middle_name)s, %(birth_date)s, %(sex)s, %(snils)s, %(policy_number)s,
                    %(email)s, %(phone)s, %(address)s, %(now)s, %(now)s)
            returning id, person_id
            """,
            **vars(profile),
            person_id=person_id,
            now=now,
        )
        await _tell(db, made, now, created=True)
        return made.id


async def _meet(db: Connection, profile: Profile, now: datetime) -> UUID:
    met = None
    if profile.snils is not None:
        met = await persons.find_by_snils(db, profile.identity, profile.snils)
    return met or await persons.make(
        db,
        profile.identity,
        now=now,
        sex=profile.sex,
        snils=profile.snils,
        policy_number=profile.policy_number,
    )


@dataclass(frozen=True)
class _Signed:
    id: UUID
    person_id: UUID


async def _tell(db: Connection, signed: _Signed, now: datetime, *, created: bool) -> None:
    await audit.record(
        db,
        now=now,
        kind="account.created" if created else "account.signed_in",
        actor=Actor("account", str(signed.id)),
        person_id=signed.person_id,
        subject_id=signed.id,
    )
