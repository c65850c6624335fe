"""Loads a folder of files as a region: all of it or nothing, in one transaction."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from registratura.audit.event import Actor, record
from registratura.booking import days_off
from registratura.db import Connection, execute
from registratura.db.filling import filling
from registratura.region import (
    moves_booking,
    moves_directory,
    moves_people,
    moves_rules,
    moves_staff,
)
from registratura.region.checks import check
from registratura.region.reading import check_folder
from registratura.region.report import Faults, FileBroken, Moved, RegionBroken, Report
from registratura.region.staging import stage

_ONE_LOAD_AT_A_TIME = 740_004
_EASTERNMOST = ZoneInfo("Asia/Kamchatka")  # where the country's day begins


async def load(db: Connection, folder: Path, *, now: datetime) -> Report:
    """Load the folder; running it again changes nothing.

    Open times in what became a day off or an absence are closed, and those of an absence that
    became shorter are open again; visits on them stay.
    `db` needs the right to make temporary tables, no more; who owns the tables fills them, while
    they are empty, in half the time (`db/filling.py`). Files: docs/region-format.md.
    Refuses with `RegionBroken`, which lists every fault; then nothing was written.
    """
    faults = Faults()
    try:
        check_folder(folder)
        async with db.transaction():
            return await _load(db, folder, faults, now=now)
    except FileBroken as broken:
        faults.add(broken.fault)
        raise RegionBroken(faults) from None


async def _load(db: Connection, folder: Path, faults: Faults, *, now: datetime) -> Report:
    # Joins and groupings of a whole region want more memory than a page of the portal.
    await execute(db, "set local work_mem = '128MB'")
    await execute(db, "select pg_advisory_xact_lock(%(lock)s)", lock=_ONE_LOAD_AT_A_TIME)
    readers = await stage(db, folder, faults)
    today = now.astimezone(_EASTERNMOST).date()
    await check(db, faults, today=today.isoformat())
    await moves_rules.check_values(db, faults)
    if faults.total:
        raise RegionBroken(faults)
    async with filling(db, "person", "policy", "attachment"):  # rows by the million
        moved = await _move(db, now=now)
    await days_off.lock(db)
    report = Report(
        files={name: moved[name] for name in readers},
        doubtful_policies=sum(reader.doubtful_policies for reader in readers.values()),
        blocked=await days_off.settle(db, now=now),
    )
    await record(
        db,
        now=now,
        kind="region.loaded",
        actor=Actor("system"),
        after={name: asdict(moved) for name, moved in report.files.items()},
    )
    return report


async def _move(db: Connection, *, now: datetime) -> dict[str, Moved]:
    return {
        "organisations": await moves_directory.move_organisations(db),
        "departments": await moves_directory.move_departments(db),
        "rooms": await moves_directory.move_rooms(db),
        "positions": await moves_directory.move_positions(db),
        "national_codes": await moves_directory.move_national_codes(db),
        "practitioners": await moves_directory.move_practitioners(db),
        "posts": await moves_directory.move_posts(db),
        "areas": await moves_directory.move_areas(db),
        "area_addresses": await moves_directory.move_area_addresses(db),
        "persons": await moves_people.move_persons(db, now=now),
        "policies": await moves_people.move_policies(db, now=now),
        "attachments": await moves_people.move_attachments(db, now=now),
        "schedule_templates": await moves_people.move_schedule_templates(db),
        "holidays": await moves_booking.move_holidays(db),
        "absences": await moves_booking.move_absences(db),
        "referrals": await moves_booking.move_referrals(db),
        "rules": await moves_rules.move_rules(db),
        "staff": await moves_staff.move_staff(db, now=now),
    }
