"""«Сообщения»: what became of visits, told to those who may know; in the demo, everybody's."""

from datetime import datetime

from litestar import get
from litestar.response import Template

from registratura.db import Connection
from registratura.notices import inbox
from registratura.settings import Settings
from registratura.web import Visitor, page, signed_in
from registratura.web.dates import region_day


@get("/messages", name="messages", guards=[signed_in])
async def messages(db: Connection, now: datetime, settings: Settings, visitor: Visitor) -> Template:
    """The visitor's own; those that were new are marked on this page and read from here on."""
    today = region_day(now, settings.region_zone)
    found = await inbox.read(db, visitor.account_id, now=now, today=today)
    return page("messages/list.html", visitor=visitor, messages=found)


@get("/demo/messages", name="demo_messages")
async def everybodys(db: Connection, visitor: Visitor | None) -> Template:
    """Everything that was told to anybody. Of the demo only: there is nobody to protect."""
    return page(
        "messages/everybodys.html", visitor=visitor, notices=await inbox.search_everybodys(db)
    )
