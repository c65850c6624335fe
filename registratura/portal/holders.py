"""«Кто может записывать»: who may act for the owner, what he hides from them; for a child too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.notices import link_texts
from registratura.people import ages, hiding, holders, invitations, relatives
from registratura.people.invitations import Invitation, Terms
from registratura.people.ladder import CONSENTS_FROM, HIDES_FROM, TERMS
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in
from registratura.web.dates import region_day

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Choices = Annotated[dict[str, str | list[str]], Body(media_type=RequestEncodingType.URL_ENCODED)]

HOLDERS = "/profile/holders"
GUESTS = {
    "spouse": "Муж или жена",
    "parent": "Сын или дочь",
    "by_proxy": "Другой человек, по доверенности",
}
"""Whom the owner lets act for him: the kinship of the link, from his side."""
_NOT_CHOSEN = Terms(kinship="", acts=False, sees=False, months=0)  # a consent is ticked by hand


@get(HOLDERS, name="holders", guards=[signed_in])
async def own(db: Connection, now: datetime, settings: Settings, visitor: Visitor) -> Template:
    """Who may act for the owner. Refuses one under 15."""
    return await holders_page(db, visitor, now, settings)


@post(HOLDERS + "/{relative:uuid}/end", name="end_holder", guards=[signed_in])
async def end(relative: UUID, db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Прекратить»: at once, with one press."""
    await holders.end(db, visitor.account_id, relative, now=now)
    return redirect(HOLDERS)


@post(HOLDERS + "/hidden", name="hide_positions", guards=[signed_in])
async def hide(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Choices
) -> Redirect:
    """«Сохранить»: exactly the positions that are ticked are hidden from here on."""
    ticked = data.get("position", [])
    listed = [ticked] if isinstance(ticked, str) else ticked
    wanted = [int(it) for it in listed if it.isdecimal() and len(it) < 10]
    await hiding.hide(db, visitor.account_id, wanted, now=now, zone=settings.region_zone)
    return redirect(f"{HOLDERS}#hidden")


@get("/profile/relatives/{relative:uuid}/holders", name="childs_holders", guards=[signed_in])
async def of_a_child(
    relative: UUID, db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Template:
    """Who else may act for a child, by name and kind: for a parent or guardian who is confirmed."""
    account, zone = visitor.account_id, settings.region_zone
    found = await holders.search_of_child(db, account, relative, now=now, zone=zone)
    return page(
        "relatives/holders.html",
        visitor=visitor,
        relative=await relatives.get_own(db, account, relative, now=now, zone=zone),
        holders=found,
        kin=link_texts.holder,
    )


async def holders_page(
    db: Connection,
    visitor: Visitor,
    now: datetime,
    settings: Settings,
    *,
    made: Invitation | None = None,
    typed: Terms = _NOT_CHOSEN,
    faults: Sequence[tuple[str, str]] = (),
) -> Template:
    """The page; with the code that was `made` just now, or the `faults` of what was chosen."""
    account, zone = visitor.account_id, settings.region_zone
    found = await holders.search_own(db, account, now=now, zone=zone)
    age = ages.full_years(visitor.owner.birth_date, region_day(now, zone))
    hides = age >= HIDES_FROM
    return page(
        "holders/index.html",
        visitor=visitor,
        status=422 if faults else 200,
        holders=found,
        kin=link_texts.holder,
        may_invite=age >= CONSENTS_FROM,
        made=made,
        open_until=await invitations.find_open(db, account, now=now),
        typed=typed,
        faults=list(faults),
        fault=dict(faults),
        guests=list(GUESTS.items()),
        terms=[(str(months), months) for months in TERMS],
        positions=await hiding.search(db, account, now=now, zone=zone) if hides else [],
    )
