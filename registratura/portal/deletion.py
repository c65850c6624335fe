"""«Удалить мои данные с портала»: what goes, what stays, the request and taking it back."""

from datetime import datetime

from litestar import get, post
from litestar.response import Redirect, Template

from registratura.booking import visits
from registratura.db import Connection
from registratura.people import deletions
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in

PAGE = "/profile/deletion"


@get(PAGE, name="deletion", guards=[signed_in])
async def deletion(db: Connection, now: datetime, settings: Settings, visitor: Visitor) -> Template:
    """Before the request, while it waits, and after."""
    booked = await visits.search_for(
        db,
        visitor.account_id,
        now=now,
        region_zone=settings.region_zone,
        patient_id=visitor.person_id,
    )
    return page(
        "profile/deletion.html",
        visitor=visitor,
        deletion=await deletions.find_latest(db, visitor.account_id),
        coming=sum(visit.is_coming(now) for visit in booked),
    )


@post(PAGE, name="ask_deletion", guards=[signed_in])
async def ask(db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Подать заявку»."""
    await deletions.ask(db, visitor.account_id, now=now)
    return redirect(PAGE)


@post(f"{PAGE}/take-back", name="take_back_deletion", guards=[signed_in])
async def take_back(db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Отозвать заявку»."""
    await deletions.take_back(db, visitor.account_id, now=now)
    return redirect(PAGE)
