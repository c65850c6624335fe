"""Children of ЕСИА's list: added to the owner's list with one press."""

from datetime import datetime
from typing import cast
from uuid import UUID

from litestar import post
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.people import ages, children, declaring, proving
from registratura.people.children import Child
from registratura.people.policies import Check
from registratura.people.refusals import NotTyped, RelativeNotAdded
from registratura.portal.relative_form import add_page, form_of
from registratura.portal.relatives import LIST, try_once
from registratura.settings import Settings
from registratura.web import Visitor, redirect, signed_in
from registratura.web.dates import region_day
from registratura.web.limits import TriedTooOften
from registratura.web.paths import path_of
from registratura.web.requests import AnyRequest

_VISITS = "/appointments"  # who added a child there wanted to see her visits


async def search_offered(
    db: Connection, visitor: Visitor | None, *, now: datetime, zone: str
) -> list[Child]:
    """The children whom ЕСИА names and the visitor may add with one press; none for a minor."""
    if visitor is None or not ages.is_adult(visitor.owner.birth_date, region_day(now, zone)):
        return []
    return await children.search(db, visitor.account_id, now=now, zone=zone)


@post("/profile/relatives/children/{child:uuid}", name="add_child", guards=[signed_in])
async def add(
    request: AnyRequest,
    child: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
) -> Redirect | Template:
    """«Добавить»: confirmed where ЕСИА has verified the birth certificate, else declared.

    What a declared link needs and ЕСИА does not know is asked for in the form, filled already.
    """
    account, zone = visitor.account_id, settings.region_zone
    told = await children.get(db, account, child, now=now, zone=zone)
    try:
        await try_once(db, visitor, now)
        if told.verified:
            await proving.prove(db, account, child, now=now, zone=zone)
        else:
            await declaring.declare(
                db,
                account,
                told.declaration,
                now=now,
                zone=zone,
                policy_check=cast(Check, settings.policy_check),
            )
    except NotTyped:
        return redirect(f"/profile/relatives/add?child={child}#relative")
    except (RelativeNotAdded, TriedTooOften) as refusal:
        form = form_of({}, now, settings)
        form.refuse("", refusal)
        return await add_page(db, visitor, form, now, settings)
    seen_on = path_of(request.headers.get("referer"), settings.public_url)
    return redirect(_VISITS if seen_on == _VISITS else LIST)
