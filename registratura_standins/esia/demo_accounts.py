"""Accounts of the demo: invented people, one password for all, the same however often seeded."""

from dataclasses import dataclass
from datetime import date, datetime

from registratura_standins.esia.database import Connection, value
from registratura_standins.esia.demo_seeding import TOTP_SECRET, add_account
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
    """A demo account; its telephone is +7 900 000-00-`number`. Policy: sixteen digits or None.
    `note` tells a tester what it is for."""

    number: int
    name: str
    note: str
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
        "обычный случай, она же maria@example.org",
        date(1988, 6, 25),
        "F",
        "11223344595",
        "4053110874010015",
        "maria@example.org",
    ),
    DemoAccount(
        2,
        "Смирнов Олег Андреевич",
        "двое детей: свидетельство Анны проверено, Дениса — нет",
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
    DemoAccount(
        3,
        "Чужов Семён Ильич",
        "чужой всем остальным",
        date(1979, 1, 9),
        "M",
        "20000000321",
        "4058020840000039",
    ),
    # A simplified account: a name and a telephone, nothing is checked.
    DemoAccount(
        4,
        "Новикова Дарья Сергеевна",
        "упрощённая: только имя и телефон",
        None,
        None,
        None,
        level="simplified",
    ),
    DemoAccount(
        5,
        "Фёдоров Илья Борисович",
        "второй шаг: код из СМС",
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
        "16 лет, есть в списках обоих родителей",
        date(2010, 4, 12),
        "F",
        "20000000624",
        "4095989787000068",
        "vera@example.org",
    ),
    DemoAccount(
        7,
        "Соколова Ирина Павловна",
        "мать Веры",
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
        "отец Веры",
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
        f"второй шаг: код из приложения, ключ {TOTP_SECRET}; документы всех видов",
        date(1991, 8, 19),
        "M",
        "20000003024",
        second_step="totp",
    ),
    DemoAccount(
        31,
        "Черновикова Вера Юрьевна",
        "стандартная: личность не подтверждена",
        date(1994, 12, 5),
        "F",
        "20000003125",
        level="standard",
    ),
    DemoAccount(
        32,
        "Смирнова Анна Олеговна",
        "детская, дочь Олега",
        date(2019, 3, 14),
        "F",
        "20000002123",
        level="child",
    ),
    # Staff: no policy is known here, as often in life.
    DemoAccount(
        10, "Регистратова Ольга Ивановна", "регистратор", date(1980, 2, 2), "F", "20000001020"
    ),
    DemoAccount(11, "Врачёва Нина Олеговна", "врач", date(1975, 3, 3), "F", "20000001121"),
    DemoAccount(12, "Главнов Пётр Сергеевич", "заведующий", date(1968, 4, 4), "M", "20000001222"),
    DemoAccount(
        13, "Админова Елена Юрьевна", "администратор региона", date(1983, 7, 7), "F", "20000001323"
    ),
)


async def seed_demo(db: Connection, now: datetime) -> int:
    """Add the demo's accounts that are missing; how many. Those that are there stay as they are."""
    password_hash = hash_password(PASSWORD)
    added = [await add_account(db, one, password_hash, now) for one in ACCOUNTS]
    return sum(added)


async def search_demo(db: Connection) -> list[DemoAccount]:
    """The demo's accounts that are in this database, by telephone."""
    known = await value(
        db,
        "select array_agg(oid) from account where oid = any(%(oids)s)",
        oids=[one.oid for one in ACCOUNTS],
    )
    there = set(known or ())
    return sorted((one for one in ACCOUNTS if one.oid in there), key=lambda one: one.number)
