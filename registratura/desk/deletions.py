"""«Заявки на удаление»: the regional administrator sees them and carries them out."""

from datetime import datetime
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.desk.pages import desk_page
from registratura.people import deletions as requests
from registratura.settings import Settings
from registratura.web import on_duty, only, redirect
from registratura.web.duty import Duty

ADMINISTRATORS = [on_duty, only("regional_administrator")]
DAYS = 30  # ч. 5 ст. 21 152-ФЗ


@get("/deletions", name="desk_deletions", guards=ADMINISTRATORS)
async def deletions(db: Connection, now: datetime, settings: Settings, duty: Duty) -> Template:
    """Those that wait, the oldest first."""
    waiting = await requests.search_new(db, now=now, actor=duty.actor, zone=settings.region_zone)
    return desk_page("deletions.html", duty, waiting=waiting, days=DAYS)


@get("/deletions/{deletion:uuid}", name="desk_deletion", guards=ADMINISTRATORS)
async def deletion(
    deletion: UUID, db: Connection, now: datetime, settings: Settings, duty: Duty
) -> Template:
    """Whose it is and what will go: there is no way back."""
    asked = await requests.get_new(
        db, deletion, now=now, actor=duty.actor, zone=settings.region_zone
    )
    return desk_page("deletion.html", duty, asked=asked)


@post("/deletions/{deletion:uuid}", guards=ADMINISTRATORS)
async def carry_out(deletion: UUID, db: Connection, now: datetime, duty: Duty) -> Redirect:
    """«Удалить»: the same engine call as `registratura staff deletion-requests --done`."""
    await requests.carry_out(db, deletion, now=now, actor=duty.actor)
    return redirect("/desk/deletions")
