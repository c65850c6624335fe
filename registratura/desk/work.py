"""The desk's first page: who works here, as what and where, and what waits for him."""

from litestar import get
from litestar.response import Template

from registratura.db import Connection
from registratura.desk.pages import desk_page
from registratura.people import deletions
from registratura.web import on_duty
from registratura.web.duty import Duty
from registratura.web.sessions import IDLE_ON_DUTY


@get("/", name="desk", guards=[on_duty])
async def work(db: Connection, duty: Duty) -> Template:
    """One page for every role; the requests that wait are counted for the administrator."""
    administers = duty.role == "regional_administrator"
    return desk_page(
        "work.html",
        duty,
        waiting=await deletions.count_new(db) if administers else 0,
        idle_minutes=IDLE_ON_DUTY.seconds // 60,
    )
