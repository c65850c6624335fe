"""Relatives: the form that adds one, and the page that takes one off the owner's list."""

from datetime import datetime, timedelta
from typing import Annotated, cast
from uuid import UUID

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.booking import visits
from registratura.db import Connection
from registratura.people import accounts, ages, declaring, names, relatives
from registratura.people.policies import Check
from registratura.people.refusals import OwnerIsMinor, RelativeAddedTwice, RelativeNotAdded
from registratura.portal.relative_form import KINSHIP, SEXES, RelativeForm
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in
from registratura.web.dates import region_day
from registratura.web.limits import TriedTooOften, check_limit

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

TRIES = 20  # an hour, of one account; the engine's own limits are tighter and last longer
LIST = "/profile#relatives"


@get("/profile/relatives/add", name="add_relative", guards=[signed_in])
async def ask(db: Connection, now: datetime, settings: Settings, visitor: Visitor) -> Template:
    """The empty form. Refuses an owner under 18."""
    owner = await accounts.get(db, visitor.account_id)
    if not ages.is_adult(owner.birth_date, region_day(now, settings.region_zone)):
        raise OwnerIsMinor()
    return _form_page(visitor, _form({}, now, settings))


@post("/profile/relatives/add", guards=[signed_in])
async def add(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Redirect | Template:
    """«Сохранить»: one engine call, or the form again with everything that is to be mended."""
    form = _form(data, now, settings)
    if not form.validate():
        return _form_page(visitor, form)
    try:
        await check_limit(
            db,
            "relative",
            str(visitor.account_id),
            most=TRIES,
            window=timedelta(hours=1),
            now=now,
        )
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
        return _form_page(visitor, form)
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


def _form(typed: dict[str, str], now: datetime, settings: Settings) -> RelativeForm:
    return RelativeForm(
        typed,
        today=region_day(now, settings.region_zone),
        policy_check=cast(Check, settings.policy_check),
    )


def _form_page(visitor: Visitor, form: RelativeForm) -> Template:
    return page(
        "relatives/add.html",
        visitor=visitor,
        status=422 if form.faults else 200,
        form=form,
        kinds=list(KINSHIP.items()),
        sexes=list(SEXES.items()),
        male_endings=names.MALE_ENDINGS,
        female_endings=names.FEMALE_ENDINGS,
    )
