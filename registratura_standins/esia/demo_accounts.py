"""Accounts of the demo: invented people, one password for all, the same however often seeded."""

from dataclasses import dataclass
from datetime import date, datetime

from registratura_standins.esia.database import Connection
from registratura_standins.esia.demo_seeding import add_account
from registratura_standins.esia.passwords import hash_password

PASSWORD = "Registratura-40"  # noqa: S105 - public, printed by the demo
OID = 1_000_000_000  # an account's oid is this plus the number that its telephone ends with


@dataclass(frozen=True)
class DemoChild:
    """A child on a demo account's list; `verified` is its birth certificate's state."""

    id: int
    name: str
    birth_date: date
    gender: str
    snils: str
    policy: str
    verified: bool


@dataclass(frozen=True)
class DemoAccount:
    """A demo account; its telephone is +7 900 000-00-`number`. Policy: sixteen digits or None."""

    number: int
    name: str
    birth_date: date | None
    gender: str | None
    snils: str | None
    policy: str | None = None
    email: str | None = None
    level: str = "confirmed"
    second_step: str | None = None
    street: str = "ул Ленина"
    children: tuple[DemoChild, ...] = ()

    @property
    def oid(self) -> int:
        """The account's number in ЕСИА."""
        return OID + self.number

    @property
    def phone(self) -> str:
        """E.164."""
        return f"+790000000{self.number:02}"


def _vera(id: int) -> DemoChild:
    """Вера, sixteen: she has an account of her own and stands on the lists of both parents."""
    return DemoChild(
        id,
        "Соколова Вера Андреевна",
        date(2010, 4, 12),
        "F",
        "20000000624",
        "4095989787000068",
        True,
    )


ACCOUNTS = (
    DemoAccount(
        1,
        "Иванова Мария Петровна",
        date(1988, 6, 25),
        "F",
        "11223344595",
        "4053110874010015",
        "maria@example.org",
    ),
    DemoAccount(
        2,
        "Смирнов Олег Андреевич",
        date(1985, 3, 14),
        "M",
        "20000000220",
        "4056410835000023",
        email="oleg@example.org",
        street="ул Гагарина",
        children=(
            DemoChild(
                5001,
                "Смирнова Анна Олеговна",
                date(2019, 3, 14),
                "F",
                "20000002123",
                "4096089785000126",
                True,
            ),
            DemoChild(
                5002,
                "Смирнов Денис Олегович",
                date(2012, 11, 2),
                "M",
                "20000002224",
                "4088789747003452",
                False,
            ),
        ),
    ),
    DemoAccount(3, "Чужов Семён Ильич", date(1979, 1, 9), "M", "20000000321", "4058020840000039"),
    # A simplified account: a name and a telephone, nothing is checked.
    DemoAccount(4, "Новикова Дарья Сергеевна", None, None, None, level="simplified"),
    DemoAccount(
        5,
        "Фёдоров Илья Борисович",
        date(1990, 10, 10),
        "M",
        "20000000523",
        "4049900839000052",
        second_step="sms",
    ),
    # A young person with an account of her own, her mother and her father.
    DemoAccount(
        6,
        "Соколова Вера Андреевна",
        date(2010, 4, 12),
        "F",
        "20000000624",
        "4095989787000068",
        "vera@example.org",
    ),
    DemoAccount(
        7,
        "Соколова Ирина Павловна",
        date(1984, 9, 1),
        "F",
        "20000000725",
        "4050510898000079",
        "irina@example.org",
        children=(_vera(5003),),
    ),
    DemoAccount(
        8,
        "Соколов Андрей Викторович",
        date(1982, 2, 20),
        "M",
        "20000000826",
        "4057710829000080",
        "andrey@example.org",
        children=(_vera(5004),),
    ),
    # The other levels and second steps that there are.
    DemoAccount(
        30,
        "Кодов Артём Павлович",
        date(1991, 8, 19),
        "M",
        "20000003024",
        second_step="totp",
    ),
    DemoAccount(
        31, "Черновикова Вера Юрьевна", date(1994, 12, 5), "F", "20000003125", level="standard"
    ),
    DemoAccount(32, "Смирнова Анна Олеговна", date(2019, 3, 14), "F", "20000002123", level="child"),
    # Staff: no policy is known here, as often in life.
    DemoAccount(10, "Регистратова Ольга Ивановна", date(1980, 2, 2), "F", "20000001020"),
    DemoAccount(11, "Врачёва Нина Олеговна", date(1975, 3, 3), "F", "20000001121"),
    DemoAccount(12, "Главнов Пётр Сергеевич", date(1968, 4, 4), "M", "20000001222"),
    DemoAccount(13, "Админова Елена Юрьевна", date(1983, 7, 7), "F", "20000001323"),
)


async def seed_demo(db: Connection, now: datetime) -> int:
    """Add the demo's accounts that are missing; how many. Those that are there stay as they are."""
    password_hash = hash_password(PASSWORD)
    added = [await add_account(db, one, password_hash, now) for one in ACCOUNTS]
    return sum(added)
