"""Step 4 of booking: one doctor's days and times. Open to everybody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get
from litestar.response import Template

from registratura.booking import doctors, no_shows, offers, slots
from registratura.booking.doctors import Doctor
from registratura.booking.no_shows import Standing
from registratura.booking.offers import DoctorOffer
from registratura.booking.slots import FreeTime
from registratura.booking.windows import Window
from registratura.db import Connection
from registratura.portal.wizard import BOOKING, CHANNEL, Wizard
from registratura.web import Visitor, page
from registratura.web.dates import clock
from registratura.web.requests import current, lender_of

_PARTS = (
    ("morning", "Утро", "00:00", "12:00"),
    ("day", "День", "12:00", "17:00"),
    ("evening", "Вечер", "17:00", "24:00"),
)


@dataclass(frozen=True)
class Day:
    """One day of the strip."""

    date: date
    times: list[FreeTime]
    is_within_horizon: bool


@dataclass(frozen=True)
class Calendar:
    """A doctor's free time as the page shows it: one week, one chosen day, its parts."""

    zone: str
    week: list[Day]
    chosen: date | None
    earlier: date | None
    later: date | None
    total: int

    @cached_property
    def parts(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """The chosen day's times, each an id and its hour in words: id, words, times of each part;
        parts without a time are left out. Ready for the page: its cells are many."""
        times = next((day.times for day in self.week if day.date == self.chosen), [])
        cells = [(str(it.slot_id), clock(it.starts_at, self.zone)) for it in times]
        cut = (
            (key, words, [cell for cell in cells if begin <= cell[1] < end])
            for key, words, begin, end in _PARTS
        )
        return [part for part in cut if part[2]]


def calendar(
    times: list[FreeTime], zone: str, window: Window, today: date, asked: date | None
) -> Calendar:
    """The week of the day asked for, else of the first day that has a free time."""
    days = slots.by_day(times, zone)
    last = (window.until - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date()
    chosen = asked if asked is not None and today <= asked <= last else next(iter(days), None)
    monday = (chosen or today) - timedelta(days=(chosen or today).weekday())
    week = [monday + timedelta(days=number) for number in range(7)]
    return Calendar(
        zone=zone,
        week=[Day(day, days.get(day, []), today <= day <= last) for day in week],
        chosen=chosen,
        earlier=monday - timedelta(days=1) if monday > today else None,
        later=monday + timedelta(days=7) if monday + timedelta(days=7) <= last else None,
        total=len(times),
    )


@get("/doctors/{post:uuid}", name="times", dependencies=BOOKING)
async def times(
    post: UUID,
    db: Connection,
    searching: Connection,
    now: datetime,
    visitor: Visitor | None,
    booking: Wizard,
    day: str = "",
) -> Template:
    """The doctor's week: days with counts, the times of one day; where none, the ways on."""
    doctor = await doctors.get(searching, post, now=now)
    return await times_page(db, doctor, booking, visitor, now, _asked(day), searching=searching)


async def times_page(
    db: Connection,
    doctor: Doctor,
    booking: Wizard,
    visitor: Visitor | None,
    now: datetime,
    asked: date | None,
    taken: datetime | None = None,
    searching: Connection | None = None,
) -> Template:
    """The page of times; with `taken`, after «Это время только что заняли»: the nearest three."""
    searching = searching or db
    asking = booking.asking(now)
    doctor = asking.see(doctor)
    window = doctor.window(CHANNEL, now=now)
    free = await slots.search_free(searching, doctor.post_id, window)
    today = doctor.day_of(now)
    refusal = offers.find_refusal(doctor, asking)
    pressed = lender_of(current()).is_pressed
    elsewhere: list[DoctorOffer] = []
    if not free:
        elsewhere = await offers.search_elsewhere(
            searching, doctor.department_id, doctor.position_id, asking
        )
    return page(
        "clinics/times.html",
        visitor=visitor,
        status=409 if taken else 200,
        wizard=booking,
        doctor=doctor,
        calendar=calendar(free, doctor.zone, window, today, asked),
        here_today=today,
        refusal=refusal,
        elsewhere=elsewhere,
        taken=taken,
        standing=await _standing(db, doctor, booking, visitor, now),
        has_company=_has_company(doctor, booking, visitor, today),
        nearest=slots.nearest(free, taken, spread=pressed) if taken else [],
    )


def _has_company(doctor: Doctor, booking: Wizard, visitor: Visitor | None, day: date) -> bool:
    """Whether another patient of the visitor could be booked beside this one."""
    if booking.patient is None or visitor is None:
        return False
    first = booking.patient.person_id
    return any(
        doctor.receives(it.birth_date, it.sex, day)
        for it in visitor.patients
        if it.person_id != first
    )


async def _standing(
    db: Connection, doctor: Doctor, booking: Wizard, visitor: Visitor | None, now: datetime
) -> Standing | None:
    if booking.patient is None or visitor is None:
        return None
    return await no_shows.get_standing(
        db, booking.patient, visitor.account_id, doctor.rules, now=now
    )


def _asked(day: str) -> date | None:
    """The day in the address, or None where it is not a day."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None
