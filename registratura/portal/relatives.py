"""Relatives: the owner's list, the form that adds one, the page that takes one off the list."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.booking import visits
from registratura.db import Connection
from registratura.people import accounts, ages, children, declaring, policies, relatives
from registratura.people.ladder import SEES_HOLDERS_FROM
from registratura.people.refusals import OwnerIsMinor, RelativeAddedTwice, RelativeNotAdded
from registratura.portal.relative_form import KINSHIP, RelativeForm, add_page, form_of
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in
from registratura.web.dates import region_day
from registratura.web.limits import TriedTooOften, check_limit

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

TRIES = 20  # an hour, of one account; the engine's own limits are tighter and last longer
LIST = "/profile#relatives"
KINDS = {
    **KINSHIP,
    "spouse": "Муж или жена",
    "parent": "Родитель",
    "by_proxy": "По доверенности",
}
"""Every kind of link, as the list names it."""


async def section(
    db: Connection, visitor: Visitor, *, now: datetime, settings: Settings
) -> dict[str, Any]:
    """What `relatives/section.html` shows: everybody on the owner's list."""
    zone = settings.region_zone
    linked = await relatives.search(db, visitor.account_id, now=now, zone=zone)
    numbers = {it.id: it.policy_number for it in linked if it.policy_number}
    age = ages.full_years(visitor.owner.birth_date, region_day(now, zone))
    return {
        "relatives": linked,
        "mistyped": {it for it, number in numbers.items() if not policies.fits_check_digit(number)},
        "may_add": age >= ages.ADULT,
        "sees_holders": age >= SEES_HOLDERS_FROM,
        "kinds": KINDS,
        "policy_ending": policies.ending,
    }


async def try_once(db: Connection, visitor: Visitor, now: datetime) -> None:
    """One more try to add somebody. Refuses with `TriedTooOften`."""
    await check_limit(
        db,
        "relative",
        str(visitor.account_id),
        most=TRIES,
        window=timedelta(hours=1),
        now=now,
    )


@get("/profile/relatives/add", name="add_relative", guards=[signed_in])
async def ask(
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    child: UUID | None = None,
) -> Template:
    """The children whom ЕСИА names, and the form: empty, or filled with what it says of `child`.

    Refuses an owner under 18.
    """
    owner = await accounts.get(db, visitor.account_id)
    if not ages.is_adult(owner.birth_date, region_day(now, settings.region_zone)):
        raise OwnerIsMinor()
    typed: dict[str, str] = {}
    if child is not None:
        told = await children.get(db, visitor.account_id, child, now=now, zone=settings.region_zone)
        typed = RelativeForm.typed_of(told)
    return await add_page(db, visitor, form_of(typed, now, settings), now, settings)


@post("/profile/relatives/add", guards=[signed_in])
async def add(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Redirect | Template:
    """«Сохранить»: one engine call, or the form again with everything that is to be mended."""
    form = form_of(data, now, settings)
    if not form.validate():
        return await add_page(db, visitor, form, now, settings)
    try:
        await try_once(db, visitor, now)
        await declaring.declare(
            db,
            visitor.account_id,
            form.declaration(),
            now=now,
            zone=settings.region_zone,
            policy_check=form.policy_check,
        )
    except (RelativeNotAdded, TriedTooOften) as refusal:
        form.refuse("last_name" if isinstance(refusal, RelativeAddedTwice) else "", refusal)
        return await add_page(db, visitor, form, now, settings)
    return redirect(LIST)


@get("/profile/relatives/{relative:uuid}/leave", name="leave_relative", guards=[signed_in])
async def ask_to_leave(
    relative: UUID, db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Template:
    """Whether to take him off the list, and what becomes of his coming visits."""
    zone = settings.region_zone
    link = await relatives.get_own(db, visitor.account_id, relative, now=now, zone=zone)
    booked = await visits.search_for(db, visitor.account_id, now=now, region_zone=zone)
    coming = sum(visit.is_coming(now) for visit in booked if visit.patient_id == link.person_id)
    return page("relatives/leave.html", visitor=visitor, relative=link, coming=coming)


@post("/profile/relatives/{relative:uuid}/leave", guards=[signed_in])
async def leave(relative: UUID, db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Убрать из списка»."""
    await relatives.leave(db, visitor.account_id, relative, now=now)
    return redirect(LIST)
