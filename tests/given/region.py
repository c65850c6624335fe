"""A very small region, loaded as a real one is: from a folder of files."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql
from psycopg.types.json import Jsonb

from registratura.booking import doctors, schedules
from registratura.booking.model import Channel
from registratura.booking.slots import FreeTime, search_free
from registratura.db import Connection, rows, value
from registratura.region import load
from registratura.region.files import BY_NAME
from tests.given.people import NOW, ZONE

TODAY = NOW.date()
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # when the slots became visible
POSITIONS = {
    59: ("Педиатр участковый", 22, 15, "paediatric", 1, 0, 0),
    53: ("Оториноларинголог", 19, 16, "", 1, 0, 0),
    45: ("Невролог", 14, 22, "", 1, 1, 0),
    24: ("Дерматовенеролог", 10, 15, "", 1, 0, 1),
    116: ("УЗИ", 33, 20, "", 0, 0, 0),
    110: ("Терапевт участковый", 27, 15, "therapeutic", 1, 0, 0),
    13: ("Акушер-гинеколог", 8, 22, "", 1, 0, 0),
}
# post code → position, department, ages, sex
POSTS = {
    "area-doctor": (59, "child", 0, 17, ""),
    "paediatrician": (59, "child", 0, 17, ""),
    "ent": (53, "child", 0, 17, ""),
    "neurologist": (45, "child", 0, 17, ""),
    "dermatologist": (24, "child", 0, 17, ""),
    "ultrasound": (116, "child", 0, 17, ""),
    "far-paediatrician": (59, "far", 0, 17, ""),
    "therapist": (110, "adult", 18, 150, ""),
    "gynaecologist": (13, "adult", 0, 150, "F"),
}

ORDINARY = ("ordinary", 1, "", "2020-01-01", "")  # kind, seats, channels (all), from, to


@dataclass(frozen=True)
class Coded:
    """A code of the files and the id it got."""

    code: str
    id: UUID


def write(folder: Path) -> None:
    """The region's files. Everybody and everything in them is invented."""
    files: dict[str, Iterable[tuple[object, ...]]] = {
        "organisations": [("hospital", "1.2.40.1", "Детская городская больница", "ДГБ", ZONE)],
        "departments": [
            (code, "hospital", f"1.2.40.1.{number}", name, f"Калуга, дом {number}", phone, ages)
            for number, (code, name, phone, ages) in enumerate(
                (
                    ("child", "Поликлиника № 1", "+7 484 000-00-01", "child"),
                    ("far", "Поликлиника № 2", "+7 484 000-00-02", "child"),
                    ("adult", "Взрослая поликлиника", "+7 484 000-00-03", "adult"),
                ),
                1,
            )
        ],
        "positions": [(code, *rest) for code, rest in POSITIONS.items()],
        "rooms": [
            (f"room-{post}", where, "", str(100 + number), "", 1)
            for number, (post, (_, where, *_)) in enumerate(POSTS.items())
        ],
        "practitioners": [
            (post, _snils(300_000_000 + number), f"Врачёв-{_letter(number)}", "Илья", "Львович")
            for number, post in enumerate(POSTS)
        ],
        "posts": [
            (post, post, position, where, f"room-{post}", low, high, sex)
            for post, (position, where, low, high, sex) in POSTS.items()
        ],
        "areas": [("area-7", "child", "7", "paediatric", "area-doctor")],
        "area_addresses": [("area-7", "Калуга", "Учебная", "all", "", "")],
        "persons": [("petr", "Иванов", "Пётр", "Иванович", "2015-01-01", "M", "", "")],
        "policies": [("petr", "", "1234567891234567", "", "")],
        "attachments": [("petr", "child", "area-7", "main", "2020-01-01", "")],
        "schedule_templates": [
            (
                f"{post}-{day}",
                post,
                f"room-{post}",
                day,
                "all",
                "08:00",
                "12:00",
                15,
                "ordinary",
                1,
                "",
                "2020-01-01",
                "",
            )
            for post in POSTS
            for day in range(1, 8)
        ],
    }
    for name, lines in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in BY_NAME[name].columns])
            writer.writerows(lines)


async def region(db: Connection, now: datetime = NOW) -> None:
    """Load the small region and open its days up to the horizon."""
    await load_only(db, now)
    await open_days(db, now.astimezone(ZoneInfo(ZONE)).date())


async def load_only(db: Connection, now: datetime = NOW) -> None:
    """Load the small region; no day is open."""
    with TemporaryDirectory() as folder:
        write(Path(folder))
        await load(db, Path(folder), now=now)


async def open_days(db: Connection, first: date = TODAY, days: int = 15) -> schedules.Opened:
    """Open fifteen days from today."""
    return await schedules.open_days(
        db, now=LONG_AGO, first=first, last=first + timedelta(days=days)
    )


async def post(db: Connection, code: str) -> UUID:
    """The id of a doctor's post."""
    return UUID(str(await value(db, "select id from post where code = %(code)s", code=code)))


async def free(
    db: Connection, code: str = "area-doctor", channel: Channel = Channel.PORTAL
) -> list[FreeTime]:
    """The free times of a doctor, as a patient is shown them."""
    doctor = await doctors.get(db, await post(db, code), now=NOW)
    return await search_free(db, doctor.post_id, doctor.window(channel, now=NOW))


async def departments(db: Connection) -> dict[str, UUID]:
    """Clinics by their codes."""
    return {it.code: it.id for it in await rows(db, Coded, "select code, id from department")}


def _letter(number: int) -> str:
    return "АБВГДЕЖЗИК"[number]


def _snils(body: int) -> str:
    digits = f"{body:09d}"
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(digits))
    return f"{digits}{total % 101 % 100:02d}"


async def rule(db: Connection, scope: str = "region", code: str | None = None, **set_: Any) -> None:
    """Rules that the administrator sets for the region, a clinic (`department`), a post …"""
    table = sql.Identifier(scope)
    named = (
        sql.SQL("true")
        if code is None
        else sql.SQL("{} = %(code)s").format(
            sql.Identifier("id" if scope == "position" else "code")
        )
    )
    statement = sql.SQL("update {} set rules = rules || %(rules)s where {}").format(table, named)
    await db.execute(statement, {"rules": Jsonb(set_), "code": code})


async def free_slot(db: Connection, post: str = "therapist", offset: int = 0) -> UUID:
    """A free time of a doctor, a day from now at least."""
    found = await value(
        db,
        """
        select slot.id from slot join post on post.id = slot.post_id
        where post.code = %(post)s and slot.taken = 0
          and slot.starts_at > %(now)s::timestamptz + interval '1 day'
        order by slot.starts_at limit 1 offset %(offset)s
        """,
        post=post,
        now=datetime.now(UTC),
        offset=offset,
    )
    return UUID(str(found))
