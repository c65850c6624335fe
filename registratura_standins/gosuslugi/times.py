"""Step 4: day and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Response, Template

from registratura_standins.gosuslugi import drafts
from registratura_standins.gosuslugi.conversations import HORIZON
from registratura_standins.gosuslugi.forms import read_form
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.places import Slot
from registratura_standins.gosuslugi.visitors import AnyRequest, Visitor

_PARTS = (
    ("Утро", "до 12:00", 0, 12),
    ("День", "12:00–17:00", 12, 17),
    ("Вечер", "после 17:00", 17, 24),
)


@dataclass(frozen=True)
class Time:
    """A free time on the clinic's clock."""

    slot: Slot
    moment: datetime


@dataclass(frozen=True)
class Day:
    """A day with its free times."""

    date: date
    times: tuple[Time, ...]

    @property
    def parts(self) -> list[tuple[str, str, list[Time]]]:
        """Morning, day, evening: their names, hours and times; those with none left out."""
        found = [
            (name, hours, [it for it in self.times if begins <= it.moment.hour < ends])
            for name, hours, begins, ends in _PARTS
        ]
        return [it for it in found if it[2]]


@get("/booking/{draft_id:uuid}/time", name="time")
async def show_times(
    visitor: Visitor, draft_id: UUID, day: str = "", slot: str = "", taken: str = ""
) -> Template:
    """Fourteen days with how much is free, and the times of one of them; `slot` is marked."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    days = _by_day(await talk.schedule(talk.draft.chosen, talk.days), visitor.today)
    free = [it for it in days if it.times]
    wanted = _read_day(day)
    shown = next((it for it in free if it.date == wanted), free[0] if free else None)
    return page(
        "times.html",
        visitor=visitor,
        draft=talk.draft,
        days=days,
        shown=shown,
        picked=slot or (talk.draft.slot.id if talk.draft.slot else ""),
        taken=taken == "1",
        missed=taken == "none",
    )


@post("/booking/{draft_id:uuid}/time", status_code=303)
async def choose_time(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Response[Any]:
    """Keep the time, if the region still has it free; on to the check."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    typed = await read_form(request)
    day = _read_day(typed.get("day", "")) or visitor.today
    back = f"/booking/{draft_id}/time?day={day}"
    if not typed.get("slot"):
        return redirect(f"{back}&taken=none")
    free = await talk.schedule(talk.draft.chosen, (day, day))
    slot = next((it for it in free if it.id == typed["slot"]), None)
    async with visitor.pool.connection() as db:
        kept = await drafts.keep_slot(db, talk.draft, slot, visitor.now)
    if not kept:  # another doctor or patient was chosen in another tab
        return redirect(f"/booking/{draft_id}/time")
    return redirect(f"/booking/{draft_id}/check" if slot else f"{back}&taken=1")


def _by_day(slots: Sequence[Slot], today: date) -> list[Day]:
    """Every day of the horizon: a slot stands on the day of its clinic's own clock."""
    times = [Time(it, datetime.fromisoformat(it.time)) for it in slots]
    dates = (today + timedelta(days=number) for number in range(HORIZON))
    return [Day(it, tuple(one for one in times if one.moment.date() == it)) for it in dates]


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
