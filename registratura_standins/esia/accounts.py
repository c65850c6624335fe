"""Accounts: who they belong to, how they are found, and the check of a login and a password."""

from dataclasses import dataclass
from datetime import date, datetime

from registratura_standins.esia import passwords, throttle
from registratura_standins.esia.database import Connection, find, rows
from registratura_standins.esia.spellings import read_login


@dataclass(frozen=True)
class Account:
    """One national account. `snils` is eleven digits; a simplified account may know little."""

    oid: int
    level: str
    password_hash: str
    second_step: str | None
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date | None
    birth_place: str | None
    gender: str | None
    citizenship: str
    snils: str | None
    inn: str | None
    changed_at: datetime
    totp_secret: str | None
    totp_offered: str | None
    totp_used: int | None

    @property
    def trusted(self) -> bool:
        """Identity was proven: a confirmed account."""
        return self.level == "confirmed"

    @property
    def full_name(self) -> str:
        """Фамилия Имя Отчество."""
        return " ".join(
            part for part in (self.last_name, self.first_name, self.middle_name) if part
        )


async def find_account(db: Connection, oid: int) -> Account | None:
    """The account with this number."""
    return await find(db, Account, "select * from account where oid = %(oid)s", oid=oid)


async def find_by_login(db: Connection, names: list[str]) -> Account | None:
    """The account known by one of `names`; the earlier name wins."""
    found = await rows(
        db,
        Account,
        """
        select account.* from account join login using (oid)
        where login.name = any(%(names)s)
        order by array_position(%(names)s, login.name) limit 1
        """,
        names=names,
    )
    return found[0] if found else None


async def check_login(
    db: Connection, login: str, password: str, address: str, now: datetime
) -> Account | None:
    """The account, if login and password are right and tries are left.

    None for a wrong password, an unknown login, an account or address with too many tries: the
    caller cannot tell which, and each takes the same time.
    """
    names = read_login(login)
    account = await find_by_login(db, names)
    subject = f"oid:{account.oid}" if account else f"login:{names[:1] or login[:100]}"
    may_address = await throttle.may_try(db, "address", address, now)
    may_account = await throttle.may_try(db, "account", subject, now)
    allowed = may_address and may_account
    kept = account.password_hash if account and allowed else None
    if not await passwords.check_password(kept, password) or account is None:
        return None
    await throttle.forget_tries(db, "account", subject)
    await throttle.forget_last_try(db, "address", address)
    return account
